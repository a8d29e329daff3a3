"""The fallback: a push source for when the feed's own has said nothing good for `close_age`. Its prices are
AGED."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from novation.model.feeds import NOTHING, Price
from tests.support.oracle import (
    AGED,
    CLOSE_AGE,
    CONFIDENCE,
    DEVIATION,
    FALLBACK_AGE,
    FALLBACK_DEVIATION,
    FEED,
    FUTURE,
    HALT,
    LATE,
    NORMAL,
    PULLED,
    SILENT,
    STARVED,
    TRADE_AGE,
    WAD,
    Rig,
    price_of,
)

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])


def fall(rig: Rig, usd: int = 2_050, at: int | None = None, confidence: int = 0) -> int:
    """What the fallback says from now on. @returns its time."""
    at = rig.now if at is None else at
    rig.push_to(rig.fallback, usd * WAD, at, confidence)
    return at


def told(usd: int, at: int) -> Price:
    """What the adapter makes of a price of the fallback's."""
    return price_of(usd, at, AGED, FALLBACK_DEVIATION)


@pytest.fixture
def last(rig: Rig, feed: int) -> int:
    """The time of the last price, 2,010; the fallback says 2,050."""
    rig.reset(feed, fallback_age=FALLBACK_AGE)
    rig.say(feed, 2_010 * WAD)
    fall(rig)
    return rig.now


@FEEDS
def test_takes_over_when_the_price_is_too_old_to_close_at(rig: Rig, feed: int, last: int) -> None:
    rig.chain.warp(CLOSE_AGE)
    at = fall(rig)
    assert rig.read(feed) == price_of(2_010, last, AGED)
    rig.chain.warp(1)
    assert rig.read(feed) == told(2_050, at)


@FEEDS
def test_is_not_asked_before(rig: Rig, feed: int, last: int) -> None:
    rig.modes(STARVED, source=rig.fallback)
    for age in (0, TRADE_AGE + 1, CLOSE_AGE):
        rig.chain.set_time(last + age)
        assert rig.oracle.attempt("read", feed, sender=rig.anyone).ok
    rig.chain.warp(1)
    assert rig.oracle.attempt("read", feed, sender=rig.anyone).error == "GAS"


@FEEDS
def test_nothing_of_it_is_stored(rig: Rig, feed: int, last: int) -> None:
    rig.chain.warp(CLOSE_AGE + 1)
    fall(rig)
    before = rig.words(feed)
    receipt = rig.oracle.transact("observe", feed, sender=rig.anyone)
    assert rig.observed(receipt) == told(2_050, rig.now)
    assert receipt.events == []
    assert rig.words(feed) == before


@FEEDS
@pytest.mark.parametrize(("age", "status"), [(FALLBACK_AGE, AGED), (FALLBACK_AGE + 1, HALT)])
def test_its_own_age(rig: Rig, feed: int, last: int, age: int, status: int) -> None:
    rig.chain.warp(CLOSE_AGE)
    at = fall(rig)
    rig.chain.warp(age)
    expected = told(2_050, at) if status == AGED else price_of(2_010, last, HALT)
    assert rig.read(feed) == expected


@FEEDS
@pytest.mark.parametrize(
    ("confidence", "spread"),
    [(0, FALLBACK_DEVIATION), (14 * WAD, FALLBACK_DEVIATION), (30 * WAD, 150), (40 * WAD, CONFIDENCE)],
)
def test_its_own_interval(rig: Rig, feed: int, last: int, confidence: int, spread: int) -> None:
    rig.chain.warp(CLOSE_AGE + 1)
    at = fall(rig, 2_000, confidence=confidence)
    assert rig.read(feed) == price_of(2_000, at, AGED, spread)


