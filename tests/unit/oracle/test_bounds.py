"""`bounds`: the highest price and the largest spread, for the listing of markets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.oracle import CONFIDENCE, DEVIATION, FALLBACK_AGE, FEED, PULLED, WAD, Rig


@pytest.mark.parametrize(
    ("changes", "wide", "filled"),
    [
        ({}, CONFIDENCE, CONFIDENCE),
        ({"deviation": CONFIDENCE + 1}, CONFIDENCE + 1, CONFIDENCE + 1),
        ({"confidence": 0}, DEVIATION, DEVIATION),
        ({"divergence": 300}, 300, CONFIDENCE),
        ({"divergence": 199}, CONFIDENCE, CONFIDENCE),
        ({"deviation": 9_999, "confidence": 9_999, "divergence": 9_999}, 9_999, 9_999),
    ],
    ids=str,
)
def test_the_high_end_of_the_band_at_its_widest_side(rig: Rig, changes: dict[str, Any], wide: int, filled: int) -> None:
    rig.reset(**changes)
    assert rig.oracle.call("bounds", FEED) == (10_000 * WAD * (10_000 + wide) // 10_000, filled * 100)


@pytest.mark.parametrize(
    ("beside", "filled"), [(CONFIDENCE - 1, CONFIDENCE), (CONFIDENCE + 1, CONFIDENCE + 1), (9_999, 9_999)]
)
def test_a_fill_at_the_fallback_is_as_wide_as_it_may_be_apart(rig: Rig, beside: int, filled: int) -> None:
    rig.reset(PULLED, fallback_age=FALLBACK_AGE, fallback_deviation=beside)
    assert rig.oracle.call("bounds", PULLED) == (10_000 * WAD * (10_000 + filled) // 10_000, filled * 100)


@pytest.mark.parametrize(("band_high", "highest"), [(3, 6), (6_666, 11_111), (10_000, 16_667)])
def test_is_rounded_up(rig: Rig, band_high: int, highest: int) -> None:
    """5.0001 and 11,110.2222 go up; 16,667 stays."""
    rig.reset(deviation=6_667, band_low=(1, 0), band_high=(band_high, 0))
    assert rig.oracle.call("bounds", FEED) == (highest, 666_700)


def test_no_price_is_beyond_it(rig: Rig) -> None:
    """The dearest one, and as far from the reference as may be."""
    rig.reset(divergence=300, band_high=(2_060, 18))
    rig.push_to(rig.source, 2_060 * WAD - 1, confidence=41 * WAD)
    assert rig.read().high == rig.oracle.call("bounds", FEED)[0] - 1


def test_zero_for_an_unknown_feed(rig: Rig) -> None:
    assert rig.oracle.call("bounds", 9) == (0, 0)
