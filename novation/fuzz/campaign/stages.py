"""Plays stories, each from the state after deployment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from novation.chain.compiler import Artifact
from novation.fuzz.actions import Game
from novation.fuzz.campaign.story import Story
from novation.fuzz.evms import make
from novation.fuzz.system.mirror import Mirror, Mismatch
from novation.fuzz.system.surroundings import Move
from novation.fuzz.system.worlds import WORLDS, build
from novation.model.invariants import Violation


class Failure(NamedTuple):
    """What went wrong: kind and message, after how many steps (actions, or moves where moves were repeated)."""

    kind: str
    message: str
    steps: int

    def like(self, other: Failure | None) -> bool:
        """Whether it is the same fault as another: the same kind of thing about the same thing."""
        return other is not None and self.kind == other.kind and self.topic == other.topic

    @property
    def topic(self) -> str:
        """What it is about: the message without addresses, numbers and details."""
        return re.split(r"[:(\[]| 0x| returns", self.message)[0].strip()


class Stages:
    """One mirror a world, built when it is first wanted. Contracts named in `replaced` are deployed as these artifacts:
    with a fault, by another compiler, or with probes (`probed`). `engine` is one of `novation.fuzz.evms`."""

    def __init__(
        self,
        modelled: bool = True,
        check: bool = True,
        replaced: Mapping[str, Artifact] | None = None,
        probed: bool = False,
        engine: str = "revm",
    ) -> None:
        self.modelled = modelled
        self.check = check
        self.replaced = replaced or {}
        self.probed = probed
        self.engine = engine
        self.games: dict[str, Game] = {}

    def warm(self, worlds: Iterable[str] = WORLDS) -> None:
        """Deploys worlds now, so that the processes that are forked later share them."""
        for world in dict.fromkeys(worlds):
            self.game(world)

    def game(self, world: str) -> Game:
        """A game from its beginning."""
        if world not in self.games:
            chain = make(self.engine, self.replaced)
            stage = build(WORLDS[world](), self.replaced, chain)
            self.games[world] = Game(Mirror(stage, self.modelled, self.check))
        game = self.games[world]
        game.mirror.restart()
        return game

    def play(self, story: Story, whole: bool = True) -> Failure | None:
        """A story from its beginning. @return what went wrong, if anything."""
        game = self.game(story.world)
        done = 0
        try:
            for done, (name, seed) in enumerate(story.steps, 1):  # noqa: B007
                game.play(name, seed)
            if whole:
                game.mirror.whole()
        except (Mismatch, Violation) as error:
            return Failure(type(error).__name__, str(error), done)
        except Exception as error:
            error.add_note(f"while playing {Story(story.world, story.steps[:done])}")
            raise
        return None

    def repeat(self, world: str, moves: Sequence[Move]) -> Failure | None:
        """Moves from the beginning, without dice. @return what went wrong, if anything."""
        mirror = self.game(world).mirror
        done = 0
        try:
            for done, move in enumerate(moves, 1):  # noqa: B007
                mirror.do(move)
            mirror.whole()
        except (Mismatch, Violation) as error:
            return Failure(type(error).__name__, str(error), done)
        return None

    def trail(self, world: str) -> list[Move]:
        """The moves of what was played last on a world."""
        return list(self.games[world].mirror.trail)

    def forget(self, world: str) -> None:
        """Sets a world's counts to nothing."""
        mirror = self.games[world].mirror
        mirror.calls = 0
        mirror.counts.clear()
        mirror.tally.clear()
