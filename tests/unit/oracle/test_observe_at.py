"""`observe_at` of a push feed: the one price of an order, and the proof that it is the one."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.model.feeds import NOTHING
from tests.support.oracle import (
    CLOSE_AGE,
    CONFIDENCE,
    DEVIATION,
    FEED,
    FUTURE,
    HALT,
    LATE,
    OTHER,
    REDUCE_ONLY,
    SILENT,
    STARVED,
    TRADE_AGE,
    WAD,
    Rig,
    price_of,
)

WINDOW = 60
SPREAD = DEVIATION * 100


def story(rig: Rig, *told: tuple[int, int]) -> tuple[int, list[int]]:
    """Observations at seconds after now (with their dollars), the clock at the last one. @returns the start, the ids.

    What the source said first is a hundred seconds old.
    """
    start = rig.now
    ids = []
    for after, usd in told:
        rig.chain.set_time(start + after)
        ids.append(rig.push(usd))
    return start, ids


class TestFirstObservation:
    def test_the_newest(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        receipt = rig.oracle.transact("observe_at", FEED, start + 10, WINDOW, ids[1], sender=rig.anyone)
        price, mid, spread = rig.oracle.returned("observe_at", receipt)
        assert price == price_of(2_010, start + 20)
        assert (mid, spread) == (2_010 * WAD, 0)
        assert [event.name for event in receipt.events] == ["Observed"]
        assert rig.stored() == (2_010 * WAD, start + 20, 0, 0, DEVIATION, 0, 0, 0, 0)
        assert rig.observe_at(start + 10, WINDOW, ids[1]) == (price, mid, spread)

    def test_an_older_one(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (40, 2_020), (70, 2_030))
        price, mid, spread = rig.observe_at(start + 30, WINDOW, ids[2])
        assert price == price_of(2_030, start + 70)  # the newest is remembered, the fill is at the older
        assert (mid, spread) == (2_020 * WAD, 0)
        assert rig.stored().mid == 2_030 * WAD

    @pytest.mark.parametrize(("due", "code"), [(-1, "PROOF"), (0, "PROOF"), (1, None), (20, None), (21, "EARLY")])
    def test_only_for_orders_due_after_the_predecessor(self, rig: Rig, due: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + due, WINDOW, ids[1]) == code

    @pytest.mark.parametrize(("window", "code"), [(9, "PROOF"), (10, None)])
    def test_only_within_the_window(self, rig: Rig, window: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(start + 10, window, ids[1]) == code

    def test_of_equal_times_the_first_counts(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (20, 2_020))
        assert rig.observe_at(start + 10, WINDOW, ids[1])[1:] == (2_010 * WAD, 0)
        assert rig.refusal(start + 10, WINDOW, ids[2]) == "PROOF"

    def test_not_the_first_of_all(self, rig: Rig) -> None:
        """Nothing proves that none was before it."""
        assert rig.refusal(rig.now - 200, 200, 1) == "PROOF"

    @pytest.mark.parametrize(("late", "spread"), [(0, 0), (LATE, 0), (LATE + 1, SPREAD), (500, SPREAD)])
    def test_who_fills_late_pays_the_deviation(self, rig: Rig, late: int, spread: int) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.warp(late)
        assert rig.observe_at(start + 10, WINDOW, ids[1])[1:] == (2_010 * WAD, spread)

    @pytest.mark.parametrize("late", [0, LATE + 1])
    @pytest.mark.parametrize(
        ("confidence", "bps"), [(2 * WAD, 10), (2 * WAD + 1, 11), (30 * WAD, 150), (40 * WAD, 200)]
    )
    def test_its_own_interval_is_always_paid(self, rig: Rig, late: int, confidence: int, bps: int) -> None:
        start, _ = story(rig, (0, 2_000))
        rig.chain.warp(20)
        id = rig.push(2_000, confidence=confidence)
        rig.chain.warp(late)
        assert rig.observe_at(start + 10, WINDOW, id)[1:] == (2_000 * WAD, 100 * max(bps, DEVIATION if late else 0))

    def test_the_distance_from_the_reference_is_not(self, rig: Rig) -> None:
        """It widens the price for margins; who fills takes the mid that both sources bound."""
        rig.reset(divergence=100)
        start, ids = story(rig, (0, 2_000), (20, 2_020))
        price, mid, spread = rig.observe_at(start + 10, WINDOW, ids[1])
        assert price == price_of(2_020, start + 20, spread=100)
        assert (mid, spread) == (2_020 * WAD, 0)


class TestInForce:
    def test_the_newest(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 30 + WINDOW + 1)
        price, mid, spread = rig.observe_at(start + 30, WINDOW, ids[1])
        assert price == price_of(2_010, start + 20)
        assert (mid, spread) == (2_010 * WAD, SPREAD)

    def test_its_own_interval_where_that_is_wider(self, rig: Rig) -> None:
        start = rig.now
        id = rig.push(2_000, confidence=40 * WAD)
        rig.chain.set_time(start + 1 + WINDOW + 1)
        assert rig.observe_at(start + 1, WINDOW, id)[1:] == (2_000 * WAD, CONFIDENCE * 100)

    def test_one_that_was_followed_after_the_window(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (91, 2_020), (95, 2_030))
        price, mid, spread = rig.observe_at(start + 30, WINDOW, ids[1])
        assert price == price_of(2_030, start + 95)
        assert (mid, spread) == (2_010 * WAD, SPREAD)

    def test_the_first_of_all(self, rig: Rig) -> None:
        """Its predecessor does not matter."""
        rig.chain.warp(WINDOW)
        assert rig.observe_at(rig.now - WINDOW - 1, WINDOW, 1)[1:] == (2_000 * WAD, SPREAD)

    @pytest.mark.parametrize(("after", "code"), [(0, "EARLY"), (1, None)])
    def test_not_before_the_window_has_ended(self, rig: Rig, after: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 30 + WINDOW + after)
        assert rig.refusal(start + 30, WINDOW, ids[1]) == code

    @pytest.mark.parametrize(("after", "code"), [(90, "PROOF"), (91, None)])
    def test_not_where_another_came_within_the_window(self, rig: Rig, after: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010), (after, 2_020))
        rig.chain.set_time(start + 100)
        assert rig.refusal(start + 30, WINDOW, ids[1]) == code
        assert rig.refusal(start + 30, WINDOW, ids[2]) == (None if code else "PROOF")

    def test_the_one_that_follows_counts_not_the_newest(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (40, 2_010), (100, 2_020))
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "PROOF"

    def test_not_an_older_one(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 30 + WINDOW + 1)
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "PROOF"

    @pytest.mark.parametrize(("late", "code"), [(0, None), (1, "PROOF")])
    def test_not_one_that_was_too_old_at_the_end(self, rig: Rig, late: int, code: str | None) -> None:
        start, ids = story(rig, (0, 2_000))
        due = start + TRADE_AGE - WINDOW + late
        rig.chain.set_time(due + WINDOW + 1)
        rig.push(2_100)
        assert rig.refusal(due, WINDOW, ids[0]) == code

    def test_not_where_it_is_unknown_what_followed(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000))
        # The next number has no price: the source does not tell when.
        rig.push_to(rig.source, 0)
        story(rig, (91, 2_020))
        assert rig.refusal(start + 30, WINDOW, ids[0]) == "PROOF"

    def test_not_one_that_the_source_has_gone_back_to(self, rig: Rig) -> None:
        """Its newest is older than the price that is stored."""
        start, _ = story(rig, (0, 2_000), (40, 2_040))
        rig.observe()
        last = rig.push(2_000, start + 5)
        rig.chain.set_time(start + 100)
        assert rig.read() == price_of(2_040, start + 40)
        assert rig.refusal(start + 30, WINDOW, last) == "PROOF"


class TestRefusals:
    def test_stale_without_a_good_newest_price(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.chain.set_time(start + 20 + CLOSE_AGE)
        assert rig.refusal(start + 10, WINDOW, ids[1]) is None
        rig.chain.warp(1)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    def test_stale_while_the_newest_is_doubted(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.push_to(rig.source, 10**22)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    @pytest.mark.parametrize("mode", [SILENT, FUTURE])
    def test_stale_while_the_source_is_silent(self, rig: Rig, mode: int) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.observe()
        rig.modes(latest=mode)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    @pytest.mark.parametrize("mode", [SILENT, FUTURE, OTHER])
    def test_stale_where_the_history_does_not_answer(self, rig: Rig, mode: int) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.modes(history=mode)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"

    def test_a_starved_history_is_told(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        rig.modes(history=STARVED)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == "GAS"

    def test_stale_for_an_unknown_feed(self, rig: Rig) -> None:
        with pytest.raises(Reverted, match="STALE"):
            rig.oracle.call("observe_at", 9, 1, 1, 1)

    @pytest.mark.parametrize("id", [0, 5, 2**255, 2**256 - 1])
    def test_stale_for_one_that_does_not_exist(self, rig: Rig, id: int) -> None:
        start, _ = story(rig, (0, 2_000), (20, 2_010))
        assert rig.source.call("newest") == 3
        assert rig.refusal(start + 10, WINDOW, id) == "STALE"

    @pytest.mark.parametrize(
        ("mid", "confidence"), [(100 * WAD, 0), (10_000 * WAD, 0), (2**128 - 1, 0), (2_000 * WAD, 40 * WAD + 1)]
    )
    def test_stale_for_one_that_is_unfit(self, rig: Rig, mid: int, confidence: int) -> None:
        start, _ = story(rig, (0, 2_000))
        rig.chain.warp(20)
        id = rig.push_to(rig.source, mid, confidence=confidence)
        story(rig, (5, 2_010))
        assert rig.refusal(start + 10, WINDOW, id) == "STALE"

    def test_nothing_is_stored_where_it_reverts(self, rig: Rig) -> None:
        start, ids = story(rig, (0, 2_000), (20, 2_010))
        attempt = rig.oracle.attempt("observe_at", FEED, start + 10, WINDOW, ids[0], sender=rig.anyone)
        assert attempt.error == "EARLY"
        assert rig.stored() == NOTHING

    @pytest.mark.parametrize("due", [2**256 - 1, 2**256 - WINDOW])
    def test_a_window_beyond_time_reverts(self, rig: Rig, due: int) -> None:
        _, ids = story(rig, (0, 2_000), (20, 2_010))
        assert rig.refusal(due, WINDOW, ids[1]) == ""

    def test_the_last_second_of_time(self, rig: Rig) -> None:
        _, ids = story(rig, (0, 2_000))
        assert rig.refusal(2**256 - 1 - WINDOW, WINDOW, ids[0]) == "EARLY"


@pytest.mark.parametrize("sign", [1, -1])
class TestFarFromTheNewest:
    """What passed is bound to the newest, for there is no history of what was doubted."""

    def refusals(self, rig: Rig, sign: int, far: int) -> list[str | None]:
        """Of an older observation as far from the newest (2,000), and a wei further."""
        start, _ = story(rig, (0, 2_000))
        rig.chain.warp(20)
        ids = [rig.push_to(rig.source, 2_000 * WAD + sign * far)]
        rig.chain.warp(20)
        ids.append(rig.push_to(rig.source, 2_000 * WAD + sign * (far + 1)))
        story(rig, (20, 2_000))
        return [rig.refusal(start + due, WINDOW, id) for due, id in zip((10, 30), ids, strict=True)]

    @pytest.mark.parametrize("divergence", [1, 100])
    def test_by_twice_the_divergence(self, rig: Rig, sign: int, divergence: int) -> None:
        rig.reset(divergence=divergence, move=500)
        assert self.refusals(rig, sign, 2_000 * WAD * 2 * divergence // 10_000) == [None, "STALE"]

    @pytest.mark.parametrize("move", [1, 500])
    def test_by_a_move_where_there_is_no_reference(self, rig: Rig, sign: int, move: int) -> None:
        rig.reset(move=move)
        assert self.refusals(rig, sign, 2_000 * WAD * move // 10_000) == [None, "STALE"]

    def test_by_nothing_where_there_is_neither(self, rig: Rig, sign: int) -> None:
        rig.reset(swing=1)
        assert self.refusals(rig, sign, 1_500 * WAD) == [None, None]


def test_reduce_only_is_told_and_fills(rig: Rig) -> None:
    rig.set_status(REDUCE_ONLY)
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    price, mid, _ = rig.observe_at(start + 10, WINDOW, ids[1])
    assert price.status == REDUCE_ONLY
    assert mid == 2_010 * WAD


def test_a_halt_is_never_told(rig: Rig) -> None:
    """It reverts."""
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    rig.modes(SILENT)
    assert rig.read().status == HALT
    assert rig.refusal(start + 10, WINDOW, ids[1]) == "STALE"


def test_what_the_reference_says_is_kept(rig: Rig) -> None:
    rig.reset(divergence=100)
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    rig.observe_at(start + 10, WINDOW, ids[1])
    assert rig.anchor() == (2_000 * WAD, start - 100, start + 20)


def test_at_every_moment_at_most_one_qualifies(rig: Rig) -> None:
    """A story with equal times and gaps, seen every five seconds, from every stored state."""
    after = [0, 10, 10, 25, 40, 41, 90]
    start = rig.now
    due, window = start + 20, 30
    mark = rig.chain.snapshot()
    for now in range(0, 130, 5):
        for stored_upto in range(0, len(after) + 1):
            rig.chain.restore(mark)
            ids: list[int] = []
            for number, seconds in enumerate(after):
                if seconds > now:
                    break
                rig.chain.set_time(start + seconds)
                ids.append(rig.push(2_000 + number))
                if number + 1 == stored_upto:
                    rig.observe()
            rig.chain.set_time(start + now)
            fits = [i for i, id in enumerate(ids) if rig.refusal(due, window, id) is None]
            # The first at or after the due time is at 25 s.
            assert fits == ([3] if now >= 25 else []), (now, stored_upto)
