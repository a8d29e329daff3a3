"""OracleAdapter: prices as {low, mid, high, published_at, status} out of what sources prove (spec section 3)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS, ceil_div
from novation.model.errors import Revert
from novation.model.feeds import (
    AGED,
    HALT,
    LATE,
    NEVER,
    NO_ANCHOR,
    NO_BROUGHT,
    NO_SWING,
    NORMAL,
    NOTHING,
    OUTDATED,
    REDUCE_ONLY,
    U32,
    UNKNOWN,
    Anchor,
    Brought,
    Feeds,
    Price,
    Settings,
    Stored,
    Swing,
    apart,
    confidence_of,
    gap_of,
)
from novation.model.journal import external
from novation.model.sources import Observation, Source


class Look(NamedTuple):
    """The newest price, and of which push source it is (None: it was brought)."""

    status: int
    mid: int
    at: int
    spread: int
    source: Source | None = None
    fallback: bool = False

    def price(self) -> Price:
        """With its sides: low rounded down, high up."""
        low = self.mid * (BPS - self.spread) // BPS
        return Price(low, self.mid, ceil_div(self.mid * (BPS + self.spread), BPS), self.at, self.status)


class Oracle(Feeds):
    """The adapter."""

    # --- judging

    def _take(self, number: int, feed: Settings, seen: Observation) -> str:
        """Believes or doubts an observation that is not older than what was heard. @returns why it is doubted."""
        old = self.stored.get(number, NOTHING)
        anchor, asked = NO_ANCHOR, NO_ANCHOR
        moved = False
        reason = feed.doubts(seen)
        if not reason:
            moved = bool(feed.move and old.mid and apart(seen.mid, old.mid, feed.move))
            if feed.reference:
                anchor, asked = self._anchor(number, feed, seen.mid, moved)
                if anchor.mid and apart(seen.mid, anchor.mid, feed.divergence):
                    reason = "APART"
        heard = old._replace(run=0) if seen.published_at - old.heard_at > feed.calm else old
        if not reason and moved and not anchor.mid:
            if apart(seen.mid, self.levels.get(number, 0), feed.move):
                heard = old._replace(run=0)
            said_at = self.env.now if feed.is_push else seen.published_at
            if max(0, said_at - heard.moved_at(seen.published_at)) < feed.calm:
                reason = "MOVE"
        if asked.mid:
            self.anchors[number] = asked
        if reason:
            new = heard.outdated_by(seen.published_at, reason == "MOVE")
            if new != old:
                self.stored[number] = new
                if new.run == 1:
                    self.levels[number] = seen.mid
                self.env.emit(self.address, "Doubted", number, seen.mid, seen.published_at, reason)
            return reason
        swung, swing = self._swing(number, feed, seen)
        new = old.followed_by(feed, seen, anchor, feed.calm if moved or swung else 0)
        if new != old:
            self.stored[number] = new
            if feed.swing:
                self.swings[number, swing.number & 1] = swing
            self.env.emit(self.address, "Observed", number, seen.mid, seen.published_at, new.word)
        return ""

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
        if feed.doubts(seen):
            return look
        spread = max(feed.fallback_deviation, confidence_of(seen))
        return Look(AGED, seen.mid, seen.published_at, spread, source, True)

    def read(self, number: int) -> Price:
        """The newest price; in HALT the last good one (zeros for an unknown feed). @raises Revert GAS."""
        return self._seen(number)[0].price()

    def outdated_since(self, number: int, time: int) -> bool:
        """Whether the price is AGED or in HALT, and the last one believed was published at or after `time`.

        @raises Revert GAS.
        """
        look, believed_at = self._seen(number)
        return look.status in OUTDATED and believed_at >= time

    def _seen(self, number: int) -> tuple[Look, int]:
        """The newest price, and when the last one believed was published; nothing is remembered."""
        env = self.env
        mark, events = env.mark(), len(env.events)
        try:
            look = self._look(number, self.feeds.get(number, UNKNOWN))
            return look, self.stored.get(number, NOTHING).published_at
        finally:
            env.undo(mark)
            env.release()
            del env.events[events:]

    @external
    def observe(self, sender: int, number: int) -> Price:
        """As `read`, and remembers what a push source says. @raises Revert GAS."""
        return self._look(number, self.feeds.get(number, UNKNOWN)).price()

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
        if gap_of(seen) and not feed.doubts(seen):
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

    def has_outdated(self, markets: int, time: int) -> bool:
        """As the modules ask it (`price_updates`) of an account's markets (bits): `outdated_since` of any."""
        return any(self.outdated_since(number, time) for number in range(32) if markets >> number & 1)

    # --- the one price of an order

    @external
    def observe_at(
        self, sender: int, number: int, due: int, window: int, observation_id: int
    ) -> tuple[Price, int, int]:
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
            mid, spread = self._pushed_for(feed, look, look.source, due, end, observation_id)
        limit = 2 * feed.divergence if feed.reference else feed.move
        if limit and mid != look.mid and apart(mid, look.mid, limit):
            raise Revert("STALE")
        return look.price(), mid, 100 * spread

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
        beside = feed.fallback_deviation if look.fallback else 0
        return known.mid, max(known.confidence, feed.deviation if late else 0, beside)

    def _pushed_for(
        self, feed: Settings, look: Look, source: Source, due: int, end: int, observation_id: int
    ) -> tuple[int, int]:
        now = self.env.now
        if look.fallback and now <= end:
            raise Revert("EARLY")
        seen = source.observation(observation_id)
        at = seen.published_at
        if not seen.id or seen.id != observation_id or at > now or feed.doubts(seen):
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
        following = source.following(observation_id)
        if following > end or (not following and at == look.at):
            return seen.mid, wide
        raise Revert("PROOF")
