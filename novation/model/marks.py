"""A pool's words and marks: totals, accrual, the book, and an account's risk (spec sections 4 and 5)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import WAD, pack
from novation.model import words
from novation.model.errors import Revert
from novation.model.feeds import HALT, NORMAL, OUTDATED, Price
from novation.model.journal import Env, Table, external
from novation.model.market import (
    EMPTY,
    OWED_UNIT,
    Config,
    Market,
    Position,
    Ramp,
    accrue,
    charge,
    fill_cost,
    in_force,
    liability,
    liability_of,
    moved,
    pnl,
    requirement,
    reserve_of,
)
from novation.model.oracle import Oracle
from novation.model.roles import Roles
from novation.model.words import within

NO_MARKET = Market(0, 0, 0, 0, 0, 0, 0)


class Risk(NamedTuple):
    """An account's risk over its markets in a pool: WAD USD; status is the union over the markets."""

    gains: int
    losses: int
    equity: int
    initial: int
    maintenance: int
    status: int


class Fill(NamedTuple):
    """What a fill did: size after, base units filled, cash received after the charge, fees and penalty, of which
    penalty, change of margin - maintenance at the newest mid, whether it opened, index price."""

    size: int
    delta: int
    cash: int
    charge: int
    penalty: int
    health: int
    opening: bool
    price: int


class Filled(NamedTuple):
    """A record of a fill for the step invariants (the contract's event)."""

    pool: int
    account: int
    market: int
    fill: Fill
    owed: int
    mark: int


class Book(NamedTuple):
    """Sum of L, sum of reserves (WAD USD), fees owed (1e12 wei)."""

    liability: int
    reserve: int
    owed: int


class PoolTerms(NamedTuple):
    """The immutables of a pool: WAD USD, bps, seconds."""

    min_notional: int
    min_penalty: int
    buffer: int
    protocol_share: int
    utilisation: int
    ramp: int


