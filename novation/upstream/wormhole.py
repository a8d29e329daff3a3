"""Wormhole's core contract with guardians of ours, and the messages that they attest.

A message (VAA): version 1 | guardian set 4 | count 1 | count * (index 1, r 32, s 32, v 1) | body. A body: timestamp 4 |
nonce 4 | emitter chain 2 | emitter 32 | sequence 8 | consistency 1 | payload. What is signed is keccak(keccak(body)).
Source: the Wormhole whitepaper 0001, the core's `Messages.sol`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_utils.crypto import keccak

from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract, Deployable
from novation.upstream.signing import Signer, signers

GUARDIANS = 19
QUORUM = 13
CHAIN = 2  # Wormhole's number of Ethereum
GOVERNANCE_CHAIN = 1
GOVERNANCE = (4).to_bytes(32)


@dataclass(frozen=True)
class Wormhole:
    """The core contract and its guardians."""

    core: Contract
    guardians: Sequence[Signer]

    def attest(
        self,
        emitter_chain: int,
        emitter: bytes,
        payload: bytes,
        timestamp: int,
        sequence: int = 0,
        by: Sequence[int] = range(QUORUM),
        guardian_set: int = 0,
    ) -> bytes:
        """A signed message.

        @param by The guardians who sign, by index, in the order of their signatures.
        """
        body = (
            timestamp.to_bytes(4)
            + (0).to_bytes(4)
            + emitter_chain.to_bytes(2)
            + emitter
            + sequence.to_bytes(8)
            + b"\1"
            + payload
        )
        digest = keccak(keccak(body))
        signatures = b""
        for index in by:
            r, s, v = self.guardians[index].sign(digest)
            signatures += bytes([index]) + r + s + bytes([v])
        return b"\1" + guardian_set.to_bytes(4) + bytes([len(by)]) + signatures + body


def guardians() -> Sequence[Signer]:
    """The network's own keys."""
    return signers("guardians", GUARDIANS)


def deploy_wormhole(chain: Chain, deployer: str) -> Wormhole:
    """The core behind its proxy, with a first guardian set. @raises ComponentUnavailable."""
    keys = guardians()
    pieces = {name: code_of(name) for name in ("Setup", "Implementation", "Wormhole")}
    implementation = chain.deploy(pieces["Implementation"], sender=deployer)
    setup = chain.deploy(pieces["Setup"], sender=deployer)
    start = setup.encode(
        "setup",
        implementation.address,
        [key.address for key in keys],
        CHAIN,
        GOVERNANCE_CHAIN,
        GOVERNANCE,
        chain.chain_id,
    )
    proxy = chain.deploy(pieces["Wormhole"], setup.address, start, sender=deployer)
    return Wormhole(chain.at(pieces["Implementation"], proxy.address), keys)


def code_of(name: str) -> Deployable:
    """One of Wormhole's contracts. @raises ComponentUnavailable."""
    return (name, *artifact("wormhole", name))
