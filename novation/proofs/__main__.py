"""`python -m novation.proofs`: proves every lemma, from hypotheses that can hold, and refutes every control; `--check`
compares the model with the bytecode. Exit code 1 where something is not proven, not refuted, or differs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from novation.chain.compiler import short_hash
from novation.console import one_sentence, positive
from novation.proofs.check import POINTS, check
from novation.proofs.controls import controls
from novation.proofs.lemma import FACTS, LEMMAS, Outcome, attempt, attempt_fact, checked
from novation.proofs.lemmas import GROUPS
from novation.proofs.page import PAGE, check_table, control_table, lemma_table
from novation.report import marks

TABLES, CHECK = ("lemmas", "controls"), "check"  # marks of the page


def main(arguments: Sequence[str]) -> int:
    """Runs what is asked for and prints a line for each item."""
    parser = argparse.ArgumentParser(prog="python -m novation.proofs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the model with the bytecode")
    parser.add_argument("--points", type=positive, help=f"of --check, points a function ({POINTS:,})")
    parser.add_argument("--lemma", default="", help="only lemmas with this in their name; no controls")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/audit/proofs.md")
    options = parser.parse_args(arguments)
    if options.lemma and (options.check or options.write):
        parser.error("--lemma proves some lemmas, without a page: leave out --check and --write")
    if options.points is not None and not options.check:
        parser.error("--points is an option of --check, which is not there")
    if not any(options.lemma in name for name in [*LEMMAS, *FACTS]):
        parser.error(f"there is no lemma with {options.lemma!r} in its name")
    with one_sentence():
        if options.write:
            marks.check(PAGE, *((CHECK,) if options.check else TABLES))
        faults = _check(options.points or POINTS, options.write) if options.check else _prove(options)
    for fault in faults:
        print(f"FAILED: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _prove(options: argparse.Namespace) -> list[str]:
    """@return what is not proven or not refuted, a sentence each. @raises CheckFailed, CompilationFailed."""
    part: str = options.lemma
    facts = [attempt_fact(found) for name, found in FACTS.items() if part in name]
    outcomes: list[Outcome] = [*facts]
    for found in facts:
        _line(found)
    for name, item in LEMMAS.items():
        if part in name:
            outcomes.append(checked(attempt(item)))
            _line(outcomes[-1])
    slowest = max(outcomes, key=lambda found: found.ms)
    count = len(outcomes) - len(facts)
    print(f"{count} lemmas and {len(facts)} facts of {len(GROUPS)} groups; slowest {slowest.name}, {slowest.ms:.0f} ms")
    refuted = []
    if not part:
        for mistake in controls():
            refuted.append(mistake)
            print(
                f"control  {mistake.control.lemma:26} {mistake.result:12} {mistake.control.mistake}: {mistake.example}"[
                    :160
                ],
                flush=True,
            )
    if options.write:
        texts = (f"{_measured()}\n\n{lemma_table(outcomes)}", control_table(refuted))
        marks.put(PAGE, dict(zip(TABLES, texts, strict=True)))
    faults = [f"not proven: {found.name}: {found.text}" for found in outcomes if found.result != "proven"]
    missed = [mistake.control for mistake in refuted if mistake.result != "refuted"]
    return faults + [f"not refuted: {control.lemma} with {control.mistake}" for control in missed]


def _measured() -> str:
    return f"On contracts with the source hash `{short_hash()}`."


def _line(found: Outcome) -> None:
    bounds = LEMMAS[found.name].bounds if found.name in LEMMAS else "all integers"
    text = LEMMAS[found.name].statement if found.name in LEMMAS else FACTS[found.name].statement
    print(f"{found.result:8} {found.ms:6.0f} ms  {found.name:26} {text}\n{'':19}{bounds}", flush=True)


def _check(points: int, wanted: bool) -> list[str]:
    """@return where model and bytecode differ, a sentence each. @raises CompilationFailed."""
    done = []
    for item in check(points):
        done.append(item)
        print(
            f"{item.function:32} {item.points:7,} points {item.reverts:7,} reverts {item.seconds:6.2f} s"
            f" {item.difference}",
            flush=True,
        )
    total = sum(item.points for item in done)
    different = [item for item in done if item.difference]
    reverts = sum(item.reverts for item in done)
    print(f"{len(done)} functions, {total:,} points, {reverts:,} reverts, {len(different)} differences")
    if wanted:
        marks.put(PAGE, {CHECK: f"{_measured()}\n\n{check_table(done)}"})
    return [f"{item.function}: {item.difference}" for item in different]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
