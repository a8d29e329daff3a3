"""The stories that mutants are played first: few, short, and together reaching what many do."""

from __future__ import annotations

from pathlib import Path

from novation.chain.compiler import ROOT
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story, parse

PATH = ROOT / ".cache" / "mutation" / "corpus.txt"
DRAWN = 400  # stories to choose from
KEPT = 40
OVERHEAD = 40  # steps that starting a story is worth
OFTEN = 3  # what several stories reach counts again, with other numbers


def load(path: Path = PATH) -> list[Story]:
    """The corpus from its file; drawn where there is none. @raises ValueError for an unreadable file."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{story}\n" for story in draw()))
    return [parse(line) for line in path.read_text().splitlines()]


def draw(seed: int = 1, drawn: int = DRAWN, kept: int = KEPT) -> list[Story]:
    """Chooses greedily by what calls end with and by what happens in them, for its cost in steps. A story that fails on
    the contracts as they are is left out: the campaign reports it, here it would prove nothing.
    """
    author, stages = Author(seed), Stages()
    reached: list[tuple[Story, set[tuple[str, str]]]] = []
    for _ in range(drawn):
        story = author.story()
        failed = stages.play(story) is not None
        mirror = stages.games[story.world].mirror
        what = {(name, code) for name, code in mirror.counts} | {("tally", name) for name in mirror.tally}
        if not failed:
            reached.append((story, what | {("world", story.world)}))
        mirror.counts.clear()
        mirror.tally.clear()
    chosen: list[Story] = []
    times: dict[tuple[str, str], int] = {}
    while reached and len(chosen) < kept:

        def worth(entry: tuple[Story, set[tuple[str, str]]]) -> float:
            story, what = entry
            new = sum(4.0 ** -times.get(each, 0) for each in what if times.get(each, 0) < OFTEN)
            return new / (len(story.steps) + OVERHEAD)

        best = max(reached, key=worth)
        reached.remove(best)
        chosen.append(best[0])
        for each in best[1]:
            times[each] = times.get(each, 0) + 1
    return chosen
