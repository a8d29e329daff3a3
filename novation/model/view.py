"""A state as the invariants see it: of the model or read from a chain, by the same names.

Values are immutable tuples in mappings, so `View.copy` is shallow and cheap; `of` shares the model's tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from novation.fixed import BPS
from novation.model.feeds import HALT, Anchor, Price, Settings, Stored
from novation.model.ledger import NEW, Account, PoolEntry
from novation.model.market import (
    EMPTY,
    OWED_UNIT,
    Config,
    Market,
    Position,
    Ramp,
    accrue,
    in_force,
    liability,
    pnl,
    requirement,
)
from novation.model.marks import Book, Filled, PoolTerms, Risk

if TYPE_CHECKING:
    from novation.model.system import System


@dataclass(frozen=True, slots=True)
class PoolView:
    """A pool's words, unpacked."""

    address: int
    entry: PoolEntry
    terms: PoolTerms
    book: Book
    configs: Mapping[int, Config]
    ramps: Mapping[int, Ramp]
    markets: Mapping[int, Market]
    positions: Mapping[tuple[int, int], Position]


class FeedView(NamedTuple):
    """What a feed is set to, as far as its prices are judged by it: `floor` 0 NORMAL, 1 REDUCE_ONLY; ages in seconds,
    `low` and `high` WAD USD, the rest bps; a fallback's are 0 without one."""

    floor: int = 0
    is_push: bool = False
    has_reference: bool = False
    trade_age: int = 0
    close_age: int = 0
    fallback_age: int = 0
    fallback_deviation: int = 0
    low: int = 0
    high: int = 0
    deviation: int = 0
    confidence: int = 0


class SharesView(NamedTuple):
    """A pool's shares: supply, balances, cash and shares that the contract holds for its requests."""

    address: int
    supply: int
    balances: Mapping[int, int]
    cash_owed: int
    shares_owed: int


class Step(NamedTuple):
    """What was called: part, name, sender, arguments as the model takes them; the fills it made, the accounts that it
    liquidated, their deficits and what treasury and insurance collected in it (WAD USD)."""

    part: str
    name: str
    sender: int
    args: Sequence[Any] = ()
    fills: Sequence[Filled] = ()
    liquidated: Sequence[int] = ()
    deficits: int = 0
    collected: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """Everything: WAD USD, Unix seconds; `tokens` in token units of which `unit` make one; `owners` and `guardians` by
    part, `paused` as bits; `prices` are those that were read in this state."""

    now: int
    vault: int
    escrow: int
    treasury: int
    owners: Mapping[str, int]
    guardians: Mapping[str, int]
    paused: int
    feeds: Mapping[int, FeedView]
    unit: int
    tokens: int
    debts: int
    deposited: int
    withdrawn: int
    open_fees: int
    earned: int
    accounts: Mapping[int, Account]
    pools: Sequence[PoolView]
    shares: Sequence[SharesView]
    stored: Mapping[int, Stored]
    anchors: Mapping[int, Anchor]
    read: Callable[[int], Price]
    prices: Mapping[int, Price]

    def copy(self) -> View:
        """The same, kept while the model goes on."""
        pools = [
            replace(
                p, ramps=dict(p.ramps), configs=dict(p.configs), markets=dict(p.markets), positions=dict(p.positions)
            )
            for p in self.pools
        ]
        stored, anchors = dict(self.stored), dict(self.anchors)
        return replace(self, accounts=dict(self.accounts), pools=pools, stored=stored, anchors=anchors)

    def at(self, other: View) -> View:
        """This state at the time and prices of another."""
        return replace(self, now=other.now, read=other.read)

    def cash(self, account: int) -> int:
        return self.accounts.get(account, NEW).cash


