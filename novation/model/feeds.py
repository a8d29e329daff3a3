"""The feeds of an OracleAdapter: how they are set, what is kept of them, packed words, measures (spec section 3)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS, ceil_div, pack
from novation.model import words
from novation.model.errors import Revert
from novation.model.journal import Env, Table, external
from novation.model.roles import Roles
from novation.model.sources import NONE, Observation, Source

NORMAL, REDUCE_ONLY, HALT, AGED = 1, 2, 4, 8
OUTDATED = (HALT, AGED)
LATE = 30  # seconds in which an order fills at its first observation without the deviation
MIN_WINDOW = 60
U15 = (1 << 15) - 1
U20 = (1 << 20) - 1
U32 = (1 << 32) - 1
NEVER = U20


class Price(NamedTuple):
    """WAD USD per base unit, Unix seconds, one status."""

    low: int
    mid: int
    high: int
    published_at: int
    status: int


class Settings(NamedTuple):
    """What `set_feed` takes, in its order: `IOracleAdapter.Feed`. Band ends are (mantissa, exponent)."""

    source: int
    is_push: bool
    trade_age: int
    close_age: int
    deviation: int
    confidence: int
    band_low: tuple[int, int]
    band_high: tuple[int, int]
    move: int
    swing: int
    window: int
    calm: int
    reference: int
    divergence: int
    reference_age: int
    refresh: int
    fallback: int
    fallback_age: int
    fallback_deviation: int

    @property
    def low(self) -> int:
        """WAD; prices are strictly above it."""
        return int(self.band_low[0] * 10 ** self.band_low[1])

    @property
    def high(self) -> int:
        """WAD; prices are strictly below it."""
        return int(self.band_high[0] * 10 ** self.band_high[1])

    def doubts(self, seen: Observation) -> str:
        """Why an observation is doubted whatever is known besides: BAND, WIDE or empty."""
        if not self.low < seen.mid < self.high:
            return "BAND"
        return "WIDE" if confidence_of(seen) > self.confidence else ""

    def is_bound(self) -> bool:
        """Whether every field fits its word and those beside it, but for what has to do with the sources."""
        bps = (self.deviation, self.confidence, self.move, self.swing, self.divergence, self.fallback_deviation)
        seconds = (self.window, self.refresh, self.reference_age, self.fallback_age)
        ends = (self.band_low, self.band_high)
        return (
            0 < self.trade_age <= self.close_age <= U20
            and max(bps) < BPS
            and not any(mantissa >> 14 or exponent >> 6 for mantissa, exponent in ends)
            and 0 < self.low < self.high < 1 << 112
            and (self.swing == 0) == (self.window == 0)
            and (self.window == 0 or self.window >= MIN_WINDOW)
            and self.calm < U15
            and (self.calm == 0) == (self.move == 0 and self.swing == 0)
            and max(seconds) <= U20
        )

    def packed(self, floor: int) -> tuple[int, int, int, int]:
        """config, limits, reference, fallback. @param floor 0 NORMAL, 1 REDUCE_ONLY."""
        flags = bool(self.is_push), bool(self.reference), bool(self.fallback)
        ages = (self.trade_age, self.close_age, self.deviation, self.reference_age)
        low, high = words.band_word(*self.band_low), words.band_word(*self.band_high)
        moves = (self.confidence, self.move, self.swing, self.divergence, self.window, self.calm, self.refresh)
        return (
            pack((self.source, *ages, floor, *flags), words.FEED),
            pack((low, high, *moves), words.LIMITS),
            self.reference,
            pack((self.fallback, self.fallback_age, self.fallback_deviation), words.FALLBACK),
        )


class Stored(NamedTuple):
    """The last good price; the stored word. Times in seconds, confidence and spread in bps."""

    mid: int
    published_at: int
    gap: int
    confidence: int
    spread: int
    checked: int
    breaker: int
    doubted: int
    run: int

    def moved_at(self, at: int) -> int:
        """When the first was published of those in a row that were doubted as moves, `at` where there is none."""
        return max(0, self.heard_at - (self.run - 1)) if self.run else at

    @property
    def heard_at(self) -> int:
        """When the newest observation was published that is known, a doubted one too."""
        return self.published_at + (self.gap if self.doubted else 0)

    def outdated_by(self, at: int, is_move: bool) -> Stored:
        """Where an observation published at `at` is doubted, as a move or as one after a move."""
        run = min(U15, max(0, at - self.moved_at(at)) + 1) if is_move or self.run else 0
        kept_at = max(self.published_at, at - U20)
        return self._replace(published_at=kept_at, gap=at - kept_at, doubted=1, run=run)

    def followed_by(self, feed: Settings, seen: Observation, anchor: Anchor, breaker: int) -> Stored:
        """Where an observation is believed. @param breaker Seconds that it trips the breaker for."""
        confidence = confidence_of(seen)
        spread, checked = max(confidence, feed.deviation), 0
        if feed.reference:
            checked = NEVER
            if anchor.mid:
                spread = max(spread, ceil_div(abs(seen.mid - anchor.mid) * BPS, anchor.mid))
                checked = min(NEVER, max(0, seen.published_at - anchor.published_at))
        left = max(self.published_at + self.breaker - seen.published_at, breaker, 0)
        return Stored(seen.mid, seen.published_at, gap_of(seen), confidence, spread, checked, left, 0, 0)

    @property
    def word(self) -> int:
        """Packed."""
        return pack(self, words.STORED)


class Anchor(NamedTuple):
    """What a reference said last, and when it was asked."""

    mid: int
    published_at: int
    asked_at: int

    @property
    def word(self) -> int:
        """Packed."""
        return pack(self, words.ANCHOR)


class Brought(NamedTuple):
    """An observation that is older than the stored one."""

    mid: int
    published_at: int
    gap: int
    confidence: int

    @property
    def word(self) -> int:
        """Packed."""
        return pack(self, words.BROUGHT)


class Swing(NamedTuple):
    """The prices of one window."""

    low: int
    high: int
    number: int

    @property
    def word(self) -> int:
        """Packed."""
        return pack(self, words.SWING)


NOTHING = Stored(0, 0, 0, 0, 0, 0, 0, 0, 0)
NO_ANCHOR = Anchor(0, 0, 0)
NO_BROUGHT = Brought(0, 0, 0, 0)
NO_SWING = Swing(0, 0, 0)
UNKNOWN = Settings(0, False, 0, 0, 0, 0, (0, 0), (0, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def apart(mid: int, other: int, limit: int) -> bool:
    """Whether a price is further from another one than `limit` bps of that."""
    return abs(mid - other) * BPS > limit * other


def confidence_of(seen: Observation) -> int:
    """bps of the price, up, 10,000 at most."""
    return min(BPS, ceil_div(seen.confidence * BPS, seen.mid))


def gap_of(seen: Observation) -> int:
    """Seconds since the observation before; 0 where it is not known or too long for the word."""
    gap = seen.published_at - seen.previous_at
    return gap if seen.previous_at and 0 < gap <= U20 else 0


class Feeds(Roles):
    """The feeds of an adapter: how each is set, and what is stored of it. They have the numbers of their markets."""

    def __init__(self, env: Env, address: int, owner: int, guardian: int) -> None:
        super().__init__(env, owner, guardian)
        self.address = address
        self.sources: dict[int, Source] = {}
        self.sequencer: Table[str, bool] = env.table([("up", True)])
        self.feeds: Table[int, Settings] = env.table()
        self.floors: Table[int, int] = env.table()
        self.stored: Table[int, Stored] = env.table()
        self.anchors: Table[int, Anchor] = env.table()
        self.brought: Table[int, Brought] = env.table()
        self.swings: Table[tuple[int, int], Swing] = env.table()
        self.levels: Table[int, int] = env.table()

    def bounds(self, number: int) -> tuple[int, int]:
        """Highest price (WAD), largest spread (ppm); zeros for an unknown feed."""
        feed = self.feeds.get(number, UNKNOWN)
        filled = max(feed.deviation, feed.confidence, feed.fallback_deviation)
        return ceil_div(feed.high * (BPS + max(filled, feed.divergence)), BPS), 100 * filled

    @external
    def set_feed(self, sender: int, number: int, settings: Settings) -> None:
        """Owner. @raises Revert AUTH, BOUND, STALE, GAS."""
        self.only_owner(sender)
        self._check(settings)
        is_other = self.feeds.get(number, UNKNOWN).source != settings.source
        self.feeds[number] = settings
        self.anchors[number] = NO_ANCHOR
        self.brought[number] = NO_BROUGHT
        stored = self.stored.get(number, NOTHING)
        if stored != NOTHING:
            if is_other:
                stored = NOTHING._replace(mid=stored.mid)
            self.stored[number] = stored._replace(gap=stored.gap if stored.doubted else 0, doubted=1, run=0)
        self.env.emit(self.address, "FeedSet", number, settings)

    def _check(self, s: Settings) -> None:
        known = self.sources.keys()
        if s.source not in known or not s.is_bound():
            raise Revert("BOUND")
        newest = self.sources[s.source].latest()
        if newest.id and not s.is_push:
            raise Revert("BOUND")
        if s.is_push and not newest.id:
            raise Revert("STALE")
        if not s.reference:
            if s.divergence or s.reference_age or s.refresh:
                raise Revert("BOUND")
        else:
            if s.reference not in known or s.reference == s.source or not s.divergence or not s.reference_age:
                raise Revert("BOUND")
            if self.sources[s.reference].latest() == NONE:
                raise Revert("STALE")
        if not s.fallback:
            if s.fallback_age or s.fallback_deviation:
                raise Revert("BOUND")
        else:
            if s.fallback not in known or s.fallback == s.source or not s.fallback_age:
                raise Revert("BOUND")
            if self.sources[s.fallback].latest() == NONE:
                raise Revert("STALE")

    @external
    def set_status(self, sender: int, number: int, status: int) -> None:
        """Owner: NORMAL or REDUCE_ONLY; the guardian may only tighten. @raises Revert AUTH, MARKET, BOUND."""
        is_owner = self.only_trusted(sender)
        if number not in self.feeds:
            raise Revert("MARKET")
        if status not in (NORMAL, REDUCE_ONLY):
            raise Revert("BOUND")
        floor = int(status == REDUCE_ONLY)
        if not is_owner and floor < self.floors.get(number, 0):
            raise Revert("AUTH")
        self.floors[number] = floor
        self.env.emit(self.address, "StatusSet", number, status)

    def feed_words(self, number: int) -> tuple[int, int, int, int]:
        """config, limits, reference, fallback."""
        return self.feeds.get(number, UNKNOWN).packed(self.floors.get(number, 0))

    def price_words(self, number: int) -> tuple[int, int, int, int, int, int]:
        """stored, anchor, brought, the windows of even and of odd number, the level of the last run of moves."""
        return (
            self.stored.get(number, NOTHING).word,
            self.anchors.get(number, NO_ANCHOR).word,
            self.brought.get(number, NO_BROUGHT).word,
            self.swings.get((number, 0), NO_SWING).word,
            self.swings.get((number, 1), NO_SWING).word,
            self.levels.get(number, 0),
        )
