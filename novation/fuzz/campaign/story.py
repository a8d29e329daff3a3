"""A sequence of actions as data, and as the line that repeats it."""

from __future__ import annotations

from typing import NamedTuple

from novation.fuzz.actions import ACTIONS


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
    """A story from its text. @raises ValueError, KeyError."""
    world, *steps = line.split()
    pairs = [step.split(":") for step in steps]
    for name, _ in pairs:
        ACTIONS[name]
    return Story(world, tuple(Step(name, int(seed)) for name, seed in pairs))
