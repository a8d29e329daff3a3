"""Chainlink Data Streams: the verifier contracts, and reports signed by node operators of ours.

A signed report is abi_encode(context bytes32[3], report bytes, rs bytes32[], ss bytes32[], vs bytes32), where the
context is config digest | epoch and round | extra hash, and what is signed is keccak(keccak(report) | context). A
report of schema 3: feed | valid from | observed at | native fee | LINK fee | expires at | price | bid | ask, a word
each, prices in 18 decimals. Source: `Verifier.sol` 0.3.0 of `@chainlink/contracts`, Chainlink's report schema v3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from eth_abi.abi import encode
from eth_utils.crypto import keccak

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.components import COMPONENTS, fetch
from novation.chain.protocol import Chain, Contract, Deployable
from novation.chain.solidity import compiled
from novation.upstream.signing import Signer, signers

FAULTS = 1  # so many operators may lie: one more signs each report, three times as many and one make the network
OPERATORS = 4
SCHEMA = (3).to_bytes(2)
RUNS = 1_000_000  # of the optimizer, as Chainlink compiles them


class Report(NamedTuple):
    """Schema 3. Prices in 18 decimals, Unix seconds, fees in wei."""

    feed: bytes
    valid_from: int
    observed_at: int
    native_fee: int
    link_fee: int
    expires_at: int
    price: int
    bid: int
    ask: int

    def data(self) -> bytes:
        """As it is signed."""
        types = ["bytes32", "uint32", "uint32", "uint192", "uint192", "uint32", "int192", "int192", "int192"]
        return encode(types, list(self))


@dataclass(frozen=True)
class Streams:
    """The verifier's proxy, and its node operators. `digests` by feed."""

    chain: Chain
    proxy: Contract
    verifier: Contract
    operators: Sequence[Signer]
    digests: dict[bytes, bytes]
    owner: str

    def add(self, feed: bytes) -> None:
        """A feed that the operators report on."""
        addresses = [operator.address for operator in self.operators]
        receipt = self.verifier.transact(
            "setConfig", feed, addresses, [bytes(32)] * len(addresses), FAULTS, b"", 1, b"", [], sender=self.owner
        )
        self.digests[feed] = bytes(receipt.one("ConfigSet").args["configDigest"])

    def charge(self, link: Contract, native: Contract) -> Contract:
        """Reports have to be paid for from now on. @return FeeManager."""
        rewards = self.chain.deploy(code_of("RewardManager"), link.address, sender=self.owner)
        fees = self.chain.deploy(
            code_of("FeeManager"),
            link.address,
            native.address,
            self.proxy.address,
            rewards.address,
            sender=self.owner,
        )
        rewards.transact("setFeeManager", fees.address, sender=self.owner)
        self.proxy.transact("setFeeManager", fees.address, sender=self.owner)
        return fees

    def signed(
        self,
        report: Report | bytes,
        by: Sequence[int] = range(FAULTS + 1),
        digest: bytes | None = None,
        epoch: int = 1,
    ) -> bytes:
        """A signed report; with another digest it is of another configuration."""
        data = report.data() if isinstance(report, Report) else report
        context = [digest or self.digests[data[:32]], (epoch << 8).to_bytes(32), bytes(32)]
        message = keccak(keccak(data) + b"".join(context))
        rs, ss, vs = [], [], b""
        for index in by:
            r, s, v = self.operators[index].sign(message)
            rs.append(r)
            ss.append(s)
            vs += bytes([v])
        types = ["bytes32[3]", "bytes", "bytes32[]", "bytes32[]", "bytes32"]
        return encode(types, [context, data, rs, ss, vs.ljust(32, b"\0")])


def feed_id(name: str) -> bytes:
    """A feed's 32 bytes, the first two are its schema."""
    return SCHEMA + keccak(text=name)[2:]


def deploy_streams(chain: Chain, deployer: str) -> Streams:
    """Proxy and verifier. @raises ComponentUnavailable."""
    proxy = chain.deploy(code_of("VerifierProxy"), ZERO_ADDRESS, sender=deployer)
    verifier = chain.deploy(code_of("Verifier"), proxy.address, sender=deployer)
    proxy.transact("initializeVerifier", verifier.address, sender=deployer)
    return Streams(chain, proxy, verifier, operators(), {}, deployer)


def operators() -> Sequence[Signer]:
    """The network's own keys."""
    return signers("data streams", OPERATORS)


def code_of(name: str) -> Deployable:
    """One of Chainlink's contracts. @raises ComponentUnavailable."""
    root, library = fetch("streams"), fetch("openzeppelin")
    sources = {file: root / path for file, path in COMPONENTS["streams"].files.items()}
    imported = COMPONENTS["openzeppelin"]
    for file, path in imported.files.items():
        sources[f"{imported.package}@{imported.version}/{file}"] = library / path
    return (name, *compiled("solc-streams", sources, name, RUNS))
