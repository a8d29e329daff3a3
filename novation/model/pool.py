"""ClearingPool: fills and liquidations (spec sections 4 and 9). It computes what is owed; the vault books it."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.model.errors import Revert
from novation.model.feeds import HALT, LATE, NORMAL, OUTDATED, Price
from novation.model.journal import external
from novation.model.listing import Listing
from novation.model.market import (
    EMPTY,
    OWED_UNIT,
    Config,
    Market,
    Position,
    Terms,
    change,
    charge,
    in_force,
    liability_of,
    liquidation_size,
    moved,
    pnl,
    requirement,
    to_owed,
)
from novation.model.marks import Book, Fill, Filled, Risk
from novation.model.words import within


class Pool(Listing):
    """One pool of perpetual markets."""

    @external
    def fill(
        self, sender: int, account: int, market: int, delta: int, due: int, window: int, reference: int,
        acceptable: int, reduce_only: bool, markets: int, pool_cash: int, may_open: bool,
    ) -> tuple[Fill, Risk]:  # fmt: skip
        """Fills an order at its one price. Only the vault. @returns the fill, the account's risk in this pool after."""
        if sender != self.vault:
            raise Revert("AUTH")
        config = self.config_of(market)
        if delta == 0:
            raise Revert("ZERO")
        newest, price, spread = self.oracle.observe_at(self.address, market, due, window, reference)
        if newest.published_at > due + LATE:
            price = max(price, newest.mid) if delta > 0 else min(price, newest.mid)
        position = self.positions.get((account, market), EMPTY)
        size = position.size
        if reduce_only:
            if size == 0 or (size > 0) == (delta > 0):
                raise Revert("REDUCE")
            if abs(delta) > abs(size):
                delta = -size
        after = size + delta
        opening = size == 0 or (size > 0) == (delta > 0) or abs(delta) > abs(size)
        if opening:
            if newest.status != NORMAL:
                raise Revert("HALTED")
            if not may_open:
                raise Revert("PAUSED")
        state = self.step(market, config, newest)
        scale, skew = config.skew_scale, state.skew
        done = change(position, delta, price, state.funding, scale, skew)
        if acceptable:
            short = delta < 0
            if (-done.cost * WAD < acceptable * -delta) if short else (done.cost * WAD > acceptable * delta):
                raise Revert("PRICE")
        if after and abs(after) * newest.mid < self.terms.min_notional * WAD:
            raise Revert("DUST")
        fee = charge(price, delta, skew, config.maker_fee, config.taker_fee, spread)
        owed = to_owed(fee, self.terms.protocol_share)
        new = self._with(state, position, after, done.basis)
        book = self.booked(market, config, new, owed)
        if opening:
            self._capped(config, new, after, book, newest, pool_cash + fee - done.realised)
        return self._apply(account, market, config, new, book, position, (after, delta, done.basis, done.realised),
                           (fee, 0), newest, opening, price, markets)  # fmt: skip

    def _with(self, state: Market, old: Position, size: int, basis: int) -> Market:
        long, short = moved(state, old.size, size)
        total = state.basis + basis - old.basis
        return Market(long, short, state.accrued_at, state.funding, state.rate, state.price, total)

    def _capped(self, config: Config, new: Market, after: int, book: Book, newest: Price, cash: int) -> None:
        scale = config.skew_scale
        side = new.long if after > 0 else new.short
        if abs(after) * BPS > config.position_cap * scale or side * BPS > config.open_interest_cap * scale:
            raise Revert("CAPPED")
        dearer = book.liability - liability_of(config, new) + max(self.sides(config, new, newest))
        if book.reserve * BPS > self.terms.utilisation * (cash - dearer - book.owed * OWED_UNIT):
            raise Revert("CAPPED")

    def _apply(
        self, account: int, market: int, config: Config, new: Market, book: Book, old: Position,
        done: tuple[int, int, int, int], charges: tuple[int, int], newest: Price, opening: bool, price: int,
        markets: int,
    ) -> tuple[Fill, Risk]:  # fmt: skip
        """Stores a fill. `done` is size after, delta, basis after, realised; `charges` fee and penalty."""
        after, delta, basis, realised = done
        fee, penalty = charges
        now = self.env.clock["now"]
        owed = book.owed - self.books[0].owed
        self.store(market, new, book)
        self.positions[account, market] = Position(within(after, 104), within(basis, 112), now)
        mid, funding = newest.mid, new.funding
        ratio = in_force(config, self.ramps.get(market), now)[0]
        scale, slope = config.skew_scale, config.slope
        cash = realised - fee - penalty
        health = cash + pnl(after, basis, mid, funding) - pnl(old.size, old.basis, mid, funding)
        health += requirement(scale, old.size, mid, ratio, slope, abs(old.size))
        health -= requirement(scale, after, mid, ratio, slope, abs(after))
        bit = 1 << market
        markets = markets | bit if after else markets & ~bit
        fill = Fill(after, delta, cash, fee + penalty, penalty, health, opening, price)
        self.env.fills.append(Filled(self.address, account, market, fill, owed, mid))
        words = self.position_word(account, market), *self.state_words(market), self.book_word()
        self.env.emit(self.address, "Filled", account, market, price, fee + penalty, *words)
        return fill, self.risk_at(account, markets, market, new, newest)

    @external
    def liquidate(
        self, sender: int, account: int, market: int, markets: int, margin_outside: int, maintenance_outside: int,
        whole: bool,
    ) -> tuple[int, int, Fill, Risk]:  # fmt: skip
        """Closes q or the whole of an unhealthy account's position. Only the vault.

        `whole`: a market after the first of a bankrupt account; halted, or no longer below zero, it is passed over.
        @returns margin and maintenance before (whole account), the fill, the risk in this pool after.
        """
        if sender != self.vault:
            raise Revert("AUTH")
        config = self.config_of(market)
        position = self.positions.get((account, market), EMPTY)
        size = position.size
        if size == 0:
            raise Revert("MARKET")
        newest = self.oracle.observe(self.address, market)
        if newest.status == HALT and not whole:
            raise Revert("HALTED")
        state = self.step(market, config, newest)
        before = self.risk_at(account, markets, market, state, newest)
        margin = margin_outside + before.equity
        maintenance = maintenance_outside + before.maintenance
        if whole and (newest.status == HALT or margin >= 0):
            return margin, maintenance, Fill(size, 0, 0, 0, 0, 0, False, newest.mid), before
        if margin >= maintenance:
            raise Revert("HEALTHY")
        terms = self.terms
        ratio, penalty = in_force(config, self.ramps.get(market), self.env.clock["now"])
        mid, skew, x = newest.mid, state.skew, abs(size)
        q = x
        if margin >= 0:
            target = -(-maintenance * (BPS + terms.buffer) // BPS)
            rates = Terms(ratio, config.slope, penalty, config.taker_fee, terms.buffer)
            q = liquidation_size(rates, config.skew_scale, mid, size, skew, target - margin)
            if (x - q) * mid < terms.min_notional * WAD:
                q = x
        delta = -q if size > 0 else q
        done = change(position, delta, mid, state.funding, config.skew_scale, skew)
        fee = charge(mid, delta, 0, 0, config.taker_fee, 0)
        cap = -(-q * mid * penalty // (BPS * WAD))
        if q == x:
            cap = max(cap, terms.min_penalty)
        now_worth = pnl(size, position.basis, mid, state.funding)
        left = margin + done.realised - fee + pnl(done.size, done.basis, mid, state.funding) - now_worth
        paid = min(cap, max(0, left))
        new = self._with(state, position, done.size, done.basis)
        book = self.booked(market, config, new, to_owed(fee, terms.protocol_share))
        result = done.size, delta, done.basis, done.realised
        fill, risk = self._apply(
            account, market, config, new, book, position, result, (fee, paid), newest, False, mid, markets
        )
        # Also of a position that is closed: the vault asks how good the price was.
        return margin, maintenance, fill, risk._replace(status=risk.status | newest.status)

    @external
    def realise(self, sender: int, account: int, market: int, cash: int) -> int:
        """Turns up to `cash` of a loss into basis. Only the vault. @returns WAD USD that the account pays."""
        if sender != self.vault:
            raise Revert("AUTH")
        config = self.config_of(market)
        newest = self.oracle.observe(self.address, market)
        if newest.status in OUTDATED:
            raise Revert("HALTED")
        state = self.poked(market, config, newest)
        position = self.positions.get((account, market), EMPTY)
        loss = min(max(0, -pnl(position.size, position.basis, newest.mid, state.funding)), cash)
        if not loss:
            return 0
        new = self._with(state, position, position.size, position.basis - loss)
        self.store(market, new, self.booked(market, config, new))
        self.positions[account, market] = Position(position.size, position.basis - loss, self.env.now)
        words = self.position_word(account, market), self.state_words(market)[2], self.book_word()
        self.env.emit(self.address, "Realised", account, market, loss, *words)
        return loss

    @external
    def collect(self, sender: int) -> int:
        """Hands over what is owed. Only the vault. @returns WAD USD."""
        if sender != self.vault:
            raise Revert("AUTH")
        book = self.books[0]
        self.books[0] = Book(book.liability, book.reserve, 0)
        self.env.emit(self.address, "Collected", book.owed * OWED_UNIT, self.book_word())
        return book.owed * OWED_UNIT
