"""A price that is doubted is not stored: the feed halts at the last good one until a newer one is believed."""

from __future__ import annotations

from typing import Any

import pytest

from novation.model.feeds import NOTHING, Stored
from tests.support.oracle import CALM, DEVIATION, FEED, HALT, NORMAL, PULLED, REDUCE_ONLY, SILENT, WAD, Rig, price_of

pytestmark = pytest.mark.parametrize("feed", [FEED, PULLED])
# What is doubted beside a last price of 2,000, and why.
DOUBTS: dict[str, tuple[dict[str, Any], int, int]] = {
    "BAND": ({}, 10_000, 0),
    "WIDE": ({}, 2_000, 41),
    "APART": ({"divergence": 100}, 2_021, 0),
    "MOVE": ({"move": 100}, 2_021, 0),
}
REASONS = pytest.mark.parametrize("reason", DOUBTS)


def doubted(rig: Rig, feed: int, reason: str) -> tuple[int, int]:
    """A good price of 2,000, 30 seconds later one to doubt. @returns both times."""
    changes, usd, confidence = DOUBTS[reason]
    rig.reset(feed, **changes)
    rig.say(feed, 2_000 * WAD)
    good = rig.now
    rig.chain.warp(30)
    receipt = rig.say(feed, usd * WAD, confidence=confidence * WAD)
    args = {"feed": feed, "mid": usd * WAD, "published_at": rig.now, "reason": reason}
    assert [event.name for event in receipt.events] == ["Doubted"]
    assert receipt.one("Doubted").args == args
    return good, rig.now


@REASONS
def test_halts_at_the_last_good_price(rig: Rig, feed: int, reason: str) -> None:
    good, at = doubted(rig, feed, reason)
    assert rig.read(feed) == rig.observe(feed) == price_of(2_000, good, HALT)
    stored = rig.stored(feed)
    assert (stored.mid, stored.published_at, stored.gap, stored.doubted) == (2_000 * WAD, good, at - good, 1)
    assert stored.heard_at == at


@REASONS
def test_is_told_once(rig: Rig, feed: int, reason: str) -> None:
    _, at = doubted(rig, feed, reason)
    before = rig.stored(feed)
    _, usd, confidence = DOUBTS[reason]
    rig.chain.warp(1)
    assert rig.say(feed, usd * WAD, at, confidence * WAD).events == []
    assert rig.stored(feed) == before


@REASONS
def test_every_newer_one_is_told(rig: Rig, feed: int, reason: str) -> None:
    good, _ = doubted(rig, feed, reason)
    _, usd, confidence = DOUBTS[reason]
    rig.chain.warp(12)
    event = rig.say(feed, usd * WAD, confidence=confidence * WAD).one("Doubted")
    assert event.args["published_at"] == rig.now
    assert rig.stored(feed).gap == rig.now - good


@REASONS
def test_a_newer_good_one_ends_it(rig: Rig, feed: int, reason: str) -> None:
    doubted(rig, feed, reason)
    rig.chain.warp(1)
    rig.say(feed, 2_001 * WAD)
    assert rig.read(feed) == price_of(2_001, rig.now)
    stored = rig.stored(feed)
    assert (stored.mid, stored.published_at, stored.doubted) == (2_001 * WAD, rig.now, 0)


@REASONS
@pytest.mark.parametrize(("ago", "status"), [(0, NORMAL), (1, HALT), (29, HALT)])
def test_an_older_good_one_does_not(rig: Rig, feed: int, reason: str, ago: int, status: int) -> None:
    _, at = doubted(rig, feed, reason)
    rig.chain.warp(5)
    rig.say(feed, 2_001 * WAD, at - ago)
    assert rig.read(feed).status == status
    assert rig.stored(feed).mid == (2_001 if status == NORMAL else 2_000) * WAD


def test_band(rig: Rig, feed: int) -> None:
    """Strictly inside, both ends."""
    for mid, good in ((100 * WAD, 0), (100 * WAD + 1, 1), (10_000 * WAD - 1, 1), (10_000 * WAD, 0)):
        rig.chain.warp(1)
        receipt = rig.say(feed, mid)
        assert len(receipt.find("Observed")) == good
        assert [event.args["reason"] for event in receipt.find("Doubted")] == ["BAND"] * (1 - good)


def test_band_comes_before_wide(rig: Rig, feed: int) -> None:
    assert rig.say(feed, 10**22, confidence=2**128 - 1).one("Doubted").args["reason"] == "BAND"


@pytest.mark.parametrize(("confidence", "reason"), [(40 * WAD, []), (40 * WAD + 1, ["WIDE"])])
def test_wide(rig: Rig, feed: int, confidence: int, reason: list[str]) -> None:
    receipt = rig.say(feed, 2_000 * WAD, confidence=confidence)
    assert [event.args["reason"] for event in receipt.find("Doubted")] == reason


