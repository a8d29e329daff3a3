"""A sequence of actions as data, and as the line that repeats it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from novation.fuzz.actions import ACTIONS
from novation.fuzz.system.worlds import WORLDS

_IN_A_TEST = re.compile(r"^STORY = \(?\s*((?:\"[^\"]*\"\s*)+)", re.MULTILINE)


class StoryError(ValueError):
    """A line that is no story; the message is one sentence."""


class Step(NamedTuple):
    """An action and its seed."""

    name: str
    seed: int

    def __str__(self) -> str:
        return f"{self.name}:{self.seed}"


class Story(NamedTuple):
    """A sequence."""

    world: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return " ".join((self.world, *map(str, self.steps)))


def parse(line: str) -> Story:
    """A story from its text. @raises StoryError."""
    world, *words = line.split() or [""]
    if world not in WORLDS:
        raise StoryError(f"a story begins with its world, one of {', '.join(WORLDS)}, not with {world!r}")
    steps = []
    for word in words:
        name, _, seed = word.partition(":")
        if name not in ACTIONS:
            raise StoryError(f"there is no action {name!r}: see novation/fuzz/actions")
        if not (seed.isascii() and seed.isdigit()):
            raise StoryError(f"{word!r} is no step: write an action, a colon and the seed of its dice")
        steps.append(Step(name, int(seed)))
    return Story(world, tuple(steps))


def load(path: Path) -> list[Story]:
    """The stories of a file: one a line, `#` begins a comment; or the STORY of a test that a campaign wrote.

    @raises StoryError naming file and line; OSError.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise StoryError(f"{path} is not text") from error
    written = _IN_A_TEST.search(text)
    if written is not None:
        text = "".join(re.findall(r"\"([^\"]*)\"", written[1]))
    elif path.suffix == ".py":
        raise StoryError(f"{path} has no STORY: it is not a test that a campaign wrote")
    stories = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].strip()
        if words:
            try:
                stories.append(parse(words))
            except StoryError as error:
                raise StoryError(f"{path}, line {number}: {error}") from error
    if not stories:
        raise StoryError(f"{path} holds no story")
    return stories
