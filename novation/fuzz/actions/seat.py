"""What actions see and draw from: the mirror, its random numbers, and questions about the state.

Everything here is read off the chain's words, so that actions are the same with and without a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple, TypeVar

from novation.fixed import WAD
from novation.fuzz.system.cast import Cast
from novation.fuzz.system.mirror import Mirror, Result
from novation.fuzz.system.slots import ORDER_SLOTS
from novation.fuzz.system.worlds import SECOND, Stage
from novation.model.feeds import Price
from novation.model.ledger import NEW, Account
from novation.model.market import EMPTY, Config, Market, Position
from novation.model.orders import Order
from novation.model.view import PoolView, Standing, View, standing

T = TypeVar("T")


class Recent(NamedTuple):
    """A call that was made; `bold` and `wei` as `Mirror.call` takes them."""

    part: str
    name: str
    sender: int
    args: tuple[Any, ...]
    bold: bool
    wei: int


class Seat:
    """A mirror with dice."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.random = Random(0)
        self.stage: Stage = mirror.stage
        self.cast: Cast = mirror.stage.cast
        self.markets = tuple(market.number for market in self.stage.world.markets)
        self.delay = self.stage.world.parameters.orders.delay
        self.window = self.stage.world.parameters.orders.window
        self.grace = self.stage.world.parameters.orders.grace
        self.unit = mirror.facts.unit
        self.steady = False  # every price is the first one
        self._keys = {account: self.cast.key(account) for account in mirror.slots.people}

    # --- dice

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred cases."""
        return self.random.random() * 100 < percent

    def pick(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[int(self.random.random() * len(items))]

    def between(self, low: int, high: int) -> int:
        """Uniform, both ends included."""
        return self.random.randint(low, high) if low < high else low

    def sizes(self, low: int, high: int) -> int:
        """From low to high, small ones as likely as large ones; low > 0."""
        if high <= low:
            return low
        bits = self.random.uniform(low.bit_length() - 1, high.bit_length())
        return max(low, min(high, int(2.0**bits) + self.random.getrandbits(20)))

    # --- who

    def account(self) -> int:
        """A trader's account."""
        return self.pick(self.cast.traders)

    def key(self, account: int) -> int:
        """Who signs for an account."""
        return self._keys[account]

    def sender(self, account: int) -> int:
        """Mostly the owner, now and then an operator or a stranger."""
        if self.chance(92):
            return self._keys[account]
        cast = self.cast
        return self.pick((cast.operator, cast.operator, cast.stranger, cast.near, cast.traders[0]))

    def anyone(self) -> int:
        """Somebody."""
        return self.pick(self.cast.senders)

    def caller(self) -> int:
        """Somebody, or the attacker's contract."""
        return self.pick((*self.cast.senders, self.cast.attacker))

    def idle(self) -> int:
        """An account without an opening order, mostly."""
        free = [a for a in self.cast.traders if not self.of(a).pending]
        return self.pick(free) if free and self.chance(93) else self.account()

    def free_holders(self) -> list[int]:
        """Accounts with positions and without an opening order."""
        return [a for a in self.cast.traders if self.held(a) and not self.of(a).pending]

    def holding(self) -> int:
        """An account with positions, if there is one."""
        return self.pick([a for a in self.cast.traders if self.held(a)] or self.cast.traders)

    # --- state

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.mirror.now

    @property
    def view(self) -> View:
        """The chain's state."""
        return self.mirror.view

    def of(self, account: int) -> Account:
        """An account's word."""
        return self.mirror.facts.tables.accounts.get(account, NEW)

    def cash(self, account: int) -> int:
        """WAD USD."""
        return self.of(account).cash

    def held(self, account: int) -> list[int]:
        """The markets it has positions in."""
        bits = self.of(account).markets
        return [market for market in self.markets if bits >> market & 1] if bits else []

    def pool(self, market: int) -> PoolView:
        """The pool of a market."""
        return self.mirror.facts.tables.pools[market // SECOND]

    def pool_part(self, market: int) -> str:
        """The name of a market's pool among the contracts."""
        return "pool1" if market >= SECOND and self.stage.pools > 1 else "pool"

    def config(self, market: int) -> Config:
        """What a market is set to."""
        return self.pool(market).configs[market]

    def state(self, market: int) -> Market:
        """A market's words."""
        return self.pool(market).markets[market]

    def position(self, account: int, market: int) -> Position:
        """Its position."""
        return self.pool(market).positions.get((account, market), EMPTY)

    def price(self, market: int) -> Price:
        """What the adapter says."""
        return self.mirror.price(market)

    def owner(self, part: str) -> int:
        """Of a part, now: it may have changed."""
        return self.mirror.facts.words[self.mirror.slots.index["owner", part]]

    def standing(self, account: int) -> Standing:
        """Margin and requirements."""
        return standing(self.mirror.view, account)

    def margin_over(self, account: int) -> int:
        """Margin less maintenance, WAD USD."""
        found = self.standing(account)
        return found.margin - found.risk.maintenance

    def sick(self) -> list[int]:
        """Accounts that may be liquidated."""
        return [a for a in self.cast.traders if self.of(a).markets and self.margin_over(a) < 0]

    def market(self) -> int:
        """A market, mostly one of the first two."""
        return self.pick(self.markets[:2]) if self.chance(40) else self.pick(self.markets)

    def notional(self, market: int, usd: int) -> int:
        """Base units worth some WAD USD."""
        return usd * WAD // max(1, self.price(market).mid)

    # --- orders

    def live(self, due: bool | None = None) -> list[tuple[Order, int]]:
        """Live orders and their slots; those with or without a due time only."""
        found = self.mirror.orders.items()
        return [(order, at[1]) for at, order in found if due is None or (order.due != 0) == due]

    def free_slot(self, account: int) -> int:
        """A slot of the account without an order; slot 0 if there is none."""
        orders = self.mirror.orders
        return next((slot for slot in ORDER_SLOTS if (account, slot) not in orders), 0)

    # --- doing

    def call(
        self, part: str, name: str, sender: int, *args: Any, bold: bool = False, gas: int = 0, wei: int = 0
    ) -> Result:
        """A protocol call on both sides. @raises Mismatch, Violation."""
        return self.mirror.call(part, name, sender, *args, bold=bold, gas=gas, wei=wei)

    def recent(self) -> Recent | None:
        """One of the last calls."""
        calls = [move for move in self.mirror.trail[-30:] if move.name == "call"]
        if not calls:
            return None
        move = self.pick(calls)
        part, name, sender, *args = move.args
        return Recent(part, name, sender, tuple(args), bool(move.options.get("bold")), move.options.get("wei", 0))

    def warp(self, seconds: int) -> None:
        """Time passes."""
        self.mirror.warp(seconds)

    def until(self, time: int) -> None:
        """To a time, if it is ahead."""
        self.mirror.warp(time - self.now)
