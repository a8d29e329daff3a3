"""The liquidator: asks for many accounts at once who is unhealthy, and closes of each the market that pays the most.

The accounts are those that events have shown with a position.
"""

from __future__ import annotations

from collections.abc import Sequence

from novation.bots.costs import Costs
from novation.bots.keeper import Done
from novation.bots.mirror import Mirror
from novation.chain.protocol import Contract, Reverted

VIEW = 128  # accounts a view
BATCH = 8  # liquidations a transaction
REPEATS = 16  # rounds of a step: an account may need one a market


class Liquidator:
    """Call `step` after every block."""

    def __init__(
        self, lens: Contract, module: Contract, mirror: Mirror, costs: Costs, sender: str, profit: int = 0
    ) -> None:
        """@param profit Least gain of a liquidation, WAD USD."""
        self._lens, self._module = lens, module
        self._mirror, self._costs, self.sender, self._profit = mirror, costs, sender, profit
        self.refusals: dict[str, int] = {}  # what was not sent, by the reason

    def step(self) -> list[Done]:
        """One look at the chain; what was done."""
        self._mirror.refresh()
        suspects = self._mirror.holders()
        done: list[Done] = []
        for _ in range(REPEATS):
            suspects = self.unhealthy(suspects)
            if not suspects:
                break
            self._costs.refresh()
            results = self._liquidate(suspects)
            self._mirror.refresh()
            if not results:
                break
            done += results
        return done

    def unhealthy(self, accounts: Sequence[str]) -> list[str]:
        """Those of the accounts that can be liquidated now."""
        found = []
        for start in range(0, len(accounts), VIEW):
            batch = accounts[start : start + VIEW]
            bits = self._lens.call("unhealthy_bits", batch)
            found += [account for number, account in enumerate(batch) if bits >> number & 1]
        return found

    def _liquidate(self, accounts: Sequence[str]) -> list[Done]:
        """One market of each account that pays, in as few transactions as may be."""
        offers = [offer for account in accounts if (offer := self._best(account)) is not None]
        done = []
        for start in range(0, len(offers), BATCH):
            batch = offers[start : start + BATCH]
            owners, markets = [account for account, _ in batch], [market for _, market in batch]
            receipt = self._module.attempt("liquidate_many", owners, markets, sender=self.sender)
            self._costs.learn("liquidate", receipt, len(batch))
            if not receipt.ok:
                self._refuse(receipt.error or "")
                continue
            for event in receipt.find("Liquidated"):
                told = event.args
                done.append(Done("liquidate", told["account"], told["market"], "", told["reward"], receipt))
        return done

    def _best(self, account: str) -> tuple[str, int] | None:
        """The account with its best-paid market, if it pays: a dry run for each."""
        offers = []
        for market in self._mirror.markets_of(account):
            try:
                offers.append((int(self._module.call("liquidate", account, market, sender=self.sender)), market))
            except Reverted as error:
                self._refuse(error.code)
        if not offers:
            return None
        reward, market = max(offers)
        if reward - self._costs.of("liquidate") < self._profit:
            self._refuse("UNPROFITABLE")
            return None
        return account, market

    def _refuse(self, code: str) -> None:
        self.refusals[code] = self.refusals.get(code, 0) + 1
