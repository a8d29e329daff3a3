"""What markets are set to: listing, changes, ramps, bounds (spec section 4), and the words of a pool."""

from __future__ import annotations

from novation.fixed import BPS, ceil_div, pack
from novation.model import words
from novation.model.errors import Revert
from novation.model.feeds import NORMAL
from novation.model.journal import external
from novation.model.market import Config, Market, Ramp, in_force, reserve_of
from novation.model.marks import Marks

NO_RAMP = Ramp(0, 0, 0, 0)
SCALE_UNIT = 10**15
FIELD_MAX = (1 << 16) - 1


class Listing(Marks):
    """A pool's admin side."""

    def bounded(self, market: int, config: Config, maintenance: int, penalty: int, interest: int) -> bool:
        """Whether the bounds hold with this maintenance and penalty (bps), and a side's open interest (bps of K)."""
        highest, spread = self.oracle.bounds(market)
        c = config
        scale = c.skew_scale
        return (
            scale > 0
            and 100 * max(c.open_interest_cap, interest) + c.taker_fee + 100 * penalty + spread < 100 * maintenance
            and c.maintenance < c.initial <= BPS
            and c.position_cap <= c.open_interest_cap
            and c.maker_fee <= c.taker_fee
            and c.open_interest_cap * scale // BPS * highest < ((1 << 255) - 1) // scale // (BPS + c.slope)
            and 0 < c.reserve_factor <= BPS
            and c.rate_max > 0
            and 0 < highest < 1 << 112
        )

    def _check(self, market: int, config: Config, old: tuple[int, int], interest: int = 0) -> None:
        """`old`: maintenance and penalty in force; `interest`: of the larger side, bps of K, up."""
        scale, *fields, rate_max, velocity = config
        if scale % SCALE_UNIT or scale // SCALE_UNIT >= 1 << 56 or max(rate_max, velocity) >= 1 << 24:
            raise Revert("BOUND")
        if min(fields) < 0 or max(fields) > FIELD_MAX or min(scale, rate_max, velocity) < 0:
            raise Revert("BOUND")
        worst = min(old[0], config.maintenance), max(old[1], config.penalty)
        if old[0] >= config.initial or not self.bounded(market, config, *worst, interest):
            raise Revert("BOUND")

    @external
    def set_market(self, sender: int, market: int, config: Config) -> None:
        """Owner. Lists a market (needs a NORMAL price and stores it) or changes one.

        A change accrues first; maintenance and penalty ramp, the rest is at once.

        @raises Revert AUTH, MARKET (no such number), BOUND, STALE.
        """
        self.only_owner(sender)
        if market >= 32:
            raise Revert("MARKET")
        now = self.env.now
        old = self.configs.get(market)
        if old is None:
            self._check(market, config, (config.maintenance, config.penalty))
            price = self.oracle.observe(self.address, market)
            if price.status != NORMAL:
                raise Revert("STALE")
            self.configs[market] = config
            self.markets[market] = Market(0, 0, now, 0, 0, price.mid, 0)
            self.marked(market)
            self._is_set(market)
            return
        maintenance, penalty = in_force(old, self.ramps.get(market), now)
        before = self.markets[market]
        interest = ceil_div(max(before.long, before.short) * BPS, old.skew_scale)
        self._check(market, config, (maintenance, penalty), interest)
        if (before.long or before.short) and (config.skew_scale != old.skew_scale or config.slope > old.slope):
            raise Revert("BOUND")
        state = self.poked(market, old, self.oracle.observe(self.address, market))
        top = config.rate_max * 10**24
        new = state._replace(rate=max(-top, min(top, state.rate)))
        book = self.books[0]
        reserve = book.reserve - reserve_of(old, state) + reserve_of(config, new)
        self.store(market, new, book._replace(reserve=reserve))
        self.marked(market)
        self.configs[market] = config
        if (maintenance, penalty) == (config.maintenance, config.penalty):
            self.ramps[market] = NO_RAMP
        else:
            self.ramps[market] = Ramp(maintenance, penalty, now, now + self.terms.ramp)
        self._is_set(market)

    def _is_set(self, market: int) -> None:
        self.env.emit(self.address, "MarketSet", market, self.config_word(market), self.ramp_word(market))

    @external
    def tighten(self, sender: int, market: int, initial: int, open_interest_cap: int, position_cap: int) -> None:
        """Owner or guardian: initial not lower, caps not higher (bps). @raises Revert AUTH, MARKET, BOUND."""
        self.only_trusted(sender)
        old = self.config_of(market)
        looser = initial < old.initial or open_interest_cap > old.open_interest_cap or position_cap > old.position_cap
        if looser or initial > BPS or position_cap > open_interest_cap or min(open_interest_cap, position_cap) < 0:
            raise Revert("BOUND")
        self.configs[market] = old._replace(
            initial=initial, open_interest_cap=open_interest_cap, position_cap=position_cap
        )
        self._is_set(market)

    # --- words

    def config_word(self, market: int) -> int:
        config = self.configs.get(market)
        if config is None:
            return 0
        ramp = self.ramps.get(market, NO_RAMP)
        flags = words.LISTED | (words.RAMPING if ramp.end else 0)
        return pack((config.skew_scale // SCALE_UNIT, *config[1:], flags), words.CONFIG)

    def ramp_word(self, market: int) -> int:
        return pack(self.ramps.get(market, NO_RAMP), words.RAMP)

    def market_words(self, market: int) -> tuple[int, int, int, int, int]:
        """config, ramp, interest, funding, mark."""
        return self.config_word(market), self.ramp_word(market), *self.state_words(market)
