"""anvil as a place where tapes are played again: all transactions of one second are one block."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from novation.fuzz.evms.node import AnvilNode
from novation.fuzz.evms.reading import Words
from novation.fuzz.evms.state import State
from novation.fuzz.evms.tape import REFUSED, Outcome, Transaction
from novation.fuzz.system.engine import Place


class Anvil:
    """A world on an anvil of its own."""

    name = "anvil"

    def __init__(self, state: State) -> None:
        """@raises ComponentUnavailable, ChainError."""
        self._node = AnvilNode()
        self._node.load(state)
        self._words = Words(self._node)
        self._mark = self._node.snapshot()

    def restart(self) -> None:
        """The state that it was made with."""
        self._mark = self._node.restore(self._mark)

    def play(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        """Sends them, a block for each second; those alone that a node may drop or that want a nonce of their own.

        @return what came of each.
        """
        outcomes = []
        for (time, special), group in groupby(transactions, lambda t: (t.time, t.limited or t.nonce is not None)):
            batch = list(group)
            outcomes += list(map(self._special, batch)) if special else self._block(time, batch)
        return outcomes

    def _block(self, time: int, transactions: Sequence[Transaction]) -> list[Outcome]:
        hashes = [self._node.submit(transaction) for transaction in transactions]
        done = iter(self._node.mine(time, [found for found in hashes if found is not None]))
        return [REFUSED if found is None else next(done).outcome for found in hashes]

    def _special(self, transaction: Transaction) -> Outcome:
        mined = self._node.alone(transaction) if transaction.nonce is None else self._node.create(transaction)
        return REFUSED if mined is None else mined.outcome

    def words(self, places: Sequence[Place]) -> list[int]:
        """Storage words."""
        return self._words.read(places)

    def close(self) -> None:
        """Ends the node."""
        self._node.close()
