"""`observe_at` of a pull feed: the stored observation if it is the first, else the last older one that was brought."""

from __future__ import annotations

import pytest

from novation.model.feeds import Price
from tests.support.oracle import CLOSE_AGE, DEVIATION, HALT, LATE, PULLED, REDUCE_ONLY, WAD, Rig, price_of

WINDOW = 60
SPREAD = DEVIATION * 100


@pytest.fixture
def start(rig: Rig) -> int:
    """Of a story: 2,000 is stored."""
    rig.bring(2_000)
    return rig.now


def refusal(rig: Rig, due: int, window: int = WINDOW) -> str | None:
    return rig.refusal(due, window, 0, PULLED)


def fill(rig: Rig, due: int, window: int = WINDOW) -> tuple[Price, int, int]:
    return rig.observe_at(due, window, 0, PULLED)


class TestTheNewest:
    """Published 20 seconds after the start, 15 after the one before it."""

    @pytest.fixture(autouse=True)
    def newest(self, rig: Rig, start: int) -> None:
        rig.chain.warp(20)
        rig.bring(2_010, gap=15)

    def test_is_the_first(self, rig: Rig, start: int) -> None:
        before = rig.words(PULLED)
        receipt = rig.oracle.transact("observe_at", PULLED, start + 10, WINDOW, 0, sender=rig.anyone)
        price, mid, spread = rig.oracle.returned("observe_at", receipt)
        assert price == price_of(2_010, start + 20)
        assert (mid, spread) == (2_010 * WAD, 0)
        assert receipt.events == []
        assert rig.words(PULLED) == before

    @pytest.mark.parametrize("reference", [0, 1, 2**256 - 1])
    def test_whatever_the_reference(self, rig: Rig, start: int, reference: int) -> None:
        assert rig.refusal(start + 10, WINDOW, reference, PULLED) is None

    @pytest.mark.parametrize(("due", "code"), [(4, "PROOF"), (5, "PROOF"), (6, None), (20, None), (21, "EARLY")])
    def test_only_after_its_predecessor(self, rig: Rig, start: int, due: int, code: str | None) -> None:
        assert refusal(rig, start + due) == code

    @pytest.mark.parametrize(("window", "code"), [(9, "PROOF"), (10, None)])
    def test_only_within_the_window(self, rig: Rig, start: int, window: int, code: str | None) -> None:
        assert refusal(rig, start + 10, window) == code

    @pytest.mark.parametrize(("late", "code"), [(0, None), (LATE, None), (LATE + 1, "STALE")])
    @pytest.mark.parametrize("due", [10, 20])
    def test_who_fills_late_must_bring_a_newer_one(
        self, rig: Rig, start: int, due: int, late: int, code: str | None
    ) -> None:
        """Late after the order's time, or the order would be an option on its old price."""
        rig.chain.set_time(max(rig.now, start + due + late))
        assert refusal(rig, start + due) == code

    def test_to_the_last_moment_it_pays_no_deviation(self, rig: Rig, start: int) -> None:
        rig.chain.warp(LATE)
        assert fill(rig, start + 20)[1:] == (2_010 * WAD, 0)

    @pytest.mark.parametrize(("after", "code"), [(0, "EARLY"), (WINDOW, "EARLY"), (WINDOW + 1, "PROOF")])
    def test_no_price_is_in_force(self, rig: Rig, start: int, after: int, code: str) -> None:
        """A network that publishes often has one in every window."""
        rig.chain.set_time(start + 21 + after)
        assert refusal(rig, start + 21) == code


@pytest.mark.parametrize(("gap", "code"), [(0, "PROOF"), (1, "PROOF"), (10, "PROOF"), (11, None), (2**20, "PROOF")])
def test_a_gap_that_is_not_known_proves_nothing(rig: Rig, start: int, gap: int, code: str | None) -> None:
    rig.chain.warp(20)
    rig.bring(2_010, gap=gap)
    assert refusal(rig, start + 10) == code


