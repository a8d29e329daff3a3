"""The reference: when it is asked, what its silence means, until when its word counts. `test_doubts` has the rest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from novation.chain.protocol import Reverted
from novation.model.feeds import Anchor
from tests.support.oracle import (
    AGED,
    DEVIATION,
    FEED,
    FUTURE,
    HALT,
    NEVER,
    NORMAL,
    PULLED,
    REDUCE_ONLY,
    REFERENCE_AGE,
    REFRESH,
    SILENT,
    STARVED,
    TRADE_AGE,
    WAD,
    Rig,
    price_of,
)
from tests.support.stub import answering

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
MAX_MID = 2**112 - 1
ONE = 2_000 * WAD


@pytest.fixture(autouse=True)
def referred(rig: Rig) -> None:
    """Both feeds may be 100 bps from a reference that says 2,000 now."""
    for feed in (FEED, PULLED):
        rig.reset(feed, divergence=100)
    rig.refer(2_000)


def is_asked(rig: Rig, feed: int, usd: int = 2_000) -> bool:
    """Whether a price makes the adapter ask; nothing is kept."""
    mark = rig.chain.snapshot()
    rig.modes(STARVED, source=rig.reference)
    try:
        rig.say(feed, usd * WAD)
    except Reverted as refusal:
        return refusal.code == "GAS"
    finally:
        rig.chain.restore(mark)
    return False


@FEEDS
class TestAsking:
    def test_the_first_time(self, rig: Rig, feed: int) -> None:
        at = rig.now
        assert is_asked(rig, feed)
        rig.chain.warp(10)
        rig.say(feed, ONE)
        assert rig.anchor(feed) == Anchor(ONE, at, at + 10)

    @pytest.mark.parametrize(("after", "asked"), [(1, False), (REFRESH, False), (REFRESH + 1, True)])
    def test_again_after_the_refresh(self, rig: Rig, feed: int, after: int, asked: bool) -> None:
        at = rig.now
        rig.chain.warp(5)
        rig.say(feed, ONE)
        rig.chain.warp(after)
        rig.refer(2_001)
        assert is_asked(rig, feed) is asked
        rig.say(feed, ONE)
        now = rig.now
        assert rig.anchor(feed) == (Anchor(2_001 * WAD, now, now) if asked else Anchor(ONE, at, at + 5))

    def test_always_where_the_refresh_is_zero(self, rig: Rig, feed: int) -> None:
        rig.reset(feed, divergence=100, refresh=0)
        rig.say(feed, ONE)
        rig.chain.warp(1)
        assert is_asked(rig, feed)

    def test_once_a_second_at_most(self, rig: Rig, feed: int) -> None:
        rig.reset(feed, divergence=100, refresh=0)
        rig.say(feed, ONE)
        rig.modes(STARVED, source=rig.reference)
        assert rig.observe(feed).status == NORMAL

    @pytest.mark.parametrize("sign", [1, -1])
    def test_where_its_last_word_disagrees(self, rig: Rig, feed: int, sign: int) -> None:
        rig.say(feed, ONE)
        rig.chain.warp(1)
        assert not is_asked(rig, feed, 2_000 + sign * 20)
        assert is_asked(rig, feed, 2_000 + sign * 21)
        rig.refer(2_000 + sign * 21)
        assert rig.say(feed, ONE + sign * 21 * WAD).one("Observed")
        assert rig.anchor(feed) == Anchor(ONE + sign * 21 * WAD, rig.now, rig.now)

    @pytest.mark.parametrize(("usd", "asked"), [(2_010, False), (2_011, True), (1_990, False), (1_989, True)])
    def test_where_the_price_has_moved_far(self, rig: Rig, feed: int, usd: int, asked: bool) -> None:
        rig.reset(feed, divergence=100, move=50)
        rig.say(feed, ONE)
        rig.chain.warp(1)
        assert is_asked(rig, feed, usd) is asked

    @pytest.mark.parametrize(("age", "asked"), [(REFERENCE_AGE, False), (REFERENCE_AGE + 1, True)])
    def test_where_its_last_word_is_too_old(self, rig: Rig, feed: int, age: int, asked: bool) -> None:
        rig.reset(feed, divergence=100, refresh=2**20 - 1)
        rig.say(feed, ONE)
        rig.chain.warp(age)
        assert is_asked(rig, feed) is asked

    def test_not_for_what_is_unfit(self, rig: Rig, feed: int) -> None:
        assert not is_asked(rig, feed, 10_000)

    def test_what_it_says_to_a_doubted_price_is_kept(self, rig: Rig, feed: int) -> None:
        assert rig.say(feed, 2_100 * WAD).one("Doubted")
        assert rig.anchor(feed) == Anchor(ONE, rig.now, rig.now)

    def test_a_feed_without_one_is_not_checked(self, rig: Rig, feed: int) -> None:
        rig.reset(feed)
        rig.modes(STARVED, source=rig.reference)
        rig.say(feed, 3_000 * WAD)
        assert rig.read(feed) == price_of(3_000, rig.now)
        assert rig.anchor(feed) == Anchor(0, 0, 0)


def silent(rig: Rig) -> None:
    rig.modes(SILENT, source=rig.reference)


def of_the_future(rig: Rig) -> None:
    rig.modes(FUTURE, source=rig.reference)


def too_dear(rig: Rig) -> None:
    rig.push_to(rig.reference, MAX_MID + 1)


def too_old(rig: Rig) -> None:
    rig.chain.warp(REFERENCE_AGE + 1)


@FEEDS
class TestMissing:
    @pytest.mark.parametrize("how", [silent, of_the_future, too_dear, too_old])
    def test_allows_reductions_only(self, rig: Rig, feed: int, how: Callable[[Rig], None]) -> None:
        how(rig)
        rig.say(feed, 2_100 * WAD)
        assert rig.read(feed) == price_of(2_100, rig.now, REDUCE_ONLY)
        assert rig.stored(feed).checked == NEVER
        assert rig.anchor(feed) == Anchor(0, 0, 0)

    def test_just_as_old_as_it_may_be(self, rig: Rig, feed: int) -> None:
        at = rig.now
        rig.chain.warp(REFERENCE_AGE)
        rig.say(feed, 2_010 * WAD)
        assert rig.read(feed) == price_of(2_010, rig.now)
        assert rig.stored(feed).checked == REFERENCE_AGE
        assert rig.anchor(feed) == Anchor(ONE, at, rig.now)

    def test_the_dearest_word_of_all_is_one(self, rig: Rig, feed: int) -> None:
        rig.push_to(rig.reference, MAX_MID)
        assert rig.say(feed, ONE).one("Doubted").args["reason"] == "APART"
        assert rig.anchor(feed) == Anchor(MAX_MID, rig.now, rig.now)

    def test_a_wei_is_a_word(self, rig: Rig, feed: int) -> None:
        rig.push_to(rig.reference, 1)
        assert rig.say(feed, ONE).one("Doubted").args["reason"] == "APART"

    def test_nothing_of_now_is_none(self, rig: Rig, feed: int) -> None:
        """A source that tells a time and no price."""
        reference = answering(rig.chain, {"latest()": [9, 0, 0, rig.now, 0]})
        rig.reset(feed, divergence=100, reference=reference.address)
        assert rig.say(feed, ONE).one("Observed")
        assert rig.stored(feed).checked == NEVER
        assert rig.anchor(feed) == Anchor(0, 0, 0)

    @pytest.mark.parametrize("how", [silent, of_the_future, too_dear])
    def test_its_last_word_counts_while_it_is_fresh(self, rig: Rig, feed: int, how: Callable[[Rig], None]) -> None:
        at = rig.now
        rig.say(feed, ONE)
        rig.chain.warp(REFRESH + 1)
        how(rig)
        assert rig.say(feed, 2_021 * WAD).one("Doubted").args["reason"] == "APART"
        rig.chain.warp(1)
        rig.say(feed, 2_001 * WAD)
        assert rig.read(feed) == price_of(2_001, rig.now)
        assert rig.anchor(feed) == Anchor(ONE, at, at)
        assert rig.stored(feed).checked == REFRESH + 2

    def test_until_it_is_too_old(self, rig: Rig, feed: int) -> None:
        rig.say(feed, ONE)
        at = rig.now
        silent(rig)
        rig.chain.warp(REFERENCE_AGE)
        rig.say(feed, ONE)
        assert rig.read(feed).status == NORMAL
        assert rig.stored(feed).checked == REFERENCE_AGE
        rig.chain.warp(1)
        assert rig.read(feed).status == REDUCE_ONLY
        rig.say(feed, ONE)
        assert rig.read(feed).status == REDUCE_ONLY
        assert rig.stored(feed).checked == NEVER
        assert rig.anchor(feed) == Anchor(ONE, at, at)

    def test_when_it_is_back(self, rig: Rig, feed: int) -> None:
        silent(rig)
        rig.say(feed, ONE)
        rig.chain.warp(1)
        rig.modes(source=rig.reference)
        rig.say(feed, ONE)
        assert rig.read(feed).status == NORMAL
        assert rig.stored(feed).checked == 1


@FEEDS
class TestSpread:
    @pytest.mark.parametrize(
        ("usd", "spread"), [(2_010, DEVIATION), (1_990, DEVIATION), (2_015, 75), (1_985, 75), (2_020, 100)]
    )
    def test_is_the_distance_where_that_is_wider(self, rig: Rig, feed: int, usd: int, spread: int) -> None:
        rig.say(feed, usd * WAD)
        assert rig.stored(feed).spread == spread
        assert rig.read(feed) == price_of(usd, rig.now, NORMAL, spread)

    def test_is_rounded_up(self, rig: Rig, feed: int) -> None:
        rig.say(feed, 2_015 * WAD + 1)
        assert rig.stored(feed).spread == 76

    def test_is_not_narrower_than_the_own_interval(self, rig: Rig, feed: int) -> None:
        rig.say(feed, 2_010 * WAD, confidence=30 * WAD)
        assert (rig.stored(feed).spread, rig.stored(feed).confidence) == (150, 150)


class TestAge:
    """A price counts as checked from when the older of the two was published."""

    def test_a_newer_reference_is_as_old_as_the_price(self, rig: Rig) -> None:
        at = rig.now - 50
        rig.bring(2_000, at)
        assert rig.stored(PULLED).checked == 0
        assert rig.anchor(PULLED) == Anchor(ONE, rig.now, rig.now)

    @pytest.mark.parametrize(("after", "status"), [(0, NORMAL), (500, NORMAL), (501, REDUCE_ONLY)])
    def test_of_a_brought_price(self, rig: Rig, after: int, status: int) -> None:
        """Nobody brings another one: 400 seconds lay between the two."""
        rig.reset(PULLED, divergence=100, trade_age=600)
        rig.chain.warp(400)
        rig.bring(2_000)
        at = rig.now
        assert rig.stored(PULLED).checked == 400
        rig.chain.warp(after)
        assert rig.read(PULLED) == price_of(2_000, at, status)

    def test_of_a_push_source_it_is_asked_meanwhile(self, rig: Rig) -> None:
        rig.chain.warp(800)
        rig.say(FEED, ONE)
        at = rig.now
        assert rig.stored().checked == 800
        rig.chain.warp(101)
        assert rig.read() == price_of(2_000, at, REDUCE_ONLY)
        rig.refer(2_001)
        assert rig.read() == price_of(2_000, at)
        receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
        assert rig.observed(receipt) == price_of(2_000, at)
        assert rig.anchor() == Anchor(2_001 * WAD, rig.now, rig.now)
        assert rig.stored().checked == 0

    @pytest.mark.parametrize(("age", "status"), [(REFERENCE_AGE, NORMAL), (REFERENCE_AGE + 1, REDUCE_ONLY)])
    def test_no_reference_makes_a_price_younger(self, rig: Rig, age: int, status: int) -> None:
        rig.reset(divergence=100, trade_age=3_600)
        rig.say(FEED, ONE)
        at = rig.now
        rig.chain.warp(age)
        rig.refer(2_000)
        assert rig.observe() == price_of(2_000, at, status)

    def test_a_stuck_push_source_is_found_by_it(self, rig: Rig) -> None:
        """It says the same for ever, the reference moves away."""
        rig.reset(divergence=100, trade_age=3_600)
        rig.say(FEED, ONE)
        at = rig.now
        rig.refer(2_100)
        rig.chain.warp(REFRESH)
        assert rig.read().status == NORMAL
        rig.chain.warp(1)
        assert rig.read() == price_of(2_000, at, HALT)
        receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
        assert rig.observed(receipt) == price_of(2_000, at, HALT)
        assert receipt.one("Doubted").args == {"feed": FEED, "mid": ONE, "published_at": at, "reason": "APART"}
        assert (rig.stored().gap, rig.stored().doubted) == (0, 1)
        # It comes back.
        rig.refer(2_000)
        assert rig.observe() == price_of(2_000, at)
        assert rig.stored().doubted == 0

    def test_the_longest_ages_of_all(self, rig: Rig) -> None:
        """Which the word cannot hold: it counts as never."""
        rig.reset(PULLED, divergence=100, reference_age=2**20 - 1, close_age=2**20 - 1)
        at = rig.now
        rig.chain.warp(2**20 - 2)
        rig.bring(2_000)
        assert rig.stored(PULLED).checked == 2**20 - 2
        assert rig.read(PULLED).status == NORMAL
        rig.chain.warp(1)
        rig.bring(2_000)
        assert rig.now - at == 2**20 - 1
        assert rig.stored(PULLED).checked == NEVER
        assert rig.read(PULLED).status == REDUCE_ONLY


def test_one_second_of_trade_age_more_than_the_checks(rig: Rig) -> None:
    """Of both ages the price's own is told."""
    rig.reset(PULLED, divergence=100, reference_age=TRADE_AGE)
    rig.bring(2_000)
    rig.chain.warp(TRADE_AGE)
    assert rig.read(PULLED).status == NORMAL
    rig.chain.warp(1)
    assert rig.read(PULLED).status == AGED


def test_what_is_read_is_not_kept(rig: Rig) -> None:
    before = rig.words(FEED)
    assert rig.read().status == NORMAL
    assert rig.words(FEED) == before
