"""Keys of the networks behind the sources, and secp256k1 signatures by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from coincurve import PrivateKey
from eth_utils.crypto import keccak

from novation.chain.abi import checksum


@dataclass(frozen=True)
class Signer:
    """A key. `v` of its signatures is 0 or 1."""

    secret: bytes

    @cached_property
    def _key(self) -> PrivateKey:
        return PrivateKey(self.secret)

    @cached_property
    def address(self) -> str:
        """Checksummed."""
        return checksum(keccak(self._key.public_key.format(compressed=False)[1:])[12:])

    def sign(self, digest: bytes) -> tuple[bytes, bytes, int]:
        """r, s, v of a 32-byte digest."""
        signature = self._key.sign_recoverable(digest, hasher=None)
        return signature[:32], signature[32:64], signature[64]


def signers(network: str, count: int) -> Sequence[Signer]:
    """The keys of a network: always the same, and public. Never for anything but test chains."""
    return tuple(Signer(keccak(text=f"novation test network, {network}, key {index}")) for index in range(count))
