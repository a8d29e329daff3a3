"""What a price of the adapter may be, out of what the networks said and what of it the adapter was told, and when.

No line of the model judges here and no stored word is read: it does not help the adapter that its model is wrong alike.
Of `novation.model` there are only records, and numbers that the interface names.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from novation.fixed import BPS
from novation.model.feeds import AGED, HALT, LATE, NORMAL, REDUCE_ONLY, Price, Settings
from novation.model.sources import HONEST, STARVED


class Said(NamedTuple):
    """What a network has said: WAD, Unix seconds."""

    mid: int
    confidence: int
    at: int
    previous: int

    @property
    def interval(self) -> int:
        """bps of the price to either side, up."""
        return -(-self.confidence * BPS // self.mid)

    def is_fit(self, settings: Settings) -> bool:
        """Inside the band, and sure enough."""
        return settings.low < self.mid < settings.high and self.interval <= settings.confidence


class Heard(NamedTuple):
    """What the adapter was told, when, and what the reference answered then to whoever asked."""

    said: Said
    now: int
    word: Said | None
    is_starved: bool


class Voice:
    """All that a network has said. No two observations of any networks have one price: it tells whose it is."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.mode = HONEST

    def answer(self) -> Said | None:
        """Its newest, to whoever asks it now."""
        return self.said[-1] if self.said and self.mode == HONEST else None

    def find(self, mid: int) -> Said | None:
        return next((one for one in reversed(self.said) if one.mid == mid), None)

    def first(self, due: int, window: int) -> Said | None:
        """The first at or after `due`, within the window."""
        return next((one for one in self.said if due <= one.at <= due + window), None)

    def in_force(self, due: int, window: int) -> Said | None:
        """The last before `due`, where there is no first."""
        if self.first(due, window) is not None:
            return None
        return next((one for one in reversed(self.said) if one.at < due), None)