def test_nor_does_one_of_the_due_time_itself(rig: Rig, start: int) -> None:
    """Whose window is open: nothing earlier can come any more."""
    rig.chain.warp(20)
    rig.bring(2_010, gap=0)
    assert refusal(rig, start + 20) == "PROOF"
    assert refusal(rig, start + 21) == "EARLY"


@pytest.mark.parametrize("late", [0, LATE + 1])
@pytest.mark.parametrize(("confidence", "bps"), [(2 * WAD, 10), (2 * WAD + 1, 11), (40 * WAD, 200)])
def test_its_own_interval_is_always_paid(rig: Rig, start: int, late: int, confidence: int, bps: int) -> None:
    rig.chain.warp(20)
    at = rig.now
    if late:
        rig.chain.warp(late)
        rig.bring(2_010)
    rig.bring(2_000, at, 15, confidence)
    assert fill(rig, start + 10)[1:] == (2_000 * WAD, 100 * max(bps, DEVIATION if late else 0))


def test_the_distance_from_the_reference_is_not(rig: Rig) -> None:
    rig.reset(PULLED, divergence=100)
    rig.chain.warp(20)
    rig.bring(2_020, gap=15)
    price, mid, spread = fill(rig, rig.now - 5)
    assert price == price_of(2_020, rig.now, spread=100)
    assert (mid, spread) == (2_020 * WAD, 0)


class TestAnOlderOne:
    """The newest came 45 seconds after the start, another one 20 after it."""

    @pytest.fixture(autouse=True)
    def newest(self, rig: Rig, start: int) -> None:
        rig.chain.warp(45)
        rig.bring(2_030)

    def test_is_the_first_when_it_is_brought(self, rig: Rig, start: int) -> None:
        assert refusal(rig, start + 10) == "PROOF"
        assert not rig.bring(2_010, start + 20, 15)
        assert fill(rig, start + 10) == (price_of(2_030, start + 45), 2_010 * WAD, 0)

    @pytest.mark.parametrize(("due", "code"), [(5, "PROOF"), (6, None), (20, None), (21, "PROOF")])
    def test_only_after_its_predecessor(self, rig: Rig, start: int, due: int, code: str | None) -> None:
        rig.bring(2_010, start + 20, 15)
        assert refusal(rig, start + due) == code

    @pytest.mark.parametrize(("window", "code"), [(9, "PROOF"), (10, None)])
    def test_only_within_the_window(self, rig: Rig, start: int, window: int, code: str | None) -> None:
        rig.bring(2_010, start + 20, 15)
        assert refusal(rig, start + 10, window) == code

    @pytest.mark.parametrize(("late", "spread"), [(LATE, 0), (LATE + 1, SPREAD)])
    def test_who_fills_late_pays_the_deviation(self, rig: Rig, start: int, late: int, spread: int) -> None:
        rig.bring(2_010, start + 20, 15)
        rig.chain.set_time(start + 20 + late)
        assert fill(rig, start + 10)[1:] == (2_010 * WAD, spread)

    @pytest.mark.parametrize(("now", "code"), [(45 + LATE - 1, None), (45 + LATE, "STALE")])
    def test_who_fills_late_needs_a_newest_of_now(self, rig: Rig, start: int, now: int, code: str | None) -> None:
        rig.bring(2_010, start + 20, 15)
        rig.chain.set_time(start + now)
        assert refusal(rig, start + 10) == code

    @pytest.mark.parametrize(
        ("due", "now", "code"),
        [(14, 45, None), (14, 46, None), (15, 45, None), (15, 46, "STALE"), (16, 46, None), (16, 47, "STALE")],
    )
    def test_and_one_that_is_late_itself(self, rig: Rig, start: int, due: int, now: int, code: str | None) -> None:
        """What was published before the order was late was there to choose by."""
        rig.bring(2_010, start + 20, 15)
        rig.chain.set_time(start + now)
        assert refusal(rig, start + due) == code

    def test_the_newest_comes_first(self, rig: Rig, start: int) -> None:
        rig.bring(2_010, start + 20, 15)
        assert fill(rig, start + 45)[1] == 2_030 * WAD

    def test_of_two_the_last_that_was_brought(self, rig: Rig, start: int) -> None:
        """The other one can be brought again, with the order."""
        rig.bring(2_010, start + 20, 15)
        rig.bring(2_020, start + 30, 1)
        assert refusal(rig, start + 10) == "PROOF"
        assert fill(rig, start + 30)[1] == 2_020 * WAD
        rig.bring(2_010, start + 20, 15)
        assert fill(rig, start + 10)[1] == 2_010 * WAD


