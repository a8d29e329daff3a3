"""Plays the campaign on contracts with a bug until something fails, and shortens what failed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import NamedTuple

from novation.chain.compiler import Artifact
from novation.fuzz.campaign.author import WORLD_OF, Author
from novation.fuzz.campaign.shrink import shrink, shrink_moves
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Story


class Find(NamedTuple):
    """A story that fails, after how many calls and seconds of a core (deployment included, compiling not)."""

    story: Story
    failure: Failure
    calls: int
    seconds: float


class Short(NamedTuple):
    """The shortest story that fails in the same way. `moves`: so many calls, rounds and waits are left of it."""

    story: Story
    failure: Failure
    moves: int


def hunt(stages: Stages, seed: int, calls: int) -> Find | None:
    """Plays an author's stories, as the campaign does, until one fails or so many calls are made."""
    author = Author(seed, worlds=WORLD_OF)
    start = time.process_time()
    made = 0
    while made < calls:
        story = author.story()
        failure = stages.play(story)
        made += stages.games[story.world].mirror.calls
        stages.forget(story.world)
        if failure is not None:
            return Find(story, failure, made, time.process_time() - start)
    return None


def shortened(find: Find, artifacts: Mapping[str, Artifact]) -> Short:
    """Shortens on contracts that are deployed anew."""
    stages = Stages(replaced=artifacts)
    story = shrink(find.story, find.failure, stages)
    failure = stages.play(story)
    assert failure is not None, f"does not fail twice: {story}"
    moves = shrink_moves(story.world, stages.trail(story.world), failure, stages)
    return Short(story, failure, len(moves))


def caught_by(failure: Failure) -> str:
    """What saw it: an invariant's number, or the model and in what."""
    if failure.kind == "Violation":
        return failure.message.split("(")[0].strip()
    if failure.message.startswith("preview"):
        return "lens"
    return f"model: {failure.topic}"
