"""The stories that mutants are played first: few, short, and together reaching what many do."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from novation.chain.compiler import ROOT
from novation.console import Refused
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story, StoryError, parse
from novation.mutation.killers import Disputed, confirm

PATH = ROOT / ".cache" / "mutation" / "corpus.txt"
DRAWN = 400  # stories to choose from
KEPT = 40
OVERHEAD = 40  # steps that starting a story is worth
OFTEN = 3  # what several stories reach counts again, with other numbers


class Corpus(NamedTuple):
    """Stories that pass on the contracts as they are, and what is to be told of those that fail there: the campaign
    has found a bug then, or the model is wrong, and they say nothing about mutants."""

    stories: list[Story]
    disputed: list[str]


def load(path: Path = PATH) -> Corpus:
    """The corpus from its file, played on the contracts as they are; drawn where there is none, and kept in the file if
    nothing failed. @raises Refused for a file with a line that is no story."""
    if not path.is_file():
        found = draw()
        if not found.disputed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{story}\n" for story in found.stories))
        return found
    try:
        stories = [parse(line) for line in path.read_text().splitlines()]
    except StoryError as error:
        raise Refused(f"{path} is of other actions ({error}): delete it, and another one is drawn") from error
    return played(Stages(), stories)


def played(stages: Stages, stories: Iterable[Story]) -> Corpus:
    """Those that pass, and how the others fail."""
    found = Corpus([], [])
    for story in stories:
        try:
            confirm(stages, story)
            found.stories.append(story)
        except Disputed as error:
            found.disputed.append(str(error))
    return found


def draw(seed: int = 1, drawn: int = DRAWN, kept: int = KEPT) -> Corpus:
    """Chooses greedily by what calls end with and by what happens in them, for its cost in steps, among the stories
    that pass."""
    author, stages = Author(seed), Stages()
    disputed: list[str] = []
    reached: list[tuple[Story, set[tuple[str, str]]]] = []
    for _ in range(drawn):
        one = played(stages, [author.story()])
        disputed += one.disputed
        for story in one.stories:
            mirror = stages.games[story.world].mirror
            what = {(name, code) for name, code in mirror.counts} | {("tally", name) for name in mirror.tally}
            reached.append((story, what | {("world", story.world)}))
        for world in stages.games:
            stages.forget(world)
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
    return Corpus(chosen, disputed)