def test_one_of_the_newests_own_time(rig: Rig, start: int) -> None:
    """Two of one second: the later one was brought first, and has no gap."""
    rig.chain.warp(20)
    rig.bring(2_011, gap=0)
    assert refusal(rig, start + 10) == "PROOF"
    rig.bring(2_010, gap=15)
    assert fill(rig, start + 10) == (price_of(2_011, start + 20), 2_010 * WAD, 0)


def test_a_doubted_word_is_no_first_observation(rig: Rig, start: int) -> None:
    """Its gap is of another kind. The fallback prices the feed meanwhile."""
    rig.reset(PULLED, fallback_age=2**20 - 1)
    rig.bring(2_000, start)
    rig.chain.set_time(start + 40)
    rig.bring(10_000)
    assert rig.stored(PULLED).gap == 40
    rig.chain.warp(CLOSE_AGE + 1)
    rig.push_to(rig.fallback, 2_020 * WAD)
    assert rig.read(PULLED).mid == 2_020 * WAD
    # It would be the first of this order by it; instead the fallback is asked for a number that it has not.
    assert rig.refusal(start - 10, WINDOW, 0, PULLED) == "STALE"


@pytest.mark.parametrize("sign", [1, -1])
class TestFarFromTheNewest:
    def refusals(self, rig: Rig, sign: int, far: int) -> list[str | None]:
        """Of an older one as far from the newest (2,000), and a wei further."""
        rig.bring(2_000)
        found = []
        for mid in (far, far + 1):
            assert not rig.bring_mid(2_000 * WAD + sign * mid, rig.now - 10)
            found.append(refusal(rig, rig.now - 10))
        return found

    @pytest.mark.parametrize("divergence", [1, 100])
    def test_by_twice_the_divergence(self, rig: Rig, sign: int, divergence: int) -> None:
        rig.reset(PULLED, divergence=divergence, move=500)
        assert self.refusals(rig, sign, 2_000 * WAD * 2 * divergence // 10_000) == [None, "STALE"]

    @pytest.mark.parametrize("move", [1, 500])
    def test_by_a_move_where_there_is_no_reference(self, rig: Rig, sign: int, move: int) -> None:
        rig.reset(PULLED, move=move)
        assert self.refusals(rig, sign, 2_000 * WAD * move // 10_000) == [None, "STALE"]

    def test_by_nothing_where_there_is_neither(self, rig: Rig, sign: int) -> None:
        rig.reset(PULLED, swing=1)
        assert self.refusals(rig, sign, 1_500 * WAD) == [None, None]


def test_stale_before_the_first(rig: Rig) -> None:
    assert refusal(rig, rig.now) == "STALE"


def test_stale_when_the_newest_is_too_old(rig: Rig) -> None:
    """Sooner than it is late."""
    rig.reset(PULLED, trade_age=10, close_age=20)
    rig.bring(2_000)
    start = rig.now
    rig.chain.warp(20)
    assert refusal(rig, start) is None
    rig.chain.warp(1)
    assert refusal(rig, start) == "STALE"


def test_stale_while_the_newest_is_doubted(rig: Rig, start: int) -> None:
    rig.chain.warp(20)
    rig.bring(10_000)
    assert rig.read(PULLED).status == HALT
    assert refusal(rig, start) == "STALE"


def test_reduce_only_is_told_and_fills(rig: Rig, start: int) -> None:
    rig.set_status(REDUCE_ONLY, PULLED)
    assert fill(rig, start)[0] == price_of(2_000, start, REDUCE_ONLY)


@pytest.mark.parametrize("due", [2**256 - 1, 2**256 - WINDOW])
def test_a_window_beyond_time_reverts(rig: Rig, start: int, due: int) -> None:
    assert refusal(rig, due) == ""
