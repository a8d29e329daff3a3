"""OracleAdapter: prices as {low, mid, high, published_at, status} out of what sources prove (spec section 3)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS, WAD, ceil_div, pack
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


class Anchor(NamedTuple):
    """What a reference said last, and when it was asked."""

    mid: int
    published_at: int
    asked_at: int


class Brought(NamedTuple):
    """An observation that is older than the stored one."""

    mid: int
    published_at: int
    gap: int
    confidence: int


class Swing(NamedTuple):
    """The prices of one window."""

    low: int
    high: int
    number: int


class Look(NamedTuple):
    """The newest price, and of which push source it is (None: it was brought)."""

    status: int
    mid: int
    at: int
    spread: int
    source: Source | None = None
    fallback: bool = False


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


class Oracle(Roles):
    """The adapter. Feeds have the numbers of their markets."""

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

    # --- judging

    def _unfit(self, feed: Settings, seen: Observation) -> str:
        """Why an observation is doubted whatever is known besides."""
        if not feed.low < seen.mid < feed.high:
            return "BAND"
        return "WIDE" if confidence_of(seen) > feed.confidence else ""

    def _take(self, number: int, feed: Settings, seen: Observation) -> str:
        """Believes or doubts an observation that is not older than what was heard. @returns why it is doubted."""
        old = self.stored.get(number, NOTHING)
        anchor, asked = NO_ANCHOR, NO_ANCHOR
        moved = False
        reason = self._unfit(feed, seen)
        if not reason:
            moved = bool(feed.move and old.mid and apart(seen.mid, old.mid, feed.move))
            if feed.reference:
                anchor, asked = self._anchor(number, feed, seen.mid, moved)
                if anchor.mid and apart(seen.mid, anchor.mid, feed.divergence):
                    reason = "APART"
        if not reason and moved and not anchor.mid:
            said_at = self.env.now if feed.is_push else seen.published_at
            if max(0, said_at - old.moved_at(seen.published_at)) < feed.calm:
                reason = "MOVE"
        if asked.mid:
            self.anchors[number] = asked
        if reason:
            at, run = seen.published_at, 0
            if reason == "MOVE" or old.run:
                run = min(U15, max(0, at - old.moved_at(at)) + 1)
            kept_at = max(old.published_at, at - U20)
            new = old._replace(published_at=kept_at, gap=at - kept_at, doubted=1, run=run)
            if new != old:
                self.stored[number] = new
                self.env.emit(self.address, "Doubted", number, seen.mid, seen.published_at, reason)
            return reason
        swung, swing = self._swing(number, feed, seen)
        new = self._believed(feed, old, seen, anchor, feed.calm if moved or swung else 0)
        if new != old:
            self.stored[number] = new
            if feed.swing:
                self.swings[number, swing.number & 1] = swing
            self.env.emit(self.address, "Observed", number, seen.mid, seen.published_at, pack(new, words.STORED))
        return ""

    def _believed(self, feed: Settings, old: Stored, seen: Observation, anchor: Anchor, breaker: int) -> Stored:
        confidence = confidence_of(seen)
        spread, checked = max(confidence, feed.deviation), 0
        if feed.reference:
            checked = NEVER
            if anchor.mid:
                spread = max(spread, ceil_div(abs(seen.mid - anchor.mid) * BPS, anchor.mid))
                checked = min(NEVER, max(0, seen.published_at - anchor.published_at))
        left = max(old.published_at + old.breaker - seen.published_at, breaker, 0)
        return Stored(seen.mid, seen.published_at, gap_of(seen), confidence, spread, checked, left, 0, 0)

    def _anchor(self, number: int, feed: Settings, mid: int, urgent: bool) -> tuple[Anchor, Anchor]:
        """The reference's word to compare with (zeros: none), and the one it gave now, if it was asked and had one."""
        now = self.env.now
        known = self.anchors.get(number, NO_ANCHOR)
        if now - known.published_at > feed.reference_age:
            known = NO_ANCHOR
        fine = known.mid and now - known.asked_at <= feed.refresh and not apart(mid, known.mid, feed.divergence)
        if fine and not urgent:
            return known, NO_ANCHOR
        seen = self.sources[feed.reference].latest()
        if not 0 < seen.mid < 1 << 112 or seen.published_at > now or now - seen.published_at > feed.reference_age:
            return known, NO_ANCHOR
        told = Anchor(seen.mid, seen.published_at, now)
        return told, told

    def _swing(self, number: int, feed: Settings, seen: Observation) -> tuple[bool, Swing]:
        """Whether the price is far from another one of this window or of the one before; this window's word with it."""
        if not feed.swing:
            return False, NO_SWING
        window = seen.published_at // feed.window & U32
        now = self.swings.get((number, window & 1), NO_SWING)
        before = self.swings.get((number, 1 - (window & 1)), NO_SWING)
        known = [now] if now.low and now.number == window else []
        past = [before] if before.low and before.number == (window - 1) & U32 else []
        swung = any(apart(seen.mid, end, feed.swing) for word in known + past for end in (word.low, word.high))
        prices = [seen.mid, *(end for word in known for end in (word.low, word.high))]
        return swung, Swing(min(prices), max(prices), window)

    # --- the newest price

    def _look(self, number: int, feed: Settings) -> Look:
        """Asks a push source and remembers what it says (a view undoes that)."""
        now = self.env.now
        source, silent = None, False
        if feed.is_push:
            source = self.sources[feed.source]
            seen = source.latest()
            silent = not seen.id or seen.published_at > now
            if not silent and seen.published_at >= self.stored.get(number, NOTHING).heard_at:
                self._take(number, feed, seen)
        stored = self.stored.get(number, NOTHING)
        look = Look(HALT, stored.mid, stored.published_at, stored.spread, source)
        if not self.sequencer["up"]:
            return look
        age = now - stored.published_at
        if age > feed.close_age:
            quiet = now - stored.heard_at > feed.close_age
            return self._fallback(feed, look) if feed.fallback and quiet else look
        if silent or stored.doubted:
            return look
        if age > feed.trade_age:
            return look._replace(status=AGED)
        unchecked = feed.reference and (stored.checked == NEVER or age + stored.checked > feed.reference_age)
        if age < stored.breaker or unchecked or self.floors.get(number, 0):
            return look._replace(status=REDUCE_ONLY)
        return look._replace(status=NORMAL)

    def _fallback(self, feed: Settings, look: Look) -> Look:
        source = self.sources[feed.fallback]
        seen = source.latest()
        now = self.env.now
        if not seen.id or not look.at < seen.published_at <= now or now - seen.published_at > feed.fallback_age:
            return look
        if self._unfit(feed, seen):
            return look
        spread = max(feed.fallback_deviation, confidence_of(seen))
        return Look(AGED, seen.mid, seen.published_at, spread, source, True)

    def _price(self, look: Look) -> Price:
        low = look.mid * (BPS - look.spread) // BPS
        return Price(low, look.mid, ceil_div(look.mid * (BPS + look.spread), BPS), look.at, look.status)

    def read(self, number: int) -> Price:
        """The newest price; in HALT the last good one (zeros for an unknown feed). @raises Revert GAS."""
        env = self.env
        mark, events = env.mark(), len(env.events)
        try:
            return self._price(self._look(number, self.feeds.get(number, UNKNOWN)))
        finally:
            env.undo(mark)
            env.release()
            del env.events[events:]

    @external
    def observe(self, sender: int, number: int) -> Price:
        """As `read`, and remembers what a push source says. @raises Revert GAS."""
        return self._price(self._look(number, self.feeds.get(number, UNKNOWN)))

    @external
    def update(self, sender: int, number: int, data: bytes, value: int = 0) -> bool:
        """Brings what a pull source's network signed. @returns whether it is the newest price now.

        @raises Revert MARKET, GAS and the source's.
        """
        feed = self.feeds.get(number)
        if feed is None:
            raise Revert("MARKET")
        seen = self.sources[feed.source].prove(data, value)
        stored = self.stored.get(number, NOTHING)
        again = stored.doubted and seen.published_at == stored.heard_at
        if seen.published_at > stored.heard_at or again:
            return not self._take(number, feed, seen)
        if gap_of(seen) and not self._unfit(feed, seen):
            self.brought[number] = Brought(seen.mid, seen.published_at, gap_of(seen), confidence_of(seen))
        return False

    def fee(self, number: int, data: bytes) -> int:
        """Wei that `update` must be paid. @raises Revert MARKET."""
        feed = self.feeds.get(number)
        if feed is None:
            raise Revert("MARKET")
        return self.sources[feed.source].fee()

    def bring(self, sender: int, number: int, data: bytes, sent: int) -> int:
        """As the modules do it (`price_updates`): the fee out of what was sent. @returns the rest, wei.

        @raises Revert FEE and those of `update`.
        """
        if not data:
            return sent
        fee = self.fee(number, data) if sent else 0
        if sent < fee:
            raise Revert("FEE")
        self.update(sender, number, data, fee)
        return sent - fee

    # --- the one price of an order

    @external
    def observe_at(self, sender: int, number: int, due: int, window: int, reference: int) -> tuple[Price, int, int]:
        """The newest price and the one of an order due at `due`. @returns newest, price (WAD), spread (ppm).

        @raises Revert STALE, EARLY, PROOF, GAS.
        """
        feed = self.feeds.get(number, UNKNOWN)
        look = self._look(number, feed)
        if look.status == HALT:
            raise Revert("STALE")
        end = due + window
        if end >> 256:
            raise Revert("")
        known = None if feed.is_push else self._first_known(number, due, end)
        if known is not None or look.source is None:
            mid, spread = self._brought_for(feed, look, known, due, end)
        else:
            mid, spread = self._pushed_for(feed, look, look.source, due, end, reference)
        limit = 2 * feed.divergence if feed.reference else feed.move
        if limit and mid != look.mid and apart(mid, look.mid, limit):
            raise Revert("STALE")
        return self._price(look), mid, 100 * spread

    def _first_known(self, number: int, due: int, end: int) -> Stored | Brought | None:
        """Of a pull source: what is stored or was brought, if it is the first at or after `due`."""
        stored = self.stored.get(number, NOTHING)
        known: list[Stored | Brought] = [] if stored.doubted else [stored]
        for one in [*known, self.brought.get(number, NO_BROUGHT)]:
            at = one.published_at
            if one.gap and due <= at <= end and at - one.gap < due:
                return one
        return None

    def _brought_for(
        self, feed: Settings, look: Look, known: Stored | Brought | None, due: int, end: int
    ) -> tuple[int, int]:
        now = self.env.now
        if known is None:
            raise Revert("EARLY" if now <= end and look.at < due else "PROOF")
        if now > due + LATE and not look.fallback and look.at <= max(due + LATE, now - LATE):
            raise Revert("STALE")
        late = look.fallback or now - known.published_at > LATE
        return known.mid, max(known.confidence, feed.deviation if late else 0)

    def _pushed_for(
        self, feed: Settings, look: Look, source: Source, due: int, end: int, reference: int
    ) -> tuple[int, int]:
        now = self.env.now
        if look.fallback and now <= end:
            raise Revert("EARLY")
        seen = source.observation(reference)
        at = seen.published_at
        if not seen.id or seen.id != reference or at > now or self._unfit(feed, seen):
            raise Revert("STALE")
        spread = confidence_of(seen)
        wide = max(spread, feed.fallback_deviation if look.fallback else feed.deviation)
        if due <= at <= end:
            if not 0 < seen.previous_at < due:
                raise Revert("PROOF")
            return seen.mid, wide if look.fallback or now - at > LATE else spread
        if at >= due:
            raise Revert("PROOF")
        if now <= end:
            raise Revert("EARLY")
        if end - at > (feed.fallback_age if look.fallback else feed.trade_age):
            raise Revert("PROOF")
        following = source.following(reference)
        if following > end or (not following and at == look.at):
            return seen.mid, wide
        raise Revert("PROOF")

    # --- administration

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
        if s.source not in known or not 0 < s.trade_age <= s.close_age <= U20:
            raise Revert("BOUND")
        if max(s.deviation, s.confidence, s.move, s.swing, s.divergence, s.fallback_deviation) >= BPS or s.calm >= U15:
            raise Revert("BOUND")
        if any(mantissa >> 14 or exponent >> 6 for mantissa, exponent in (s.band_low, s.band_high)):
            raise Revert("BOUND")
        if not 0 < s.low < s.high < 1 << 112:
            raise Revert("BOUND")
        if (s.swing == 0) != (s.window == 0) or (s.window and s.window < MIN_WINDOW):
            raise Revert("BOUND")
        if (s.calm == 0) != (s.move == 0 and s.swing == 0):
            raise Revert("BOUND")
        if max(s.window, s.refresh, s.reference_age, s.fallback_age) > U20:
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

    # --- words

    def feed_words(self, number: int) -> tuple[int, int, int, int]:
        """config, limits, reference, fallback."""
        f = self.feeds.get(number, UNKNOWN)
        flags = bool(f.is_push), bool(f.reference), bool(f.fallback)
        config = (f.source, f.trade_age, f.close_age, f.deviation, f.reference_age, self.floors.get(number, 0), *flags)
        low, high = words.band_word(*f.band_low), words.band_word(*f.band_high)
        limits = (low, high, f.confidence, f.move, f.swing, f.divergence, f.window, f.calm, f.refresh)
        return (
            pack(config, words.FEED),
            pack(limits, words.LIMITS),
            f.reference,
            pack((f.fallback, f.fallback_age, f.fallback_deviation), words.FALLBACK),
        )

    def price_words(self, number: int) -> tuple[int, int, int, int, int]:
        """stored, anchor, brought, the windows of even and of odd number."""
        return (
            pack(self.stored.get(number, NOTHING), words.STORED),
            pack(self.anchors.get(number, NO_ANCHOR), words.ANCHOR),
            pack(self.brought.get(number, NO_BROUGHT), words.BROUGHT),
            pack(self.swings.get((number, 0), NO_SWING), words.SWING),
            pack(self.swings.get((number, 1), NO_SWING), words.SWING),
        )


__all__ = ["HALT", "NORMAL", "REDUCE_ONLY", "WAD", "Look", "Oracle", "Price", "Settings", "Stored"]