class Marks(Roles):
    """A pool as far as it changes no position."""

    def __init__(
        self, env: Env, address: int, vault: int, oracle: Oracle, terms: PoolTerms, owner: int, guardian: int
    ) -> None:
        super().__init__(env, owner, guardian)
        self.address = address
        self.vault = vault
        self.oracle = oracle
        self.terms = terms
        self.configs: Table[int, Config] = env.table()
        self.ramps: Table[int, Ramp] = env.table()
        self.markets: Table[int, Market] = env.table()
        self.positions: Table[tuple[int, int], Position] = env.table()
        self.books: Table[int, Book] = env.table([(0, Book(0, 0, 0))])

    def config_of(self, market: int) -> Config:
        """@raises Revert MARKET for a market that is not listed."""
        config = self.configs.get(market)
        if config is None:
            raise Revert("MARKET")
        return config

    def position_of(self, account: int, market: int) -> Position:
        return self.positions.get((account, market), EMPTY)

    # --- marks

    def booked(self, market: int, config: Config, new: Market, owed: int = 0) -> Book:
        """The book with a market's words replaced, by new minus old."""
        old = self.markets[market]
        book = self.books[0]
        return Book(
            book.liability + liability_of(config, new) - liability_of(config, old),
            book.reserve + reserve_of(config, new) - reserve_of(config, old),
            book.owed + owed,
        )

    def store(self, market: int, new: Market, book: Book) -> None:
        """@raises Revert without a code where a word would overflow."""
        within(book.liability, 104)
        within(book.reserve, 97)
        within(book.owed, 57)
        within(new.basis, 144)
        within(new.long, 105)
        within(new.short, 105)
        within(new.rate, 120)
        within(new.funding, 136)
        self.markets[market] = new
        self.books[0] = book

    def step(self, market: int, config: Config, price: Price) -> Market:
        """The market accrued to now at its stored price, then marked at the newest (not stored yet)."""
        old = self.markets[market]
        now = self.env.clock["now"]
        rate, funding = accrue(config, old, now)
        mid = old.price if price.status == HALT else price.mid
        return Market(old.long, old.short, now, funding, rate, mid, old.basis)

    @external
    def poke(self, sender: int, market: int) -> None:
        """Accrues and marks. Anyone."""
        config = self.config_of(market)
        self.poked(market, config, self.oracle.observe(self.address, market))

    def poked(self, market: int, config: Config, price: Price) -> Market:
        """A step without a fill, stored."""
        new = self.step(market, config, price)
        self.store(market, new, self.booked(market, config, new))
        self.marked(market)
        return new

    def marked(self, market: int) -> None:
        """Tells what a market is at."""
        self.env.emit(self.address, "Marked", market, *self.state_words(market), self.book_word())

    @external
    def mark(self, sender: int, since: int) -> tuple[int, int, int, int]:
        """Pokes every market with open interest.

        @returns L at the cheaper and at the dearer side, fees owed, reserve (WAD USD).

        @raises Revert STALE if a price is in HALT, AGED or not published at or after `since`.
        """
        down = up = 0
        for market, config in self.configs.items():
            old = self.markets[market]
            if old.long or old.short:
                price = self.oracle.observe(self.address, market)
                if price.status in OUTDATED or price.published_at < since:
                    raise Revert("STALE")
                new = self.poked(market, config, price)
                sides = self.sides(config, new, price)
                down += min(sides)
                up += max(sides)
            else:
                value = liability_of(config, old)
                down += value
                up += value
        book = self.books[0]
        return down, up, book.owed * OWED_UNIT, book.reserve

    def sides(self, config: Config, market: Market, price: Price) -> tuple[int, int]:
        """L at the low and at the high price."""
        scale, skew, funding, basis = config.skew_scale, market.long - market.short, market.funding, market.basis
        low = liability(scale, skew, funding, basis, price.low)
        return low, liability(scale, skew, funding, basis, price.high)

    # --- risk

    def risk(self, account: int, markets: int) -> Risk:
        """Risk over a bitmap of markets at the newest prices and F accrued to now."""
        return self.risk_at(account, markets, -1, None, None)

    def risk_at(self, account: int, markets: int, known: int, state: Market | None, price: Price | None) -> Risk:
        """As `risk`; `known` is a market whose words and price are given."""
        gains = losses = equity = initial = maintenance = status = 0
        number = 0
        now = self.env.clock["now"]
        while markets:
            if markets & 1:
                config = self.config_of(number)
                position = self.positions.get((account, number), EMPTY)
                if number == known and state is not None and price is not None:
                    market, newest, funding = state, price, state.funding
                else:
                    market = self.markets[number]
                    funding = accrue(config, market, now)[1]
                    newest = self.oracle.read(number)
                size, basis, _ = position
                long = size > 0
                adverse = pnl(size, basis, newest.low if long else newest.high, funding)
                if adverse > 0:
                    gains += adverse
                else:
                    losses -= adverse
                mid = newest.mid
                if newest.status == HALT:
                    equity += pnl(size, basis, newest.high if long else newest.low, funding)
                else:
                    equity += pnl(size, basis, mid, funding)
                ratio = in_force(config, self.ramps.get(number), now)[0]
                scale, slope, x = config.skew_scale, config.slope, abs(size)
                depth = max(x, market.long if long else market.short)
                initial += requirement(scale, x, mid, config.initial, slope, depth)
                maintenance += requirement(scale, x, mid, ratio, slope, x)
                status |= newest.status
            markets >>= 1
            number += 1
        return Risk(gains, losses, equity, initial, maintenance, status)

    def risk_with(self, account: int, market: int, delta: int, markets: int) -> tuple[int, Risk]:
        """Cash of a fill at the stored prices (minus premium and fee), the risk with it entered at the stored price.

        Reads no oracle; F is accrued to now. @raises Revert MARKET.
        """
        now = self.env.clock["now"]
        chosen = self.config_of(market)
        gains = losses = equity = initial = maintenance = 0
        bits, number = markets | 1 << market, 0
        while bits:
            if bits & 1:
                config = self.config_of(number)
                state = self.markets[number]
                size, basis, _ = self.positions.get((account, number), EMPTY)
                funding = accrue(config, state, now)[1]
                after = size
                if number == market:
                    after += delta
                    basis += delta * state.price // WAD - delta * funding // WAD
                value = pnl(after, basis, state.price, funding)
                gains += max(0, value)
                losses += max(0, -value)
                equity += value
                long, short = moved(state, size, after)
                depth = max(abs(after), long if after > 0 else short)
                ratio = in_force(config, self.ramps.get(number), now)[0]
                scale = config.skew_scale
                initial += requirement(scale, after, state.price, config.initial, config.slope, depth)
                maintenance += requirement(scale, after, state.price, ratio, config.slope, abs(after))
            bits >>= 1
            number += 1
        state = self.markets[market]
        skew, price = state.skew, state.price
        premium = fill_cost(chosen.skew_scale, price, skew, delta) - delta * price // WAD
        fee = charge(price, delta, skew, chosen.maker_fee, chosen.taker_fee, 0)
        return -(premium + fee), Risk(gains, losses, equity, initial, maintenance, NORMAL)

    # --- words

    def state_words(self, market: int) -> tuple[int, int, int]:
        """interest, funding, mark."""
        m = self.markets.get(market, NO_MARKET)
        return (
            pack((m.long, m.short, m.accrued_at), words.INTEREST),
            pack((m.rate, m.funding), words.FUNDING),
            pack((m.price, m.basis), words.MARK),
        )

    def position_word(self, account: int, market: int) -> int:
        return pack(self.position_of(account, market), words.POSITION)

    def book_word(self) -> int:
        return pack(self.books[0], words.BOOK)
