"""Stale, zero, negative, future-dated, wrong-decimals prices; a feed stuck at its minimum."""

from __future__ import annotations

import pytest

from tests.support.oracle import HALT, HEARTBEAT, REDUCE_ONLY, WAD, Rig

UNIT = 10**8


@pytest.fixture(autouse=True)
def before(rig: Rig) -> None:
    """A good price of 2,000 is known."""
    rig.push(2_000)
    rig.observe()


def refused(rig: Rig, newest: int) -> None:
    """Nothing fills, nothing is remembered, the last good price is told in HALT."""
    before = rig.stored()
    for price in (rig.read(), rig.observe()):
        assert (price.mid, price.status) == (2_000 * WAD, HALT)
    assert rig.refusal(rig.chain.now, 60, newest) == "STALE"
    assert rig.stored() == before


@pytest.mark.parametrize("answer", [0, -1, -2_000 * UNIT])
def test_zero_or_negative(rig: Rig, answer: int) -> None:
    rig.chain.warp(10)
    refused(rig, rig.push_to(rig.source, answer))


def test_stale(rig: Rig) -> None:
    rig.chain.warp(HEARTBEAT + 1)
    refused(rig, rig.source.call("newest"))


def test_stale_although_just_reported(rig: Rig) -> None:
    newest = rig.push(2_200, rig.chain.now + 10)
    rig.chain.warp(10 + HEARTBEAT + 1)
    refused(rig, newest)


@pytest.mark.parametrize("ahead", [1, 60, 2**40])
def test_future_dated(rig: Rig, ahead: int) -> None:
    refused(rig, rig.push(2_200, rig.chain.now + ahead))


@pytest.mark.parametrize("decimals", [6, 7, 9, 18])
def test_decimals_changed_behind_the_proxy(rig: Rig, decimals: int) -> None:
    rig.chain.warp(10)
    rig.source.transact("set_phase", 2, sender=rig.anyone)
    rig.source.transact("set_decimals", decimals, sender=rig.anyone)
    refused(rig, rig.push_to(rig.source, 2_000 * 10**decimals))


@pytest.mark.parametrize("usd", [100, 10_000])
def test_stuck_at_the_aggregators_limit(rig: Rig, usd: int) -> None:
    """The band lies strictly inside the aggregator's limits, so its smallest answer is no price (LUNA)."""
    rig.chain.warp(10)
    refused(rig, rig.push(usd))


def test_the_newest_bad_round_does_not_hide_behind_an_older_good_one(rig: Rig) -> None:
    """While the source's newest round is bad nothing fills, not even at rounds that were good."""
    start = rig.chain.now
    rig.chain.warp(20)
    good = rig.push(2_010)
    rig.chain.warp(5)
    rig.push(0)
    assert rig.refusal(start + 10, 60, good) == "STALE"


def test_a_missing_reference_never_opens_and_a_far_one_never_fills(rig: Rig) -> None:
    assert rig.set_feed(divergence=200).ok
    rig.chain.warp(10)
    rig.push(2_010)
    assert rig.read().status == REDUCE_ONLY
    rig.push_to(rig.reference, 2_100 * UNIT)
    assert rig.read().status == HALT


def test_the_reference_is_never_averaged_in(rig: Rig) -> None:
    """One source of two being wrong must not move the price by half its error (Synthetix sKRW)."""
    assert rig.set_feed(divergence=5_000).ok
    rig.chain.warp(10)
    rig.push(2_000)
    for answer in (1_900 * UNIT, 2_600 * UNIT, 0, -1, 2**100):
        rig.push_to(rig.reference, answer)
        assert rig.read().mid == 2_000 * WAD
