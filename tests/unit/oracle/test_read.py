"""`read`: the newest price that can be trusted, else the last good one in HALT. It keeps nothing."""

from __future__ import annotations

import pytest

from novation.model.feeds import NOTHING, Price
from tests.support.oracle import (
    AGED,
    CLOSE_AGE,
    CONFIDENCE,
    DEVIATION,
    FEED,
    FUTURE,
    HALT,
    NORMAL,
    PULLED,
    REDUCE_ONLY,
    SILENT,
    STARVED,
    TRADE_AGE,
    WAD,
    Rig,
    price_of,
)

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
MAX_BAND = (5_192, 30)  # the highest end below 2**112


def publish(rig: Rig, feed: int, usd: int) -> None:
    """A price of now, known to the adapter where it has to be brought."""
    if feed == PULLED:
        assert rig.bring(usd)
    else:
        rig.push(usd)


def test_a_push_source_is_asked_for_its_newest_price(rig: Rig) -> None:
    now = rig.now
    rig.push(2_010)
    rig.chain.warp(10)
    assert rig.read() == price_of(2_010, now)
    assert rig.stored() == NOTHING


def test_a_pull_source_is_not_asked(rig: Rig) -> None:
    now = rig.now
    assert rig.bring(2_010)
    rig.pull.transact("set_modes", STARVED, STARVED, sender=rig.anyone)
    rig.chain.warp(10)
    assert rig.read(PULLED) == price_of(2_010, now)


def test_an_unknown_feed_is_halted_at_zero(rig: Rig) -> None:
    assert rig.read(9) == Price(0, 0, 0, 0, HALT)


def test_a_pull_feed_without_a_price_is_halted_at_zero(rig: Rig) -> None:
    assert rig.read(PULLED) == Price(0, 0, 0, 0, HALT)


def test_a_push_feed_without_a_price_is_halted_at_zero(rig: Rig) -> None:
    rig.modes(SILENT)
    assert rig.read() == Price(0, 0, 0, 0, HALT)


@pytest.mark.parametrize(
    ("mid", "deviation", "low", "high"),
    [(3_333, 7, 3_330, 3_336), (10_000, 7, 9_993, 10_007), (10_001, 7, 9_993, 10_009), (20_000, 9_999, 2, 39_998)],
)
def test_low_is_rounded_down_and_high_up(rig: Rig, mid: int, deviation: int, low: int, high: int) -> None:
    rig.reset(band_low=(1, 0), deviation=deviation)
    rig.push_to(rig.source, mid)
    assert rig.read()[:3] == (low, mid, high)


@FEEDS
@pytest.mark.parametrize(
    ("age", "status"),
    [
        (0, NORMAL),
        (TRADE_AGE, NORMAL),
        (TRADE_AGE + 1, AGED),
        (CLOSE_AGE, AGED),
        (CLOSE_AGE + 1, HALT),
        (2**24, HALT),
    ],
)
@pytest.mark.parametrize("observed", [False, True])
def test_ages(rig: Rig, feed: int, age: int, status: int, observed: bool) -> None:
    at = rig.now
    publish(rig, feed, 2_010)
    if observed:
        rig.observe(feed)
    rig.chain.warp(age)
    assert rig.read(feed) == price_of(2_010, at, status)


@FEEDS
def test_an_age_of_a_second(rig: Rig, feed: int) -> None:
    rig.reset(feed, trade_age=1, close_age=1)
    publish(rig, feed, 2_010)
    rig.chain.warp(1)
    assert rig.read(feed).status == NORMAL
    rig.chain.warp(1)
    assert rig.read(feed).status == HALT


@pytest.mark.parametrize("mode", [SILENT, FUTURE])
def test_a_push_source_that_is_silent_halts_a_fresh_price(rig: Rig, mode: int) -> None:
    rig.push(2_010)
    rig.observe()
    at = rig.now
    rig.modes(mode)
    assert rig.read() == price_of(2_010, at, HALT)
    rig.chain.warp(5)
    rig.push(2_020)
    assert rig.read() == price_of(2_010, at, HALT)
    rig.modes()
    assert rig.read() == price_of(2_020, at + 5)


def test_what_the_history_says_is_not_asked(rig: Rig) -> None:
    rig.push(2_010)
    rig.modes(history=STARVED)
    assert rig.read().status == NORMAL


def test_a_starved_source_is_told(rig: Rig) -> None:
    rig.modes(STARVED)
    assert rig.oracle.attempt("read", FEED, sender=rig.anyone).error == "GAS"
    assert rig.oracle.attempt("observe", FEED, sender=rig.anyone).error == "GAS"


def test_a_push_source_that_goes_back_leaves_the_price(rig: Rig) -> None:
    at = rig.now
    rig.push(2_010)
    rig.observe()
    rig.chain.warp(10)
    rig.push(1_900, at - 1)
    assert rig.read() == price_of(2_010, at)


@pytest.mark.parametrize(
    ("mid", "status"),
    [
        (100 * WAD, HALT),
        (100 * WAD + 1, NORMAL),
        (10_000 * WAD - 1, NORMAL),
        (10_000 * WAD, HALT),
        (1, HALT),
        (2**128 - 1, HALT),
    ],
)
def test_is_good_strictly_inside_the_band(rig: Rig, mid: int, status: int) -> None:
    rig.push_to(rig.source, mid)
    price = rig.read()
    assert (price.mid, price.status) == (mid if status == NORMAL else 0, status)


def test_the_dearest_price(rig: Rig) -> None:
    mid = 5_192 * 10**30 - 1
    rig.reset(band_high=MAX_BAND, deviation=9_999, confidence=9_999)
    rig.push_to(rig.source, mid)
    for price in (rig.read(), rig.observe(), rig.read()):
        assert price == Price(mid // 10_000, mid, -(-mid * 19_999 // 10_000), rig.now, NORMAL)
    assert rig.stored().mid == mid


@pytest.mark.parametrize(
    ("confidence", "spread", "status"),
    [
        (10 * WAD, DEVIATION, NORMAL),
        (10 * WAD + 1, DEVIATION + 1, NORMAL),  # bps of the price, up
        (20 * WAD, 100, NORMAL),
        (40 * WAD, CONFIDENCE, NORMAL),
        (40 * WAD + 1, 0, HALT),
        (2**128 - 1, 0, HALT),
    ],
)
def test_its_own_interval_is_the_spread_where_it_is_wider(rig: Rig, confidence: int, spread: int, status: int) -> None:
    rig.push(2_000, confidence=confidence)
    price = rig.read()
    never = Price(0, 0, 0, rig.now - (2**20 - 1), HALT)
    assert price == (price_of(2_000, rig.now, NORMAL, spread) if status == NORMAL else never)


@FEEDS
def test_the_floor_status_holds(rig: Rig, feed: int) -> None:
    publish(rig, feed, 2_010)
    rig.set_status(REDUCE_ONLY, feed)
    assert rig.read(feed) == price_of(2_010, rig.now, REDUCE_ONLY)
    rig.set_status(NORMAL, feed)
    assert rig.read(feed) == price_of(2_010, rig.now)


def test_the_last_second_of_the_clock(rig: Rig) -> None:
    rig.chain.set_time(2**40 - 1)
    rig.push(2_010)
    assert rig.observe() == rig.read() == price_of(2_010, 2**40 - 1)
    assert rig.stored().published_at == 2**40 - 1
