"""What was sent and what came of it, in a form that every engine can tell, and digests of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from novation.chain.revm import GAS_LIMIT
from novation.fuzz.system.engine import Place

Log = tuple[bytes, tuple[bytes, ...], bytes]
"""Emitter, topics, data."""


class Transaction(NamedTuple):
    """What was sent, and when (Unix seconds). With a gas limit of its own it may end otherwise elsewhere."""

    time: int
    sender: str
    to: str
    data: bytes
    value: int = 0
    gas: int = GAS_LIMIT
    nonce: int | None = None  # of a creation (`to` is empty): the address follows from it, and elsewhere calls move it

    @property
    def limited(self) -> bool:
        """Whether the outcome may depend on what an engine charges."""
        return self.gas != GAS_LIMIT


class Outcome(NamedTuple):
    """Whether it succeeded, its return or revert data (of a creation the code), its logs. Without data where it was not
    a revert that stopped it."""

    ok: bool
    output: bytes = b""
    logs: tuple[Log, ...] = ()

    def digest(self) -> bytes:
        """32 bytes that are the same for the same outcome."""
        return _digest(
            [
                bytes([self.ok]),
                self.output,
                *(part for emitter, topics, data in self.logs for part in (emitter, _digest(topics), data)),
            ]
        )


REFUSED = Outcome(False)


@dataclass
class Tape:
    """A sequence as it went on one engine: at its end the words of `places`."""

    world: str
    story: str = ""
    transactions: list[Transaction] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    words: list[int] = field(default_factory=list)

    def digest(self) -> bytes:
        """Of all outcomes and words."""
        return digest_of(self.outcomes, self.words)


def digest_of(outcomes: Iterable[Outcome], words: Sequence[int]) -> bytes:
    """32 bytes for what a sequence did."""
    return _digest([*(outcome.digest() for outcome in outcomes), *(word.to_bytes(32, "big") for word in words)])


def _digest(parts: Iterable[bytes]) -> bytes:
    """SHA-256 of byte strings, each with its length before it."""
    found = hashlib.sha256()
    for part in parts:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.digest()


def plain(address: str) -> bytes:
    """20 bytes."""
    return bytes.fromhex(address[2:])
