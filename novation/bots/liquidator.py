"""The liquidator: asks for many accounts at once who is unhealthy, and closes of each the market that pays the most.

The accounts are those that events have shown with a position. Where networks have published prices that the adapter
has not been brought, an account is judged at those, and all of its markets are brought before it is closed.
"""

from __future__ import annotations

from collections.abc import Sequence

from novation.bots.costs import BRINGING, Costs
from novation.bots.keeper import Done
from novation.bots.mirror import Mirror
from novation.bots.outlook import Outlook
from novation.chain.protocol import Contract, Receipt, Reverted

VIEW = 128  # accounts a view
BATCH = 8  # liquidations a transaction
REPEATS = 16  # rounds of a step: an account may need one a market


class Liquidator:
    """Call `step` after every block."""

    def __init__(
        self,
        lens: Contract,
        module: Contract,
        oracle: Contract,
        vault: Contract,
        outlook: Outlook,
        mirror: Mirror,
        costs: Costs,
        sender: str,
        profit: int = 0,
    ) -> None:
        """@param profit Least gain of a liquidation, WAD USD."""
        self._lens, self._module, self._oracle, self._vault = lens, module, oracle, vault
        self._outlook, self._mirror, self._costs = outlook, mirror, costs
        self.sender, self._profit = sender, profit
        self.refusals: dict[str, int] = {}  # what was not sent, by the reason

    def step(self) -> list[Done]:
        """One look at the chain; what was done."""
        self._mirror.refresh()
        self._costs.refresh()
        self._outlook.refresh()
        waiting = [account for account in self._mirror.holders() if self._outlook.missing(account)]
        sick = [account for account, standing in self._outlook.standings(waiting) if standing.is_sick]
        done = [deed for account in sick for deed in self._bring(account)]
        suspects = [account for account in self._mirror.holders() if not self._outlook.missing(account)]
        for _ in range(REPEATS):
            suspects = self.unhealthy(suspects)
            if not suspects:
                break
            results = self._liquidate(suspects)
            self._mirror.refresh()
            if not results:
                break
            done += results
        return done

    def unhealthy(self, accounts: Sequence[str]) -> list[str]:
        """Those of the accounts that can be liquidated now, at the prices that are known."""
        found = []
        for start in range(0, len(accounts), VIEW):
            batch = accounts[start : start + VIEW]
            bits = self._lens.call("unhealthy_bits", batch)
            found += [account for number, account in enumerate(batch) if bits >> number & 1]
        return found

    def _bring(self, account: str) -> list[Done]:
        """Brings what an account's markets miss; where that is one price, in the transaction that closes it."""
        missing = self._outlook.missing(account)
        if len(missing) == 1:
            (market,) = missing
            reward = self._tried(account, market)
            if reward is not None:
                fee = self._outlook.ahead[market].fee
                pays = self._pays(reward, self._costs.of("liquidate" + BRINGING, fee))
                return self._close(account, market) if pays else []
        ahead = [(market, self._outlook.ahead[market]) for market in missing]
        cost = sum(self._costs.of("update", price.fee) for _, price in ahead) + self._costs.of("liquidate")
        if not ahead or not self._pays(self._outlook.reward(account), cost):
            return []
        for market, price in ahead:
            arguments = market, price.update
            receipt = self._oracle.attempt("update", *arguments, sender=self.sender, value=price.fee)
            self._costs.learn("update", receipt, value=price.fee)
            self._outlook.look(market)
        return []

    def _tried(self, account: str, market: int) -> int | None:
        """What a liquidation with the update of its market would pay; None where it is refused."""
        update, fee = self._outlook.ahead[market][:2]
        try:
            return int(self._module.call("liquidate", account, market, update, sender=self.sender, value=fee))
        except Reverted:
            return None

    def _close(self, account: str, market: int) -> list[Done]:
        """Liquidates with the update of the market."""
        update, fee = self._outlook.ahead[market][:2]
        receipt = self._module.attempt("liquidate", account, market, update, sender=self.sender, value=fee)
        self._costs.learn("liquidate" + BRINGING, receipt, value=fee)
        self._mirror.refresh()
        self._outlook.look(market)
        return self._told(receipt)

    def _liquidate(self, accounts: Sequence[str]) -> list[Done]:
        """One market of each account that pays, in as few transactions as may be."""
        offers = [offer for account in accounts if (offer := self._best(account)) is not None]
        done: list[Done] = []
        for start in range(0, len(offers), BATCH):
            batch = offers[start : start + BATCH]
            owners, markets = [account for account, _ in batch], [market for _, market in batch]
            receipt = self._module.attempt("liquidate_many", owners, markets, sender=self.sender)
            self._costs.learn("liquidate", receipt, len(batch))
            done += self._told(receipt)
        return done

    def _told(self, receipt: Receipt) -> list[Done]:
        """What a transaction has liquidated."""
        if not receipt.ok:
            self._refuse(receipt.error or "")
        told = [event.args for event in receipt.find("Liquidated")]
        return [Done("liquidate", args["account"], args["market"], "", args["reward"], receipt) for args in told]

    def _best(self, account: str) -> tuple[str, int] | None:
        """The account with its best-paid market, if it pays: a dry run for each."""
        offers, codes = [], set()
        for market in self._mirror.markets_of(account):
            try:
                offers.append((int(self._module.call("liquidate", account, market, b"", sender=self.sender)), market))
            except Reverted as error:
                self._refuse(error.code)
                codes.add(error.code)
        if not offers:
            if "EARLY" in codes:
                self._flag(account)
            return None
        reward, market = max(offers)
        return (account, market) if self._pays(reward, self._costs.of("liquidate")) else None

    def _flag(self, account: str) -> None:
        """Starts the clock after which an account is closed at old prices: where nobody has, and anew where a price may
        have come after it."""
        try:
            self._vault.call("flag", account, sender=self.sender)
        except Reverted as error:
            if error.code != "NOFLAG":  # else the clock is running
                self._refuse(error.code)
            return
        if self._pays(self._outlook.reward(account), self._costs.of("flag") + self._costs.of("liquidate")):
            receipt = self._vault.attempt("flag", account, sender=self.sender)
            self._costs.learn("flag", receipt)

    def _pays(self, reward: int, cost: int) -> bool:
        """Whether it is worth sending."""
        if reward - cost >= self._profit:
            return True
        self._refuse("UNPROFITABLE")
        return False

    def _refuse(self, code: str) -> None:
        self.refusals[code] = self.refusals.get(code, 0) + 1
