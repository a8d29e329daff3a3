"""Chainlink's uptime feed of an OP-stack L2: its status comes from the L1 through the L2's own messenger."""

from __future__ import annotations

from dataclasses import dataclass, field

from novation.chain.abi import ZERO_ADDRESS, checksum
from novation.chain.components import COMPONENTS, artifact, fetch
from novation.chain.protocol import Chain, ChainError, Contract, Deployable
from novation.chain.solidity import compiled

RUNS = 1_000_000
VALIDATOR = checksum(bytes(19) + b"\1")  # on the L1
L1_MESSENGER = checksum(bytes(19) + b"\2")
ALIAS = 0x1111000000000000000000000000000000001111  # what the L2 adds to an L1 contract's address
# Who the messenger takes messages from.
RELAYER = checksum(((int(L1_MESSENGER, 16) + ALIAS) % 2**160).to_bytes(20))
UP, DOWN = False, True


@dataclass
class Sequencer:
    """The feed behind its proxy, and the messenger that brings it what the L1 says."""

    chain: Chain
    proxy: Contract
    feed: Contract
    messenger: Contract
    _sent: int = field(default=0)

    def report(self, status: bool, at: int) -> None:
        """What the L1 says; RELAYER must be able to send.

        @param status UP or DOWN.
        @param at Since when.
        @raises ChainError where the feed did not take it: it is not later than what it knows.
        """
        message = self.feed.encode("updateStatus", status, at)
        nonce, self._sent = self._sent + self.chain.now, self._sent + 1  # a message is relayed once
        receipt = self.messenger.transact("relayMessage", self.feed.address, VALIDATOR, message, nonce, sender=RELAYER)
        if not receipt.find("RelayedMessage") or receipt.find("UpdateIgnored"):
            raise ChainError(f"the feed of the sequencer's state did not take a report of {at}")


def deploy_sequencer(chain: Chain, deployer: str) -> Sequencer:
    """The sequencer is up from now on. @raises ComponentUnavailable."""
    messenger = chain.deploy(
        ("L2CrossDomainMessenger", *artifact("optimism", "L2CrossDomainMessenger")), L1_MESSENGER, sender=deployer
    )
    feed = chain.deploy(code(), VALIDATOR, messenger.address, UP, sender=deployer)
    proxy_code = ("EACAggregatorProxy", *artifact("chainlink", "EACAggregatorProxy"))
    proxy = chain.deploy(proxy_code, feed.address, ZERO_ADDRESS, sender=deployer)
    feed.transact("addAccess", proxy.address, sender=deployer)
    return Sequencer(chain, proxy, feed, messenger)


def code() -> Deployable:
    """Of the feed. @raises ComponentUnavailable."""
    name = "OptimismSequencerUptimeFeed"
    root, messengers = fetch("streams"), fetch("optimism")
    sources = {file: root / path for file, path in COMPONENTS["streams"].files.items()}
    imported = COMPONENTS["optimism"]
    for file, path in imported.files.items():
        if file.endswith(".sol"):
            sources[f"{imported.package}/{file}"] = messengers / path
    return (name, *compiled("solc-streams", sources, name, RUNS))
