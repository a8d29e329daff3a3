"""The networks behind pull sources, one of each on a chain, and what they sign."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from novation.chain.protocol import Chain, Contract
from novation.model.sources import update_bytes
from novation.upstream import pyth, redstone, streams, wormhole

WAD = 10**18
CENT = 10**10  # WAD of a price's unit in 8 decimals
EXPONENT = -8
GRID = 10  # seconds between RedStone's times
VALID = 86_400  # seconds, a report of Data Streams
NATIVE_FEE = 10**12  # wei, where the verifier charges for a report

NETWORK_ROLES = ("wormhole", "verifier", "verifier proxy")
# An update of (price WAD, published at, published before that; Unix seconds).
Sign = Callable[[int, int, int], bytes]


@dataclass
class Networks:
    """What pull sources of a chain share; a network is deployed when its first source is. `made` are those by role."""

    chain: Chain
    deployer: str
    made: dict[str, Contract] = field(default_factory=dict)

    def deploy_source(self, kind: str, symbol: str) -> tuple[Contract, tuple[Any, ...]]:
        """A pull source of a price in USD, and its arguments. @raises ComponentUnavailable."""
        name, arguments = "MockSource", (False,)  # type: tuple[str, tuple[Any, ...]]
        if kind == "pyth":
            core = self.wormhole().core.address
            name, arguments = "PythSource", (core, pyth.PYTHNET, pyth.EMITTER, pyth.feed_id(symbol))
        elif kind == "redstone":
            addresses = [signer.address for signer in redstone.service().signers]
            name, arguments = "RedStoneSource", (redstone.feed_id(symbol), GRID, addresses)
        elif kind == "streams":
            network, feed = self.streams(), _stream(symbol)
            network.add(feed)
            name, arguments = "DataStreamsSource", (network.proxy.address, feed)
        return self.chain.deploy(name, *arguments, sender=self.deployer), arguments

    def signer(self, kind: str, symbol: str) -> Sign:
        """What the network behind such a source signs with. @raises ComponentUnavailable."""
        if kind == "pyth":
            return _pyth_signer(pyth.Pyth(self.wormhole()), pyth.feed_id(symbol))
        if kind == "redstone":
            return _redstone_signer(redstone.feed_id(symbol))
        if kind == "streams":
            return _streams_signer(self.streams(), _stream(symbol))
        return _mock_signer

    def wormhole(self) -> wormhole.Wormhole:
        """The core and its guardians, deployed the first time. @raises ComponentUnavailable."""
        if "wormhole" not in self.made:
            self.made["wormhole"] = wormhole.deploy_wormhole(self.chain, self.deployer).core
        return wormhole.Wormhole(self.made["wormhole"], wormhole.guardians())

    def streams(self) -> streams.Streams:
        """The verifier and its operators, deployed the first time. @raises ComponentUnavailable."""
        if "verifier" not in self.made:
            network = streams.deploy_streams(self.chain, self.deployer)
            self.made |= {"verifier": network.verifier, "verifier proxy": network.proxy}
        proxy, verifier = self.made["verifier proxy"], self.made["verifier"]
        return streams.Streams(self.chain, proxy, verifier, streams.operators(), {}, self.deployer)


def code_of(role: str) -> Any:
    """What is deployed as a network's part, by its role in `Networks.made`. @raises ComponentUnavailable."""
    if role == "wormhole":
        return wormhole.code_of("Implementation")
    return streams.code_of("Verifier" if role == "verifier" else "VerifierProxy")


def _stream(symbol: str) -> bytes:
    return streams.feed_id(f"{symbol}/USD")


def _pyth_signer(network: pyth.Pyth, feed: bytes) -> Sign:
    def sign(price: int, at: int, before: int) -> bytes:
        return network.update([pyth.PythPrice(feed, price // CENT, 0, EXPONENT, at, before)])

    return sign


def _redstone_signer(feed: bytes) -> Sign:
    network = redstone.service()

    def sign(price: int, at: int, before: int) -> bytes:
        return network.payload(feed, [price // CENT] * len(network.signers), at * 1000)

    return sign


def _streams_signer(network: streams.Streams, feed: bytes) -> Sign:
    network.digests[feed] = bytes(network.verifier.call("latestConfigDetails", feed)[2])

    def sign(price: int, at: int, before: int) -> bytes:
        fees = NATIVE_FEE, NATIVE_FEE
        return network.signed(streams.Report(feed, before + 1, at, *fees, at + VALID, price, price, price))

    return sign


def _mock_signer(price: int, at: int, before: int) -> bytes:
    return update_bytes(price, 0, at, before)