def of(system: System) -> View:
    """The model's state, not copied."""
    vault, orders, oracle = system.vault, system.orders, system.oracle
    pools = [
        PoolView(p.address, vault.pools[i], p.terms, p.books[0], p.configs, p.ramps, p.markets, p.positions)
        for i, p in enumerate(system.pools)
    ]
    administered = {"vault": vault, "oracle": oracle} | {f"pool{i or ''}": p for i, p in enumerate(system.pools)}
    shares = [SharesView(s.address, s.state["supply"], s.balances, *s.owed()) for s in system.shares]
    return View(
        system.now,
        vault.address,
        orders.address,
        vault.treasury,
        {part: admin.roles["owner"] for part, admin in administered.items()},
        {part: admin.roles["guardian"] for part, admin in administered.items()},
        vault.totals["paused"],
        {number: feed_view(feed, oracle.floors.get(number, 0)) for number, feed in oracle.feeds.items()},
        system.token.unit,
        system.token.balances.get(vault.address, 0),
        vault.totals["debts"],
        vault.totals["in"],
        vault.totals["out"],
        orders.open_fees(),
        sum(orders.earned.values()),
        vault.accounts,
        pools,
        shares,
        oracle.stored,
        oracle.anchors,
        oracle.read,
        {number: oracle.read(number) for number in oracle.feeds},
    )


def feed_view(feed: Settings, floor: int) -> FeedView:
    """Of the model's settings."""
    backed = (feed.fallback_age, feed.fallback_deviation)
    limits = (feed.low, feed.high, feed.deviation, feed.confidence)
    return FeedView(floor, feed.is_push, feed.reference != 0, feed.trade_age, feed.close_age, *backed, *limits)


def step_of(system: System, part: str, name: str, sender: int, args: Sequence[Any]) -> Step:
    """The model's last call, which succeeded."""
    events = [event for event in system.env.events if event.address == system.vault.address]
    liquidated = [event.args for event in events if event.name == "Liquidated"]
    collected = sum(sum(event.args[1:]) for event in events if event.name == "Collected")
    deficits = sum(args[5] for args in liquidated)
    accounts = tuple(args[0] for args in liquidated)
    return Step(part, name, sender, args, tuple(system.env.fills), accounts, deficits, collected)


class Standing(NamedTuple):
    """An account at the newest prices: cash, gains as they count for opening, risk over all pools, margin (WAD USD)."""

    cash: int
    counted: int
    risk: Risk
    margin: int


def standing(view: View, account: int) -> Standing:
    """Cash and risk, written again from section 5 and 6 of the specification."""
    holder = view.accounts.get(account, NEW)
    totals = [0, 0, 0, 0, 0, 0]
    counted = 0
    for pool in view.pools:
        bits = holder.markets & pool.entry.markets
        if not bits:
            continue
        risk = _risk(view, pool, account, bits)
        worth = max(0, view.cash(pool.address) + pool.entry.credit)
        counted += min(risk.gains * pool.entry.gain_weight // BPS, worth)
        totals = [a + b for a, b in zip(totals[:5], risk[:5], strict=True)] + [totals[5] | risk.status]
    total = Risk(*totals)
    return Standing(holder.cash, counted, total, holder.cash + total.equity)


def _risk(view: View, pool: PoolView, account: int, bits: int) -> Risk:
    gains = losses = equity = initial = maintenance = status = 0
    for market in range(32):
        if not bits >> market & 1:
            continue
        config, state = pool.configs[market], pool.markets[market]
        size, basis, _ = pool.positions.get((account, market), EMPTY)
        price = view.read(market)
        funding = accrue(config, state, view.now)[1]
        sides = (price.low, price.high) if size > 0 else (price.high, price.low)
        adverse = pnl(size, basis, sides[0], funding)
        gains += max(0, adverse)
        losses += max(0, -adverse)
        equity += pnl(size, basis, sides[1] if price.status == HALT else price.mid, funding)
        depth = max(abs(size), state.long if size > 0 else state.short)
        ratio = in_force(config, pool.ramps.get(market), view.now)[0]
        scale, mid = config.skew_scale, price.mid
        initial += requirement(scale, size, mid, config.initial, config.slope, depth)
        maintenance += requirement(scale, size, mid, ratio, config.slope, abs(size))
        status |= price.status
    return Risk(gains, losses, equity, initial, maintenance, status)


def nav(view: View, pool: PoolView, marks: Mapping[int, int] = MappingProxyType({})) -> int:
    """A pool's NAV (WAD USD) by its stored words; the markets of `marks` accrued to now and marked at its prices."""
    total = view.cash(pool.address) - pool.book.owed * OWED_UNIT
    for number, state in pool.markets.items():
        config = pool.configs[number]
        price, funding = state.price, state.funding
        if number in marks:
            price, funding = marks[number], accrue(config, state, view.now)[1]
        total -= liability(config.skew_scale, state.skew, funding, state.basis, price)
    return total
