"""RedStone's signed data packages, as they are appended to a call.

A payload: packages | count 2 | metadata n | n 3 | marker 9. A package: points | milliseconds 6 | bytes of a value 4 |
count of points 3 | signature 65 (r, s, v 27 or 28), where a point is feed 32 | value, in 8 decimals. What is signed is
keccak of all before the signature. Source: RedStone's `@redstone-finance/protocol` and `evm-connector`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eth_utils.crypto import keccak

from novation.upstream.signing import Signer, signers

MARKER = bytes.fromhex("000002ed57011e0000")
VALUE_BYTES = 32
DECIMALS = 8
SIGNERS = 3


class Point(NamedTuple):
    """A value of a feed, in 8 decimals."""

    feed: bytes
    value: int


def feed_id(symbol: str) -> bytes:
    """A symbol as its feed's 32 bytes."""
    return symbol.encode().ljust(32, b"\0")


@dataclass(frozen=True)
class RedStone:
    """A data service: its signers."""

    signers: Sequence[Signer]

    def payload(
        self,
        feed: bytes,
        values: Sequence[int],
        milliseconds: int,
        by: Sequence[int] | None = None,
        metadata: bytes = b"",
    ) -> bytes:
        """A value of each signer, or of those named, each in its own package."""
        chosen = range(len(values)) if by is None else by
        packages = [
            package(self.signers[signer], [Point(feed, value)], milliseconds)
            for signer, value in zip(chosen, values, strict=True)
        ]
        return payload(packages, metadata)


def package(signer: Signer, points: Sequence[Point], milliseconds: int, value_bytes: int = VALUE_BYTES) -> bytes:
    """A signed package; its points are sorted by feed."""
    data = b"".join(point.feed + point.value.to_bytes(value_bytes) for point in sorted(points))
    data += milliseconds.to_bytes(6) + value_bytes.to_bytes(4) + len(points).to_bytes(3)
    r, s, v = signer.sign(keccak(data))
    return data + r + s + bytes([v + 27])


def payload(packages: Sequence[bytes], metadata: bytes = b"") -> bytes:
    """Packages as they are appended to a call."""
    return b"".join(packages) + len(packages).to_bytes(2) + metadata + len(metadata).to_bytes(3) + MARKER


def service(count: int = SIGNERS) -> RedStone:
    """A data service of ours."""
    return RedStone(signers("redstone", count))