class Truth:
    """Of one feed. What does not hold is an AssertionError."""

    def __init__(self, voice: Voice, reference: Voice, fallback: Voice) -> None:
        self.voice, self.reference, self.fallback = voice, reference, fallback
        self.settings: Settings | None = None
        self.is_reduced = False
        self.heard: list[Heard] = []
        self.since = 0  # what was heard from here on was judged under these settings
        self.last: Said | None = None  # the last that is known to have been believed
        self.good: Said | None = None  # the same; None where another one may have been since
        self.believed: list[Said] = []  # under these settings
        self.calm_until = 0
        self.longest_calm = 0
        self.fills: dict[tuple[int, int], dict[bool, int]] = {}
        self.counts: Counter[str] = Counter()

    # what happens

    def set(self, settings: Settings) -> None:
        """Nothing is believed under them yet."""
        self.settings = settings
        self.since = len(self.heard)
        self.believed = []
        self.longest_calm = max(self.longest_calm, settings.calm)

    def hear(self, now: int, said: Said) -> None:
        """The adapter is told this and keeps what it makes of it."""
        self.heard.append(self._hearing(now, said))

    def look(self, now: int, price: Price) -> None:
        """The adapter gave this out, and keeps what it made of its source's word."""
        self.heard = self._all_heard(now)
        self.note(price)

    def note(self, price: Price) -> None:
        """The adapter gave this out of what it keeps: it tells what it believes."""
        said = self.voice.find(price.mid)
        if said is None:
            self.miss()  # beside the fallback's price it does not tell
            return
        is_new = said != self.last
        if is_new:
            self.calm_until = self._calm_after(said)
        self.last = self.good = said
        if is_new or (price.status != HALT and said not in self.believed):
            self.believed.append(said)

    def miss(self) -> None:
        """The adapter gave nothing out: it may believe something newer."""
        good = self.good
        if good is not None and any(one.said.at > good.at for one in self.heard):
            self.good = None

    # what must hold

    def judge(self, now: int, price: Price, is_up: bool) -> None:
        """A price that was given out now."""
        settings, heard = self.settings, self._all_heard(now)
        if price.status == HALT:
            assert not price.mid or any(one.said.mid == price.mid for one in heard), "a last good price of nobody"
            assert self._halts(now, heard, is_up), "it halts without a cause"
            return
        assert settings is not None, "a price of an unknown feed"
        assert is_up, "a price while the sequencer is down"
        if self.fallback.find(price.mid) is not None:
            self._judge_fallback(now, price, settings, heard)
        else:
            self._judge_own(now, price, settings, heard)

    def is_outdated(self, price: Price, time: int) -> bool:
        """Whether a newer one may have been left out since `time`; the fallback's is newer than what it stands for."""
        return price.status in (HALT, AGED) and self.fallback.find(price.mid) is None and price.published_at >= time

    def fill(self, now: int, due: int, window: int, newest: Price, mid: int, spread: int) -> None:
        """An order's one price (spread in ppm), now and at every other time it was asked for."""
        settings = self.settings
        assert settings is not None, "an unknown feed fills"
        is_beside = self.fallback.find(newest.mid) is not None
        own = self.voice.find(mid)
        is_own = own is not None
        if is_own and not settings.is_push:
            assert any(one.said == own for one in self.heard[self.since :]), "it fills at what nobody has brought"
        if is_beside:
            assert not (is_own and settings.is_push), "it fills at a price of the silent source"
            assert is_own or now > due + window, "the fallback fills while the window is open"
        else:
            assert is_own, "it fills at another network's price"
        voice, deviation, oldest = self.voice, settings.deviation, settings.trade_age
        if not is_own:
            voice, deviation, oldest = self.fallback, settings.fallback_deviation, settings.fallback_age
        first = voice.first(due, window)
        said = first
        if first is None and (settings.is_push or not is_own):
            said = voice.in_force(due, window)
            assert now > due + window, "it fills at the price in force while the window is open"
            assert said is None or due + window - said.at <= oldest, "it fills at a price that was too old then"
        assert said is not None, "it fills at what no network has said"
        assert said.mid == mid, "it fills at another price than the first of its window"
        assert said.is_fit(settings), "it fills at an unfit price"
        wide = max(said.interval, deviation, settings.fallback_deviation if is_beside else 0)
        is_wide = first is None or is_beside or now - said.at > LATE
        assert spread == 100 * (wide if is_wide else said.interval), "the spread"
        if not settings.is_push and not is_beside and now > due + LATE:
            assert newest.published_at > max(due + LATE, now - LATE), "a late order fills beside an old price"
        limit = 2 * settings.divergence if settings.reference else settings.move
        assert mid == newest.mid or not limit or not _far(mid, newest.mid, limit), "it fills far from the newest"
        earlier = self.fills.setdefault((due, window), {})
        assert earlier.get(is_own, mid) == mid, "two prices for one order"
        self.counts["asked again"] += is_own in earlier
        earlier[is_own] = mid

    # how it is told

    def _hearing(self, now: int, said: Said) -> Heard:
        return Heard(said, now, self.reference.answer(), self.reference.mode == STARVED)

    def _all_heard(self, now: int) -> list[Heard]:
        """With what a push source says to the look itself, which a view does not keep."""
        asked = self.voice.answer() if self.settings is not None and self.settings.is_push else None
        return self.heard if asked is None else [*self.heard, self._hearing(now, asked)]

    def _judge_fallback(self, now: int, price: Price, settings: Settings, heard: list[Heard]) -> None:
        said = self.fallback.answer()
        assert settings.fallback, "a fallback that the feed does not have"
        assert said is not None, "a fallback that says nothing"
        assert (said.mid, said.at) == (price.mid, price.published_at), "not the fallback's newest"
        assert price.status == AGED, "a fallback's price is AGED"
        assert now - said.at <= settings.fallback_age, "the fallback's price is too old"
        assert said.is_fit(settings), "the fallback's price is unfit"
        heard_at = max((one.said.at for one in heard), default=0)
        assert now - heard_at > settings.close_age, "the fallback speaks while the source lives"
        assert self.good is None or said.at > self.good.at, "the fallback's price is older than the source's"
        self._sides(price, max(said.interval, settings.fallback_deviation), 0)

    def _judge_own(self, now: int, price: Price, settings: Settings, heard: list[Heard]) -> None:
        said = max((one.said for one in heard), key=lambda one: one.at, default=None)
        assert said is not None, "a price of nobody"
        assert (said.mid, said.at) == (price.mid, price.published_at), "not the newest that it was told"
        assert not settings.is_push or self.voice.answer() is not None, "a price of a source that says nothing"
        age = now - said.at
        assert 0 <= age <= settings.close_age, "too old"
        assert (price.status == AGED) == (age > settings.trade_age), "AGED is older than may be traded at"
        assert said.is_fit(settings), "unfit"
        self._sides(price, max(said.interval, settings.deviation), settings.divergence)
        hearings = [at for at in range(self.since, len(heard)) if heard[at].said == said]
        assert hearings, "it was not judged under these settings"
        near = [word for at in hearings for word in self._near(heard, at)]
        jumps = self._jumps(now, said, heard)
        blind = any(self._is_blind(heard[at]) for at in hearings)
        assert near or (blind and not jumps), "far from the reference, or a jump that nobody vouches for"
        if price.status == NORMAL:
            assert not self.is_reduced, "NORMAL though the floor is REDUCE_ONLY"
            assert now >= self._calm_after(said), "NORMAL though the breaker tripped"
            fresh = any(now - min(word.at, said.at) <= settings.reference_age for word in near)
            assert fresh or not settings.reference, "NORMAL though the reference has said nothing near it in time"
        if price.status == REDUCE_ONLY:
            assert self.is_reduced or settings.reference or age < self.longest_calm, "REDUCE_ONLY without a cause"

    def _sides(self, price: Price, least: int, most: int) -> None:
        """Low rounded down and high up, of a spread (bps) between `least` and `most` where that is more."""
        low = [price.mid * (BPS - bps) // BPS for bps in (least, max(least, most))]
        high = [-(-price.mid * (BPS + bps) // BPS) for bps in (least, max(least, most))]
        assert low[1] <= price.low <= low[0], "low"
        assert high[0] <= price.high <= high[1], "high"

    def _near(self, heard: list[Heard], at: int) -> list[Said]:
        """What of the reference's words may have vouched for an observation when it was heard.

        That is what it answered then, or what it answered not longer than `refresh` ago; where it has no answer, any.
        """
        settings, one = self._known(), heard[at]
        if not settings.reference:
            return []
        is_mute = self._is_blind(one)
        told = [past for past in heard[self.since : at] if is_mute or one.now - past.now <= settings.refresh]
        words = [past.word for past in [*told, one] if past.word is not None]
        fresh = [word for word in words if one.now - word.at <= settings.reference_age]
        return [word for word in fresh if not _far(one.said.mid, word.mid, settings.divergence)]

    def _is_blind(self, one: Heard) -> bool:
        """Whether there was no reference to ask, or it had nothing to say."""
        settings, word = self._known(), one.word
        if not settings.reference:
            return True
        if one.is_starved:
            return False
        return word is None or word.mid >> 112 > 0 or one.now - word.at > settings.reference_age

    def _jumps(self, now: int, said: Said, heard: list[Heard]) -> bool:
        """Whether it is a move from the last good price, and the source has not stayed near it for long."""
        settings, good = self._known(), self.good
        if not settings.move or good is None or not _far(said.mid, good.mid, settings.move):
            return False
        later = [one.said for one in heard[self.since :] if one.said.at > good.at]
        for one, following in pairwise(sorted([*(one.at for one in later), said.at])):
            if following - one > settings.calm:  # what was said before it may have been over
                later = [each for each in later if each.at >= following]
        run = [one for one in later if one.is_fit(settings)]
        moves = [one for one in [*run, said] if _far(one.mid, good.mid, settings.move)]
        level = [one.at for one in moves if not _far(said.mid, one.mid, settings.move)]
        return (now if settings.is_push else said.at) - min(level) < settings.calm

    def _calm_after(self, said: Said) -> int:
        """Until when there is no NORMAL, where it is believed: two prices far apart, in a row or within a window."""
        settings, good = self._known(), self.good
        moves = bool(settings.move and good is not None and _far(said.mid, good.mid, settings.move))
        swings = settings.swing and any(
            said.at - one.at <= settings.window and _far(said.mid, one.mid, settings.swing) for one in self.believed
        )
        return max(self.calm_until, said.at + settings.calm if moves or swings else 0)

    def _halts(self, now: int, heard: list[Heard], is_up: bool) -> bool:
        """Whether there may be no price now."""
        settings = self.settings
        if settings is None or not is_up or not heard:
            return True
        newest = max(heard, key=lambda one: one.said.at).said
        if now - newest.at > settings.close_age:
            said = self.fallback.answer() if settings.fallback else None
            is_late = said is None or said.at <= newest.at or now - said.at > settings.fallback_age
            return said is None or is_late or not said.is_fit(settings)
        judged = heard[self.since :]
        words = [one.word for one in judged if one.word is not None]
        return (
            (settings.is_push and self.voice.answer() is None)
            or all(one.said != newest for one in judged)
            or not newest.is_fit(settings)
            or bool(settings.reference and any(_far(newest.mid, one.mid, settings.divergence) for one in words))
            or (settings.move > 0 and (self.good is None or _far(newest.mid, self.good.mid, settings.move)))
        )

    def _known(self) -> Settings:
        assert self.settings is not None, "an unknown feed"
        return self.settings


def _far(mid: int, other: int, limit: int) -> bool:
    """Further from another price than `limit` bps of that."""
    return abs(mid - other) * BPS > limit * other
