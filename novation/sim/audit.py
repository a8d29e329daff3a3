"""The invariants of steps, checked on what the chain's events say: the state before and after every operation, taken
from the mirror, goes to the model's checks (`novation.model.steps`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from novation.bots.mirror import Mirror
from novation.deployment.settings import BPS, Parameters
from novation.fixed import PPM, WAD, ceil_div, floor_div
from novation.model.feeds import NORMAL, Price, Stored
from novation.model.invariants import INVARIANTS
from novation.model.ledger import PoolEntry
from novation.model.market import EMPTY, Config, fill_cost
from novation.model.marks import Fill, Filled, PoolTerms
from novation.model.view import PoolView, Step, View, standing

# Which step invariants an operation is about.
ABOUT = {
    "trade": (3, 4, 10, 15, 16, 17),
    "liquidate": (3, 15, 19, 20),
    "realise": (3, 13, 15),
    "mark": (15,),
    "withdraw": (18,),
    "transfer": (3, 18),
    "guardian": (25,),
}
SPLITS = (3, 7)  # an order is split at a third and at a seventh


@dataclass
class Tally:
    """How often an invariant was checked, and what first broke it."""

    times: int = 0
    failure: str = ""

    def add(self, failures: list[str]) -> None:
        """One check more."""
        self.times += 1
        if failures and not self.failure:
            self.failure = failures[0]


@lru_cache(maxsize=1 << 12)
def number_of(address: str) -> int:
    """An address as the model has it."""
    return int(address, 16)


@dataclass
class Audit:
    """Tallies by the invariant's number."""

    parameters: Parameters
    tallies: dict[int, Tally] = field(default_factory=dict)

    def __post_init__(self) -> None:
        pool = self.parameters.pool
        self.terms = PoolTerms(
            pool.min_notional,
            pool.min_penalty,
            pool.buffer_bps,
            pool.protocol_share_bps,
            pool.utilisation_bps,
            pool.ramp_seconds,
        )
        self.configs = {market.number: Config(*market.struct()) for market in self.parameters.markets}
        self._feeds = {market.number: market.feed for market in self.parameters.markets}
        self._published: dict[int, tuple[int, int]] = {}

    def tally(self, number: int) -> Tally:
        """Of one invariant."""
        return self.tallies.setdefault(number, Tally())

    def view(self, mirror: Mirror, prices: Mapping[int, int], now: int) -> View:
        """The mirror as the model's checks see a state; prices are the newest ones, WAD."""
        at = mirror.at
        pool = PoolView(
            address=number_of(at.pool),
            entry=self.entry(mirror),
            terms=self.terms,
            book=mirror.book,
            configs=self.configs,
            ramps={},
            markets=dict(mirror.markets),
            positions={(number_of(account), market): held for (account, market), held in mirror.positions.items()},
        )
        frozen = dict(prices)
        debts = sum(-a.cash for address, a in mirror.accounts.items() if a.cash < 0 and address != at.pool)
        return View(
            now=now,
            vault=number_of(at.vault),
            escrow=number_of(at.orders),
            treasury=0,
            owners={},
            guardians={},
            paused=0,
            feeds={},
            unit=1,
            tokens=0,
            debts=debts,
            deposited=mirror.deposited,
            withdrawn=mirror.withdrawn,
            open_fees=sum(order.fee for order in mirror.orders.values()),
            earned=0,
            accounts={number_of(address): held for address, held in mirror.accounts.items()},
            pools=[pool],
            shares=[],
            stored={},
            anchors={},
            read=lambda feed: self.price(feed, frozen[feed]),
            prices={},
        )

    def entry(self, mirror: Mirror) -> PoolEntry:
        """The pool as the vault has it."""
        bitmap = sum(1 << number for number in self.configs)
        at = mirror.at
        return PoolEntry(number_of(at.pool), bitmap, BPS, self.parameters.pool.credit, number_of(at.shares))

    def price(self, feed: int, mid: int) -> Price:
        """What the adapter says of a fresh round."""
        deviation = self._feeds[feed].deviation_bps
        low, high = floor_div(mid * (BPS - deviation), BPS), ceil_div(mid * (BPS + deviation), BPS)
        return Price(low, mid, high, 0, NORMAL)

    def step(
        self,
        name: str,
        before: View,
        after: View,
        fills: list[Filled],
        account: str = "",
        market: int = 0,
        call: tuple[str, int] | None = None,
    ) -> None:
        """An operation is over; checks all that it is about."""
        numbers = set(ABOUT[name])
        if len(fills) == 1:
            fills = [_with_health(before, after, fills[0])]
        if not any(record.fill.opening for record in fills):
            numbers -= {4, 16}
        if all(record.fill.opening for record in fills):
            numbers -= {17}
        if name == "trade" and fills[0].fill.price != fills[0].mark:
            numbers -= {10}
        args = (number_of(account), market) if account else ()
        step = Step("vault", *(call or (name, 0)), args, fills)
        for item in INVARIANTS:
            if item.step is not None and item.number in numbers:
                self.tally(item.number).add(list(item.step(before, after, step)))
        if name == "trade":
            self._splits(before, after, fills[0])

    def filled(self, before: View, after: View, account: str, market: int, price: int, charge: int) -> Filled:
        """The record of a fill between two states of one market; cash and health are not in the event."""
        pool, later = before.pools[0], after.pools[0]
        key = (number_of(account), market)
        old, new = pool.positions.get(key, EMPTY), later.positions.get(key, EMPTY)
        delta = new.size - old.size
        fee = ceil_div(price * abs(delta) * self.configs[market].taker_fee, PPM * WAD)
        opening = old.size == 0 or old.size * delta > 0 or old.size * new.size < 0
        fill = Fill(new.size, delta, 0, charge, max(0, charge - fee), 0, opening, price)
        return Filled(pool.address, key[0], market, fill, later.book.owed - pool.book.owed, later.markets[market].price)

    def observed(self, feed: int, seen: Stored) -> None:
        """The adapter stored a price (22, 26); a pushed one may replace another of its second."""
        settings = self._feeds[feed]
        time, known = self._published.get(feed, (0, 0))
        is_same = seen.published_at == time and (seen.mid == known or settings.is_push)
        self.tally(22).add([] if seen.published_at > time or is_same else [f"feed {feed}: {time} to {seen}"])
        is_fit = settings.band_low < seen.mid < settings.band_high and seen.confidence <= settings.confidence_bps
        is_wide = seen.spread >= max(seen.confidence, settings.deviation_bps)
        self.tally(26).add([] if is_fit and is_wide else [f"feed {feed}: {seen} with {settings}"])
        self._published[feed] = (seen.published_at, seen.mid)

    def _splits(self, before: View, after: View, record: Filled) -> None:
        """11, at the state that an order met: its cost on the chain, in parts, and there and back again."""
        fill, market = record.fill, record.market
        scale = self.configs[market].skew_scale
        state, later = before.pools[0].markets[market], after.pools[0].markets[market]
        whole = fill_cost(scale, fill.price, state.skew, fill.delta)
        failures = []
        if fill.opening and fill.size == fill.delta:
            told = after.pools[0].positions[record.account, market].basis + floor_div(fill.delta * later.funding, WAD)
            if told != whole:
                failures.append(f"market {market}: {fill.delta} cost {told}, not {whole}")
        for divisor in SPLITS:
            part = fill.delta // divisor
            parts = fill_cost(scale, fill.price, state.skew, part)
            parts += fill_cost(scale, fill.price, state.skew + part, fill.delta - part)
            if parts < whole:
                failures.append(f"market {market}: {fill.delta} costs {whole}, split {parts}")
        if whole + fill_cost(scale, fill.price, state.skew + fill.delta, -fill.delta) < 0:
            failures.append(f"market {market}: {fill.delta} there and back earns")
        self.tally(11).add(failures)


def _with_health(before: View, after: View, record: Filled) -> Filled:
    """The record with what the whole operation did to the account."""
    then, now = standing(before.at(after), record.account), standing(after, record.account)
    health = now.margin - now.risk.maintenance - then.margin + then.risk.maintenance
    return record._replace(fill=record.fill._replace(cash=now.cash - then.cash, health=health))
