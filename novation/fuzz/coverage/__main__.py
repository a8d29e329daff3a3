"""The command line of coverage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from novation.fuzz.campaign.author import WORLD_OF, Author
from novation.fuzz.campaign.story import Story
from novation.fuzz.coverage import figures
from novation.fuzz.coverage.counts import counts
from novation.fuzz.coverage.explained import judge
from novation.fuzz.coverage.measure import equality, speed
from novation.fuzz.coverage.page import write
from novation.fuzz.coverage.probes import instrument, sites
from novation.fuzz.coverage.sites import USER
from novation.fuzz.coverage.table import show
from novation.fuzz.system.worlds import WORLDS

CALLS_A_STORY = 150  # about
GOAL = 0.8
STARVING = ("starve", "silent_and_short_of_gas")  # give a call so little gas that probes may matter


def main(arguments: Sequence[str]) -> int:
    """Plays a campaign on the build with probes. @return 1 where digests differ or an explanation is wrong."""
    given = _arguments(arguments)
    author = Author(given.seed, worlds=(*WORLD_OF, *(name for name in WORLDS if name not in WORLD_OF)))
    stories = [author.story() for _ in range(max(1, given.calls // CALLS_A_STORY))]
    error = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=error
    ) as bar:

        def step(name: str, of: list[Story]) -> Callable[[int], None]:
            task = bar.add_task(name, total=len(of))
            if not error.is_terminal:
                error.print(f"{name}: {len(of)} stories")
            return lambda done: bar.update(task, completed=done)

        task = bar.add_task("building with probes", total=1)
        instrument()
        bar.update(task, completed=1)
        timed = stories[: given.compare]
        fed = Author(given.seed, worlds=author.worlds, actions=lambda name: name not in STARVING)
        compared = [fed.story() for _ in timed]
        same = equality(compared, step("the same on both builds", compared))
        fast = speed(timed, step("as fast on both builds", timed))
        found = counts(stories, step("counting", stories))
    hits = set(found)
    judgement = judge(sites(), hits)
    print(show(sites(), hits, judgement))
    print(
        f"speed: {fast.ratio:.2f} of the plain build's ({fast.calls / fast.plain:,.0f} calls a second plain, "
        f"{fast.calls / fast.probed:,.0f} with probes, invariants after every call; goal {GOAL})"
    )
    print(
        f"digests: {same.same} stories of {same.calls:,} calls equal, {len(same.different)} different"
        + (f", {same.starved} left out because they starve a call of gas" if same.starved else "")
    )
    for story in same.different[:3]:
        print(f"DIFFERENT {story}")
    command = f"python -m novation.fuzz.coverage --calls {given.calls} --seed {given.seed} --compare {given.compare}"
    if given.write:
        figures.write(given.write, figures.figures(sites(), hits, judgement, fast, same, len(stories), command))
    if given.html:
        print(write(given.html, found, len(stories), command))
    unexplained = [outcome for outcome in judgement.unexplained if outcome.site.level == USER]
    return bool(same.different or judgement.wrong or (given.strict and (unexplained or judgement.stale)))


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.coverage", description="What a campaign reaches of the contracts' source."
    )
    parser.add_argument("--calls", type=_positive, default=20_000, help="about so many are played (20000)")
    parser.add_argument("--seed", type=int, default=1, help="of the stories (1)")
    parser.add_argument("--compare", type=_positive, default=100, help="stories that both builds play (100)")
    parser.add_argument("--html", type=Path, help="write the page here")
    parser.add_argument("--write", type=Path, help="put the figures into this page")
    parser.add_argument("--strict", action="store_true", help="fail where a written branch is unexplained")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
