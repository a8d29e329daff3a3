"""`set_feed`: only the owner, within bounds, decimals read from the sources."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.oracle import (
    DECIMALS,
    EMPTY,
    FEED,
    HUGE,
    LONG,
    NOTHING,
    PHASE,
    REDUCE_ONLY,
    REVERT,
    WAD,
    Rig,
    price_of,
)


def test_sets_and_tells(rig: Rig) -> None:
    rig.push_to(rig.reference, 2_000 * 10**8)
    receipt = rig.set_feed(4, divergence=300)
    event = receipt.one("FeedSet").args
    assert event["feed"] == 4
    word = event["config"]
    fields = []
    for bits in (160, 20, 14, 6, 14, 2, 20, 20):
        fields.append(word & (1 << bits) - 1)
        word >>= bits
    band_low, band_high = 100 | 18 << 14, 10_000 | 18 << 14
    assert fields == [int(rig.source.address, 16), 3_600, 50, DECIMALS, 300, 0, band_low, band_high]
    assert event["reference"] == int(rig.reference.address, 16) | 3_600 << 160 | DECIMALS << 180 | 1 << 186
    assert rig.oracle.call("feed_at", 4)[0] == rig.source.address


@pytest.mark.parametrize("role", ["guardian", "anyone"])
def test_auth(rig: Rig, role: str) -> None:
    assert rig.set_feed(sender=getattr(rig, role)).error == "AUTH"


@pytest.mark.parametrize(
    "changes",
    [
        {"source": EMPTY},
        {"heartbeat": 0},
        {"heartbeat": 2**20},
        {"deviation": 10_000},
        {"divergence": 10_000},
        {"band_low": (0, 18)},
        {"band_low": (2**14, 0)},
        {"band_low": (1, 64)},
        {"band_low": (10_000, 18)},
        {"band_low": (10_001, 18)},
        {"band_high": (2**14, 18)},
        {"band_high": (1, 64)},
        {"band_high": (1, 2**255)},
        {"band_high": (5_193, 30)},
        {"band_high": (1, 34)},
        {"divergence": 100, "reference": EMPTY},
        {"divergence": 100, "reference_heartbeat": 0},
        {"divergence": 100, "reference_heartbeat": 2**20},
        {"reference_heartbeat": 1},
    ],
    ids=str,
)
def test_bound(rig: Rig, changes: dict[str, Any]) -> None:
    assert rig.set_feed(**changes).error == "BOUND"


def test_bound_for_a_reference_without_divergence(rig: Rig) -> None:
    assert rig.set_feed(reference=rig.reference.address).error == "BOUND"


def test_bound_for_a_reference_that_is_the_source(rig: Rig) -> None:
    assert rig.set_feed(divergence=100, reference=rig.source.address).error == "BOUND"


@pytest.mark.parametrize("which", ["source", "reference"])
@pytest.mark.parametrize("decimals", [37, 2**255])
def test_bound_for_decimals(rig: Rig, which: str, decimals: int) -> None:
    getattr(rig, which).transact("set_decimals", decimals, sender=rig.anyone)
    assert rig.set_feed(divergence=100).error == "BOUND"


@pytest.mark.parametrize("which", ["source", "reference"])
@pytest.mark.parametrize("malice", [REVERT, NOTHING, LONG, HUGE])
def test_stale_where_a_source_does_not_tell_its_decimals(rig: Rig, which: str, malice: int) -> None:
    getattr(rig, which).transact("set_modes", 0, 0, malice, sender=rig.anyone)
    assert rig.set_feed(divergence=100).error == "STALE"


def test_stale_for_an_address_without_code(rig: Rig) -> None:
    assert rig.set_feed(source=rig.anyone).error == "STALE"


def test_keeps_price_and_floor_and_forgets_the_round(rig: Rig) -> None:
    at = rig.chain.now
    rig.push(2_000)
    rig.observe()
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.guardian)
    rig.chain.warp(10)
    assert rig.set_feed(source=rig.reference.address).ok
    assert rig.stored() == (2_000 * WAD, at, 0)
    assert rig.oracle.call("feed_at", FEED)[5] == REDUCE_ONLY
    # The new source's rounds are its own, also those with the old numbers.
    rig.push_to(rig.reference, 2_500 * 10**8, at + 5)
    assert rig.observe() == price_of(2_500, at + 5, REDUCE_ONLY)
    assert rig.stored()[2] == PHASE + 1
