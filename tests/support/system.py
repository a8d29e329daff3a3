"""A whole system in process, with its roles and the few moves that most tests are made of.

Money is WAD USD, sizes are WAD base units; `usd` and `size` in a helper's name or argument say which. Actors are roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from novation.chain.protocol import Chain, Receipt
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from novation.deployment.plan import deploy
from novation.deployment.settings import Market, Parameters
from novation.deployment.system import System

WAD = 10**18
ROLES = (
    "owner",
    "guardian",
    "treasury",
    "maker",
    "taker",
    "hedger",
    "keeper",
    "liquidator",
    "lp",
    "other_lp",
    "attacker",
    "outsider",
)
ETH, BTC = 0, 1
CASH_BITS = 152
FEE = WAD  # keeper fee of an order

Order = tuple[Any, ...]  # IOrderModule.Order
ACCOUNT, MARKET, DUE = 0, 1, 9


@dataclass
class House:
    """The system and who acts in it; contracts are attributes as in `System`."""

    chain: Chain
    system: System
    roles: dict[str, str]

    def __getattr__(self, name: str) -> Any:
        """Roles and contracts by name."""
        roles = self.__dict__.get("roles", {})
        if name in roles:
            return roles[name]
        if name.startswith("__") or "system" not in self.__dict__:
            raise AttributeError(name)
        return getattr(self.system, name)

    @property
    def now(self) -> int:
        """Seconds."""
        return self.chain.now

    def market(self, market: int) -> Market:
        """Its parameters."""
        return next(found for found in self.system.parameters.markets if found.number == market)

    # money

    def fund(self, account: str, usd: int) -> None:
        """Pays whole dollars into an account, out of nothing."""
        self.system.mint(account, usd * WAD)
        self.system.deposit(account, account, usd * WAD)

    def cash(self, account: str) -> int:
        """The account's cash, WAD USD."""
        word = int(self.vault.call("account_word", account))
        return (word - (1 << 256) if word >> 255 else word) >> CASH_BITS

    def supply(self) -> int:
        """LP shares, WAD."""
        return int(self.shares.call("totalSupply"))

    def balance(self, holder: str) -> int:
        """LP shares of a holder, WAD."""
        return int(self.shares.call("balanceOf", holder))

    # time and prices

    def warp(self, seconds: int) -> None:
        """Moves the clock on; feeds grow stale by it."""
        self.chain.warp(seconds)

    def price(self, market: int) -> int:
        """The newest mid, WAD."""
        return int(self.oracle.call("read", market)[1])

    def set_price(self, market: int, usd: int | float | None = None) -> Receipt:
        """A new price, in dollars (or cents), published and known to the adapter; the one there is if None.

        Later where there is one of now already: the adapter takes only newer ones. A reference says the same before.
        """
        price = self.price(market) if usd is None else round(usd * 100) * 10**16
        if market in self.system.references:
            self.system.references[market].publish(price)
        feed = self.feeds[market]
        at = feed.next_time(max(self.now, self.oracle.call("read", market)[3] + 1))
        if at > self.now:
            self.chain.set_time(at)
        return self.system.publish(market, price)

    def refresh(self, seconds: int = 0) -> None:
        """A new price of every feed, as it is, after some time."""
        self.warp(seconds)
        for market in self.feeds:
            self.set_price(market)

    # orders

    def order(
        self,
        account: str,
        market: int,
        size: int,
        *,
        acceptable: int = 0,
        trigger: int = 0,
        trigger_above: bool = False,
        reduce_only: bool = False,
        fee: int = FEE,
        expires_in: int = 10**6,
        slot: int = 0,
        sender: str = "",
    ) -> Order:
        """Commits an order and returns it as it was stored. @raises Reverted."""
        expires_at = self.now + expires_in
        order = (account, market, size, acceptable, trigger, trigger_above, reduce_only, fee, expires_at, 0, 0)
        receipt = self.orders.transact("commit", order, slot, sender=sender or account)
        return tuple(receipt.one("Committed").args["order"])

    def round_at(self, order: Order, usd: int | float | None = None) -> int:
        """Goes to the order's due time and publishes a price there. @return its id, 0 of a pull feed."""
        if self.now < order[DUE]:
            self.chain.set_time(order[DUE])
        self.set_price(order[MARKET], usd)
        return self.system.feeds[order[MARKET]].reference()

    def fill(self, order: Order, usd: int | float | None = None, slot: int = 0) -> Receipt:
        """Publishes the order's price (the present one if None) and executes it. @raises Reverted."""
        reference = self.round_at(order, usd)
        return self.system.orders.transact("execute", order, slot, reference, b"", sender=self.roles["keeper"])

    def trade(self, account: str, market: int, size: int, usd: int | float | None = None, **options: Any) -> Receipt:
        """Commits and fills. @raises Reverted, AssertionError where the order failed."""
        receipt = self.fill(self.order(account, market, size, **options), usd, options.get("slot", 0))
        code = receipt.one("Executed").args["code"]
        assert code == "", f"the order failed with {code}"
        return receipt

    # LPs

    def end_epoch(self) -> None:
        """Goes to the end of the oldest unsettled batch (or of the present epoch) with new prices there."""
        closes_at = self.shares.call("batches")[2]
        epoch = self.system.parameters.shares.epoch_seconds
        self.chain.set_time(max(self.now, closes_at or (self.now // epoch + 1) * epoch))
        self.refresh()

    def settle(self) -> Receipt:
        """Ends the epoch and settles one batch. @raises Reverted."""
        self.end_epoch()
        return self.system.shares.transact("settle", sender=self.roles["keeper"])

    def provide(self, lp: str, usd: int) -> int:
        """Funds an LP and brings it its shares. @return how many."""
        self.fund(lp, usd)
        before = self.balance(lp)
        self.shares.transact("request_deposit", lp, usd * WAD, sender=lp)
        self.settle()
        self.shares.transact("claim", lp, sender=lp)
        return self.balance(lp) - before


def build(parameters: Parameters | None = None, chain: Chain | None = None) -> House:
    """Deploys a system; the owner is the deployer, guardian and treasury are roles of their own."""
    from dataclasses import replace

    chain = chain or RevmChain()
    roles = {role: chain.account(number) for number, role in enumerate(ROLES)}
    parameters = replace(parameters or load("local"), guardian=roles["guardian"], treasury=roles["treasury"])
    return House(chain, deploy(chain, parameters, roles["owner"]), roles)
