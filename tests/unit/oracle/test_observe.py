"""`observe`: as `read`, and remembers a newer good price. The stored time strictly increases (invariant 22)."""

from __future__ import annotations

from tests.support.oracle import (
    FEED,
    HALT,
    HEARTBEAT,
    PHASE,
    REDUCE_ONLY,
    WAD,
    Rig,
    price_of,
)


def test_stores_and_tells(rig: Rig) -> None:
    now = rig.chain.now
    rig.push(2_000)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.oracle.returned("observe", receipt) == price_of(2_000, now)
    event = receipt.one("Observed")
    assert event.args == {"feed": FEED, "mid": 2_000 * WAD, "published_at": now, "round": PHASE + 1}
    assert rig.stored() == (2_000 * WAD, now, PHASE + 1)


def test_the_same_round_again_changes_nothing(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert receipt.events == []


def test_another_round_at_the_same_time_changes_nothing(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    before = rig.stored()
    rig.push(2_100)
    assert rig.observe().mid == 2_000 * WAD
    assert rig.stored() == before


def test_an_older_round_changes_nothing(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    before = rig.stored()
    rig.chain.warp(50)
    rig.push(2_100, rig.chain.now - 51)
    assert rig.observe().mid == 2_000 * WAD
    assert rig.stored() == before


def test_a_halted_price_is_not_stored(rig: Rig) -> None:
    rig.push(2_000, rig.chain.now - HEARTBEAT - 1)
    assert rig.observe().status == HALT
    assert rig.stored() == (0, 0, 0)


def test_a_price_beyond_the_reference_is_not_stored(rig: Rig) -> None:
    rig.push_to(rig.reference, 2_000 * 10**8)
    assert rig.set_feed(divergence=100).ok
    rig.push(2_100)
    assert rig.observe().status == HALT
    assert rig.stored() == (0, 0, 0)


def test_a_missing_reference_does_not_prevent_it(rig: Rig) -> None:
    assert rig.set_feed(divergence=100).ok
    rig.push(2_100)
    assert rig.observe().status == REDUCE_ONLY
    assert rig.stored()[0] == 2_100 * WAD


def test_a_new_phase_is_stored_with_its_round(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.source.transact("set_newest", 2 * PHASE + 40, sender=rig.anyone)
    rig.push(2_100)
    assert rig.observe() == price_of(2_100, rig.chain.now)
    assert rig.stored()[2] == 2 * PHASE + 41


def test_an_unknown_feed_stores_nothing(rig: Rig) -> None:
    receipt = rig.oracle.transact("observe", 9, sender=rig.anyone)
    assert rig.oracle.returned("observe", receipt) == (0, 0, 0, 0, HALT)
    assert receipt.events == []
