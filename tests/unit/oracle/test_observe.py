"""`observe`: as `read`, and remembers what a push source says. The stored time never runs back (invariant 22)."""

from __future__ import annotations

import pytest

from novation.fixed import pack
from novation.model import words
from novation.model.feeds import NOTHING, Price, Stored
from tests.support.oracle import CLOSE_AGE, DEVIATION, FEED, HALT, PULLED, REDUCE_ONLY, SILENT, WAD, Rig, price_of


def test_stores_and_tells(rig: Rig) -> None:
    now = rig.now
    rig.push(2_010, confidence=21 * WAD)
    rig.chain.warp(7)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.observed(receipt) == price_of(2_010, now, spread=105)
    # A push source is not asked for the predecessor, so the gap is not known.
    stored = Stored(2_010 * WAD, now, 0, 105, 105, 0, 0, 0, 0)
    assert rig.stored() == stored
    args = {"feed": FEED, "mid": 2_010 * WAD, "published_at": now, "stored": pack(stored, words.STORED)}
    assert [event.name for event in receipt.events] == ["Observed"]
    assert receipt.one("Observed").args == args
    assert rig.words(FEED)[1:] == (0, 0, (0, 0))


def test_the_confidence_is_stored_beside_the_spread(rig: Rig) -> None:
    rig.push(2_010, confidence=WAD)
    rig.observe()
    assert rig.stored() == Stored(2_010 * WAD, rig.now, 0, 5, DEVIATION, 0, 0, 0, 0)


def test_the_same_again_changes_nothing(rig: Rig) -> None:
    rig.push(2_010)
    rig.observe()
    before = rig.stored()
    rig.chain.warp(9)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert receipt.events == []
    assert rig.stored() == before


def test_another_of_the_same_time_takes_its_place(rig: Rig) -> None:
    rig.push(2_010)
    rig.observe()
    rig.push(2_011)
    assert rig.observe() == price_of(2_011, rig.now)
    assert rig.stored().mid == 2_011 * WAD


@pytest.mark.parametrize("ago", [1, 50])
def test_an_older_one_changes_nothing(rig: Rig, ago: int) -> None:
    at = rig.now
    rig.push(2_010)
    rig.observe()
    before = rig.stored()
    rig.chain.warp(50)
    rig.push(2_100, at - ago)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.observed(receipt) == price_of(2_010, at)
    assert receipt.events == []
    assert rig.stored() == before


def test_one_that_is_stale_already_is_stored_and_halted(rig: Rig) -> None:
    at = rig.now
    rig.push(2_010)
    rig.chain.warp(CLOSE_AGE + 1)
    assert rig.observe() == price_of(2_010, at, HALT)
    assert rig.stored().published_at == at


def test_a_silent_source_stores_nothing(rig: Rig) -> None:
    rig.modes(SILENT)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.observed(receipt).status == HALT
    assert receipt.events == []
    assert rig.stored() == NOTHING


def test_a_silent_source_leaves_what_is_stored(rig: Rig) -> None:
    rig.push(2_010)
    rig.observe()
    before = rig.stored()
    rig.modes(SILENT)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.observed(receipt) == price_of(2_010, rig.now, HALT)
    assert receipt.events == []
    assert rig.stored() == before


def test_the_floor_does_not_prevent_it(rig: Rig) -> None:
    rig.set_status(REDUCE_ONLY)
    rig.push(2_010)
    assert rig.observe() == price_of(2_010, rig.now, REDUCE_ONLY)
    assert rig.stored().mid == 2_010 * WAD


def test_a_pull_feed_is_left_as_it_is(rig: Rig) -> None:
    at = rig.now
    rig.bring(2_010)
    before = rig.words(PULLED)
    rig.chain.warp(9)
    receipt = rig.oracle.transact("observe", PULLED, sender=rig.anyone)
    assert rig.observed(receipt) == price_of(2_010, at)
    assert receipt.events == []
    assert rig.words(PULLED) == before


def test_an_unknown_feed_stores_nothing(rig: Rig) -> None:
    receipt = rig.oracle.transact("observe", 9, sender=rig.anyone)
    assert rig.observed(receipt) == Price(0, 0, 0, 0, HALT)
    assert receipt.events == []
    assert rig.words(9) == (0, 0, 0, (0, 0))
