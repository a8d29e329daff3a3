"""What a bot knows of a market's price: the newest one, and the one that an order fills at.

A push source is asked, its observations are walked backwards from the newest. Of a pull source a price service brings
what the network signed; `prove` of the source, tried and not sent, tells what is in it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from novation.chain.protocol import Contract, Reverted
from novation.deployment.parts import Publisher
from novation.deployment.system import ANY_SOURCE, System
from novation.fixed import unpack
from novation.model import words
from novation.model.feeds import LATE, NO_BROUGHT, NOTHING, Brought, Stored


class Found(NamedTuple):
    """How an order can be filled: the observation to name, and what to bring before (empty: nothing).

    `newest` is the price of now that an order needs where it is filled late, brought before its own `update`.
    """

    reference: int
    update: bytes = b""
    newest: bytes = b""


class Prices(Protocol):
    """One market."""

    @property
    def mid(self) -> int:
        """The newest price that the network has published, WAD; 0 before the first."""

    @property
    def updated_at(self) -> int:
        """When that was, Unix seconds; 0 before the first."""

    @property
    def heard_at(self) -> int:
        """When the newest one was published that the adapter has heard of, also one that it doubts; Unix seconds."""

    @property
    def update(self) -> bytes:
        """What has to be brought so that the adapter knows it; empty where it does. One that it doubted may be
        brought again."""

    def refresh(self) -> None:
        """Looks at the chain and at the network."""

    def found(self, due: int, window: int, now: int) -> Found | None:
        """How an order due at `due` fills; None while it does not."""


class PriceService(Protocol):
    """Where a network's signed updates are had. Updates that there are not are empty."""

    def serves(self, market: int) -> bool:
        """Whether it has updates of a market's network."""

    def newest(self, market: int) -> bytes:
        """The newest one."""

    def update_at(self, market: int, time: int) -> bytes:
        """The first one that was published at or after a time (Unix seconds)."""


class Published:
    """The price service of networks that are ours."""

    def __init__(self, feeds: Mapping[int, Publisher]) -> None:
        """@param feeds By market number."""
        self._feeds = feeds

    def serves(self, market: int) -> bool:
        """Whether its network has published anything."""
        return market in self._feeds and self._feeds[market].updated_at != 0

    def newest(self, market: int) -> bytes:
        """The newest update."""
        return self._feeds[market].update if market in self._feeds else b""

    def update_at(self, market: int, time: int) -> bytes:
        """The first update at or after a time."""
        return self._feeds[market].update_at(time) if market in self._feeds else b""


class PushPrices:
    """What is known of a push source: (number, time) of its observations, rising, without gaps from the oldest on."""

    update = b""

    def __init__(self, source: Contract) -> None:
        """@param source An IPriceSource whose numbers follow each other."""
        self._source = source
        self._numbers: list[int] = []
        self._times: list[int] = []
        self.mid: int = 0
        self._complete = False  # none is known before the first

    @property
    def updated_at(self) -> int:
        """Time of the newest observation, 0 before the first."""
        return self._times[-1] if self._times else 0

    @property
    def heard_at(self) -> int:
        """As `updated_at`: it is asked at every look."""
        return self.updated_at

    def refresh(self) -> None:
        """Asks for the newest observation and for those that were missed since."""
        number, mid, _, at, _ = self._source.call("latest")
        if number == 0:
            return
        self.mid = int(mid)
        if self._numbers and number == self._numbers[-1]:
            return
        missed = [(int(number), int(at))]
        while self._numbers and missed[-1][0] > self._numbers[-1] + 1:
            before = missed[-1][0] - 1
            if (time := self._time_of(before)) == 0:  # numbers do not follow each other where an aggregator is changed
                self._numbers = []
                break
            missed.append((before, time))
        if not self._numbers or number < self._numbers[-1]:
            self._numbers, self._times, self._complete = [], [], False
        for known, time in reversed(missed):
            self._numbers.append(known)
            self._times.append(time)

    def found(self, due: int, window: int, now: int) -> Found | None:
        """The first observation in [due, due + window]; after the window, if none was, the last one before `due`."""
        if not self._numbers:
            return None
        self._walk_before(due)
        first = bisect_left(self._times, due)
        if first < len(self._times) and self._times[first] <= due + window:
            return Found(self._numbers[first])
        if now > due + window and first > 0:
            return Found(self._numbers[first - 1])
        return None

    def _walk_before(self, time: int) -> None:
        """Learns older observations until one is older than `time`."""
        while self._times[0] >= time and not self._complete:
            before = self._numbers[0] - 1
            if (at := self._time_of(before)) == 0:
                self._complete = True  # there was none before
                return
            self._numbers.insert(0, before)
            self._times.insert(0, at)

    def _time_of(self, number: int) -> int:
        return int(self._source.call("observation", number)[3]) if number > 0 else 0


