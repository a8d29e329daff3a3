"""`feed_at`: how a feed is set."""

from __future__ import annotations

from typing import Any

from tests.support.oracle import EMPTY, FALLBACK_AGE, FEED, NORMAL, PULLED, REDUCE_ONLY, Rig

TOP = 2**20 - 1


def test_tells_the_feed(rig: Rig) -> None:
    for feed, source, is_push in ((FEED, rig.source, True), (PULLED, rig.pull, False)):
        settings, best = rig.oracle.call("feed_at", feed)
        assert settings[:6] == (source.address, is_push, 600, 3_600, 50, 200)
        assert settings[6:] == ((100, 18), (10_000, 18), 0, 0, 0, 0, EMPTY, 0, 0, 0, EMPTY, 0, 0)
        assert best == NORMAL


def test_every_field_is_its_own(rig: Rig) -> None:
    """Neighbours have values that differ in every bit."""
    changes: dict[str, Any] = {
        "trade_age": 0x55555,
        "close_age": 0xAAAAA,
        "deviation": 0x1555,
        "confidence": 0x2666,
        "band_low": (0x2AAA, 1),
        "band_high": (0x1555, 29),
        "move": 0x1999,
        "swing": 0x2666,
        "window": 0x99999,
        "calm": 0x6666,
        "divergence": 0x1999,
        "reference_age": 0x55555,
        "refresh": 0x99999,
        "fallback_age": 0xAAAAA,
        "fallback_deviation": 0x1555,
    }
    rig.reset(**changes)
    rig.set_status(REDUCE_ONLY)
    assert rig.oracle.call("feed_at", FEED) == (tuple(rig.settings(**changes).values()), REDUCE_ONLY)


def test_every_field_at_its_largest(rig: Rig) -> None:
    changes: dict[str, Any] = {
        "trade_age": TOP,
        "close_age": TOP,
        "deviation": 9_999,
        "confidence": 9_999,
        "band_low": (2**14 - 1, 29),
        "band_high": (5_192, 30),
        "move": 9_999,
        "swing": 9_999,
        "window": TOP,
        "calm": 2**15 - 2,
        "divergence": 9_999,
        "reference_age": TOP,
        "refresh": TOP,
        "fallback_age": TOP,
        "fallback_deviation": 9_999,
    }
    rig.reset(PULLED, **changes)
    assert rig.oracle.call("feed_at", PULLED) == (tuple(rig.settings(PULLED, **changes).values()), NORMAL)


def test_what_is_set_anew_is_gone(rig: Rig) -> None:
    before = rig.oracle.call("feed_at", FEED)
    rig.reset(move=1, swing=1, divergence=1, fallback_age=FALLBACK_AGE, deviation=9_999)
    rig.reset()
    assert rig.oracle.call("feed_at", FEED) == before


def test_an_unknown_feed_is_empty(rig: Rig) -> None:
    empty = (EMPTY, False, 0, 0, 0, 0, (0, 0), (0, 0), 0, 0, 0, 0, EMPTY, 0, 0, 0, EMPTY, 0, 0)
    assert rig.oracle.call("feed_at", 9) == (empty, 0)
