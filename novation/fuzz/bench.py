"""Speed of the in-process engine: protocol calls a second with every invariant checked after every call.

    python -m novation.fuzz.bench [--calls 30000] [--seed 1]

One process; the stories are those of a campaign. Counted are calls of the protocol's externals; rounds of the mock
feeds and what the actions ask of the chain take their time and count for nothing. The words that any call can touch are
read from storage after every call and turned into the state that the invariants see.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages

GOAL = 1_500
WARM_UP = 6  # stories: every world is deployed and every door opened


def measure(calls: int, seed: int, modelled: bool, check: bool) -> tuple[int, float]:
    """Plays stories. @return calls of the protocol, seconds."""
    author, stages = Author(seed), Stages(modelled, check)
    for _ in range(WARM_UP):
        stages.play(author.story(), whole=False)
    for game in stages.games.values():
        game.mirror.calls = 0
    done, start = 0, time.perf_counter()
    while done < calls:
        story = author.story()
        failure = stages.play(story, whole=False)
        assert failure is None, failure
        mirror = stages.games[story.world].mirror
        done += mirror.calls
        mirror.calls = 0
    return done, time.perf_counter() - start


def main(arguments: Sequence[str]) -> int:
    """Prints the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.bench", description="Speed of the in-process engine."
    )
    parser.add_argument("--calls", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    for text, modelled, check in (
        ("with every invariant after every call", False, True),
        ("without invariants", False, False),
        ("with every invariant and the model, to the wei", True, True),
    ):
        calls, seconds = measure(given.calls, given.seed, modelled, check)
        print(f"{calls / seconds:8,.0f} protocol calls a second {text} ({calls:,} in {seconds:.1f} s, one core)")
    print(f"goal: {GOAL:,} with invariants")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
