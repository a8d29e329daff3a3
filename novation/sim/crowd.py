"""The traders of a run: who they are, and how what they want becomes orders on the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from novation.bots.mirror import Order
from novation.chain.protocol import Reverted
from novation.deployment.system import System
from novation.sim.traders import Contrarian, Habit, Hedger, Overlevered, Trend, View, Wish
from novation.sim.watch import Watch

WAD = 10**18
BPS = 10_000
TOLERANCE = 150  # bps that an order may fill away from the price its trader saw
PATIENCE = 86_400  # seconds that a stop may wait
MAIN, STOP = 0, 1  # order slots


@dataclass(frozen=True)
class Trader:
    """One account that trades one market by one habit."""

    name: str
    habit: Habit
    market: int
    deposit: int  # WAD USD


def cast() -> list[Trader]:
    """Twelve traders: three of each habit."""
    habits: list[tuple[Habit, int, int]] = [
        (Trend(), 0, 60_000),
        (Trend(window=16, leverage=400), 0, 40_000),
        (Trend(window=8, leverage=300), 1, 50_000),
        (Contrarian(), 0, 80_000),
        (Contrarian(window=4, threshold=60), 0, 50_000),
        (Contrarian(threshold=60), 1, 70_000),
        (Overlevered(leverage=1_200), 0, 20_000),
        (Overlevered(leverage=900), 0, 35_000),
        (Overlevered(leverage=1_500), 1, 25_000),
        (Hedger(holding=60 * WAD), 0, 90_000),
        (Hedger(holding=25 * WAD), 0, 40_000),
        (Hedger(holding=2 * WAD), 1, 80_000),
    ]
    traders: list[Trader] = []
    for habit, market, deposit in habits:
        number = sum(trader.habit.name == habit.name for trader in traders) + 1
        traders.append(Trader(f"{habit.name} {number}", habit, market, deposit * WAD))
    return traders


class Crowd:
    """Traders with accounts. A wallet tries a commit before it sends it, so what would revert costs nothing."""

    def __init__(self, system: System, traders: Mapping[str, Trader], watch: Watch, dice: Random) -> None:
        """@param traders By account."""
        self._system, self._traders, self._watch, self._dice = system, traders, watch, dice
        self._seen: dict[int, list[int]] = {market.number: [] for market in system.parameters.markets}

    def see(self, market: int, price: int) -> None:
        """A round is published; WAD."""
        self._seen[market].append(price)

    def order(self, most: int) -> int:
        """Lets traders, in random order, commit at most so many orders; how many were."""
        accounts = list(self._traders)
        self._dice.shuffle(accounts)
        committed = 0
        for account in accounts:
            if committed >= most:
                break
            wish = self._wish(account)
            if wish is not None:
                committed += self._commit(account, wish, MAIN)
        return committed

    def protect(self, most: int) -> int:
        """Lets those whose habit knows stops commit one for what is unprotected; how many were."""
        committed = 0
        for account, trader in self._traders.items():
            busy = (account, STOP) in self._watch.orders
            if committed >= most or busy or not isinstance(trader.habit, Trend):
                continue
            wish = trader.habit.protect(self._view(account))
            if wish is not None:
                committed += self._commit(account, wish, STOP)
        return committed

    def tidy(self) -> int:
        """Cancels stops of positions that are gone and orders that nobody could execute; how many were."""
        chain, terms = self._system.chain, self._system.parameters.orders
        done = 0
        for (account, slot), order in list(self._watch.orders.items()):
            # Without a position, or with one on the other side, there is nothing that it could reduce.
            useless = order.due == 0 and self._watch.position(account, order.market).size * order.size >= 0
            late = order.due and chain.now > order.due + terms.window + terms.grace
            if account in self._traders and (useless or late):
                done += self._system.orders.attempt("cancel", order, slot, sender=account).ok
        self._watch.refresh()
        return done

    def _wish(self, account: str) -> Wish | None:
        trader = self._traders[account]
        if (account, MAIN) in self._watch.orders or not self._seen[trader.market]:
            return None
        view = self._view(account)
        return trader.habit.decide(view, self._dice)

    def _view(self, account: str) -> View:
        market, watch = self._traders[account].market, self._watch
        prices: Sequence[int] = self._seen[market]
        size = watch.position(account, market).size
        equity = watch.cash(account) + (watch.pnl(account, market, prices[-1]) if size else 0)
        return View(market, prices, size, watch.entry(account, market), equity)

    def _commit(self, account: str, wish: Wish, slot: int) -> bool:
        """Sends the order if its dry run passes."""
        system = self._system
        price = wish.trigger or self._seen[wish.market][-1]
        worst = TOLERANCE if wish.size > 0 else -TOLERANCE
        # A stop wants out at any price.
        acceptable = 0 if wish.trigger else price * (BPS + worst) // BPS
        order = Order(
            account=account,
            market=wish.market,
            size=wish.size,
            acceptable=acceptable,
            trigger=wish.trigger,
            trigger_above=wish.trigger_above,
            reduce_only=wish.reduce_only,
            fee=system.parameters.orders.fee_min,
            expires_at=system.chain.now + PATIENCE,
            due=0,
            committed_at=0,
        )
        try:
            system.orders.call("commit", order, slot, sender=account)
        except Reverted as error:
            refused = self._watch.totals.refused
            refused[error.code] = refused.get(error.code, 0) + 1
            return False
        system.orders.transact("commit", order, slot, sender=account)
        self._watch.refresh()
        return True
