"""The edges of the proof which round an order fills at."""

from __future__ import annotations

import pytest

from tests.support.oracle import DECIMALS, FEED, REVERT, WAD, Rig
from tests.unit.oracle.test_observe_at import SPREAD, WINDOW, story


@pytest.mark.parametrize(("late", "spread"), [(120, 0), (121, SPREAD)])
def test_who_fills_late_pays_the_deviation(rig: Rig, late: int, spread: int) -> None:
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    rig.chain.warp(late)
    assert rig.observe_at(start + 10, WINDOW, ids[1])[1:] == (2_010 * WAD, spread)


def test_a_predecessor_that_nobody_saw_is_asked_for(rig: Rig) -> None:
    """After `observe` of a later round."""
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    rig.observe()
    assert rig.refusal(start, WINDOW, ids[1]) == "PROOF"
    assert rig.observe_at(start + 1, WINDOW, ids[1])[1:] == (2_010 * WAD, 0)


def test_an_order_before_says_nothing_of_the_newest_rounds_predecessor(rig: Rig) -> None:
    """It was filled at an older round."""
    start, ids = story(rig, (0, 2_000), (20, 2_010), (90, 2_020))
    assert rig.observe_at(start + 10, WINDOW, ids[1])[1] == 2_010 * WAD
    assert rig.refusal(start + 20, 2 * WINDOW, ids[2]) == "PROOF"
    assert rig.observe_at(start + 21, 2 * WINDOW, ids[2])[1] == 2_020 * WAD


def test_a_fill_at_the_price_in_force_says_nothing_of_its_predecessor(rig: Rig) -> None:
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    rig.chain.set_time(start + 30 + WINDOW + 1)
    assert rig.observe_at(start + 30, WINDOW, ids[1])[2] == SPREAD
    assert rig.refusal(start + 1, WINDOW, ids[1]) is None


def test_a_price_in_force_is_so_again_and_is_stored_once(rig: Rig) -> None:
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    rig.chain.set_time(start + 30 + WINDOW + 1)
    for events in (1, 0):
        receipt = rig.oracle.transact("observe_at", FEED, start + 30, WINDOW, ids[1], sender=rig.anyone)
        assert len(receipt.events) == events


def test_the_stored_rounds_gap_is_its_own(rig: Rig) -> None:
    start, _ = story(rig, (0, 2_000))
    rig.observe()
    _, ids = story(rig, (20, 2_010))
    rig.observe()
    _, ids = story(rig, (20, 2_020), (40, 2_030))
    assert rig.refusal(start + 30, WINDOW, ids[1]) == "PROOF"
    assert rig.refusal(start + 30, WINDOW, ids[0]) is None


def test_a_gap_is_known_between_neighbours_only(rig: Rig) -> None:
    start, _ = story(rig, (0, 2_000))
    rig.observe()
    _, ids = story(rig, (20, 2_010), (40, 2_020))
    rig.observe()
    assert rig.refusal(start + 15, WINDOW, ids[1]) == "PROOF"
    assert rig.refusal(start + 21, WINDOW, ids[1]) is None


@pytest.mark.parametrize(("gap", "code"), [(1, None), (2**24 - 1, None), (2**24, "PROOF")])
def test_gaps_that_are_remembered(rig: Rig, gap: int, code: str | None) -> None:
    start, _ = story(rig, (0, 2_000))
    rig.observe()
    _, (second,) = story(rig, (gap, 2_010))
    rig.observe()
    rig.modes(history=REVERT)
    assert rig.refusal(start + 1, gap, second) == code
    assert rig.refusal(start, gap, second) == "PROOF"


@pytest.mark.parametrize("stored", [False, True])
def test_the_successor_counts_not_the_newest(rig: Rig, stored: bool) -> None:
    start, ids = story(rig, (0, 2_000), (40, 2_010), (100, 2_020))
    if stored:
        rig.observe()
        story(rig, (1, 2_030))
    assert rig.refusal(start + 30, WINDOW, ids[0]) == "PROOF"


def test_an_older_round_without_a_time(rig: Rig) -> None:
    start, ids = story(rig, (0, 2_000), (20, 2_010), (40, 2_020))
    rig.source.transact("set_round", ids[1], 2_010 * 10**DECIMALS, 0, sender=rig.anyone)
    assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"