def test_no_interval_at_all_where_the_limit_is_zero(rig: Rig, feed: int) -> None:
    rig.reset(feed, confidence=0)
    assert rig.say(feed, 2_000 * WAD, confidence=1).one("Doubted").args["reason"] == "WIDE"
    rig.chain.warp(1)
    assert rig.say(feed, 2_000 * WAD).one("Observed")


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("divergence", [1, 100])
def test_apart(rig: Rig, feed: int, sign: int, divergence: int) -> None:
    """From the reference, in bps of the reference's price."""
    rig.reset(feed, divergence=divergence)
    far = 2_000 * WAD * divergence // 10_000
    assert rig.say(feed, 2_000 * WAD + sign * far).one("Observed")
    assert rig.read(feed).status == NORMAL
    rig.chain.warp(1)
    assert rig.say(feed, 2_000 * WAD + sign * (far + 1)).one("Doubted").args["reason"] == "APART"


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("move", [1, 500])
def test_move(rig: Rig, feed: int, sign: int, move: int) -> None:
    """From the last price, in bps of that."""
    rig.reset(feed, move=move)
    far = 2_000 * WAD * move // 10_000
    rig.say(feed, 2_000 * WAD)
    rig.chain.warp(1)
    assert rig.say(feed, 2_000 * WAD + sign * (far + 1)).one("Doubted").args["reason"] == "MOVE"
    rig.chain.warp(1)
    assert rig.say(feed, 2_000 * WAD + sign * far).one("Observed")
    assert rig.read(feed).status == NORMAL


def test_the_first_price_is_no_move(rig: Rig, feed: int) -> None:
    rig.reset(feed, move=1)
    rig.say(feed, 5_000 * WAD)
    assert rig.read(feed) == price_of(5_000, rig.now)


@pytest.mark.parametrize("age", [1, CALM, 10 * CALM])
def test_a_move_from_an_old_price_is_doubted_as_well(rig: Rig, feed: int, age: int) -> None:
    rig.reset(feed, move=500)
    rig.say(feed, 2_000 * WAD)
    at = rig.now
    rig.chain.warp(age)
    assert rig.say(feed, 2_101 * WAD).one("Doubted").args["reason"] == "MOVE"
    assert rig.stored(feed) == Stored(2_000 * WAD, at, age, 0, DEVIATION, 0, 0, 1, 1)


def test_the_same_one_is_believed_when_the_reference_agrees(rig: Rig, feed: int) -> None:
    rig.reset(feed, divergence=100)
    rig.say(feed, 2_000 * WAD)
    rig.chain.warp(30)
    at = rig.now
    rig.say(feed, 2_100 * WAD)
    assert rig.read(feed).status == HALT
    rig.chain.warp(5)
    rig.refer(2_100)
    receipt = rig.say(feed, 2_100 * WAD, at)
    assert len(receipt.find("Observed")) == 1
    assert rig.read(feed) == price_of(2_100, at)
    # The reference is newer than the price, so the price was checked when it was published.
    assert rig.stored(feed) == Stored(2_100 * WAD, at, feed == PULLED, 0, DEVIATION, 0, 0, 0, 0)


def test_the_reference_vouches_for_a_move(rig: Rig, feed: int) -> None:
    """Which trips the breaker still."""
    rig.reset(feed, divergence=100, move=500)
    rig.say(feed, 2_000 * WAD)
    rig.chain.warp(30)
    rig.refer(2_101)
    assert rig.say(feed, 2_101 * WAD).one("Observed")
    assert rig.read(feed) == price_of(2_101, rig.now, REDUCE_ONLY)
    assert rig.stored(feed).breaker == CALM


def test_a_move_away_from_the_reference_is_apart(rig: Rig, feed: int) -> None:
    rig.reset(feed, divergence=100, move=500)
    rig.say(feed, 2_000 * WAD)
    rig.chain.warp(CALM + 1)
    assert rig.say(feed, 2_101 * WAD).one("Doubted").args["reason"] == "APART"


def test_a_move_that_the_reference_says_nothing_to_is_doubted(rig: Rig, feed: int) -> None:
    rig.say(feed, 2_000 * WAD)
    rig.reset(feed, divergence=600, move=500)
    rig.modes(SILENT, source=rig.reference)
    rig.chain.warp(30)
    assert rig.say(feed, 2_101 * WAD).one("Doubted").args["reason"] == "MOVE"


def test_a_move_near_the_references_last_word_is_believed(rig: Rig, feed: int) -> None:
    """Though it says nothing now: what it said is fresh."""
    rig.reset(feed, divergence=600, move=500)
    rig.say(feed, 2_000 * WAD)
    rig.modes(SILENT, source=rig.reference)
    rig.chain.warp(30)
    assert rig.say(feed, 2_101 * WAD).one("Observed")
    assert rig.read(feed) == price_of(2_101, rig.now, REDUCE_ONLY, 505)


def test_what_was_heard_is_told_up_to_twelve_days(rig: Rig, feed: int) -> None:
    """20 bits of seconds: the time of a price that is older gives way."""
    rig.say(feed, 2_000 * WAD)
    at = rig.now
    rig.chain.warp(2**20 - 1)
    rig.say(feed, 10_000 * WAD)
    assert rig.stored(feed).gap == 2**20 - 1
    rig.chain.warp(5)
    rig.say(feed, 10_000 * WAD)
    assert rig.stored(feed) == Stored(2_000 * WAD, at + 5, 2**20 - 1, 0, DEVIATION, 0, 0, 1, 0)


def test_before_any_good_one(rig: Rig, feed: int) -> None:
    rig.say(feed, 10_000 * WAD)
    at = rig.now - (2**20 - 1)
    assert rig.stored(feed) == NOTHING._replace(published_at=at, gap=2**20 - 1, doubted=1)
    assert rig.read(feed) == (0, 0, 0, at, HALT)
