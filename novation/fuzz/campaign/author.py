"""Draws stories: new ones, and changed ones of the corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from random import Random

from novation.fuzz.actions import ACTIONS, Action
from novation.fuzz.campaign.story import Step, Story

STEPS = (60, 240)  # actions of a sequence
WORLD_OF = ("tight", "tight", "tight", "local", "wide", "hostile")  # how often each is drawn
SEED_BITS = 40
FRESH = 60  # of a hundred stories: a generator that knows the protocol finds more than mutation does
CHANGES = (1, 4)  # of a story


class Author:
    """Draws stories. `corpus` is looked at anew for each; `actions` are those that it uses, with their weights."""

    def __init__(
        self,
        seed: int,
        corpus: Sequence[Story] = (),
        worlds: Sequence[str] = WORLD_OF,
        actions: Callable[[Action], bool] = lambda action: True,
    ) -> None:
        self.random = Random(seed)
        self.corpus = corpus
        self.worlds = worlds
        self.names = [name for name, action in ACTIONS.items() if action.weight and actions(action)]
        self.weights = list(accumulate(ACTIONS[name].weight for name in self.names))

    def story(self) -> Story:
        """The next one."""
        r = self.random
        if self.corpus and r.randrange(100) >= FRESH:
            return self.changed(r.choice(self.corpus))
        return Story(r.choice(self.worlds), (Step("opening", r.getrandbits(SEED_BITS)), *self.steps(r.randint(*STEPS))))

    def steps(self, many: int) -> list[Step]:
        """Actions by their weights."""
        r = self.random
        names = r.choices(self.names, cum_weights=self.weights, k=many)
        return [Step(name, r.getrandbits(SEED_BITS)) for name in names]

    def changed(self, story: Story) -> Story:
        """A story of the corpus with some steps left out, put in, repeated, drawn again, or with another's end."""
        r = self.random
        steps = list(story.steps)
        for _ in range(r.randint(*CHANGES)):
            at, end = sorted((r.randrange(len(steps)), r.randrange(len(steps) + 1)))
            kind = r.randrange(6)
            if kind == 0 and end - at < len(steps):
                del steps[at : min(end, at + 10)]
            elif kind == 1:
                steps[at:at] = self.steps(r.randint(1, 10))
            elif kind == 2:
                steps[at:at] = steps[at : min(end, at + 10)]
            elif kind == 3:
                steps[at] = steps[at]._replace(seed=r.getrandbits(SEED_BITS))
            elif kind == 4:
                other = r.choice([found for found in self.corpus if found.world == story.world])
                steps[at:] = other.steps[r.randrange(len(other.steps)) :]
            else:
                steps += self.steps(r.randint(10, 60))
            del steps[2 * STEPS[1] :]
        return Story(story.world, tuple(steps))