@FEEDS
@pytest.mark.parametrize(
    "spoil",
    [
        lambda rig: rig.modes(SILENT, source=rig.fallback),
        lambda rig: rig.modes(FUTURE, source=rig.fallback),
        lambda rig: fall(rig, 10_000),
        lambda rig: fall(rig, 100),
        lambda rig: fall(rig, 2_000, confidence=40 * WAD + 1),
    ],
    ids=["silent", "of the future", "above the band", "below the band", "wide"],
)
def test_that_is_not_good_leaves_the_halt(rig: Rig, feed: int, last: int, spoil: Callable[[Rig], object]) -> None:
    rig.chain.warp(CLOSE_AGE + 1)
    fall(rig)
    assert rig.read(feed).status == AGED
    spoil(rig)
    assert rig.read(feed) == price_of(2_010, last, HALT)


@FEEDS
@pytest.mark.parametrize(("after", "status"), [(0, HALT), (1, AGED)])
def test_is_newer_than_the_last_price(rig: Rig, feed: int, after: int, status: int) -> None:
    rig.reset(feed, fallback_age=2**20 - 1)
    rig.say(feed, 2_010 * WAD)
    rig.chain.warp(CLOSE_AGE + 1)
    fall(rig, at=rig.now - CLOSE_AGE - 1 + after)
    assert rig.read(feed).status == status


@FEEDS
def test_does_not_speak_for_a_source_that_is_doubted(rig: Rig, feed: int, last: int) -> None:
    """But when that has said nothing for as long."""
    rig.chain.warp(10)
    rig.say(feed, 10_000 * WAD)
    for at in (last + 10, last + CLOSE_AGE + 1, last + 10 + CLOSE_AGE):
        rig.chain.set_time(at)
        fall(rig)
        assert rig.read(feed) == price_of(2_010, last, HALT)
    rig.chain.warp(1)
    assert rig.read(feed) == told(2_050, rig.now - 1)


@FEEDS
def test_does_not_speak_for_a_source_that_is_doubted_again_and_again(rig: Rig, feed: int, last: int) -> None:
    for _ in range(4):
        rig.chain.warp(CLOSE_AGE)
        rig.say(feed, 10_000 * WAD)
        fall(rig)
        assert rig.read(feed) == price_of(2_010, last, HALT)


@pytest.mark.parametrize("feed", [FEED])
def test_does_not_speak_for_a_source_that_has_just_fallen_silent(rig: Rig, feed: int, last: int) -> None:
    rig.modes(SILENT)
    rig.chain.warp(CLOSE_AGE)
    at = fall(rig)
    assert rig.read() == price_of(2_010, last, HALT)
    rig.chain.warp(1)
    assert rig.read() == told(2_050, at)


@FEEDS
def test_the_feeds_own_price_comes_back(rig: Rig, feed: int, last: int) -> None:
    rig.chain.warp(CLOSE_AGE + 1)
    fall(rig)
    assert rig.read(feed).mid == 2_050 * WAD
    rig.say(feed, 2_020 * WAD)
    assert rig.read(feed) == price_of(2_020, rig.now, NORMAL)


def test_speaks_for_a_pull_feed_that_has_no_price_yet(rig: Rig) -> None:
    rig.reset(PULLED, fallback_age=FALLBACK_AGE)
    at = fall(rig)
    assert rig.observe(PULLED) == told(2_050, at)
    assert rig.stored(PULLED) == NOTHING


def test_speaks_for_a_push_feed_that_has_no_price_yet(rig: Rig) -> None:
    rig.reset(fallback_age=FALLBACK_AGE)
    rig.modes(SILENT)
    at = fall(rig)
    assert rig.observe() == told(2_050, at)
    assert rig.stored() == NOTHING


@FEEDS
def test_the_longest_age(rig: Rig, feed: int) -> None:
    rig.reset(feed, fallback_age=2**20 - 1)
    rig.say(feed, 2_010 * WAD)
    rig.chain.warp(1)
    at = fall(rig)
    rig.chain.warp(2**20 - 1)
    assert rig.read(feed) == told(2_050, at)
    rig.chain.warp(1)
    assert rig.read(feed).status == HALT


@FEEDS
def test_is_judged_by_the_band_alone(rig: Rig, feed: int) -> None:
    """No breaker and no reference: reductions must go on."""
    rig.reset(feed, fallback_age=FALLBACK_AGE, move=100, swing=100, divergence=100)
    rig.say(feed, 2_010 * WAD)
    rig.chain.warp(CLOSE_AGE + 1)
    at = fall(rig, 3_000)
    assert rig.read(feed) == told(3_000, at)


