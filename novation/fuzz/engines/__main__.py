"""The same sequences on several engines, compared; ends with 1 at the first difference.

    python -m novation.fuzz.engines --sequences 1000 --seed 1 --engine both

Each engine's speed is that of playing alone; revm's is that of the whole fuzzer, which also decides what to play.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from novation.console import one_sentence, positive
from novation.fuzz.engines.compare import PLAYERS, Comparison, ShortStories
from novation.fuzz.engines.figures import show, write
from novation.report import marks

LEAST, MOST = 8, 25  # actions of a sequence
LOG_EVERY = 10  # seconds between lines where there is no terminal


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.engines",
        description="Plays sequences on revm and the same transactions on other engines; compares what comes of each.",
    )
    parser.add_argument("--sequences", type=positive, default=1000, help="how many, compared to the end (1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the sequences (1)")
    parser.add_argument("--engine", choices=(*PLAYERS, "both"), default="both", help="what to compare revm with (both)")
    parser.add_argument("--actions", type=positive, default=MOST, help=f"most actions of a sequence ({MOST})")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the figures into this page")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """@return 1 where anything differs."""
    given = _arguments(arguments)
    if given.write is not None:
        with one_sentence():
            marks.check(given.write, "figures")
    names = list(PLAYERS) if given.engine == "both" else [given.engine]
    console = Console(soft_wrap=True, highlight=False, markup=False)
    comparison = Comparison(names)
    stories = ShortStories(given.seed, min(LEAST, given.actions), given.actions)
    try:
        with one_sentence():
            _play(comparison, stories, given.sequences, console)
    finally:
        comparison.close()
    console.print(show(comparison))
    if given.write is not None:
        write(given.write, comparison, f"python -m novation.fuzz.engines {' '.join(arguments)}")
    return int(comparison.differs)


def _play(comparison: Comparison, stories: ShortStories, many: int, console: Console) -> None:
    """All of them, up to the first difference."""
    said = time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("sequences", total=many)
        while comparison.stories < many:
            comparison.play(stories.story())
            progress.update(task, completed=comparison.stories)
            if not console.is_terminal and time.monotonic() - said >= LOG_EVERY:
                said = time.monotonic()
                console.print(f"{comparison.stories:,} of {many:,} sequences")
            if comparison.differs:
                return


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
