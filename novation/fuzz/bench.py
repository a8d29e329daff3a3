"""Speed of the in-process engine: protocol calls a second, in one process and in two.

    python -m novation.fuzz.bench [--calls 30000] [--seed 1] [--rounds 3]

The stories are those of an unsteered campaign. Counted are calls of the externals of the protocol; rounds of the mock
feeds and what the actions ask of the chain take their time and count for nothing. The words that any call can touch are
read from storage after every call and turned into the state that the invariants see. Of several rounds of the same
calls the fastest is told: whatever else runs on the machine only makes them slower.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from novation.console import positive
from novation.fuzz.campaign.author import WORLD_OF, Author
from novation.fuzz.campaign.run import Plan
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.workers import run

WARM_UP = 8  # stories: every world is deployed and every door opened


class Line(NamedTuple):
    """What is measured: text, goal in calls a second (0: none), with model, with invariants, processes."""

    text: str
    goal: int
    modelled: bool
    check: bool
    workers: int


LINES = (
    Line("with every invariant after every call", 3_000, False, True, 1),
    Line("the same in two processes", 0, False, True, 2),
    Line("with every invariant and the model, to the wei", 1_000, True, True, 1),
    Line("the same in two processes", 0, True, True, 2),
    Line("without invariants and model", 0, False, False, 1),
)


def measure(calls: int, seed: int, modelled: bool, check: bool, workers: int = 1, rounds: int = 1) -> tuple[int, float]:
    """Plays stories in warm processes. @return calls of the protocol, seconds of the fastest round."""
    stages = Stages(modelled, check)
    stages.warm(WORLD_OF)
    author = Author(seed)
    for _ in range(WARM_UP):
        story = author.story()
        stages.play(story)
        stages.forget(story.world)
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        report = run(Plan(calls=calls * workers, seed=seed, guided=False), stages, workers)
        found.append(time.perf_counter() - start)
        assert not report.failures, report.failures
    return report.calls, min(found)


def main(arguments: Sequence[str]) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.bench", description="Speed of the in-process engine."
    )
    parser.add_argument("--calls", type=positive, default=30_000, help="of each process")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=positive, default=3, help="of each line; the fastest counts (%(default)s)")
    given = parser.parse_args(arguments)
    one = 0.0
    for line in LINES:
        calls, seconds = measure(given.calls, given.seed, line.modelled, line.check, line.workers, given.rounds)
        speed = calls / seconds
        aside = f", {speed / one:.2f} x one" if line.workers > 1 else f", goal {line.goal:,}" if line.goal else ""
        one = one if line.workers > 1 else speed
        print(f"{speed:8,.0f} calls a second {line.text} ({calls:,} in {seconds:.1f} s{aside})", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