WINDOW = 60
SPREAD = FALLBACK_DEVIATION * 100


@FEEDS
class TestOrders:
    """The feed's own price is older than `close_age`; the fallback spoke 100, 40 and 10 seconds ago, at `start`."""

    @pytest.fixture
    def start(self, rig: Rig, feed: int, last: int) -> int:
        rig.chain.warp(CLOSE_AGE + 1)
        rig.chain.warp(100)
        start = rig.now
        for ago, usd in ((100, 2_040), (40, 2_050), (10, 2_060)):
            fall(rig, usd, start - ago)
        return start

    def test_fill_at_it_when_their_window_is_over(self, rig: Rig, feed: int, start: int) -> None:
        due = start - 20
        newest = rig.fallback.call("newest")
        rig.chain.set_time(due + WINDOW)
        for id in (newest, newest - 1, 1):
            assert rig.refusal(due, WINDOW, id, feed) == "EARLY"
        rig.chain.warp(1)
        price, mid, spread = rig.observe_at(due, WINDOW, newest, feed)
        assert price == told(2_060, start - 10)
        # It need not be late to pay the deviation.
        assert rig.now - (start - 10) < 120
        assert (mid, spread) == (2_060 * WAD, SPREAD)
        assert rig.refusal(due, WINDOW, newest - 1, feed) == "PROOF"

    def test_fill_at_its_price_in_force(self, rig: Rig, feed: int, start: int) -> None:
        newest = rig.fallback.call("newest")
        rig.chain.set_time(start + WINDOW + 1)
        assert rig.observe_at(start, WINDOW, newest, feed)[1:] == (2_060 * WAD, SPREAD)

    def test_fill_at_an_older_one_of_it(self, rig: Rig, feed: int, start: int) -> None:
        newest = rig.fallback.call("newest")
        assert rig.observe_at(start - 90, WINDOW, newest - 1, feed)[1:] == (2_050 * WAD, SPREAD)

    def test_pay_its_own_interval_where_that_is_wider(self, rig: Rig, feed: int, start: int) -> None:
        fall(rig, 2_000, confidence=30 * WAD)
        newest = rig.fallback.call("newest")
        rig.chain.set_time(start + WINDOW + 1)
        assert rig.observe_at(start, WINDOW, newest, feed)[1:] == (2_000 * WAD, 15_000)

    def test_fill_at_nothing_of_the_feeds_own_source(self, rig: Rig, feed: int, start: int) -> None:
        """Nor at what is brought late."""
        if feed == PULLED:
            rig.bring(2_010, start - CLOSE_AGE - 50)
        rig.chain.set_time(start - 30 + WINDOW + 1)
        own = rig.source.call("newest")
        assert own != rig.fallback.call("newest")
        assert rig.refusal(start - 30, WINDOW, own, feed) == "PROOF"

    def test_fill_at_their_own_when_it_is_back(self, rig: Rig, feed: int, start: int) -> None:
        if feed == FEED:
            rig.push(2_011, start - 30)
        rig.say(feed, 2_012 * WAD, start - 15)
        price, mid, spread = rig.observe_at(start - 15, WINDOW, rig.source.call("newest"), feed)
        assert price == price_of(2_012, start - 15, NORMAL)
        assert (mid, spread) == (2_012 * WAD, 0)

    def test_are_bound_to_its_newest(self, rig: Rig, feed: int, start: int) -> None:
        rig.reset(feed, fallback_age=FALLBACK_AGE, move=100)
        fall(rig, 2_070, start - 5)
        newest = rig.fallback.call("newest")
        assert rig.refusal(start - 90, WINDOW, newest - 2, feed) is None
        rig.chain.warp(1)
        fall(rig, 2_080)
        assert rig.refusal(start - 90, WINDOW, newest - 2, feed) == "STALE"

    @pytest.mark.parametrize(("late", "code"), [(0, None), (1, "PROOF")])
    def test_fill_at_none_that_was_too_old_at_the_end(
        self, rig: Rig, feed: int, start: int, late: int, code: str | None
    ) -> None:
        """By the fallback's own age."""
        newest = rig.fallback.call("newest")
        due = start - 10 + FALLBACK_AGE - WINDOW + late
        rig.chain.set_time(due + WINDOW + 1)
        fall(rig, 2_060)
        assert rig.refusal(due, WINDOW, newest, feed) == code


