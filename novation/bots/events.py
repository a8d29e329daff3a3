"""Where a bot's events come from: a tape of receipts in process, or the logs of a network by ranges of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from novation.chain.ape import ApeChain
from novation.chain.protocol import ChainError, Contract, Event, Receipt, Registry

RANGE = 2_000  # blocks a request; nodes refuse more


class Events(Protocol):
    """New events since the last reading, in the order of the chain."""

    def read(self) -> list[Event]:
        """Empty where nothing has happened."""


class Tape:
    """Events of receipts that somebody in this process hands in; several may read it, each its own `reader`."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def add(self, receipt: Receipt) -> None:
        """Keeps what a transaction did."""
        self._events.extend(receipt.events)

    def reader(self) -> Events:
        """Reads from the beginning."""
        return _TapeReader(self._events)


class _TapeReader:
    def __init__(self, events: list[Event]) -> None:
        self._events = events
        self._next = 0

    def read(self) -> list[Event]:
        """What came since."""
        new = self._events[self._next :]
        self._next = len(self._events)
        return new


class Logs:
    """Events of some contracts on a network, from a block on."""

    def __init__(self, chain: ApeChain, contracts: Sequence[Contract], first: int = 0) -> None:
        self._chain = chain
        self._addresses = [contract.address for contract in contracts]
        self._registry = Registry()
        for contract in contracts:
            self._registry.learn(contract.address, contract.interface)
        self._next = first

    def read(self) -> list[Event]:
        """Every event up to the newest block. @raises ChainError where the node refuses."""
        newest = self._chain.block
        events: list[Event] = []
        while self._next <= newest:
            last = min(self._next + RANGE - 1, newest)
            events.extend(self._range(self._next, last))
            self._next = last + 1
        return events

    def _range(self, first: int, last: int) -> list[Event]:
        query = {"fromBlock": hex(first), "toBlock": hex(last), "address": self._addresses}
        answer: Any = self._chain.provider.web3.provider.make_request("eth_getLogs", [query])
        if "error" in answer:
            raise ChainError(f"the node refuses eth_getLogs: {answer['error']}")
        return [
            self._registry.event((_checksum(log["address"]), [_raw(t) for t in log["topics"]], _raw(log["data"])))
            for log in answer["result"]
        ]


def _raw(text: Any) -> bytes:
    return bytes.fromhex(text.removeprefix("0x")) if isinstance(text, str) else bytes(text)


def _checksum(text: str) -> str:
    from novation.chain.abi import checksum

    return checksum(_raw(text))
