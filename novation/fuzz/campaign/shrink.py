"""Shortens what fails: first the actions of a story, then the moves that they made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

from novation.chain.protocol import Reverted
from novation.fuzz.campaign.author import SEED_BITS
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.system.surroundings import Move

LONG = 6  # steps; up to it other seeds are not tried
TRIES = 300
TRIES_A_STEP = 300  # more for every step above `TOO_LONG`
TOO_LONG = 8

T = TypeVar("T")


def shrink(story: Story, failure: Failure, stages: Stages) -> Story:
    """The shortest part of a story that fails in the same way."""

    def play(steps: list[Step]) -> Failure | None:
        return stages.play(Story(story.world, tuple(steps)))

    steps = _shorten(list(story.steps[: failure.steps]), failure, play)
    return Story(story.world, tuple(_with_other_dice(steps, failure, play)))


def _with_other_dice(steps: list[Step], failure: Failure, play: Callable[[list[Step]], Failure | None]) -> list[Step]:
    """While a story is long: leaves steps out and draws another's seed anew, which often makes up for them."""
    random, tried = Random(len(steps)), 0
    while len(steps) > LONG and tried < TRIES + TRIES_A_STEP * max(0, len(steps) - TOO_LONG):
        tried += 1
        shorter = list(steps)
        for _ in range(random.choice((1, 1, 2))):
            del shorter[random.randrange(len(shorter))]
        at = random.randrange(len(shorter))
        shorter[at] = shorter[at]._replace(seed=random.getrandbits(SEED_BITS))
        found = play(shorter)
        if found is not None and found.like(failure):
            steps, tried = _shorten(shorter[: found.steps], failure, play), 0
    return steps


def shrink_moves(world: str, moves: Sequence[Move], failure: Failure, stages: Stages) -> list[Move]:
    """The same for moves, where no dice stand between what is left out and what remains."""
    return _shorten(list(moves), failure, lambda fewer: stages.repeat(world, fewer))


def _shorten(items: list[T], failure: Failure, play: Callable[[list[T]], Failure | None]) -> list[T]:
    """Leaves out ever smaller pieces while the rest fails in the same way."""
    size = len(items) // 2
    while size:
        at = 0
        while at < len(items):
            shorter = items[:at] + items[at + size :]
            try:
                found = play(shorter)
            except (ArithmeticError, AssertionError, LookupError, Reverted, TypeError, ValueError):
                found = None  # what is left makes no sense to an action or to the mirror: not this failure
            if found is not None and found.like(failure):
                items = shorter[: found.steps]
            else:
                at += size
        size //= 2
    return items
