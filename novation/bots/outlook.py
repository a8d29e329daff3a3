"""Where accounts would stand if the adapter knew what the networks have published, and what closing them would pay.

Nobody is to be liquidated at a price that is only kept because a newer one was not brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from novation.bots.mirror import Mirror
from novation.bots.prices import Prices
from novation.chain.protocol import Contract, Reverted
from novation.fixed import BPS, WAD, ceil_div
from novation.model.feeds import HALT, Price
from novation.model.market import Terms, liquidation_size, requirement

VIEW = 64  # accounts a view


class Ahead(NamedTuple):
    """A price that the adapter does not know. If it doubts the update, the market stops at its last good price."""

    update: bytes
    fee: int  # wei
    mid: int  # WAD
    is_doubted: bool
    known: Price

    @property
    def price(self) -> int:
        """What the adapter says afterwards, WAD."""
        return self.known.mid if self.is_doubted else self.mid

    def gain(self, size: int) -> int:
        """By how much it changes a position's equity, WAD USD. In HALT the side counts that favours the position."""
        side = self.known.high if size > 0 else self.known.low
        before = side if self.known.status == HALT else self.known.mid
        return size * ((side if self.is_doubted else self.mid) - before) // WAD


class Standing(NamedTuple):
    """An account's, WAD USD."""

    margin: int
    maintenance: int

    @property
    def is_sick(self) -> bool:
        """Whether it is to be liquidated."""
        return self.margin < self.maintenance


class _Rates(NamedTuple):
    """Of a market, as `Lens.market_config`: bps, the fee ppm, K WAD base units."""

    scale: int
    initial: int
    maintenance: int
    slope: int
    maker: int
    taker: int
    interest_cap: int
    position_cap: int
    reserve_factor: int
    penalty: int
    rate_max: int
    velocity: int


class Outlook:
    """Call `refresh` after every block."""

    def __init__(
        self,
        lens: Contract,
        oracle: Contract,
        module: Contract,
        pool: Contract,
        prices: Mapping[int, Prices],
        mirror: Mirror,
        sender: str,
    ) -> None:
        """
        @param prices By market number.
        @param sender Who would bring updates.
        """
        self._lens, self._oracle, self._prices, self._mirror, self._sender = lens, oracle, prices, mirror, sender
        self._buffer = int(pool.call("BUFFER"))
        floor, ceiling = int(module.call("SHARE_FLOOR")), int(module.call("SHARE_CEILING"))
        self._floor, self._rise = floor, ceiling - floor
        self._least = int(module.call("MINIMUM_REWARD"))
        self.ahead: dict[int, Ahead] = {}  # by market

    def refresh(self) -> None:
        """Asks the networks."""
        self.ahead = {}
        for market in self._prices:
            self.look(market)

    def look(self, market: int) -> None:
        """Asks one of them again."""
        self.ahead.pop(market, None)
        prices = self._prices[market]
        prices.refresh()
        if not prices.update:
            return
        try:
            fee = int(self._oracle.call("fee", market, prices.update))
            believed = self._oracle.call("update", market, prices.update, sender=self._sender, value=fee)
        except Reverted:
            return
        # What is doubted already, and still, has no effect.
        if believed or prices.updated_at > prices.heard_at:
            known = Price(*self._oracle.call("read", market))
            self.ahead[market] = Ahead(prices.update, fee, prices.mid, not believed, known)

    def missing(self, account: str) -> list[int]:
        """Markets of an account whose newest price has to be brought before it is judged."""
        return [market for market in self._mirror.markets_of(account) if market in self.ahead]

    def standings(self, accounts: Sequence[str]) -> Iterable[tuple[str, Standing]]:
        """Where accounts stand at the newest prices."""
        for start in range(0, len(accounts), VIEW):
            batch = accounts[start : start + VIEW]
            for account, health in zip(batch, self._lens.call("health_many", batch), strict=True):
                yield account, self._moved(account, Standing(health[1], health[3]))

    def reward(self, account: str) -> int:
        """About what the best-paid liquidation of an account earns at the newest prices, WAD USD; 0 where all halt."""
        ((_, standing),) = self.standings([account])
        prices = {market: self._price(market) for market in self._mirror.markets_of(account)}
        penalties = [self._penalty(account, market, price, standing) for market, price in prices.items() if price]
        if not penalties:
            return 0
        if standing.margin <= 0:
            return self._least  # nothing is left for a penalty
        depth = (standing.maintenance - standing.margin) * BPS // standing.maintenance
        return min(max(penalties), standing.margin) * (self._floor + self._rise * depth // BPS) // BPS

    def _price(self, market: int) -> int:
        """At which a market would be closed (WAD), 0 in HALT."""
        if market in self.ahead:
            return 0 if self.ahead[market].is_doubted else self.ahead[market].mid
        known = Price(*self._oracle.call("read", market))
        return 0 if known.status == HALT else known.mid

    def _moved(self, account: str, standing: Standing) -> Standing:
        margin, maintenance = standing
        for market in self.missing(account):
            ahead, rates = self.ahead[market], self._rates(market)
            size = self._mirror.position(account, market).size
            margin += ahead.gain(size)
            for price, sign in ((ahead.price, 1), (ahead.known.mid, -1)):
                maintenance += sign * requirement(rates.scale, size, price, rates.maintenance, rates.slope, abs(size))
        return Standing(margin, maintenance)

    def _penalty(self, account: str, market: int, price: int, standing: Standing) -> int:
        """Of the part that brings the account to its target; WAD USD."""
        rates, totals = self._rates(market), self._mirror.market(market)
        size = self._mirror.position(account, market).size
        terms = Terms(rates.maintenance, rates.slope, rates.penalty, rates.taker, self._buffer)
        shortfall = ceil_div(standing.maintenance * (BPS + self._buffer), BPS) - standing.margin
        part = liquidation_size(terms, rates.scale, price, size, totals.long - totals.short, shortfall)
        return part * price * rates.penalty // (BPS * WAD)

    def _rates(self, market: int) -> _Rates:
        return _Rates(*self._lens.call("market_config", market))
