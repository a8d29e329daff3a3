"""A clearing house on the local fork, for drills: who acts in it, what the networks say, what stands in its books.

A transaction is a block, and a block is a second: nothing depends on how long it takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from novation.chain.abi import checksum
from novation.chain.protocol import Contract, Receipt, Reverted
from novation.deployment.networks import NATIVE_FEE
from novation.fixed import BPS, WAD, ceil_div
from novation.upstream.chainlink import PushFeed
from novation.upstream.network import Upstream
from tests.fork.books import Books
from tests.fork.terms import BTC, DEVIATION, GRACE, OPENING, SIZES, SYMBOLS, WINDOW
from tests.support.system import ACCOUNT, DUE, FEE, MARKET, House, Order

UNIT = 10**12  # WAD USD of one unit of USDC
REDUCES = 6  # of an order


class Codes(NamedTuple):
    """With what a market refuses; empty where it does not. Who is to be liquidated is the one at the most leverage."""

    open: str
    close: str
    withdraw: str
    liquidate: str


# Of accounts that are healthy.
FREE = Codes("", "", "", "HEALTHY")
REDUCING = Codes("HALTED", "", "STALE", "HEALTHY")
HALTED = Codes("STALE", "STALE", "STALE", "HALTED")
# Of a pull source: an order that is late needs a newest price that is as fresh.
WAITING = Codes("STALE", "STALE", "", "HEALTHY")
OLD = Codes("STALE", "STALE", "STALE", "HEALTHY")


class Waiting(NamedTuple):
    """Two orders and the time of their one price; `reference` is its id where it was pushed."""

    opening: Order
    closing: Order
    at: int
    reference: int = 0


class Mark(NamedTuple):
    """Where a drill begins."""

    chain: int
    books: Books
    prices: dict[int, int]


@dataclass
class Ground(House):
    """The house on its networks. Prices are WAD USD, the newest true ones by market."""

    network: Upstream
    books: Books
    prices: dict[int, int]
    alive: dict[Order, int] = field(default_factory=dict)

    def mark(self) -> Mark:
        """@return where to begin again; no order is open."""
        return Mark(self.chain.snapshot(), self.books.copy(), dict(self.prices))

    def begin(self, mark: Mark) -> None:
        """Back to there."""
        self.chain.restore(mark.chain)
        self.system.rewind()
        self.books, self.prices, self.alive = mark.books.copy(), dict(mark.prices), {}

    # who

    def holder(self, market: int) -> str:
        """Who is long."""
        return self.roles[f"{SYMBOLS[market].lower()}_holder"]

    def shorter(self, market: int) -> str:
        """Who is short, at the most leverage."""
        return self.roles[f"{SYMBOLS[market].lower()}_shorter"]

    def new_opener(self) -> str:
        """An account of the idle one's, with money."""
        word = bytearray.fromhex(self.idle[2:])
        word[-1] ^= 1 + sum(self.owner_of(account) != account for account in self.books.cash)
        account = checksum(bytes(word))
        self.pay_in(account, 1_000)
        return account

    def owner_of(self, account: str) -> str:
        """Who sends for it."""
        return str(self.idle) if account[:-2].lower() == self.idle[:-2].lower() else account

    # money

    def pay_in(self, account: str, usd: int) -> None:
        """Collateral, out of nothing."""
        payer = self.owner_of(account)
        self.system.mint(payer, usd * WAD)
        self.system.deposit(payer, account, usd * WAD)
        self.books.add(account, usd * WAD)

    def leave(self, account: str) -> None:
        """Everything that is whole units, of an account without positions."""
        owner, units = self.owner_of(account), self.books.cash[account] // UNIT
        before = self.token.call("balanceOf", owner)
        self.vault.transact("exit", account, owner, sender=owner)
        self.books.add(account, -units * UNIT)
        assert self.token.call("balanceOf", owner) == before + units
        self.agrees(account)

    def agrees(self, *accounts: str) -> None:
        """What the vault holds for these is what the books say."""
        assert {a: self.cash(a) for a in accounts} == {a: self.books.cash[a] for a in accounts}

    # prices

    def push_feed(self, market: int) -> PushFeed:
        """Chainlink's of the fork."""
        return self.network.feeds[SYMBOLS[market]]

    def refer(self, market: int, price: int | None = None) -> int:
        """Chainlink says a price, the true one if None. @return when. @raises Reverted."""
        return self.push_feed(market).push(self.prices[market] if price is None else price).time

    def round_of(self, market: int) -> int:
        """Chainlink's newest."""
        return int(self.push_feed(market).proxy.call("latestRound"))

    def bring(self, market: int, price: int | None = None) -> int:
        """A new true price of the market's own network (None: as it is), known to the adapter. @return when."""
        self.prices[market] = self.prices[market] if price is None else price
        return self.system.publish(market, self.prices[market]).time

    def tell(self, market: int, price: int | None = None) -> int:
        """Chainlink first, then the market's own network, a second later. @return when that was."""
        self.prices[market] = self.prices[market] if price is None else price
        self.refer(market)
        return self.bring(market)

    def update(self, market: int) -> bytes:
        """The true price, signed: whoever needs it brings it. Empty of a push source, which has said it then."""
        self.feeds[market].publish(self.prices[market])
        return bytes(self.feeds[market].update)

    def signed(self, market: int, price: int) -> bytes:
        """Whatever the network of a pull source may sign now, true or not."""
        return bytes(self.feeds[market].sign(price, self.now, self.now - 1))

    def brings(self, market: int, update: bytes) -> Receipt:
        """Brings that. @raises Reverted."""
        receipt: Receipt = self.oracle.transact("update", market, update, sender=self.keeper, value=fee_of(market))
        return receipt

    def sees(self, market: int, status: int, price: int, at: int, spread: int = DEVIATION) -> None:
        """What the adapter says now, to the wei. @param spread bps."""
        low, high = price * (BPS - spread) // BPS, ceil_div(price * (BPS + spread), BPS)
        assert tuple(self.oracle.call("read", market)) == (low, price, high, at, status)

    # orders

    def commit(self, account: str, market: int, size: int, reduce_only: bool = False) -> Order:
        """An order that is due in DELAY seconds."""
        taken = {slot for order, slot in self.alive.items() if order[ACCOUNT] == account}
        slot = min({0, 1, 2} - taken)
        order = self.order(account, market, size, reduce_only=reduce_only, sender=self.owner_of(account), slot=slot)
        self.books.move(account, self.orders.address, FEE)
        self.alive[order] = slot
        return order

    def execute(self, order: Order, price: int, update: bytes = b"", reference: int = 0, spread: int = 0) -> Receipt:
        """Fills it at that price; what the update costs is paid, the rest comes back. @param spread ppm."""
        account, market, size, *_ = order
        if order[REDUCES]:
            held = abs(self.books.size(account, market))
            size = max(-held, min(held, size))
        wei = self.chain.balance(self.keeper)
        receipt: Receipt = self.orders.transact(
            "execute", order, self.alive.pop(order), reference, update, sender=self.keeper, value=2 * NATIVE_FEE
        )
        paid = fee_of(market) if update else 0
        assert self.chain.balance(self.keeper) == wei - paid
        assert receipt.one("Executed").args["code"] == ""
        fee = self.books.fill(account, market, size, price, spread)
        filled = receipt.one("Filled").args
        assert (filled["price"], filled["charge"]) == (price, fee)
        self.agrees(account, self.pool.address)
        return receipt

    def deal(self, account: str, market: int, size: int, **options: Any) -> Receipt:
        """Commits and fills at the true price, which is published at the order's time and brought with it."""
        order = self.commit(account, market, size, **options)
        self.chain.set_time(order[DUE])
        update = self.update(market)
        return self.execute(order, self.prices[market], update, self.feeds[market].reference())

    def close(self, account: str, market: int) -> Receipt:
        """The whole position."""
        return self.deal(account, market, -self.books.size(account, market), reduce_only=True)

    def due(self, market: int) -> Waiting:
        """One order that opens and one that closes half, both due from the second order's time on: now."""
        opening = self.commit(self.new_opener(), market, OPENING[market])
        half = self.books.size(self.holder(market), market) // 2
        closing = self.commit(self.holder(market), market, -half, reduce_only=True)
        self.chain.set_time(closing[DUE])
        return Waiting(opening, closing, closing[DUE])

    def wait(self, market: int) -> Waiting:
        """The same, with their one price known: it is the newest."""
        waiting = self.due(market)
        assert self.bring(market) == waiting.at
        return waiting._replace(reference=self.feeds[market].reference())

    def codes(self, market: int, waiting: Waiting, update: bytes = b"") -> Codes:
        """What is refused now; nothing changes. @param update Brought by each but the withdrawal."""
        holder = self.holder(market)
        return Codes(
            self.refusal(waiting.opening, update, waiting.reference),
            self.refusal(waiting.closing, update, waiting.reference),
            code_of(self.vault, "withdraw", holder, 1, holder, sender=holder),
            self.spared(self.shorter(market) if market in SIZES else holder, market, update),
        )

    def refusal(self, order: Order, update: bytes = b"", reference: int = 0) -> str:
        """With what an order is refused now."""
        arguments = order, self.alive[order], reference, update
        value = fee_of(order[MARKET]) if update else 0
        return code_of(self.orders, "execute", *arguments, sender=self.keeper, value=value)

    def spared(self, account: str, market: int, update: bytes = b"") -> str:
        """With what an account's liquidation is refused now."""
        value = fee_of(market) if update else 0
        return code_of(self.liquidation, "liquidate", account, market, update, sender=self.keeper, value=value)

    def flag(self, account: str) -> int:
        """Its clock begins. @return when."""
        return int(self.vault.transact("flag", account, sender=self.keeper).time)

    def liquidate(self, account: str, market: int, update: bytes = b"", flagged_at: int = 0) -> None:
        """A part of an account's only position, at the true price. @param flagged_at 0: it was not."""
        value = fee_of(market) if update else 0
        receipt = self.liquidation.transact("liquidate", account, market, update, sender=self.keeper, value=value)
        flagged = receipt.time - flagged_at if flagged_at else 0
        charge, reward = self.books.liquidation(account, market, self.prices[market], self.keeper, flagged)
        filled, done = receipt.one("Filled").args, receipt.one("Liquidated").args
        assert (filled["price"], filled["charge"]) == (self.prices[market], charge)
        assert (done["reward"], done["deficit"]) == (reward, 0)
        self.agrees(account, self.keeper, self.pool.address, self.vault.address)

    # what a drill ends with

    def lives(self, market: int) -> None:
        """While another market has no price: collateral is added and taken out, closed and liquidated; who has no
        position leaves."""
        holder, shorter = self.holder(market), self.shorter(market)
        self.pay_in(holder, 100)
        self.agrees(holder)
        self.refer(market)
        self.deal(holder, market, -self.books.size(holder, market) // 2, reduce_only=True)
        self.vault.transact("withdraw", holder, WAD // UNIT, holder, sender=holder)
        self.books.add(holder, -WAD)
        self.agrees(holder)
        self.prices[market] = self.prices[market] * 104 // 100
        self.refer(market)
        self.liquidate(shorter, market, self.update(market))
        self.leave(self.idle)

    def finish(self) -> None:
        """Orders end, everybody closes and leaves; all that was paid in is there, to the wei."""
        self.cancel()
        for market in self.prices:
            held = [who for (who, where), position in self.books.positions.items() if where == market and position.size]
            if held and market in SIZES:
                self.refer(market)
            for account in held:
                self.close(account, market)
        self.orders.transact("claim", self.keeper, sender=self.keeper)
        self.books.move(self.orders.address, self.keeper, self.books.cash[self.orders.address])
        self.vault.transact("collect", 0, sender=self.keeper)
        self.books.collect()
        self._redeem()
        self.agrees(*self.books.cash)
        for account in [*self.books.cash]:
            if account not in (self.pool.address, self.vault.address) and self.books.cash[account] >= UNIT:
                self.leave(account)
        assert self.token.call("balanceOf", self.vault.address) * UNIT == sum(map(self.cash, self.books.cash))

    def cancel(self) -> None:
        """All open orders, when they can be."""
        if self.alive:
            last = max(order[DUE] for order in self.alive)
            self.chain.set_time(max(self.now, last + WINDOW + GRACE + 1))
        for order, slot in self.alive.items():
            account = order[ACCOUNT]
            self.orders.transact("cancel", order, slot, sender=self.owner_of(account))
            self.books.move(self.orders.address, account, FEE)
            self.agrees(account)
        self.alive = {}

    def _redeem(self) -> None:
        """The LP takes its part of the pool."""
        held, supply = self.balance(self.lp), self.supply()
        self.shares.transact("request_redeem", held, sender=self.lp)
        self._end_epoch()
        self.shares.transact("settle", sender=self.keeper)
        self.shares.transact("claim", self.lp, sender=self.lp)
        self.books.move(self.pool.address, self.lp, self.books.cash[self.pool.address] * held // supply)

    def _end_epoch(self) -> None:
        epoch = self.system.parameters.shares.epoch_seconds
        self.chain.set_time((self.now // epoch + 1) * epoch)

    def provide(self, lp: str, usd: int) -> int:
        """The LP's deposit, at a share a dollar while there is no position. @return shares."""
        self.pay_in(lp, usd)
        self.shares.transact("request_deposit", lp, usd * WAD, sender=lp)
        self._end_epoch()
        self.shares.transact("settle", sender=self.keeper)
        self.shares.transact("claim", lp, sender=lp)
        self.books.move(lp, self.pool.address, usd * WAD)
        return self.balance(lp)


def fee_of(market: int) -> int:
    """What an update costs, wei."""
    return NATIVE_FEE if market == BTC else 0


def code_of(contract: Contract, function: str, *arguments: Any, sender: str, value: int = 0) -> str:
    """With what a call is refused; empty where it is not."""
    try:
        contract.call(function, *arguments, sender=sender, value=value)
    except Reverted as refusal:
        return refusal.code
    return ""
