"""The table of the actions, and what they play on."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from novation.fuzz.actions.quotes import Quotes

Play = Callable[["Game"], None]
FAR = 1 << 39  # a time that never comes


class Action(NamedTuple):
    """A move, how often it is drawn, and what those ask who play only some of them."""

    play: Play
    weight: float
    starves: bool  # gives calls so little gas that other code of the same meaning may end otherwise
    earns: bool  # of those who may earn while prices stand still: no governance, no broken feeds, no gifts


ACTIONS: dict[str, Action] = {}


def action(weight: float, *, starves: bool = False, earns: bool = False) -> Callable[[Play], Play]:
    """Registers an action under its function's name."""

    def register(play: Play) -> Play:
        ACTIONS[play.__name__] = Action(play, weight, starves, earns)
        return play

    return register


class Game(Quotes):
    """A mirror with dice."""

    def play(self, name: str, seed: int) -> None:
        """One action. @raises Mismatch, Violation."""
        self.random.seed(seed)
        ACTIONS[name].play(self)
