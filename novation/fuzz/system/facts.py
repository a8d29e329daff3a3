"""A `View` out of the chain's words alone: what the invariants and the actions see.

Two copies of the tables are kept, one a step behind, so that the state before a call costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import compress
from operator import ne
from typing import Any

from novation.fixed import WAD
from novation.fuzz.system.slots import Key, Slots
from novation.fuzz.system.unpacked import account_of, fields_of, pool_of, position_of, stored_of, with_book
from novation.fuzz.system.worlds import SECOND, Stage, number
from novation.model import words
from novation.model.feeds import Anchor, Price, Stored
from novation.model.ledger import Account, PoolEntry
from novation.model.listing import SCALE_UNIT
from novation.model.market import Config, Market, Ramp
from novation.model.marks import Book, PoolTerms
from novation.model.view import FeedView, PoolView, SharesView, View

NO_FEED = FeedView()
NO_PRICES: dict[int, Price] = {}  # they are checked when they are read
MASK_32 = (1 << 32) - 1
MASK_40 = (1 << 40) - 1
MASK_160 = (1 << 160) - 1


@dataclass
class Tables:
    """What one view's mappings are."""

    accounts: dict[int, Account] = field(default_factory=dict)
    stored: dict[int, Stored] = field(default_factory=dict)
    anchors: dict[int, Anchor] = field(default_factory=dict)
    feeds: dict[int, FeedView] = field(default_factory=dict)
    pools: list[PoolView] = field(default_factory=list)
    shares: list[SharesView] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=lambda: {"debts": 0, "tokens": 0, "earned": 0, "paused": 0})
    owners: dict[str, int] = field(default_factory=dict)
    guardians: dict[str, int] = field(default_factory=dict)


