"""OracleAdapter: prices as {low, mid, high, published_at, status} out of push feeds (spec section 3)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS, WAD, pack
from novation.model import words
from novation.model.errors import Revert
from novation.model.feeds import Aggregator, Round
from novation.model.journal import Env, Table, external
from novation.model.roles import Roles

NORMAL, REDUCE_ONLY, HALT = 1, 2, 4
UNITS: tuple[int, ...] = tuple(10**decimals for decimals in range(64))
ROUND_BITS = (1 << 64) - 1

SPREAD_FREE_SECONDS = 120  # seconds in which an order fills at its first observation without a spread


class Price(NamedTuple):
    """WAD USD per base unit, Unix seconds, one status."""

    low: int
    mid: int
    high: int
    published_at: int
    status: int


class Feed(NamedTuple):
    """What a feed is set to. Times in seconds, deviation and divergence in bps, band ends as 20-bit words."""

    source: int
    heartbeat: int
    deviation: int
    decimals: int
    divergence: int
    floor: int
    band_low: int
    band_high: int
    low: int
    high: int
    reference: int
    reference_heartbeat: int
    reference_decimals: int
    reference_phase: int


class Stored(NamedTuple):
    """The last good price: WAD, Unix seconds, round id."""

    mid: int
    published_at: int
    round: int


NOTHING = Stored(0, 0, 0)
UNKNOWN = Feed(*[0] * len(Feed._fields))


def _new_phase(number: int, known: int) -> bool:
    phase = number >> 64
    return phase == 0 or phase != known


def to_wad(answer: int, decimals: int) -> int:
    """An answer as WAD, down."""
    return answer * WAD // UNITS[decimals]


class Oracle(Roles):
    """The adapter. Feeds have the numbers of their markets."""

    def __init__(self, env: Env, address: int, owner: int, guardian: int) -> None:
        super().__init__(env, owner, guardian)
        self.address = address
        self.sources: dict[int, Aggregator] = {}
        self.feeds: Table[int, Feed] = env.table()
        self.stored: Table[int, Stored] = env.table()

    def _good(self, feed: Feed, found: Round | None) -> int:
        """The WAD price of a round that is good as of its own time, else 0."""
        if found is None or found.answer <= 0 or not self._possible(found):
            return 0
        price = to_wad(found.answer, feed.decimals)
        return price if feed.low < price < feed.high else 0

    def _possible(self, found: Round) -> bool:
        """Whether a round's id and time can be those of a round."""
        return 0 < found.id < 1 << 80 and 0 < found.updated_at <= self.env.clock["now"]

    def _latest(self, number: int, feed: Feed) -> tuple[Stored, int, Round | None]:
        """The price to use (in HALT the stored one), its status, the source's newest round (None if not good)."""
        stored = self.stored.get(number, NOTHING)
        source = self.sources.get(feed.source)
        newest = None if source is None else source.latest()
        mid = self._good(feed, newest)
        # Within a phase an aggregator's decimals cannot change, so they are asked for when the phase is another.
        if mid and source is not None and newest is not None and _new_phase(newest.id, stored.round >> 64):
            mid = mid if source.decimals() == feed.decimals else 0
        if not mid or newest is None:
            return stored, HALT, None
        used = Stored(mid, newest.updated_at, newest.id) if newest.updated_at > stored.published_at else stored
        if self.env.clock["now"] - used.published_at > feed.heartbeat:
            return stored, HALT, newest
        status = REDUCE_ONLY if feed.floor else NORMAL
        if feed.divergence:
            reference = self._reference(feed)
            if not reference:
                status = REDUCE_ONLY
            elif abs(used.mid - reference) * BPS > feed.divergence * reference:
                return stored, HALT, newest
        return used, status, newest

    def _reference(self, feed: Feed) -> int:
        """The reference's WAD price if it is good and fresh, else 0."""
        source = self.sources.get(feed.reference)
        if source is None:
            return 0
        found = source.latest()
        now = self.env.clock["now"]
        if found is None or found.answer <= 0 or not self._possible(found):
            return 0
        if now - found.updated_at > feed.reference_heartbeat:
            return 0
        if _new_phase(found.id, feed.reference_phase) and source.decimals() != feed.reference_decimals:
            return 0
        price = to_wad(found.answer, feed.reference_decimals)
        return price if price < 1 << 112 else 0

    def _price(self, used: Stored, status: int, feed: Feed) -> Price:
        mid = used.mid
        low = mid * (BPS - feed.deviation) // BPS
        high = -(-mid * (BPS + feed.deviation) // BPS)
        return Price(low, mid, high, used.published_at, status)

    def read(self, number: int) -> Price:
        """The newest price; in HALT the last good one (zeros for an unknown feed)."""
        feed = self.feeds.get(number, UNKNOWN)
        used, status, _ = self._latest(number, feed)
        return self._price(used, status, feed)

    def _observe(self, number: int) -> tuple[Price, Feed, Round | None]:
        feed = self.feeds.get(number, UNKNOWN)
        used, status, newest = self._latest(number, feed)
        if used.published_at > self.stored.get(number, NOTHING).published_at:
            self.stored[number] = used
            self.env.emit(self.address, "Observed", number, *used)
        return self._price(used, status, feed), feed, newest

    @external
    def observe(self, sender: int, number: int) -> Price:
        """As `read`, and remembers a newer good price."""
        return self._observe(number)[0]

    @external
    def observe_at(self, sender: int, number: int, due: int, window: int, reference: int) -> tuple[Price, int, int]:
        """The newest price and the one of an order due at `due`. @returns newest, price (WAD), spread (ppm)."""
        price, feed, newest = self._observe(number)
        if price.status == HALT or newest is None:
            raise Revert("STALE")
        if reference >> 64 != newest.id >> 64:
            raise Revert("PROOF")
        found = self._round(number, feed, newest, reference)
        if found is None or found.updated_at > self.env.now:
            raise Revert("STALE")
        apart = abs(found.answer - price.mid) * BPS
        if feed.divergence and reference != newest.id and apart > 2 * feed.divergence * price.mid:
            raise Revert("STALE")
        end = due + window
        if end >> 256:
            raise Revert("")
        if due <= found.updated_at <= end:
            before = self._neighbour(number, feed, newest, reference, -1)
            if 0 < before < due:
                late = self.env.now - found.updated_at > SPREAD_FREE_SECONDS
                return price, found.answer, feed.deviation * 100 if late else 0
        elif (
            self.env.now > end
            and found.updated_at < due
            and end - found.updated_at <= feed.heartbeat
            and (
                self._is_newest(number, newest, reference) or self._neighbour(number, feed, newest, reference, 1) > end
            )
        ):
            return price, found.answer, feed.deviation * 100
        if self.env.now <= end and found.updated_at < due:
            raise Revert("EARLY")
        raise Revert("PROOF")

    def _is_newest(self, number: int, newest: Round, wanted: int) -> bool:
        return newest.id == wanted and newest.updated_at >= self.stored.get(number, NOTHING).published_at

    def _round(self, number: int, feed: Feed, newest: Round, wanted: int) -> Round | None:
        """The round, its answer in WAD, if it is good as of its own time: the newest, the stored one or asked for."""
        stored = self.stored.get(number, NOTHING)
        if wanted == newest.id:
            found: Round | None = newest
        elif wanted == stored.round and wanted:
            return Round(wanted, stored.mid, stored.published_at)
        else:
            found = self.sources[feed.source].get(wanted)
        mid = self._good(feed, found)
        return Round(wanted, mid, found.updated_at) if found is not None and mid and found.id == wanted else None

    def _neighbour(self, number: int, feed: Feed, newest: Round, wanted: int, step: int) -> int:
        """When the round before or after in the same phase was updated; 0 where there is none."""
        at = wanted + step
        if at & ROUND_BITS == 0 or at >> 64 != wanted >> 64:
            return 0
        if at == newest.id:
            return newest.updated_at
        stored = self.stored.get(number, NOTHING)
        if at == stored.round:
            return stored.published_at
        found = self.sources[feed.source].get(at)
        good = found is not None and found.id == at and found.updated_at <= self.env.clock["now"]
        return found.updated_at if good and found is not None else 0

    def bounds(self, number: int) -> tuple[int, int]:
        """Highest price (WAD), largest spread (ppm); zeros for an unknown feed."""
        feed = self.feeds.get(number, UNKNOWN)
        return -(-feed.high * (BPS + feed.deviation) // BPS), feed.deviation * 100

    @external
    def set_feed(
        self,
        sender: int,
        number: int,
        source: int,
        heartbeat: int,
        deviation: int,
        divergence: int,
        band_low: int,
        band_high: int,
        reference: int,
        reference_heartbeat: int,
    ) -> None:
        """Owner. Band ends are 20-bit words. @raises Revert AUTH, BOUND, STALE (a source that does not answer)."""
        self.only_owner(sender)
        old = self.feeds.get(number)
        low, high = words.band_value(band_low), words.band_value(band_high)
        if not (
            source and 0 < heartbeat < 1 << 20 and deviation < BPS and divergence < BPS and 0 < low < high < 1 << 112
        ):
            raise Revert("BOUND")
        decimals = self._decimals(source)
        other = 0
        if divergence:
            if not reference or reference == source or not 0 < reference_heartbeat < 1 << 20:
                raise Revert("BOUND")
            other = self._decimals(reference)
        elif reference or reference_heartbeat:
            raise Revert("BOUND")
        newest = self.sources[reference].latest() if divergence else None
        phase = newest.id >> 64 if newest and self._possible(newest) else 0
        floor = old.floor if old else 0
        self.feeds[number] = Feed(
            source, heartbeat, deviation, decimals, divergence, floor, band_low, band_high, low, high,
            reference, reference_heartbeat, other, phase,
        )  # fmt: skip
        if number in self.stored:
            self.stored[number] = self.stored[number]._replace(round=0)
        self.env.emit(self.address, "FeedSet", number, self.feed_word(number), self.reference_word(number))

    def _decimals(self, source: int) -> int:
        known = self.sources.get(source)
        decimals = None if known is None else known.decimals()
        if decimals is None:
            raise Revert("STALE")
        if decimals > 36:
            raise Revert("BOUND")
        return decimals

    @external
    def set_status(self, sender: int, number: int, status: int) -> None:
        """Owner: NORMAL or REDUCE_ONLY; the guardian may only tighten. @raises Revert AUTH, MARKET, BOUND."""
        is_owner = self.only_trusted(sender)
        feed = self.feeds.get(number)
        if feed is None:
            raise Revert("MARKET")
        if status not in (NORMAL, REDUCE_ONLY):
            raise Revert("BOUND")
        floor = int(status == REDUCE_ONLY)
        if not is_owner and floor < feed.floor:
            raise Revert("AUTH")
        self.feeds[number] = feed._replace(floor=floor)
        self.env.emit(self.address, "StatusSet", number, status)

    def feed_word(self, number: int) -> int:
        f = self.feeds.get(number, UNKNOWN)
        values = f.source, f.heartbeat, f.deviation, f.decimals, f.divergence, f.floor, f.band_low, f.band_high
        return pack(values, words.FEED)

    def reference_word(self, number: int) -> int:
        f = self.feeds.get(number, UNKNOWN)
        return pack((f.reference, f.reference_heartbeat, f.reference_decimals, f.reference_phase), words.REFERENCE)

    def stored_word(self, number: int) -> int:
        """Without `gap` (bits 232 up), which only caches what the source says: compare below it."""
        return pack(self.stored.get(number, NOTHING), words.STORED)


__all__ = ["HALT", "NORMAL", "REDUCE_ONLY", "WAD", "Feed", "Oracle", "Price", "Stored"]
