"""How fast the campaign finds each planted bug, and how short what it finds becomes.

    python -m tests.planted.measure --seeds 5 --write docs/audit/planted.md

Seconds are of a core, with the deployment and without the compiler, so that a busy machine changes them little.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shlex
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from novation.chain.compiler import short_hash
from novation.console import one_sentence, positive
from novation.fuzz.campaign.stages import Stages
from novation.report import marks
from tests.planted.bug import Bug
from tests.planted.bugs import BUGS, PLAYED
from tests.planted.builds import build
from tests.planted.hunt import Find, caught_by, hunt, shortened

GOAL_SECONDS, GOAL_STEPS = 10, 10


class Run(NamedTuple):
    """One bug, one seed. `steps` and `moves` are what was left by the shrinking; `passes` on the true contracts."""

    find: Find
    by: str
    steps: int
    moves: int
    passes: bool


class Result(NamedTuple):
    """All seeds of one bug, None where it was not found. `bare`: what saw it without the model, "" if nothing did."""

    bug: Bug
    compiling: float
    runs: list[Run | None]
    bare: str

    @property
    def found(self) -> list[Run]:
        """The runs that found it."""
        return [run for run in self.runs if run is not None]

    @property
    def seconds(self) -> float:
        """Median; one that was not found counts as for ever."""
        return median(run.find.seconds if run else float("inf") for run in self.runs)

    @property
    def calls(self) -> float:
        """Median, likewise."""
        return median(run.find.calls if run else float("inf") for run in self.runs)

    @property
    def steps(self) -> int:
        """Of the longest."""
        return max((run.steps for run in self.found), default=0)


def measure(seeds: int, calls: int, bare_calls: int, bug: Bug) -> Result:
    """Hunts a bug with several seeds, and once with the invariants alone."""
    made = build(bug)
    true_contracts = Stages()
    runs: list[Run | None] = []
    for seed in range(1, seeds + 1):
        find = hunt(Stages(replaced=made.artifacts), seed, calls)
        if find is None:
            runs.append(None)
            continue
        short = shortened(find, made.artifacts)
        passes = true_contracts.play(short.story) is None
        runs.append(Run(find, caught_by(short.failure), len(short.story.steps), short.moves, passes))
    bare = hunt(Stages(modelled=False, replaced=made.artifacts), 1, bare_calls) if bare_calls else None
    return Result(bug, made.seconds, runs, caught_by(bare.failure) if bare else "")


def line(number: int, result: Result) -> str:
    """A bug for the terminal."""
    found = len(result.found)
    return (
        f"{number:3} {found}/{len(result.runs)}  {result.seconds:6.1f} s {result.calls:8.0f} calls "
        f"{result.steps:3} steps  {result.bug.name}"
        + ("" if all(run.passes for run in result.found) else "  FAILS ON THE TRUE CONTRACTS")
        + ("" if met(result) else "  <- not within the goal")
    )


def met(result: Result) -> bool:
    """Whether a bug is within the goal."""
    return result.seconds < GOAL_SECONDS and result.steps <= GOAL_STEPS and all(run.passes for run in result.found)


def page(results: Sequence[Result], command: str) -> str:
    """The figures as Markdown."""
    good = [result for result in results if met(result)]
    plays = [run for result in results for run in result.found]
    tries = sum(len(result.runs) for result in results)
    bare = [result for result in results if result.bare]
    compiling = [result.compiling for result in results if result.compiling]
    kinds = Counter(result.bug.kind for result in results)
    steps, moves = (median([getattr(run, what) for run in plays] or [0]) for what in ("steps", "moves"))
    lines = [
        f"`{command}` on contracts with the source hash `{short_hash()}`: **{len(good)} of {len(results)} bugs "
        f"within the goal** (median under {GOAL_SECONDS} s, at most {GOAL_STEPS} steps, passes on the true contracts); "
        f"{len(plays)} of {tries} hunts successful.",
        f"Median over all bugs: {median(result.seconds for result in results):.1f} s, "
        f"{median(result.calls for result in results):,.0f} calls, {steps:.0f} steps, {moves:.0f} moves. "
        f"{sum(result.bug.subtle for result in results)} are subtle. "
        f"{len(bare)} are seen by the invariants (or the lens) without the model as well.",
    ]
    if compiling:
        lines.append(f"Compiling took {median(compiling):.1f} s a bug (median), and is not in the seconds.")
    lines += [
        "",
        "Classes: " + ", ".join(f"{kind} {times}" for kind, times in kinds.most_common()) + ".",
        "",
        "| Bug | class | found | s | calls | steps | moves | seen by | without the model |",
        "|---|---|---:|---:|---:|---:|---:|---|---|",
    ]
    for result in results:
        by = ", ".join(name for name, _ in Counter(run.by for run in result.found).most_common(2))
        moves = median([run.moves for run in result.found] or [0])
        star = " *" if result.bug.subtle else ""
        lines.append(
            f"| {result.bug.name}{star} | {result.bug.kind} | {len(result.found)}/{len(result.runs)} | "
            f"{result.seconds:.1f} | {result.calls:,.0f} | {result.steps} | {moves:.0f} | {by} | {result.bare or '-'} |"
        )
    lines += ["", "What they would cost:"]
    lines += [f"- **{bug.name}** (`{bug.edits[0].path}`): {bug.cost}" for bug in (result.bug for result in results)]
    return "\n".join(lines)


def command_of(given: argparse.Namespace) -> str:
    """As it is typed, with every option that the figures depend on."""
    names = ("seeds", "calls", "bare_calls", "workers")
    words = [f"--{name.replace('_', '-')} {getattr(given, name)}" for name in names]
    words += [f"--only {shlex.quote(given.only)}"] if given.only else []
    words += ["--played"] if given.played else []
    return " ".join(["python -m tests.planted.measure", *words])


def main(arguments: Sequence[str]) -> int:
    """See the module. @return 1 where a bug is not within the goal."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted.measure", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=positive, default=5, help="hunts of each bug (%(default)s)")
    parser.add_argument("--calls", type=positive, default=100_000, help="after which a hunt is given up (%(default)s)")
    parser.add_argument("--bare-calls", type=int, default=25_000, help="likewise without the model; 0: not tried")
    parser.add_argument("--workers", type=positive, default=1, help="bugs that are hunted at once (%(default)s)")
    parser.add_argument("--only", default="", help="bugs whose names have this in them")
    parser.add_argument("--played", action="store_true", help="only those that the test suite plays")
    parser.add_argument("--write", type=Path, help="put the figures into this page")
    given = parser.parse_args(arguments)
    if given.write and (given.only or given.played):
        parser.error("--write puts the table of all bugs into the page: leave out --only and --played")
    if given.bare_calls < 0:
        parser.error("--bare-calls takes a number from 0 on")
    bugs = [bug for bug in (PLAYED if given.played else BUGS) if given.only in bug.name]
    if not bugs:
        parser.error(f"there is no bug with {given.only!r} in its name")
    with one_sentence():
        results = _all(given, bugs)
    return not all(map(met, results))


def _all(given: argparse.Namespace, bugs: Sequence[Bug]) -> list[Result]:
    """Measures, prints, writes. @raises NoMarks, CompilationFailed."""
    if given.write:
        marks.check(given.write, "figures")
    Stages().warm()  # compiles the true contracts before anything is measured
    results: list[Result] = []
    start = time.perf_counter()
    work = partial(measure, given.seeds, given.calls, given.bare_calls)
    with multiprocessing.get_context("fork").Pool(given.workers) as pool:
        for number, result in enumerate(pool.imap(work, bugs), 1):
            results.append(result)
            print(line(number, result), flush=True)
            print(
                f"{number} of {len(bugs)}, {time.perf_counter() - start:.0f} s", end="\r", file=sys.stderr, flush=True
            )
    figures = page(results, command_of(given))
    print(f"\n{figures}")
    if given.write:
        marks.put(given.write, {"figures": figures})
    return results


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
