"""A chain that remembers: it counts transactions and keeps their events for whoever reads along."""

from __future__ import annotations

from typing import Any, cast

from novation.bots.events import Tape
from novation.chain.protocol import Chain, Contract, Deployable, Receipt


class Recorded:
    """Passes everything on to another chain; its contracts send through it."""

    def __init__(self, inner: Chain) -> None:
        self._inner = inner
        self.tape = Tape()
        self.transactions = 0

    @property
    def chain(self) -> Chain:
        """Itself, as what it is used as."""
        return cast(Chain, self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def deploy(self, what: Deployable, *args: Any, sender: str, value: int = 0) -> Contract:
        """@raises Reverted."""
        self.transactions += 1
        made = self._inner.deploy(what, *args, sender=sender, value=value)
        if made.receipt is not None:
            self.tape.add(made.receipt)
        return Contract(self.chain, made.name, made.interface, made.address, made.receipt)

    def at(self, what: Deployable, address: str) -> Contract:
        """A contract that is deployed already."""
        found = self._inner.at(what, address)
        return Contract(self.chain, found.name, found.interface, found.address)

    def raw_transact(self, to: str, data: bytes, sender: str, value: int = 0, gas: int | None = None) -> Receipt:
        """A transaction; a revert is in the receipt."""
        self.transactions += 1
        receipt = self._inner.raw_transact(to, data, sender, value, gas)
        self.tape.add(receipt)
        return receipt
