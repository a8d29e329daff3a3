"""The command line of campaigns."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from novation.fuzz.campaign.report import show, write
from novation.fuzz.campaign.run import parallel, run
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import parse


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.campaign", description="Random calls, held to the model."
    )
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write", type=Path, help="put the figures into this page")
    parser.add_argument("--replay", help="a sequence as a failure prints it")
    given = parser.parse_args(arguments)
    if given.replay:
        stages = Stages()
        story = parse(given.replay)
        failure = stages.play(story)
        print("\n".join(stages.games[story.world].mirror.trail))
        print("passes" if failure is None else f"{failure.kind}: {failure.message}")
        return failure is not None
    report = parallel(given.calls, given.seed, given.workers) if given.workers > 1 else run(given.calls, given.seed)
    print(show(report))
    if given.write:
        command = (
            f"python -m novation.fuzz.campaign --calls {given.calls} --seed {given.seed} --workers {given.workers}"
        )
        write(given.write, report, command)
    return bool(report.failures)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
