"""Plays stories, each from the state after deployment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from novation.chain.compiler import Artifact
from novation.fuzz.actions import Game
from novation.fuzz.campaign.story import Story
from novation.fuzz.system.mirror import Mirror, Mismatch
from novation.fuzz.system.worlds import WORLDS, build
from novation.model.invariants import Violation


class Failure(NamedTuple):
    """What went wrong: kind and message, after how many steps."""

    kind: str
    message: str
    steps: int

    def like(self, other: Failure | None) -> bool:
        """Whether it is the same fault as another: the same kind of thing about the same thing."""
        return other is not None and self.kind == other.kind and _topic(self.message) == _topic(other.message)


def _topic(message: str) -> str:
    return message.split(":")[0].split(" 0x")[0].split("(")[0].strip()


class Stages:
    """One mirror a world, built when it is first wanted. Contracts named in `replaced` are deployed as these artifacts:
    with probes, with a fault, by another compiler."""

    def __init__(
        self, modelled: bool = True, check: bool = True, replaced: Mapping[str, Artifact] | None = None
    ) -> None:
        self.modelled = modelled
        self.check = check
        self.replaced = replaced or {}
        self.games: dict[str, Game] = {}

    def game(self, world: str) -> Game:
        """A game from its beginning."""
        if world not in self.games:
            self.games[world] = Game(Mirror(build(WORLDS[world](), self.replaced), self.modelled, self.check))
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
