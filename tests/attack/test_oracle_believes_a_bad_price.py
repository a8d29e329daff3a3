"""Stale, zero, future-dated, wrong-decimals prices; a feed stuck at its minimum; a market pumped for a moment."""

from __future__ import annotations

import pytest

from tests.support.oracle import (
    CALM,
    CLOSE_AGE,
    FEED,
    HALT,
    NORMAL,
    PULLED,
    REDUCE_ONLY,
    WAD,
    Rig,
    price_of,
)

UNIT = 10**8
FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])


@pytest.fixture(autouse=True)
def before(rig: Rig) -> None:
    """A good price of 2,000 is known to both feeds."""
    for feed in (FEED, PULLED):
        rig.say(feed, 2_000 * WAD)


def refused(rig: Rig, feed: int) -> None:
    """Nothing fills, no price is remembered, the last good one is told in HALT."""
    before = rig.stored(feed)
    for price in (rig.read(feed), rig.observe(feed)):
        assert (price.mid, price.status) == (2_000 * WAD, HALT)
    for due in (before.published_at, rig.now):
        assert rig.refusal(due, 60, rig.source.call("newest"), feed) == "STALE"
    assert rig.stored(feed)[:2] == before[:2]


def test_zero(rig: Rig) -> None:
    rig.chain.warp(10)
    rig.push(0)
    refused(rig, FEED)


@FEEDS
@pytest.mark.parametrize("usd", [0, 1])
def test_next_to_nothing(rig: Rig, feed: int, usd: int) -> None:
    rig.chain.warp(10)
    rig.say(feed, usd * WAD + 1)
    refused(rig, feed)


@FEEDS
def test_stale(rig: Rig, feed: int) -> None:
    rig.chain.warp(CLOSE_AGE + 1)
    refused(rig, feed)


@FEEDS
def test_stale_although_just_reported(rig: Rig, feed: int) -> None:
    at = rig.now + 10
    rig.chain.warp(10 + CLOSE_AGE + 1)
    rig.say(feed, 2_200 * WAD, at)
    assert rig.read(feed) == price_of(2_200, at, HALT)
    assert rig.refusal(at, 60, rig.source.call("newest"), feed) == "STALE"


@pytest.mark.parametrize("ahead", [1, 60, 2**40])
def test_future_dated(rig: Rig, ahead: int) -> None:
    rig.push(2_200, rig.now + ahead)
    refused(rig, FEED)
    update = rig.update(2_200 * WAD, rig.now + ahead)
    assert rig.oracle.attempt("update", PULLED, update, sender=rig.anyone).error == "FUTURE"
    assert rig.read(PULLED) == price_of(2_000, rig.now)


@pytest.mark.parametrize("decimals", [6, 7, 9, 18])
def test_decimals_changed_behind_the_proxy(rig: Rig, decimals: int) -> None:
    proxy = rig.chain.deploy("MockAggregatorProxy", 8, sender=rig.anyone)
    proxy.transact("push", 2_000 * UNIT, sender=rig.anyone)
    source = rig.chain.deploy("ChainlinkSource", proxy.address, sender=rig.anyone)
    rig.reset(source=source.address)
    assert rig.observe() == price_of(2_000, rig.now)
    rig.chain.warp(10)
    proxy.transact("set_phase", 2, sender=rig.anyone)
    proxy.transact("set_decimals", decimals, sender=rig.anyone)
    proxy.transact("push", 2_000 * 10**decimals, sender=rig.anyone)
    refused(rig, FEED)


@FEEDS
@pytest.mark.parametrize("usd", [100, 10_000])
def test_stuck_at_the_aggregators_limit(rig: Rig, feed: int, usd: int) -> None:
    """The band lies strictly inside the aggregator's limits, so its smallest answer is no price (LUNA)."""
    rig.chain.warp(10)
    rig.say(feed, usd * WAD)
    refused(rig, feed)


@FEEDS
def test_the_newest_bad_one_does_not_hide_behind_an_older_good_one(rig: Rig, feed: int) -> None:
    """While the newest is bad nothing fills, not even at prices that were good."""
    start = rig.now
    rig.chain.warp(20)
    rig.say(feed, 2_010 * WAD)
    good = rig.source.call("newest")
    rig.chain.warp(5)
    rig.say(feed, 10_000 * WAD)
    assert rig.refusal(start + 20, 60, good, feed) == "STALE"


@FEEDS
def test_a_missing_reference_never_opens_and_a_far_one_never_fills(rig: Rig, feed: int) -> None:
    rig.refer(2_000)
    rig.reset(feed, divergence=200)
    rig.chain.warp(1_000)
    rig.say(feed, 2_010 * WAD)
    assert rig.read(feed).status == REDUCE_ONLY
    rig.refer(2_100)
    rig.chain.warp(1)
    rig.say(feed, 2_010 * WAD)
    assert rig.read(feed).status == HALT


@FEEDS
def test_the_reference_is_never_averaged_in(rig: Rig, feed: int) -> None:
    """One source of two being wrong must not move the price by half its error (Synthetix sKRW)."""
    rig.reset(feed, divergence=5_000, refresh=0)
    for mid in (1_900 * WAD, 2_600 * WAD, 0, 2**111, 2**127):
        rig.chain.warp(10)
        rig.push_to(rig.reference, mid)
        rig.say(feed, 2_000 * WAD)
        assert rig.read(feed).mid == 2_000 * WAD


@FEEDS
class TestPumped:
    """A thin market runs to 3,000 for a moment and comes back (Mango, bZx, Inverse)."""

    def test_away_from_the_reference(self, rig: Rig, feed: int) -> None:
        rig.reset(feed, divergence=200)
        rig.chain.warp(10)
        rig.say(feed, 2_000 * WAD)
        rig.chain.warp(10)
        rig.say(feed, 3_000 * WAD)
        refused(rig, feed)
        rig.chain.warp(10)
        rig.say(feed, 2_000 * WAD)
        assert rig.read(feed) == price_of(2_000, rig.now)

    def test_without_a_reference(self, rig: Rig, feed: int) -> None:
        """It would have to stay there for as long as the calm."""
        rig.reset(feed, move=1_000)
        rig.chain.warp(10)
        rig.say(feed, 2_000 * WAD)
        last = rig.now
        for _ in range(CALM // 30):
            rig.chain.warp(30)
            rig.say(feed, 3_000 * WAD)
            assert rig.read(feed) == price_of(2_000, last, HALT)
        rig.chain.warp(1)
        rig.say(feed, 2_000 * WAD)
        assert rig.read(feed) == price_of(2_000, rig.now, NORMAL)

    def test_in_steps_too_small_to_be_doubted(self, rig: Rig, feed: int) -> None:
        """Nobody opens at it, nor withdraws against it, until it has been calm."""
        rig.reset(feed, move=1_000, swing=1_000, window=600)
        for mid in (2_000, 2_150, 2_300, 2_500, 2_700, 2_950):
            rig.chain.warp(10)
            rig.say(feed, mid * WAD)
        assert rig.read(feed) == price_of(2_950, rig.now, REDUCE_ONLY)
        rig.chain.warp(CALM - 1)
        assert rig.read(feed).status == REDUCE_ONLY