@pytest.mark.parametrize("feed", [PULLED])
def test_an_order_of_a_pull_feed_fills_at_its_own_where_that_is_known(rig: Rig, feed: int, last: int) -> None:
    """It pays the feed's deviation, as nothing of now is known of its source, and the fallback's, by which the newest
    price may be off."""
    at = last + 10
    rig.chain.warp(10 + CLOSE_AGE)
    fall(rig)
    rig.bring(2_049, at)
    rig.chain.warp(1)
    price, mid, spread = rig.observe_at(at, WINDOW, 0, PULLED)
    assert price == told(2_050, rig.now - 1)
    assert (mid, spread) == (2_049 * WAD, max(DEVIATION, FALLBACK_DEVIATION) * 100)


@pytest.mark.parametrize("feed", [PULLED])
@pytest.mark.parametrize("age", [0, LATE, LATE + 1, FALLBACK_AGE])
def test_its_own_fills_beside_any_price_that_the_fallback_stands_for(rig: Rig, feed: int, last: int, age: int) -> None:
    """The fallback's need not be of these seconds, as the feed's own would have to be."""
    rig.chain.warp(10)
    at = rig.now
    rig.bring(2_049, at)
    rig.chain.warp(CLOSE_AGE + 1)
    told_at = fall(rig)
    rig.chain.warp(age)
    price, mid, _ = rig.observe_at(at, WINDOW, 0, PULLED)
    assert price == told(2_050, told_at)
    assert mid == 2_049 * WAD


BESIDE = pytest.mark.parametrize(
    ("confidence", "deviation", "beside", "bps"),
    [
        (0, 50, 70, 70),
        (0, 71, 70, 71),
        (0, 70, 70, 70),
        (14, 0, 69, 70),
        (14, 0, 71, 71),
        (14, 71, 0, 71),
        (40, 199, 199, 200),
        (0, 0, 0, 0),
    ],
)


@BESIDE
@pytest.mark.parametrize("age", [2, CLOSE_AGE])
def test_beside_an_own_price_the_widest_of_three_is_paid(
    rig: Rig, confidence: int, deviation: int, beside: int, bps: int, age: int
) -> None:
    """Its own interval (USD of 2,000), the feed's deviation, the fallback's: also seconds after the order's time."""
    rig.reset(
        PULLED,
        trade_age=1,
        close_age=age - 1,
        deviation=deviation,
        fallback_age=FALLBACK_AGE,
        fallback_deviation=beside,
    )
    rig.bring(2_001)
    due = rig.now
    assert not rig.bring(2_000, due - 1, 1, confidence * WAD)
    rig.chain.warp(age)
    fall(rig, 2_002)
    price, mid, spread = rig.observe_at(due - 1, WINDOW, 0, PULLED)
    assert price == price_of(2_002, rig.now, AGED, beside)
    assert (mid, spread) == (2_000 * WAD, bps * 100)
    assert spread <= rig.oracle.call("bounds", PULLED)[1]


@BESIDE
@pytest.mark.parametrize("late", [False, True])
def test_beside_the_feeds_own_newest_the_fallback_counts_for_nothing(
    rig: Rig, confidence: int, deviation: int, beside: int, bps: int, late: bool
) -> None:
    rig.reset(PULLED, deviation=deviation, fallback_age=FALLBACK_AGE, fallback_deviation=beside)
    rig.bring(2_000)
    due = rig.now
    rig.chain.warp(31 if late else 30)
    rig.bring(2_001)
    fall(rig, 2_002)
    rig.bring(2_000, due, 1, confidence * WAD)
    assert rig.observe_at(due, WINDOW, 0, PULLED)[1:] == (
        2_000 * WAD,
        100 * max(confidence * 5, deviation if late else 0),
    )
