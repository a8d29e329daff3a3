"""`python -m novation.proofs`: proves every lemma and refutes every control; `--check` compares the model with the
bytecode. Exit code 1 where something is not proven, not refuted, or differs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from novation.proofs.check import POINTS, check
from novation.proofs.controls import controls
from novation.proofs.lemma import FACTS, LEMMAS, Outcome, attempt, attempt_fact
from novation.proofs.lemmas import GROUPS
from novation.proofs.page import check_table, control_table, lemma_table, write


def main(arguments: Sequence[str]) -> int:
    """Runs what is asked for and prints a line for each item."""
    parser = argparse.ArgumentParser(prog="python -m novation.proofs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the model with the bytecode")
    parser.add_argument("--points", type=int, default=POINTS, help="points a function (default %(default)s)")
    parser.add_argument("--lemma", default="", help="only lemmas with this in their name; no controls")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/audit/proofs.md")
    options = parser.parse_args(arguments)
    if options.points < 1:
        print("--points must be at least 1.", file=sys.stderr)
        return 2
    if options.lemma and not any(options.lemma in name for name in [*LEMMAS, *FACTS]):
        print(f"There is no lemma with {options.lemma!r} in its name.", file=sys.stderr)
        return 2
    if options.check:
        return _check(options.points, options.write)
    return _prove(options.lemma, options.write)


def _prove(part: str, wanted: bool) -> int:
    facts = [attempt_fact(found) for name, found in FACTS.items() if part in name]
    outcomes: list[Outcome] = [*facts]
    for found in facts:
        _line(found)
    for name, item in LEMMAS.items():
        if part in name:
            outcomes.append(attempt(item))
            _line(outcomes[-1])
    bad = [found for found in outcomes if found.result != "proven"]
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
    if wanted and not part:
        write({"lemmas": lemma_table(outcomes), "controls": control_table(refuted)})
    missed = [mistake for mistake in refuted if mistake.result != "refuted"]
    for found in bad:
        print(f"not proven: {found.name}: {found.text}", file=sys.stderr)
    for mistake in missed:
        print(f"not refuted: {mistake.control.lemma} with {mistake.control.mistake}", file=sys.stderr)
    return 1 if bad or missed else 0


def _line(found: Outcome) -> None:
    bounds = LEMMAS[found.name].bounds if found.name in LEMMAS else "all integers"
    text = LEMMAS[found.name].statement if found.name in LEMMAS else FACTS[found.name].statement
    print(f"{found.result:8} {found.ms:6.0f} ms  {found.name:26} {text}\n{'':19}{bounds}", flush=True)


def _check(points: int, wanted: bool) -> int:
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
        write({"check": check_table(done)})
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
