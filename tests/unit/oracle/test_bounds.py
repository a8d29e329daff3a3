"""`bounds`: the highest price and the largest spread, for the listing of markets."""

from __future__ import annotations

from tests.support.oracle import DEVIATION, FEED, WAD, Rig


def test_the_high_end_of_the_band_at_its_adverse_side(rig: Rig) -> None:
    assert rig.oracle.call("bounds", FEED) == (10_000 * WAD * (10_000 + DEVIATION) // 10_000, DEVIATION * 100)


def test_no_price_is_beyond_it(rig: Rig) -> None:
    rig.push_to(rig.source, 10_000 * 10**8 - 1)
    assert rig.read().high <= rig.oracle.call("bounds", FEED)[0]


def test_zero_for_an_unknown_feed(rig: Rig) -> None:
    assert rig.oracle.call("bounds", 9) == (0, 0)
