"""A large move, at once or in a window's time, leaves nothing but reductions for a while."""

from __future__ import annotations

from typing import ClassVar

import pytest

from novation.model.feeds import Swing
from tests.support.oracle import CALM, FEED, NORMAL, PULLED, REDUCE_ONLY, SWING_WINDOW, WAD, Rig, price_of

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
ONE = 2_000 * WAD
FAR = 60 * WAD  # 300 bps of 2,000
NONE = Swing(0, 0, 0)


def breaker(rig: Rig, feed: int, mid: int, at: int | None = None) -> int:
    """Believes a price. @returns seconds after it that the breaker lasts."""
    assert len(rig.say(feed, mid, at).find("Observed")) == 1
    return rig.stored(feed).breaker


@FEEDS
class TestByAMove:
    """Of more than 500 bps, which a reference vouches for, or it would be doubted."""

    VOUCHED: ClassVar = {"move": 500, "divergence": 9_999, "reference_age": 2**20 - 1}

    @pytest.fixture
    def last(self, rig: Rig, feed: int) -> int:
        rig.reset(feed, **self.VOUCHED)
        rig.say(feed, ONE)
        rig.chain.warp(CALM + 1)
        return ONE

    @pytest.mark.parametrize("sign", [1, -1])
    def test_both_ways(self, rig: Rig, feed: int, last: int, sign: int) -> None:
        mark = rig.chain.snapshot()
        assert breaker(rig, feed, last + sign * 100 * WAD) == 0
        assert rig.read(feed).status == NORMAL
        rig.chain.restore(mark)
        assert breaker(rig, feed, last + sign * (100 * WAD + 1)) == CALM
        assert rig.read(feed).status == REDUCE_ONLY

    @pytest.mark.parametrize(("after", "status"), [(0, REDUCE_ONLY), (CALM - 1, REDUCE_ONLY), (CALM, NORMAL)])
    def test_lasts_for_the_calm(self, rig: Rig, feed: int, last: int, after: int, status: int) -> None:
        rig.say(feed, 2_200 * WAD)
        rig.chain.warp(after)
        assert (rig.read(feed).mid, rig.read(feed).status) == (2_200 * WAD, status)

    @pytest.mark.parametrize(("after", "left"), [(1, CALM - 1), (CALM - 1, 1), (CALM, 0), (CALM + 1, 0)])
    def test_the_next_price_keeps_what_is_left(self, rig: Rig, feed: int, last: int, after: int, left: int) -> None:
        rig.say(feed, 2_200 * WAD)
        rig.chain.warp(after)
        assert breaker(rig, feed, 2_201 * WAD) == left
        assert rig.read(feed).status == (REDUCE_ONLY if left else NORMAL)

    def test_counts_from_when_the_price_was_published(self, rig: Rig, feed: int, last: int) -> None:
        rig.say(feed, 2_200 * WAD, rig.now - 100)
        assert rig.stored(feed).breaker == CALM
        rig.chain.warp(CALM - 101)
        assert rig.read(feed).status == REDUCE_ONLY
        rig.chain.warp(1)
        assert rig.read(feed).status == NORMAL

    def test_a_doubt_keeps_it(self, rig: Rig, feed: int, last: int) -> None:
        rig.say(feed, 2_200 * WAD)
        rig.chain.warp(10)
        assert rig.say(feed, 10_000 * WAD).one("Doubted")
        assert rig.stored(feed).breaker == CALM
        rig.chain.warp(10)
        assert breaker(rig, feed, 2_200 * WAD) == CALM - 20

    def test_a_calm_that_is_set_shorter_does_not_end_it(self, rig: Rig, feed: int, last: int) -> None:
        rig.say(feed, 2_200 * WAD)
        rig.chain.warp(CALM // 2)
        rig.reset(feed, **self.VOUCHED, calm=10)
        assert breaker(rig, feed, 2_500 * WAD) == CALM - CALM // 2


@FEEDS
class TestBySwing:
    """Of more than 300 bps between any two prices of a window or of the one before it."""

    @pytest.fixture
    def start(self, rig: Rig, feed: int) -> int:
        """Of a window of odd number, with a price of 2,000 in it."""
        rig.reset(feed, swing=300)
        start = rig.now
        assert start % (2 * SWING_WINDOW) == SWING_WINDOW
        rig.say(feed, ONE)
        return start

    def test_what_is_remembered(self, rig: Rig, feed: int, start: int) -> None:
        number = start // SWING_WINDOW
        assert rig.swings(feed) == (NONE, Swing(ONE, ONE, number))
        rig.chain.warp(40)
        rig.say(feed, 1_990 * WAD)
        rig.chain.warp(40)
        rig.say(feed, 2_010 * WAD)
        rig.chain.warp(19)
        rig.say(feed, 2_005 * WAD)
        odd = Swing(1_990 * WAD, 2_010 * WAD, number)
        assert rig.swings(feed) == (NONE, odd)
        rig.chain.warp(1)
        rig.say(feed, 2_020 * WAD)
        assert rig.swings(feed) == (Swing(2_020 * WAD, 2_020 * WAD, number + 1), odd)
        rig.chain.warp(SWING_WINDOW)
        rig.say(feed, 2_030 * WAD)
        even = Swing(2_020 * WAD, 2_020 * WAD, number + 1)
        assert rig.swings(feed) == (even, Swing(2_030 * WAD, 2_030 * WAD, number + 2))

    @pytest.mark.parametrize("sign", [1, -1])
    @pytest.mark.parametrize("after", [1, 99, 100, 199])
    def test_within_two_windows(self, rig: Rig, feed: int, start: int, after: int, sign: int) -> None:
        rig.chain.warp(after)
        mark = rig.chain.snapshot()
        assert breaker(rig, feed, ONE + sign * FAR - sign) == 0
        assert rig.read(feed).status == NORMAL
        rig.chain.restore(mark)
        assert breaker(rig, feed, ONE + sign * FAR) == 0
        rig.chain.restore(mark)
        assert breaker(rig, feed, ONE + sign * (FAR + 1)) == CALM
        assert rig.read(feed).status == REDUCE_ONLY

    @pytest.mark.parametrize("after", [200, 300, 400, 2**20])
    def test_not_beyond(self, rig: Rig, feed: int, start: int, after: int) -> None:
        rig.chain.warp(after)
        assert breaker(rig, feed, ONE + FAR + 1) == 0

    @pytest.mark.parametrize("sign", [1, -1])
    @pytest.mark.parametrize("into", [0, 60])
    def test_in_small_steps(self, rig: Rig, feed: int, start: int, sign: int, into: int) -> None:
        """From either end of what was seen, in this window and in the one before."""
        rig.chain.warp(20)
        assert breaker(rig, feed, ONE + sign * 50 * WAD) == 0
        rig.chain.warp(20 + into)
        assert breaker(rig, feed, ONE + sign * 20 * WAD) == 0
        rig.chain.warp(20)
        assert breaker(rig, feed, ONE - sign * 15 * WAD) == CALM

    def test_from_a_window_of_even_number_to_one_of_odd(self, rig: Rig, feed: int, start: int) -> None:
        rig.chain.warp(SWING_WINDOW)
        assert breaker(rig, feed, ONE) == 0
        rig.chain.warp(SWING_WINDOW)
        assert breaker(rig, feed, ONE + FAR + 1) == CALM

    def test_what_was_remembered_stays_where_nothing_is_any_more(self, rig: Rig, feed: int, start: int) -> None:
        rig.chain.warp(SWING_WINDOW)
        rig.say(feed, ONE)
        before = rig.swings(feed)
        assert NONE not in before
        rig.reset(feed)
        rig.chain.warp(1)
        rig.say(feed, 2_010 * WAD)
        assert rig.swings(feed) == before

    def test_a_doubted_price_is_no_part_of_it(self, rig: Rig, feed: int, start: int) -> None:
        before = rig.swings(feed)
        rig.chain.warp(10)
        assert rig.say(feed, 2_500 * WAD, confidence=100 * WAD).one("Doubted")
        assert rig.swings(feed) == before
        rig.chain.warp(10)
        assert breaker(rig, feed, ONE) == 0

    def test_a_swing_is_believed_at_once(self, rig: Rig, feed: int, start: int) -> None:
        rig.chain.warp(1)
        assert breaker(rig, feed, 4_000 * WAD) == CALM
        assert rig.read(feed) == price_of(4_000, rig.now, REDUCE_ONLY)

    def test_seen_again_it_changes_nothing(self, rig: Rig, feed: int, start: int) -> None:
        rig.chain.warp(1)
        rig.say(feed, 2_100 * WAD)
        before = rig.words(feed)
        rig.chain.warp(50)
        rig.observe(feed)
        assert rig.words(feed) == before

    def test_trips_again(self, rig: Rig, feed: int, start: int) -> None:
        rig.chain.warp(1)
        assert breaker(rig, feed, 2_100 * WAD) == CALM
        rig.chain.warp(10)
        assert breaker(rig, feed, 2_000 * WAD) == CALM

    def test_a_window_by_the_time_of_the_price(self, rig: Rig, feed: int, start: int) -> None:
        rig.chain.warp(205)
        assert breaker(rig, feed, ONE + FAR + 1, start + 199) == CALM
        assert rig.swings(feed)[0] == Swing(ONE + FAR + 1, ONE + FAR + 1, start // SWING_WINDOW + 1)


@FEEDS
def test_a_swing_of_one(rig: Rig, feed: int) -> None:
    rig.reset(feed, swing=1, window=60, calm=1)
    rig.say(feed, ONE)
    rig.chain.warp(1)
    assert breaker(rig, feed, ONE + ONE // 10_000) == 0
    rig.chain.warp(1)
    assert breaker(rig, feed, ONE + ONE // 10_000 + 1) == 1


@FEEDS
def test_without_a_swing_nothing_is_remembered(rig: Rig, feed: int) -> None:
    rig.reset(feed, move=500)
    rig.say(feed, ONE)
    assert rig.swings(feed) == (NONE, NONE)


@FEEDS
def test_numbers_of_windows_wrap_around(rig: Rig, feed: int) -> None:
    """Beyond 32 bits, which takes windows of a minute some 8,000 years: 40 bits of time hold them."""
    rig.reset(feed, swing=300, window=60)
    rig.chain.set_time(2**32 * 60 - 1)
    rig.say(feed, ONE)
    assert rig.swings(feed) == (NONE, Swing(ONE, ONE, 2**32 - 1))
    rig.chain.warp(1)
    assert breaker(rig, feed, ONE + FAR + 1) == CALM
    assert rig.swings(feed)[0] == Swing(ONE + FAR + 1, ONE + FAR + 1, 0)


@FEEDS
@pytest.mark.parametrize("number", [0, 1])
def test_an_empty_window_is_no_window_of_number_0(rig: Rig, feed: int, number: int) -> None:
    rig.reset(feed, swing=300, window=60)
    rig.chain.set_time((2**32 + number) * 60)
    assert breaker(rig, feed, ONE) == 0
    assert rig.swings(feed)[number] == Swing(ONE, ONE, number)


def test_what_is_read_is_not_kept(rig: Rig) -> None:
    rig.reset(swing=300)
    rig.say(FEED, ONE)
    before = rig.words(FEED)
    rig.chain.warp(1)
    rig.push(2_100)
    assert rig.read() == price_of(2_100, rig.now, REDUCE_ONLY)
    assert rig.words(FEED) == before