class PullPrices:
    """What the adapter has been brought of a pull source, and what its network has published."""

    def __init__(self, oracle: Contract, source: Contract, market: int, service: PriceService, sender: str) -> None:
        """@param sender Who would pay for a proof that is only tried."""
        self._oracle, self._source, self._market = oracle, source, market
        self._service, self._sender = service, sender
        self.mid = self.updated_at = 0
        self.update = b""
        self._stored = NOTHING
        self._brought = NO_BROUGHT

    @property
    def heard_at(self) -> int:
        """Of the stored price, or of the newest one since that was doubted."""
        return self._stored.heard_at

    def refresh(self) -> None:
        """Reads what the adapter has, and proves the newest update."""
        stored, _, brought, *_ = self._oracle.call("words_of", self._market)
        self._stored = Stored(*unpack(stored, words.STORED))
        self._brought = Brought(*unpack(brought, words.BROUGHT))
        self.mid, self.updated_at, self.update = self._stored.mid, self._stored.published_at, b""
        newest = self._service.newest(self._market)
        if newest:
            mid, at = self._proven(newest)
            if at > self.heard_at or (at == self.heard_at and self._stored.doubted):
                self.mid, self.updated_at, self.update = mid, at, newest

    def found(self, due: int, window: int, now: int) -> Found | None:
        """What the adapter has where that is the first observation at or after `due`, else the update that is.

        Filled late it needs a newest price that is as fresh. Bringing that overwrites the stored price, which is then
        brought again if it is the order's.
        """
        oldest = max(due + LATE, now - LATE)
        is_lacking = now > due + LATE and self._stored.published_at <= oldest
        newest = self.update if is_lacking and self.updated_at > oldest else b""
        if self._is_first(self._brought, due, window):
            return Found(0, newest=newest)
        if not newest and not self._stored.doubted and self._is_first(self._stored, due, window):
            return Found(0)
        update = self._service.update_at(self._market, due)
        if not update:
            return None
        # The first one at or after `due` may be fresh itself.
        return Found(0, update, b"" if newest and self._proven(update)[1] > oldest else newest)

    @staticmethod
    def _is_first(held: Stored | Brought, due: int, window: int) -> bool:
        """Whether it is the first observation at or after `due`."""
        at, gap = held.published_at, held.gap
        return gap != 0 and due <= at <= due + window and at - gap < due

    def _proven(self, update: bytes) -> tuple[int, int]:
        """Price and time of an update, zeros where the source refuses it."""
        try:
            fee = self._oracle.call("fee", self._market, update)
            _, mid, _, at, _ = self._source.call("prove", update, sender=self._sender, value=fee)
        except Reverted:
            return 0, 0
        return int(mid), int(at)


def prices_of(system: System, sender: str, service: PriceService | None = None) -> dict[int, Prices]:
    """The prices of all markets.

    @param service None: that of the networks that were deployed with the system.
    """
    service = service or Published(system.feeds)
    brought = pull_markets(system)
    found: dict[int, Prices] = {}
    for market, address in system.sources.items():
        source = system.chain.at(ANY_SOURCE, address)
        if market in brought:
            found[market] = PullPrices(system.oracle, source, market, service, sender)
        else:
            found[market] = PushPrices(source)
    return found


def pull_markets(system: System) -> list[int]:
    """The numbers of the markets whose prices have to be brought."""
    return [market for market in system.sources if not system.oracle.call("feed_at", market)[0][1]]  # is_push
