"""Draws stories."""

from __future__ import annotations

from itertools import accumulate
from random import Random

from novation.fuzz.actions import ACTIONS
from novation.fuzz.campaign.story import Step, Story

STEPS = (40, 200)  # actions of a sequence
WORLD_OF = ("tight", "tight", "local", "wide")  # how often each is drawn
SEED_BITS = 40


class Author:
    """Draws stories."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names = [name for name, action in ACTIONS.items() if action.weight]
        self.weights = list(accumulate(ACTIONS[name].weight for name in self.names))

    def story(self) -> Story:
        """The next one."""
        r = self.random
        names = r.choices(self.names, cum_weights=self.weights, k=r.randint(*STEPS))
        steps = [Step(name, r.getrandbits(SEED_BITS)) for name in ("opening", *names)]
        return Story(r.choice(WORLD_OF), tuple(steps))
