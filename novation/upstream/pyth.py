"""Pyth's accumulator updates: price messages under a Merkle root that Wormhole's guardians attest.

An update: "PNAU" | major 1 | minor 1 | n 1 | header n | type 1 (0: Wormhole Merkle) | length 2 | message | count 1 |
count times (length 2 | price message | depth 1 | depth * 20). The payload of the attested message: "AUWV" | type 1 |
slot 8 | ring size 4 | root 20. A price message: type 1 (0) | feed 32 | price i64 | confidence u64 | exponent i32 |
publish time 8 | previous publish time 8 | ema price i64 | ema confidence u64. Hashes are the first 20 bytes of
keccak: of 0x00 and the message for a leaf, of 0x01 and both children, the smaller first, for a node. Source: Pyth's
`PythAccumulator.sol` and `MerkleTree.sol`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from eth_utils.crypto import keccak

from novation.upstream.wormhole import QUORUM, Wormhole

PYTHNET = 26  # Wormhole's number of Pythnet
EMITTER = keccak(text="novation test network, pyth's accumulator")
HASH = 20


def feed_id(symbol: str) -> bytes:
    """A symbol as its feed's 32 bytes on our network; those of Pyth's own are on its list."""
    return keccak(text=f"Crypto.{symbol}/USD")


class PythPrice(NamedTuple):
    """One price: worth price * 10**exponent USD, Unix seconds."""

    feed: bytes
    price: int
    confidence: int
    exponent: int
    publish_time: int
    previous_publish_time: int

    def message(self) -> bytes:
        """As it is hashed."""
        return (
            b"\0"
            + self.feed
            + self.price.to_bytes(8, signed=True)
            + self.confidence.to_bytes(8)
            + self.exponent.to_bytes(4, signed=True)
            + self.publish_time.to_bytes(8, signed=True)
            + self.previous_publish_time.to_bytes(8, signed=True)
            + self.price.to_bytes(8, signed=True)
            + self.confidence.to_bytes(8)
        )


@dataclass
class Pyth:
    """Pythnet: what it publishes, signed by Wormhole's guardians. `width` prices are under a root."""

    wormhole: Wormhole
    width: int = 64
    _sequence: int = field(default=0)

    def update(
        self,
        prices: Sequence[PythPrice],
        by: Sequence[int] = range(QUORUM),
        emitter_chain: int = PYTHNET,
        emitter: bytes = EMITTER,
        payload: bytes | None = None,
        guardian_set: int = 0,
    ) -> bytes:
        """An update of all these prices, which are published together with others.

        @param payload In place of the true one.
        """
        messages = [price.message() for price in prices]
        others = [keccak(index.to_bytes(4)) for index in range(self.width - len(messages))]
        tree = Tree([*messages, *others])
        self._sequence += 1
        if payload is None:
            payload = b"AUWV\0" + self._sequence.to_bytes(8) + (10_000).to_bytes(4) + tree.root
        signed = self.wormhole.attest(
            emitter_chain, emitter, payload, prices[0].publish_time, self._sequence, by, guardian_set
        )
        parts = b"".join(
            len(message).to_bytes(2) + message + tree.proof(index) for index, message in enumerate(messages)
        )
        return b"PNAU\1\0\0\0" + len(signed).to_bytes(2) + signed + bytes([len(messages)]) + parts


class Tree:
    """A Merkle tree over messages, filled up with empty leaves to a power of two."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        size = 1 << max(0, (len(messages) - 1).bit_length())
        leaves = [_hash(b"\0" + message) for message in messages]
        leaves += [_hash(b"\2")] * (size - len(messages))
        self._rows = [leaves]
        while len(self._rows[-1]) > 1:
            row = self._rows[-1]
            self._rows.append([_node(row[i], row[i + 1]) for i in range(0, len(row), 2)])

    @property
    def root(self) -> bytes:
        """20 bytes."""
        return self._rows[-1][0]

    def proof(self, index: int) -> bytes:
        """Count and siblings, from the leaf up."""
        siblings = []
        for row in self._rows[:-1]:
            siblings.append(row[index ^ 1])
            index //= 2
        return bytes([len(siblings)]) + b"".join(siblings)


def _hash(data: bytes) -> bytes:
    return keccak(data)[:HASH]


def _node(one: bytes, other: bytes) -> bytes:
    return _hash(b"\1" + min(one, other) + max(one, other))
