"""`observe_at`: the one price of an order, and the proof that it is the one."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.oracle import (
    DEVIATION,
    FEED,
    HEARTBEAT,
    MALICES,
    OTHER,
    PHASE,
    REDUCE_ONLY,
    REVERT,
    WAD,
    Rig,
    price_of,
)

WINDOW = 60
SPREAD = DEVIATION * 100


def story(rig: Rig, *rounds: tuple[int, int]) -> tuple[int, list[int]]:
    """Rounds at seconds after now (with their dollars), the clock at the last one. @returns the start and the ids."""
    start = rig.chain.now
    ids = []
    for after, usd in rounds:
        rig.chain.set_time(start + after)
        ids.append(rig.push(usd))
    return start, ids


class TestFirstObservation:
    def test_the_newest_round_with_its_predecessor_stored(self, rig: Rig) -> None:
        start, _ = story(rig, (0, 2_000))
        rig.observe()
        _, (second,) = story(rig, (20, 2_010))
        rig.modes(history=REVERT)  # no further call
        receipt = rig.oracle.transact("observe_at", FEED, start + 10, WINDOW, second, sender=rig.anyone)
        price, mid, spread = rig.oracle.returned("observe_at", receipt)
        assert price == price_of(2_010, start + 20)
        assert (mid, spread) == (2_010 * WAD, 0)
        assert receipt.one("Observed").args["round"] == second
        assert rig.stored() == (2_010 * WAD, start + 20, second)

    def test_again_without_a_call_for_the_predecessor(self, rig: Rig) -> None:
        start, _ = story(rig, (0, 2_000))
        rig.observe()
        _, (second,) = story(rig, (20, 2_010))
        first = rig.observe_at(start + 10, WINDOW, second)
        rig.modes(history=REVERT)
        assert rig.observe_at(start + 10, WINDOW, second) == first
        assert rig.refusal(start, WINDOW, second) == "PROOF"  # its predecessor was at start
        assert rig.refusal(start + 1, WINDOW, second) is None

    def test_again_after_a_predecessor_that_was_asked_for(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (40, 2_020))
        assert rig.observe_at(start + 30, WINDOW, ids[2])[1:] == (2_020 * WAD, 0)
        rig.modes(history=REVERT)
        assert rig.observe_at(start + 30, WINDOW, ids[2])[1:] == (2_020 * WAD, 0)
        assert rig.refusal(start + 20, WINDOW, ids[2]) == "PROOF"

    def test_an_older_round(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (40, 2_020), (90, 2_030))
        price, mid, spread = rig.observe_at(start + 30, WINDOW, ids[2])
        assert price == price_of(2_030, start + 90)  # the newest is remembered, the fill is at the older
        assert (mid, spread) == (2_020 * WAD, 0)
        assert rig.stored()[2] == ids[3]

    def test_the_stored_round_itself(self, rig: Rig) -> None:
        start, _ = story(rig, (0, 2_000))
        rig.observe()
        _, (second,) = story(rig, (20, 2_010))
        rig.observe()
        story(rig, (30, 2_020))
        rig.modes(history=REVERT)
        assert rig.observe_at(start + 10, WINDOW, second)[1:] == (2_010 * WAD, 0)

    @pytest.mark.parametrize(("due", "code"), [(-1, "PROOF"), (0, "PROOF"), (1, None), (20, None), (21, "EARLY")])
    def test_only_for_orders_due_after_the_predecessor(self, rig: Rig, due: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + due, WINDOW, ids[1]) == code

    @pytest.mark.parametrize(("window", "code"), [(9, "PROOF"), (10, None)])
    def test_only_within_the_window(self, rig: Rig, window: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + 10, window, ids[1]) == code

    def test_rounds_at_the_same_time_the_first_counts(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (20, 2_020))
        assert rig.observe_at(start + 10, WINDOW, ids[1])[1:] == (2_010 * WAD, 0)
        assert rig.refusal(start + 10, WINDOW, ids[2]) == "PROOF"

    def test_an_aggregators_round_1_has_no_predecessor(self, rig: Rig) -> None:
        start, ids = story(rig, (20, 2_010))
        assert rig.refusal(start + 10, WINDOW, ids[0]) == "PROOF"
        # Not even where something answers for round 0.
        rig.source.transact("set_round", PHASE, 2_000 * 10**8, start, sender=rig.anyone)
        assert rig.refusal(start + 10, WINDOW, ids[0]) == "PROOF"

    def test_a_stored_word_without_a_round_is_no_predecessor_of_round_1(self, rig: Rig) -> None:
        rig.source.transact("set_phase", 0, sender=rig.anyone)
        start, _ = story(rig, (0, 2_000))
        rig.observe()
        assert rig.set_feed().ok
        assert rig.stored() == (2_000 * WAD, start, 0)
        rig.source.transact("set_phase", 0, sender=rig.anyone)
        _, (first,) = story(rig, (20, 2_010))
        assert first == 1
        assert rig.refusal(start + 10, WINDOW, first) == "PROOF"

    @pytest.mark.parametrize("malice", [*MALICES.values(), OTHER], ids=[*MALICES, "another round"])
    def test_not_where_the_predecessor_cannot_be_told(self, rig: Rig, malice: int) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.modes(history=malice)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "PROOF"

    @pytest.mark.parametrize("at", [0, 2**64 - 1])
    def test_not_where_the_predecessor_has_an_impossible_time(self, rig: Rig, at: int) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.source.transact("set_round", ids[0], 2_000 * 10**8, at, sender=rig.anyone)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "PROOF"

    def test_a_gap_too_long_to_remember_is_asked_for_again(self, rig: Rig) -> None:
        rig.set_feed(heartbeat=2**20 - 1)
        start, _ = story(rig, (0, 2_000))
        rig.observe()
        _, (second,) = story(rig, (2**24 + 5, 2_010))
        assert rig.observe_at(start + 10, 2**24, second)[1] == 2_010 * WAD
        assert rig.refusal(start, 2**25, second) == "PROOF"
        assert rig.observe_at(start + 10, 2**24, second)[1] == 2_010 * WAD
        rig.modes(history=REVERT)
        assert rig.refusal(start + 10, 2**24, second) == "PROOF"


class TestInForce:
    def test_the_newest_round(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 30 + WINDOW + 1)
        rig.modes(history=REVERT)
        price, mid, spread = rig.observe_at(start + 30, WINDOW, ids[1])
        assert price == price_of(2_010, start + 20)
        assert (mid, spread) == (2_010 * WAD, SPREAD)

    def test_a_round_whose_successor_came_after_the_window(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (91, 2_020), (95, 2_030))
        price, mid, spread = rig.observe_at(start + 30, WINDOW, ids[1])
        assert price == price_of(2_030, start + 95)
        assert (mid, spread) == (2_010 * WAD, SPREAD)

    def test_the_stored_round_before_the_newest_without_a_call(self, rig: Rig) -> None:
        start, (first,) = story(rig, (0, 2_000))
        rig.observe()
        story(rig, (91, 2_020))
        rig.modes(history=REVERT)
        assert rig.observe_at(start + 30, WINDOW, first)[1:] == (2_000 * WAD, SPREAD)

    def test_a_stored_successor_stands_for_itself(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (91, 2_020))
        rig.observe()
        story(rig, (5, 2_030))
        rig.source.transact("set_round", ids[1], 2_020 * 10**8, start + 1, sender=rig.anyone)
        assert rig.observe_at(start + 30, WINDOW, ids[0])[1:] == (2_000 * WAD, SPREAD)

    def test_not_before_the_window_has_ended(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 30 + WINDOW)
        assert rig.refusal(start + 30, WINDOW, ids[1]) == "EARLY"

    def test_not_where_a_successor_came_within_the_window(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (90, 2_020))
        rig.chain.warp(10)
        assert rig.refusal(start + 30, WINDOW, ids[1]) == "PROOF"
        assert rig.observe_at(start + 30, WINDOW, ids[2])[1:] == (2_020 * WAD, 0)

    def test_not_an_older_one(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 30 + WINDOW + 1)
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "PROOF"

    @pytest.mark.parametrize(("late", "code"), [(0, None), (1, "PROOF")])
    def test_not_one_that_was_stale_at_the_end(self, rig: Rig, late: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000))
        due = start + HEARTBEAT - WINDOW + late
        rig.chain.set_time(due + WINDOW + 1)
        rig.push(2_100)
        assert rig.refusal(due, WINDOW, ids[0]) == code

    def test_not_where_the_successor_cannot_be_told(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (91, 2_020), (95, 2_030))
        rig.modes(history=OTHER)
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "STALE"
        rig.observe()
        rig.modes(history=REVERT)
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "STALE"

    def test_not_the_sources_newest_where_a_newer_price_is_stored(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (40, 2_040))
        rig.observe()
        # The source goes back to a round before the one that was seen in the window.
        rig.source.transact("set_newest", ids[0], sender=rig.anyone)
        rig.chain.set_time(start + 100)
        assert rig.read() == price_of(2_040, start + 40)
        rig.source.transact("set_round", ids[1], 0, 0, sender=rig.anyone)
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "PROOF"


class TestRefusals:
    def test_stale_without_a_good_newest_price(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 20 + HEARTBEAT + 1)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    def test_stale_for_an_unknown_feed(self, rig: Rig) -> None:
        with pytest.raises(Reverted, match="STALE"):
            rig.oracle.call("observe_at", 9, 1, 1, PHASE + 1)

    def test_stale_for_a_round_that_does_not_exist(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + 10, WINDOW, ids[1] + 1) == "STALE"

    @pytest.mark.parametrize("answer", [0, -1, 10_000 * 10**8, 100 * 10**8])
    def test_stale_for_a_round_that_is_not_good(self, rig: Rig, answer: int) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (40, 2_020))
        rig.source.transact("set_round", ids[1], answer, start + 20, sender=rig.anyone)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    def test_stale_for_a_round_in_the_future(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (40, 2_020))
        rig.source.transact("set_round", ids[1], 2_000 * 10**8, start + 41, sender=rig.anyone)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    def test_proof_for_another_phase(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.source.transact("set_newest", 2 * PHASE + 7, sender=rig.anyone)
        rig.push(2_020)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "PROOF"

    @pytest.mark.parametrize("reference", [0, 1, PHASE * 2 + 1, 2**80, 2**256 - 1])
    def test_proof_for_a_number_that_is_no_round_of_the_phase(self, rig: Rig, reference: int) -> None:
        start, _ = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + 10, WINDOW, reference) == "PROOF"

    def test_nothing_is_stored_where_it_reverts(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + 10, WINDOW, ids[0]) == "EARLY"
        assert rig.stored() == (0, 0, 0)

    @pytest.mark.parametrize("due", [2**256 - 1, 2**256 - WINDOW])
    def test_a_window_beyond_time_reverts(self, rig: Rig, due: int) -> None:
        _, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(due, WINDOW, ids[1]) == ""


def test_reduce_only_is_told_and_fills(rig: Rig) -> None:
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.guardian)
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    price, mid, _ = rig.observe_at(start + 10, WINDOW, ids[1])
    assert price.status == REDUCE_ONLY
    assert mid == 2_010 * WAD


def test_at_every_moment_at_most_one_round_qualifies(rig: Rig) -> None:
    """A story with equal times and gaps, seen at every second, from every stored state."""
    after = [0, 10, 10, 25, 40, 41, 90]
    start = rig.chain.now
    due, window = start + 20, 30
    for now in range(0, 130, 5):
        for stored_upto in range(0, len(after) + 1):
            rig.chain.restore(1)
            ids: list[int] = []
            for number, seconds in enumerate(after):
                if seconds > now:
                    break
                rig.chain.set_time(start + seconds)
                ids.append(rig.push(2_000 + number))
                if number + 1 == stored_upto:
                    rig.observe()
            rig.chain.set_time(start + now)
            fits = [i for i, round_id in enumerate(ids) if rig.refusal(due, window, round_id) is None]
            # The first at or after the due time is at 25 s.
            assert fits == ([3] if now >= 25 else []), (now, stored_upto)