class Facts:
    """The chain's words by name. `view` is now, `before` as it was before the last `absorb`."""

    def __init__(self, stage: Stage, slots: Slots, read: Callable[[int], Price]) -> None:
        self.stage = stage
        self.slots = slots
        self.read = read
        self.words = [0] * len(slots.keys)
        self.tables, self.older = Tables(), Tables()
        self.pending: list[tuple[Key, int, int]] = []  # changes that `older` has not seen
        self.totals = [0, 0]  # deposited, withdrawn
        self.prices_before: dict[int, Price] = {}  # as they were before a guardian's call
        self.open_fees = 0
        q = stage.world.parameters.pool
        self.unit = int(10**stage.world.parameters.token.decimals)
        self.names = {name: number(contract) for name, contract in stage.contracts.items()}
        self.terms = PoolTerms(
            q.min_notional, q.min_penalty, q.buffer_bps, q.protocol_share_bps, q.utilisation_bps, q.ramp_seconds
        )
        for tables in (self.tables, self.older):
            for index in range(stage.pools):
                pool, shares = f"pool{index or ''}", f"shares{index or ''}"
                entry = PoolEntry(self.names[pool], 0, 0, 0, self.names[shares])
                book = Book(0, 0, 0)
                tables.pools.append(PoolView(entry.pool, entry, self.terms, book, {}, {}, {}, {}))
                tables.shares.append(SharesView(entry.shares, 0, {}, 0, 0))

    def absorb(self, fresh: list[int]) -> list[Key]:
        """Takes new words in. @return the keys of those that changed."""
        for key, old, new in self.pending:
            self._write(self.older, key, old, new)
        keys, old_words = self.slots.keys, self.words
        if fresh == old_words:
            self.pending = []
            return []
        places = compress(range(len(keys)), map(ne, fresh, old_words))
        changes = [(keys[place], old_words[place], fresh[place]) for place in places]
        for key, old, new in changes:
            self._write(self.tables, key, old, new)
        self.words = fresh
        self.pending = changes
        return [key for key, _, _ in changes]

    def touched(self, now: int) -> View:
        """The state now with those pools alone of which a word has changed."""
        indices = sorted({pool_of(key) for key, _, _ in self.pending} - {-1})
        return self._view(self.tables, now, [self.tables.pools[index] for index in indices])

    def rebase(self, fresh: list[int]) -> None:
        """Takes words in as the state both now and before."""
        self.absorb(fresh)
        self.absorb(fresh)

    def view(self, now: int) -> View:
        """The state now, shared and not copied."""
        return self._view(self.tables, now)

    def before(self, now: int) -> View:
        """The state before the last change."""
        view = self._view(self.older, now)
        return replace(view, read=self.prices_before.__getitem__) if self.prices_before else view

    def _view(self, tables: Tables, now: int, pools: list[PoolView] | None = None) -> View:
        numbers = tables.numbers
        return View(
            now,
            self.names["vault"],
            self.names["orders"],
            self.stage.cast.treasury,
            tables.owners,
            tables.guardians,
            numbers["paused"],
            tables.feeds,
            self.unit,
            numbers["tokens"],
            numbers["debts"],
            self.totals[0],
            self.totals[1],
            self.open_fees,
            numbers["earned"],
            tables.accounts,
            tables.pools if pools is None else pools,
            tables.shares,
            tables.stored,
            tables.anchors,
            self.read,
            NO_PRICES,
        )

    # --- words

    def _write(self, tables: Tables, key: Key, old: int, new: int) -> None:
        writer = _WRITERS.get(key[0])
        if writer is not None:
            writer(self, tables, key, old, new)

    def _account(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.accounts[key[1]] = account_of(new)

    def _units(self, tables: Tables, key: Key, old: int, new: int) -> None:
        if key[1] == self.names["vault"]:
            tables.numbers["tokens"] = new

    def _owner(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.owners[key[1]] = new

    def _guardian(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.guardians[key[1]] = new

    def _paused(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.numbers["paused"] = new

    def _feed(self, tables: Tables, key: Key, old: int, new: int) -> None:
        _, trade_age, close_age, deviation, _, floor, is_push, has_reference, _ = fields_of("feed", new)
        tables.feeds[key[1]] = tables.feeds.get(key[1], NO_FEED)._replace(
            floor=floor,
            is_push=bool(is_push),
            has_reference=bool(has_reference),
            trade_age=trade_age,
            close_age=close_age,
            deviation=deviation,
        )

    def _limits(self, tables: Tables, key: Key, old: int, new: int) -> None:
        low, high, confidence, *_ = fields_of("limits", new)
        tables.feeds[key[1]] = tables.feeds.get(key[1], NO_FEED)._replace(
            low=words.band_value(low), high=words.band_value(high), confidence=confidence
        )

    def _fallback(self, tables: Tables, key: Key, old: int, new: int) -> None:
        _, age, deviation = fields_of("fallback", new)
        feed = tables.feeds.get(key[1], NO_FEED)
        tables.feeds[key[1]] = feed._replace(fallback_age=age, fallback_deviation=deviation)

    def _debts(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.numbers["debts"] = new

    def _earned(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.numbers["earned"] += (new - min(new, 1)) - (old - min(old, 1))

    def _entry(self, tables: Tables, key: Key, old: int, new: int) -> None:
        if key[1] < len(tables.pools):
            pool = tables.pools[key[1]]
            markets, weight = new >> 160 & MASK_32, new >> 192 & 0xFFFF
            credit = (new >> 208 & MASK_40) * WAD
            entry = PoolEntry(new & MASK_160, markets, weight, credit, pool.entry.shares)
            tables.pools[key[1]] = with_book(pool, entry, pool.book)

    def _book(self, tables: Tables, key: Key, old: int, new: int) -> None:
        pool = tables.pools[key[1]]
        tables.pools[key[1]] = with_book(pool, pool.entry, Book(*fields_of("book", new)))

    def _config(self, tables: Tables, key: Key, old: int, new: int) -> None:
        if not new:  # back to where it was not listed
            self._unlist(tables.pools[key[1] // SECOND], key[1])
            return
        scale, *rest, _ = fields_of("config", new)
        configs: Any = tables.pools[key[1] // SECOND].configs
        configs[key[1]] = Config(scale * SCALE_UNIT, *rest)

    def _ramp(self, tables: Tables, key: Key, old: int, new: int) -> None:
        pool = tables.pools[key[1] // SECOND]
        if key[1] not in pool.configs:
            return
        ramps: Any = pool.ramps
        ramps[key[1]] = Ramp(*fields_of("ramp", new))

    def _unlist(self, pool: PoolView, market: int) -> None:
        tables: Any = (pool.configs, pool.ramps, pool.markets)
        for table in tables:
            table.pop(market, None)

    def _market(self, tables: Tables, key: Key) -> tuple[Any, Market]:
        pool = tables.pools[key[1] // SECOND]
        markets: Any = pool.markets if key[1] in pool.configs else {}  # of what is no more listed nothing is kept
        return markets, markets.get(key[1]) or Market(0, 0, 0, 0, 0, 0, 0)

    def _interest(self, tables: Tables, key: Key, old: int, new: int) -> None:
        markets, m = self._market(tables, key)
        long, short, at = fields_of("interest", new)
        markets[key[1]] = Market(long, short, at, m.funding, m.rate, m.price, m.basis)

    def _funding(self, tables: Tables, key: Key, old: int, new: int) -> None:
        markets, m = self._market(tables, key)
        rate, funding = fields_of("funding", new)
        markets[key[1]] = Market(m.long, m.short, m.accrued_at, funding, rate, m.price, m.basis)

    def _mark(self, tables: Tables, key: Key, old: int, new: int) -> None:
        markets, m = self._market(tables, key)
        price, basis = fields_of("mark", new)
        markets[key[1]] = Market(m.long, m.short, m.accrued_at, m.funding, m.rate, price, basis)

    def _position(self, tables: Tables, key: Key, old: int, new: int) -> None:
        positions: Any = tables.pools[key[2] // SECOND].positions
        if new:
            positions[key[1], key[2]] = position_of(new)
        else:
            positions.pop((key[1], key[2]), None)

    def _stored(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.stored[key[1]] = stored_of(new)

    def _anchor(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.anchors[key[1]] = Anchor(*fields_of("anchor", new))

    def _supply(self, tables: Tables, key: Key, old: int, new: int) -> None:
        tables.shares[key[1]] = tables.shares[key[1]]._replace(supply=new)

    def _share(self, tables: Tables, key: Key, old: int, new: int) -> None:
        balances: Any = tables.shares[key[1]].balances
        balances[key[2]] = new

    def owes(self, index: int, cash: int, shares: int) -> None:
        """What a shares contract holds for its requests, as asked of the chain."""
        for tables in (self.tables, self.older):
            tables.shares[index] = tables.shares[index]._replace(cash_owed=cash, shares_owed=shares)


_WRITERS: dict[str, Callable[[Facts, Tables, Key, int, int], None]] = {
    "account": Facts._account,
    "units": Facts._units,
    "debts": Facts._debts,
    "paused": Facts._paused,
    "feed": Facts._feed,
    "owner": Facts._owner,
    "guardian": Facts._guardian,
    "earned": Facts._earned,
    "pool": Facts._entry,
    "book": Facts._book,
    "config": Facts._config,
    "ramp": Facts._ramp,
    "interest": Facts._interest,
    "funding": Facts._funding,
    "mark": Facts._mark,
    "position": Facts._position,
    "limits": Facts._limits,
    "fallback": Facts._fallback,
    "stored": Facts._stored,
    "anchor": Facts._anchor,
    "supply": Facts._supply,
    "share": Facts._share,
}
