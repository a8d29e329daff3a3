"""`set_feed`: only the owner, within bounds, and only sources that have a price."""

from __future__ import annotations

from typing import Any

import pytest

from novation.model.feeds import Anchor, Brought, Stored
from tests.support.oracle import (
    CALM,
    CLOSE_AGE,
    DEVIATION,
    EMPTY,
    FALLBACK_AGE,
    FALLBACK_DEVIATION,
    FEED,
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

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
TOP = 2**20 - 1


def test_sets_and_tells(rig: Rig) -> None:
    receipt = rig.set_feed(5, divergence=300, move=500, swing=400, fallback_age=FALLBACK_AGE)
    event = receipt.one("FeedSet").args
    assert event["feed"] == 5
    assert event["settings"] == (
        rig.source.address,
        True,
        TRADE_AGE,
        CLOSE_AGE,
        DEVIATION,
        200,
        (100, 18),
        (10_000, 18),
        500,
        400,
        100,
        CALM,
        rig.reference.address,
        300,
        REFERENCE_AGE,
        REFRESH,
        rig.fallback.address,
        FALLBACK_AGE,
        FALLBACK_DEVIATION,
    )
    assert rig.oracle.call("feed_at", 5) == (event["settings"], NORMAL)
    assert [other.name for other in receipt.events] == ["FeedSet"]
    assert rig.words(5) == (0, 0, 0, (0, 0))


@pytest.mark.parametrize("role", ["guardian", "anyone"])
def test_auth(rig: Rig, role: str) -> None:
    assert rig.set_feed(sender=getattr(rig, role)).error == "AUTH"


@FEEDS
@pytest.mark.parametrize(
    "changes",
    [
        {"source": EMPTY},
        {"trade_age": 0},
        {"trade_age": CLOSE_AGE + 1},
        {"trade_age": 0, "close_age": 0},
        {"close_age": TRADE_AGE - 1},
        {"close_age": 2**20},
        {"close_age": 2**255},
        {"deviation": 10_000},
        {"confidence": 10_000},
        {"move": 10_000},
        {"swing": 10_000},
        {"divergence": 10_000},
        {"deviation": 2**255},
        {"band_low": (0, 18)},
        {"band_low": (2**14, 0)},
        {"band_low": (2**14 + 200, 17)},  # of what is left in its bits a band could be made
        {"band_low": (1, 64)},
        {"band_low": (10_000, 18)},
        {"band_low": (10_001, 18)},
        {"band_high": (2**14, 18)},
        {"band_high": (2**14 + 1_000, 19)},
        {"band_high": (10_000, 64 + 18)},
        {"band_high": (1, 2**255)},
        {"band_high": (5_193, 30)},
        {"band_high": (1, 34)},
        {"swing": 1, "window": 0},
        {"swing": 1, "window": 59},
        {"swing": 1, "window": 2**20},
        {"swing": 1, "calm": 0},
        {"swing": 1, "calm": 2**15 - 1},
        {"window": 60},
        {"move": 1, "calm": 0},
        {"move": 1, "calm": 2**15 - 1},
        {"move": 1, "calm": 2**255},
        {"calm": 1},
        {"divergence": 100, "reference": EMPTY},
        {"divergence": 100, "reference_age": 0},
        {"divergence": 100, "reference_age": 2**20},
        {"divergence": 100, "refresh": 2**20},
        {"divergence": 100, "refresh": 2**255},
        {"divergence": 1, "reference": EMPTY, "reference_age": 0, "refresh": 0},
        {"reference_age": 1},
        {"refresh": 1},
        {"fallback_age": 2**20},
        {"fallback_age": 1, "fallback": EMPTY, "fallback_deviation": 0},
        {"fallback_deviation": 1},
        {"fallback_age": 1, "fallback_deviation": 10_000},
    ],
    ids=str,
)
def test_bound(rig: Rig, feed: int, changes: dict[str, Any]) -> None:
    before = rig.oracle.call("feed_at", feed)
    assert rig.set_feed(feed, **changes).error == "BOUND"
    assert rig.oracle.call("feed_at", feed) == before


@FEEDS
@pytest.mark.parametrize(
    "changes",
    [
        {"trade_age": 1},
        {"trade_age": CLOSE_AGE},
        {"close_age": TRADE_AGE},
        {"trade_age": 1, "close_age": 1},
        {"trade_age": TOP, "close_age": TOP},
        {"deviation": 0},
        {"deviation": 9_999},
        {"confidence": 0},
        {"confidence": 9_999},
        {"move": 1, "calm": 1},
        {"move": 9_999, "calm": 2**15 - 2},
        {"swing": 1, "window": 60},
        {"swing": 9_999, "window": TOP, "calm": 2**15 - 2},
        {"move": 1, "swing": 1},
        {"divergence": 1, "reference_age": 1, "refresh": 0},
        {"divergence": 9_999, "reference_age": TOP, "refresh": TOP},
        {"fallback_age": 1, "fallback_deviation": 0},
        {"fallback_age": TOP, "fallback_deviation": 9_999},
        {"band_low": (1, 0)},
        {"band_low": (2**14 - 1, 0)},
        {"band_low": (9_999, 18)},
        {"band_high": (2**14 - 1, 18)},
        {"band_high": (5_192, 30)},
        {"band_low": (1, 0), "band_high": (2, 0)},
    ],
    ids=str,
)
def test_settings_at_their_bounds(rig: Rig, feed: int, changes: dict[str, Any]) -> None:
    rig.reset(feed, **changes)
    settings, _ = rig.oracle.call("feed_at", feed)
    assert settings == tuple(rig.settings(feed, **changes).values())


@FEEDS
@pytest.mark.parametrize("which", ["source", "reference", "fallback"])
def test_bound_for_an_address_without_code(rig: Rig, feed: int, which: str) -> None:
    changes: dict[str, Any] = {"divergence": 100, "fallback_age": 1, which: rig.anyone}
    assert rig.set_feed(feed, **changes).error == "BOUND"


@pytest.mark.parametrize("which", ["reference", "fallback"])
def test_bound_for_the_source_itself(rig: Rig, which: str) -> None:
    """It vouches for itself, or is silent with itself."""
    changes: dict[str, Any] = {"divergence": 100, "fallback_age": 1}
    assert rig.set_feed(**changes).ok
    changes[which] = rig.source.address
    assert rig.set_feed(**changes).error == "BOUND"


def test_bound_for_a_reference_that_may_be_anything(rig: Rig) -> None:
    """Of no divergence."""
    changes: dict[str, Any] = {"reference": rig.reference.address, "reference_age": 1}
    assert rig.set_feed(**changes).error == "BOUND"
    assert rig.set_feed(**changes, divergence=1).ok


def test_bound_for_a_fallback_of_no_age(rig: Rig) -> None:
    assert rig.set_feed(fallback=rig.fallback.address).error == "BOUND"


def test_the_reference_may_be_the_fallback(rig: Rig) -> None:
    rig.reset(divergence=100, fallback_age=1, fallback=rig.reference.address)


def test_bound_for_a_push_source_as_a_pull_one(rig: Rig) -> None:
    """Nobody would ask it."""
    assert rig.set_feed(is_push=False).error == "BOUND"


def test_stale_for_a_pull_source_as_a_push_one(rig: Rig) -> None:
    """It never answers."""
    assert rig.set_feed(PULLED, is_push=True).error == "STALE"


@FEEDS
@pytest.mark.parametrize("which", ["source", "reference", "fallback"])
@pytest.mark.parametrize(("mode", "code"), [(SILENT, "STALE"), (STARVED, "GAS")])
def test_sources_without_a_price(rig: Rig, feed: int, which: str, mode: int, code: str) -> None:
    """Of a pull source it is none that is expected; a pull source that does not answer could be a push one."""
    source = rig.pull if (which, feed) == ("source", PULLED) else getattr(rig, which)
    rig.modes(mode, source=source)
    expected = None if (source, mode) == (rig.pull, SILENT) else code
    assert rig.set_feed(feed, divergence=100, fallback_age=1).error == expected


class TestKeeps:
    """The last good price, in HALT until an observation is believed under the new settings."""

    @FEEDS
    def test_price_and_floor(self, rig: Rig, feed: int) -> None:
        rig.say(feed, 2_010 * WAD)
        at = rig.now
        rig.set_status(REDUCE_ONLY, feed)
        rig.chain.warp(10)
        rig.reset(feed, trade_age=700)
        assert rig.stored(feed) == Stored(2_010 * WAD, at, 0, 0, DEVIATION, 0, 0, 1, 0)
        assert rig.oracle.call("feed_at", feed)[1] == REDUCE_ONLY
        # Nothing newer has come, so the same one is judged again: a push source's by itself.
        assert rig.read(feed) == price_of(2_010, at, HALT if feed == PULLED else REDUCE_ONLY)
        assert rig.say(feed, 2_010 * WAD, at).one("Observed")
        assert rig.read(feed) == price_of(2_010, at, REDUCE_ONLY)
        assert rig.stored(feed) == Stored(2_010 * WAD, at, feed == PULLED, 0, DEVIATION, 0, 0, 0, 0)

    def test_not_the_predecessor(self, rig: Rig) -> None:
        """Another source may tell another one."""
        rig.bring(2_010, gap=40)
        at = rig.now
        assert rig.refusal(at - 10, 60, 0, PULLED) is None
        rig.reset(PULLED)
        assert rig.stored(PULLED) == Stored(2_010 * WAD, at, 0, 0, DEVIATION, 0, 0, 1, 0)
        assert rig.refusal(at - 10, 60, 0, PULLED) == "STALE"
        assert rig.bring(2_010, gap=9)
        assert rig.refusal(at - 10, 60, 0, PULLED) == "PROOF"
        assert rig.refusal(at - 8, 60, 0, PULLED) is None

    def test_not_what_was_brought(self, rig: Rig) -> None:
        rig.bring(2_010)
        rig.bring(2_000, rig.now - 10)
        assert rig.brought().mid == 2_000 * WAD
        rig.reset(PULLED)
        assert rig.brought() == Brought(0, 0, 0, 0)

    @FEEDS
    def test_not_what_the_reference_said(self, rig: Rig, feed: int) -> None:
        rig.refer(2_010)
        rig.reset(feed, divergence=100)
        rig.say(feed, 2_010 * WAD)
        at = rig.now
        assert rig.anchor(feed).mid == 2_010 * WAD
        rig.refer(2_100)
        rig.reset(feed, divergence=100)
        assert rig.anchor(feed) == Anchor(0, 0, 0)
        assert rig.read(feed) == price_of(2_010, at, HALT)

    @FEEDS
    def test_a_reference_that_has_come_checks_it(self, rig: Rig, feed: int) -> None:
        rig.say(feed, 2_000 * WAD)
        at = rig.now
        rig.reset(feed, divergence=100)
        rig.modes(SILENT, source=rig.reference)
        assert rig.say(feed, 2_000 * WAD, at).one("Observed")
        assert rig.stored(feed).checked == NEVER
        assert rig.read(feed) == price_of(2_000, at, REDUCE_ONLY)

    @FEEDS
    def test_a_reference_that_is_gone_does_not(self, rig: Rig, feed: int) -> None:
        rig.reset(feed, divergence=100)
        rig.modes(SILENT, source=rig.reference)
        rig.say(feed, 2_000 * WAD)
        at = rig.now
        assert rig.stored(feed).checked == NEVER
        rig.reset(feed)
        rig.say(feed, 2_000 * WAD, at)
        assert rig.stored(feed).checked == 0
        assert rig.read(feed) == price_of(2_000, at)

    @FEEDS
    def test_it_is_judged_by_the_new_band(self, rig: Rig, feed: int) -> None:
        rig.say(feed, 2_000 * WAD)
        at = rig.now
        rig.reset(feed, band_low=(2_000, 18))
        assert rig.read(feed) == price_of(2_000, at, HALT)
        assert rig.say(feed, 2_000 * WAD, at).find("Observed") == []
        rig.chain.warp(1)
        rig.say(feed, 2_001 * WAD)
        assert rig.read(feed) == price_of(2_001, at + 1)

    @FEEDS
    def test_a_doubt(self, rig: Rig, feed: int) -> None:
        """With what was heard: nothing older than that ends it."""
        rig.say(feed, 2_010 * WAD)
        at = rig.now
        rig.chain.warp(30)
        assert rig.say(feed, 10_000 * WAD).one("Doubted")
        rig.reset(feed)
        assert rig.stored(feed) == Stored(2_010 * WAD, at, 30, 0, DEVIATION, 0, 0, 1, 0)
        assert rig.read(feed) == price_of(2_010, at, HALT)
        rig.say(feed, 2_020 * WAD, at + 29)
        assert rig.read(feed) == price_of(2_010, at, HALT)
        rig.say(feed, 2_020 * WAD, at + 30)
        assert rig.read(feed) == price_of(2_020, at + 30)

    @FEEDS
    def test_a_tripped_breaker(self, rig: Rig, feed: int) -> None:
        rig.reset(feed, swing=100)
        rig.say(feed, 2_000 * WAD)
        rig.chain.warp(1)
        rig.say(feed, 2_100 * WAD)
        swings = rig.swings(feed)
        rig.reset(feed)
        assert rig.stored(feed).breaker == CALM
        assert rig.swings(feed) == swings
        rig.chain.warp(10)
        rig.say(feed, 2_100 * WAD)
        assert rig.read(feed).status == REDUCE_ONLY
        assert rig.stored(feed).breaker == CALM - 10

    def test_another_source(self, rig: Rig) -> None:
        """It speaks of other times: what it says is judged, though it is older."""
        rig.push(2_010)
        rig.observe()
        at = rig.now
        rig.chain.warp(10)
        rig.push_to(rig.fallback, 2_500 * WAD, at - 1)
        rig.reset(source=rig.fallback.address)
        assert rig.stored() == Stored(2_010 * WAD, 0, 0, 0, 0, 0, 0, 1, 0)
        assert rig.observe() == price_of(2_500, at - 1)

    def test_another_source_may_not_move_the_price_either(self, rig: Rig) -> None:
        rig.reset(PULLED, move=500)
        rig.bring(2_000)
        rig.reset(PULLED, move=500, source=rig.chain.deploy("MockSource", False, sender=rig.anyone).address)
        assert rig.stored(PULLED) == Stored(2_000 * WAD, 0, 0, 0, 0, 0, 0, 1, 0)
        assert rig.read(PULLED)[1:] == (2_000 * WAD, 2_000 * WAD, 0, HALT)
        assert rig.brings(rig.update(2_101 * WAD)).one("Doubted").args["reason"] == "MOVE"
        rig.chain.warp(1)
        assert rig.bring(2_100)

    def test_a_run_of_moves_begins_anew(self, rig: Rig) -> None:
        rig.reset(PULLED, move=500)
        rig.bring(2_000)
        rig.chain.warp(1)
        rig.bring(2_200)
        assert rig.stored(PULLED).run == 1
        rig.reset(PULLED, move=500)
        assert (rig.stored(PULLED).run, rig.stored(PULLED).doubted) == (0, 1)

    def test_a_feed_without_a_price_stays_empty(self, rig: Rig) -> None:
        rig.reset(PULLED, divergence=100)
        assert rig.words(PULLED) == (0, 0, 0, (0, 0))
