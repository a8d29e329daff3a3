"""A malformed, oversized or expensive answer reverts nothing it should not, and no update blocks later ones."""

from __future__ import annotations

import pytest

from tests.support.oracle import CALL_BACK, FEED, HALT, MALICES, NORMAL, REDUCE_ONLY, WAD, Rig, price_of


@pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
def test_a_read_survives_and_costs_a_bounded_amount(rig: Rig, malice: int) -> None:
    rig.push(2_000)
    rig.observe()
    rig.modes(malice, malice, malice)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.oracle.returned("observe", receipt)[4] == HALT
    assert receipt.gas < 21_000 + 2 * 200_000 + 30_000


@pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
def test_a_reference_cannot_stop_reductions(rig: Rig, malice: int) -> None:
    rig.push_to(rig.reference, 2_000 * 10**8)
    assert rig.set_feed(divergence=100).ok
    start = rig.chain.now
    rig.push(2_000)
    rig.chain.warp(20)
    newest = rig.push(2_010)
    rig.reference.transact("set_modes", malice, malice, malice, sender=rig.anyone)
    price, mid, _ = rig.observe_at(start + 10, 60, newest)
    assert (price.status, mid) == (REDUCE_ONLY, 2_010 * WAD)


def test_a_round_from_the_future_blocks_nothing(rig: Rig) -> None:
    """Stored times strictly increase, so a far one would lock the feed: it is never stored."""
    rig.push(2_000, 2**39)
    assert rig.observe().status == HALT
    rig.push(2_000)
    assert rig.observe() == price_of(2_000, rig.chain.now)


def test_the_largest_round_number_blocks_nothing(rig: Rig) -> None:
    rig.source.transact("set_newest", 2**80 - 2, sender=rig.anyone)
    rig.push(2_000)
    assert rig.observe().status == NORMAL
    assert rig.stored()[2] == 2**80 - 1
    assert rig.refusal(rig.chain.now - 5, 4, 2**80 - 1) == "PROOF"
    rig.source.transact("set_newest", 2**80 - 3, sender=rig.anyone)
    rig.chain.warp(5)
    rig.push(2_010)
    assert rig.observe().mid == 2_010 * WAD


@pytest.mark.parametrize("function", ["read", "observe"])
def test_a_source_that_calls_back_changes_nothing(rig: Rig, function: str) -> None:
    """It is called statically: what it calls cannot write, and what it reads is what was stored before."""
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(2_100)
    payload = rig.oracle.encode(function, FEED)
    rig.source.transact("set_call_back", rig.oracle.address, payload, sender=rig.anyone)
    rig.modes(latest=CALL_BACK)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.oracle.returned("observe", receipt) == price_of(2_100, rig.chain.now)
    assert len(receipt.find("Observed")) == 1
    assert rig.stored()[0] == 2_100 * WAD
