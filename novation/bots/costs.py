"""What a transaction costs, in dollars, to compare with what it earns."""

from __future__ import annotations

from collections.abc import Callable

from novation.chain.protocol import Chain, Receipt

WAD = 10**18
# Before the first receipt of its kind is known; on the high side.
BRINGING = " with an update"  # of a kind
GUESS = {
    "execute": 300_000,
    "trigger": 120_000,
    "liquidate": 350_000,
    "flag": 120_000,
    "update": 300_000,
    "execute" + BRINGING: 600_000,
    "liquidate" + BRINGING: 650_000,
}


class Costs:
    """Gas used by kind of transaction (the newest receipt tells), times the network's gas price, in WAD USD."""

    def __init__(self, chain: Chain, ether_price: Callable[[], int]) -> None:
        """@param ether_price WAD USD; zero counts gas as free."""
        self._provider = getattr(chain, "provider", None)
        self._ether_price = ether_price
        self._used = dict(GUESS)
        self._gas_price = 0
        self.spent = 0  # WAD USD of all receipts learned

    def refresh(self) -> None:
        """Asks the network for its gas price; in process it is zero."""
        if self._provider is not None:
            self._gas_price = int(self._provider.gas_price)

    def of(self, kind: str, value: int = 0) -> int:
        """The expected cost of a transaction of this kind that pays so many wei, WAD USD."""
        return self._cost(self._used[kind], value)

    def learn(self, kind: str, receipt: Receipt, number: int = 1, value: int = 0) -> None:
        """Remembers what one took, of a transaction that did a number of them and was sent with so many wei."""
        self._used[kind] = receipt.gas // number
        self.spent += self._cost(receipt.gas, value if receipt.ok else 0)

    def _cost(self, gas: int, value: int) -> int:
        return (gas * self._gas_price + value) * self._ether_price() // WAD
