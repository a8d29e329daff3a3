"""Tapes of revm, played again on other engines: equal transaction by transaction and, at the end, word by word."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from novation.fuzz.campaign.author import WORLD_OF, Author
from novation.fuzz.campaign.story import Story
from novation.fuzz.engines.describe import Names
from novation.fuzz.engines.recorder import Recordings
from novation.fuzz.evms.anvil import Anvil
from novation.fuzz.evms.pyevm import PyEvm
from novation.fuzz.evms.state import State
from novation.fuzz.evms.tape import Outcome, Tape, Transaction, digest_of
from novation.fuzz.system.engine import Place
from novation.fuzz.system.worlds import WORLDS


class Player(Protocol):
    """An engine that plays tapes on one world."""

    name: str

    def restart(self) -> None:
        """The world as it was deployed."""

    def play(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends them in their order and at their times."""

    def words(self, places: Sequence[Place]) -> list[int]:
        """Storage words."""

    def close(self) -> None:
        """Ends it."""


WORLDS_OF = (*WORLD_OF, *(world for world in WORLDS if world not in WORLD_OF))  # every one
PLAYERS: dict[str, Callable[[State], Player]] = {"pyevm": PyEvm, "anvil": Anvil}


@dataclass
class Line:
    """What one engine has done."""

    name: str
    seconds: float = 0.0
    transactions: int = 0
    cut: int = 0  # sequences compared only up to a transaction whose gas limit decided otherwise here
    differences: list[str] = field(default_factory=list)
    digest: bytes = bytes(32)  # of all sequences so far that no engine cut

    def add(self, digest: bytes) -> None:
        """Takes another sequence's digest in."""
        self.digest = hashlib.sha256(self.digest + digest).digest()

    @property
    def rate(self) -> float:
        """Transactions a second."""
        return self.transactions / max(self.seconds, 1e-9)


class Comparison:
    """Plays stories on revm and on each of the other engines."""

    def __init__(self, names: Sequence[str], recordings: Recordings | None = None) -> None:
        self.names = names
        self.recordings = recordings or Recordings()
        self.lines = {name: Line(name) for name in ("revm", *names)}
        self.stories = self.cut = self.reverted = 0  # cut stories are not among the stories
        self._players: dict[tuple[str, str], Player] = {}
        self._names: dict[str, Names] = {}

    def play(self, story: Story) -> None:
        """One story everywhere. @raises ComponentUnavailable, ChainError where an engine does not start."""
        players = [self._player(name, story.world) for name in self.names]  # which costs time of its own
        start = time.perf_counter()
        tape = self.recordings.play(story)
        line = self.lines["revm"]
        line.seconds += time.perf_counter() - start
        line.transactions += len(tape.transactions)
        self.reverted += sum(not outcome.ok for outcome in tape.outcomes)
        digests = {"revm": tape.digest()}
        for name, player in zip(self.names, players, strict=True):
            if (digest := self.replay(tape, player, self.lines[name])) is not None:
                digests[name] = digest
        if len(digests) <= len(self.names):
            self.cut += 1
            return
        self.stories += 1
        for name, digest in digests.items():
            self.lines[name].add(digest)

    def replay(self, tape: Tape, player: Player, line: Line) -> bytes | None:
        """A tape on another engine; what differs is added to the line.

        @return its digest there, None where a gas limit made another story of it.
        """
        start = time.perf_counter()
        player.restart()
        outcomes = player.play(tape.transactions)
        line.seconds += time.perf_counter() - start
        words = player.words(tape.places)
        line.transactions += len(outcomes)
        pairs = enumerate(zip(tape.outcomes, outcomes, strict=True))
        index = next((index for index, (ours, theirs) in pairs if ours.digest() != theirs.digest()), None)
        if index is not None and tape.transactions[index].limited:
            line.cut += 1
            return None
        if index is not None:
            line.differences.append(self._names_of(tape.world).difference(tape, index, player.name, outcomes[index]))
        elif words != tape.words:
            lines = [f"all transactions of {tape.story} end alike, but not the words of storage"]
            lines += [
                f"  {address} slot {slot:#x}: revm {ours:#x}, {player.name} {theirs:#x}"
                for (address, slot), ours, theirs in zip(tape.places, tape.words, words, strict=True)
                if ours != theirs
            ]
            line.differences.append("\n".join(lines))
        return digest_of(outcomes, words)

    @property
    def differs(self) -> bool:
        """Whether any engine tells anything else than revm."""
        return any(line.differences for line in self.lines.values())

    def close(self) -> None:
        """Ends the engines."""
        for player in self._players.values():
            player.close()
        self._players.clear()

    def _player(self, name: str, world: str) -> Player:
        if (name, world) not in self._players:
            self._players[name, world] = PLAYERS[name](self.recordings.state(world))
        return self._players[name, world]

    def _names_of(self, world: str) -> Names:
        if world not in self._names:
            self._names[world] = Names(self.recordings.game(world).mirror)
        return self._names[world]


class ShortStories:
    """A campaign's stories, cut to so many actions after the opening."""

    def __init__(self, seed: int, least: int, most: int) -> None:
        self._author = Author(seed, worlds=WORLDS_OF)
        self._random = Random(seed)
        self._range = least, most

    def story(self) -> Story:
        """The next one."""
        story = self._author.story()
        return story._replace(steps=story.steps[: 1 + self._random.randint(*self._range)])
