"""The command line of coverage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from novation.console import one_sentence, positive
from novation.fuzz.campaign.author import WORLD_OF, Author
from novation.fuzz.campaign.story import Story
from novation.fuzz.coverage import figures
from novation.fuzz.coverage.counts import counts
from novation.fuzz.coverage.explained import Judgement, judge
from novation.fuzz.coverage.measure import Equality, Speed, equality, speed
from novation.fuzz.coverage.page import write as write_page
from novation.fuzz.coverage.table import show
from novation.fuzz.probes.builds import instrument, sites
from novation.fuzz.probes.sites import USER
from novation.fuzz.system.worlds import WORLDS
from novation.report import marks

CALLS_A_STORY = 150  # about
GOAL = 0.8  # of the plain build's speed


def main(arguments: Sequence[str]) -> int:
    """Plays a campaign on the build with probes. @return 1 where `faults` has any."""
    given = _arguments(arguments)
    with one_sentence():
        found = _run(given)
    for fault in found:
        print(f"FAILED: {fault}", file=sys.stderr)
    return 1 if found else 0


def faults(judgement: Judgement, fast: Speed, same: Equality, strict: bool) -> list[str]:
    """Why the command fails, a sentence each. `strict`: for what is not reached and what was measured, too."""
    lines = []
    if same.different:
        lines.append(f"{len(same.different)} stories end differently on the build with probes")
    if judgement.wrong:
        lines.append(f"{len(judgement.wrong)} outcomes are explained as unreachable, and were reached")
    if not strict:
        return lines
    missing = [outcome for outcome in judgement.unexplained if outcome.site.level == USER]
    if missing:
        lines.append(f"{len(missing)} outcomes of written branches are neither reached nor explained")
    if judgement.stale:
        lines.append(f"{len(judgement.stale)} explanations are about nothing in the contracts")
    if not same.same:
        lines.append("no story was compared on both builds: ask for more with --compare")
    if not fast.calls:
        lines.append("no speed was measured: ask for more stories with --compare and --calls")
    elif fast.ratio < GOAL:
        lines.append(f"the build with probes has {fast.ratio:.2f} of the plain one's speed, less than {GOAL}")
    return lines


def _run(given: argparse.Namespace) -> list[str]:
    """@return why the command fails. @raises NoMarks, CheckFailed."""
    if given.write:
        marks.check(given.write, "figures")
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
        fed = Author(given.seed, worlds=author.worlds, actions=lambda action: not action.starves)
        compared = [fed.story() for _ in timed]
        same = equality(compared, step("the same on both builds", compared))
        fast = speed(timed, step("as fast on both builds", timed))
        found = counts(stories, step("counting", stories))
    hits = set(found)
    judgement = judge(sites(), hits)
    print(show(sites(), hits, judgement))
    plain, probed = fast.rates
    print(
        f"speed: {fast.ratio:.2f} of the plain build's ({plain:,.0f} calls a second plain, "
        f"{probed:,.0f} with probes, invariants after every call; goal {GOAL})"
    )
    print(
        f"digests: {same.same} stories of {same.calls:,} calls equal, {len(same.different)} different"
        + (f", {same.starved} left out because they starve a call of gas" if same.starved else "")
    )
    for story in same.different[:3]:
        print(f"DIFFERENT {story}")
    command = f"python -m novation.fuzz.coverage --calls {given.calls} --seed {given.seed} --compare {given.compare}"
    if given.write:
        text = figures.figures(sites(), hits, judgement, fast, same, len(stories), command)
        marks.put(given.write, {"figures": text})
    if given.html:
        print(write_page(given.html, found, len(stories), command))
    return faults(judgement, fast, same, given.strict)


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.coverage", description="What a campaign reaches of the contracts' source."
    )
    parser.add_argument("--calls", type=positive, default=20_000, help="about so many are played (20000)")
    parser.add_argument("--seed", type=int, default=1, help="of the stories (1)")
    parser.add_argument("--compare", type=positive, default=100, help="stories that both builds play (100)")
    parser.add_argument("--html", type=Path, help="write the page here")
    parser.add_argument("--write", type=Path, help="put the figures into this page")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="fail also where a written branch is unexplained, nothing was compared, or probes cost too much",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
