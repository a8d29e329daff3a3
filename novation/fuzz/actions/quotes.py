"""What networks have published, and what the adapter is told of it.

A source is known by its market, a reference and a fallback by that and more (`worlds`). A push source is asked, to the
others' markets whoever needs a price brings what their network has signed.
"""

from __future__ import annotations

from novation.fixed import BPS
from novation.fuzz.actions.seat import Seat
from novation.fuzz.system.feeds import FALLBACK, KINDS, REFERENCE
from novation.fuzz.system.mirror import Result
from novation.fuzz.system.networks import data_of
from novation.model.orders import Order
from novation.model.sources import Observation, Source

HIGHEST = (1 << 112) - 1  # a price that fits its word


class Quotes(Seat):
    """A seat from which prices are moved."""

    def source(self, key: int) -> Source:
        """What the source's contract holds."""
        return self.mirror.sources[key]

    def is_pushed(self, key: int) -> bool:
        """Whether it is asked; others are brought their prices."""
        return key not in self.mirror.networks

    def broken(self, key: int) -> bool:
        """Whether any answer of a source is not what it was told."""
        state = self.source(key).state
        return bool(state["latest_mode"] or state["history_mode"])

    def last(self, key: int) -> Observation:
        """What its network has published last."""
        return self.mirror.newest(key)

    def last_mid(self, key: int) -> int:
        """The price of that, WAD."""
        return max(1, self.last(key).mid)

    def good_mid(self, key: int) -> int:
        """The last good price of a market, or of its reference."""
        return max(1, self.price(key % KINDS).mid or self.state(key % KINDS).price)

    def width(self, key: int, mid: int) -> int:
        """How sure a network says that it is (WAD): mostly fully, else about as far as it is believed."""
        listed = self.stage.market(key)
        limit = listed.feed.confidence_bps if listed is not None else 0
        if not limit or self.steady or not self.chance(25):
            return 0
        return mid * self.between(0, limit + (limit // 20 if self.chance(10) else 0)) // BPS

    def publish(self, key: int, mid: int, at: int | None = None) -> None:
        """A network says a price (WAD); the next second, where one that is brought has said something in this one."""
        listed = self.stage.market(key % KINDS)
        mid = listed.feed.price if self.steady and listed is not None else max(1, min(mid, HIGHEST))
        if at is None and not self.is_pushed(key) and self.last(key).published_at >= self.now:
            self.warp(1)
        self.mirror.publish(key, mid, at, self.width(key, mid))

    def push(self, key: int, mid: int) -> None:
        """As `publish`, and what nobody can ask for is brought."""
        self.publish(key, mid)
        if not self.is_pushed(key):
            self.bring(key, data_of(self.last(key)))

    def store(self, market: int) -> Result:
        """The newest price: asked, or brought."""
        if self.is_pushed(market):
            return self.call("oracle", "observe", self.anyone(), market)
        return self.bring(market, data_of(self.last(market)))

    def move(self, market: int, mid: int, agrees: int = 100) -> None:
        """A market's price with its reference's, which says the same so often in a hundred."""
        if REFERENCE + market in self.mirror.sources and self.chance(agrees):
            self.publish(REFERENCE + market, mid)
        if FALLBACK + market in self.mirror.sources and self.chance(agrees // 2):
            self.publish(FALLBACK + market, mid)
        self.push(market, mid)

    def bring(self, market: int, update: bytes, more: int = 0) -> Result:
        """An update to the adapter, with its fee and so much more."""
        wei = max(0, self.mirror.fee(market) + more)
        return self.call("oracle", "update", self.pick(self.cast.keepers), market, update, wei=wei)

    def refresh(self, market: int) -> None:
        """A price now, a little elsewhere; mostly the reference's too."""
        self.move(market, self.price(market).mid * self.between(9980, 10020) // BPS, agrees=85)

    def refresh_all(self) -> None:
        """A price of every market whose price has an age."""
        for market in self.markets:
            if self.last(market).published_at < self.now and self.price(market).mid:
                self.refresh(market)

    def pricing(self, market: int) -> int:
        """The source that the adapter's price is of: the market's, or its fallback."""
        key, price = FALLBACK + market, self.price(market)
        if key not in self.mirror.sources or price.published_at == self.last(market).published_at:
            return market
        return key if (price.mid, price.published_at) == self.last(key)[1:4:2] else market

    def reference(self, order: Order) -> int:
        """The observation that an order fills at, as far as what its source was told tells; 0 where there is none, and
        where prices are brought."""
        if order.market not in self.mirror.sources or self.pricing(order.market) in self.mirror.networks:
            return 0
        told, end = self.source(self.pricing(order.market)).told, order.due + self.window
        for number in range(len(told), 0, -1):
            if told[number].published_at < order.due:
                has_next = number + 1 in told and (told[number + 1].published_at <= end or self.now <= end)
                return number + 1 if has_next else number
        return min(1, len(told))

    def update(self, order: Order) -> bytes:
        """What has to be brought so that an order fills: the first update since it was due, if the adapter has another
        one."""
        network = self.mirror.networks.get(order.market)
        if network is None:
            return b""
        first = network.first_at(order.due)
        return data_of(first) if first.mid and first.published_at != self.price(order.market).published_at else b""

    # --- at the prices that there are

    def execute(self, keeper: int, order: Order, slot: int, reference: int | None = None) -> Result:
        """An order, with what it needs to fill."""
        reference = self.reference(order) if reference is None else reference
        args = (order, slot, reference, self.update(order))
        return self.call("orders", "execute", keeper, *args, wei=self.mirror.costs("execute", args))

    def liquidate(self, sender: int, account: int, market: int) -> Result:
        """At the prices that are known."""
        return self.call("liquidation", "liquidate", sender, account, market, b"")
