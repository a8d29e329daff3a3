"""The level of a doubted move: the clock is of prices near the first that was doubted; another level, another move."""

from __future__ import annotations

import pytest

from tests.support.oracle import CALM, FEED, HALT, NORMAL, PULLED, WAD, Rig, price_of

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
LEVEL = 2_400 * WAD
FAR = LEVEL // 20  # a move of 500 bps from the level


@pytest.fixture(autouse=True)
def good(rig: Rig) -> int:
    """When the last good price of both feeds was published, 2,000; a move of more than 500 bps is doubted."""
    for feed in (FEED, PULLED):
        rig.reset(feed, move=500, trade_age=2**20 - 1, close_age=2**20 - 1)
        rig.say(feed, 2_000 * WAD)
    at = rig.now
    rig.chain.warp(30)
    return at


def level(rig: Rig, feed: int) -> int:
    """The fifth word."""
    return int(rig.oracle.call("words_of", feed)[4])


def reasons(rig: Rig, feed: int, mid: int, at: int | None = None, confidence: int = 0) -> list[str]:
    """Why a price (WAD) is doubted; none where it is not."""
    return [event.args["reason"] for event in rig.say(feed, mid, at, confidence).find("Doubted")]


def run(rig: Rig, feed: int) -> int:
    return rig.stored(feed).run


@FEEDS
class TestIsWritten:
    def test_by_the_first_of_a_run(self, rig: Rig, feed: int) -> None:
        assert level(rig, feed) == 0
        assert reasons(rig, feed, LEVEL) == ["MOVE"]
        assert level(rig, feed) == LEVEL

    def test_not_by_the_others(self, rig: Rig, feed: int) -> None:
        assert reasons(rig, feed, LEVEL) == ["MOVE"]
        for step in range(1, 4):
            rig.chain.warp(1)
            assert reasons(rig, feed, LEVEL + FAR - step) == ["MOVE"]
            assert (run(rig, feed), level(rig, feed)) == (1 + step, LEVEL)

    def test_not_by_a_good_one(self, rig: Rig, feed: int) -> None:
        assert reasons(rig, feed, 2_100 * WAD) == []
        assert level(rig, feed) == 0

    @pytest.mark.parametrize(
        ("mid", "confidence", "reason"), [(10_000 * WAD, 0, "BAND"), (LEVEL, 100 * WAD, "WIDE")], ids=["band", "wide"]
    )
    def test_not_by_another_doubt(self, rig: Rig, feed: int, mid: int, confidence: int, reason: str) -> None:
        assert reasons(rig, feed, mid, confidence=confidence) == [reason]
        assert (run(rig, feed), level(rig, feed)) == (0, 0)

    def test_not_by_a_distance_from_the_reference(self, rig: Rig, feed: int) -> None:
        rig.refer(2_000)
        rig.reset(feed, move=500, divergence=100)
        assert reasons(rig, feed, LEVEL) == ["APART"]
        assert level(rig, feed) == 0

    def test_not_by_a_move_that_the_reference_vouches_for(self, rig: Rig, feed: int) -> None:
        rig.refer(2_400)
        rig.reset(feed, move=500, divergence=100)
        assert reasons(rig, feed, LEVEL) == []
        assert level(rig, feed) == 0

    def test_not_without_a_breaker(self, rig: Rig, feed: int) -> None:
        rig.reset(feed)
        assert reasons(rig, feed, LEVEL) == []
        assert level(rig, feed) == 0


EDGES = pytest.mark.parametrize(
    ("mid", "is_other"),
    [(LEVEL - FAR - 1, True), (LEVEL - FAR, False), (LEVEL, False), (LEVEL + FAR, False), (LEVEL + FAR + 1, True)],
    ids=["below", "just not below", "at it", "just not above", "above"],
)


@FEEDS
@EDGES
def test_the_clock_is_of_the_level(rig: Rig, feed: int, good: int, mid: int, is_other: bool) -> None:
    """In bps of the level: one that is a move away from it has lasted no second."""
    assert reasons(rig, feed, LEVEL) == ["MOVE"]
    rig.chain.warp(CALM)
    assert reasons(rig, feed, mid) == (["MOVE"] if is_other else [])
    assert (run(rig, feed), level(rig, feed)) == ((1, mid) if is_other else (0, LEVEL))
    if is_other:
        assert rig.read(feed) == price_of(2_000, good, HALT)
        assert rig.stored(feed).gap == rig.now - good
    else:
        assert rig.read(feed).mid == mid


@FEEDS
@EDGES
def test_before_the_calm_is_over(rig: Rig, feed: int, mid: int, is_other: bool) -> None:
    assert reasons(rig, feed, LEVEL) == ["MOVE"]
    rig.chain.warp(CALM - 1)
    assert reasons(rig, feed, mid) == ["MOVE"]
    assert (run(rig, feed), level(rig, feed)) == ((1, mid) if is_other else (CALM, LEVEL))


@FEEDS
@pytest.mark.parametrize("mid", [2_200 * WAD, 2_600 * WAD], ids=["below", "above"])
@pytest.mark.parametrize(("after", "believed"), [(CALM - 1, False), (CALM, True)])
def test_another_level_lasts_as_long(rig: Rig, feed: int, mid: int, after: int, believed: bool) -> None:
    """From when it began."""
    assert reasons(rig, feed, LEVEL) == ["MOVE"]
    rig.chain.warp(CALM - 1)
    assert reasons(rig, feed, mid) == ["MOVE"]
    rig.chain.warp(after)
    assert reasons(rig, feed, mid + 1) == ([] if believed else ["MOVE"])
    assert (run(rig, feed), level(rig, feed)) == (0 if believed else after + 1, mid)


@FEEDS
def test_to_and_fro_is_never_believed(rig: Rig, feed: int) -> None:
    for _ in range(3):
        for mid in (LEVEL, 2_800 * WAD):
            assert reasons(rig, feed, mid) == ["MOVE"]
            assert (run(rig, feed), level(rig, feed)) == (1, mid)
            rig.chain.warp(CALM)


@FEEDS
def test_small_steps_leave_it(rig: Rig, feed: int) -> None:
    """Each is near the one before, the last not near the first."""
    for usd in (2_400, 2_460, 2_520):
        assert reasons(rig, feed, usd * WAD) == ["MOVE"]
        assert level(rig, feed) == LEVEL
        rig.chain.warp(CALM // 3)
    assert reasons(rig, feed, 2_521 * WAD) == ["MOVE"]
    assert (run(rig, feed), level(rig, feed)) == (1, 2_521 * WAD)


@FEEDS
class TestAnotherDoubtBetween:
    """A price with an interval that is too wide, 100 seconds after the first, says nothing of the level."""

    @pytest.fixture(autouse=True, params=[LEVEL, 2_600 * WAD], ids=["near", "far"])
    def wide(self, rig: Rig, feed: int, request: pytest.FixtureRequest) -> None:
        assert reasons(rig, feed, LEVEL) == ["MOVE"]
        rig.chain.warp(100)
        assert reasons(rig, feed, request.param, confidence=100 * WAD) == ["WIDE"]
        assert (run(rig, feed), level(rig, feed)) == (101, LEVEL)
        rig.chain.warp(CALM - 100)

    def test_the_clock_goes_on(self, rig: Rig, feed: int) -> None:
        assert reasons(rig, feed, LEVEL + FAR) == []

    def test_another_level_is_another_move(self, rig: Rig, feed: int) -> None:
        assert reasons(rig, feed, LEVEL + FAR + 1) == ["MOVE"]
        assert (run(rig, feed), level(rig, feed)) == (1, LEVEL + FAR + 1)


@FEEDS
class TestANewRun:
    def test_after_it_was_believed(self, rig: Rig, feed: int) -> None:
        """The level stays until the next run, and is no clock of it."""
        assert reasons(rig, feed, LEVEL) == ["MOVE"]
        rig.chain.warp(CALM)
        assert reasons(rig, feed, LEVEL) == []
        assert (run(rig, feed), level(rig, feed)) == (0, LEVEL)
        rig.chain.warp(CALM)
        assert reasons(rig, feed, 2_000 * WAD) == ["MOVE"]
        assert (run(rig, feed), level(rig, feed)) == (1, 2_000 * WAD)

    @pytest.mark.parametrize("mid", [LEVEL, LEVEL + FAR, LEVEL + FAR + 1])
    def test_after_it_came_back(self, rig: Rig, feed: int, mid: int) -> None:
        """At the old level, near it or far: it begins anew."""
        assert reasons(rig, feed, LEVEL) == ["MOVE"]
        rig.chain.warp(CALM - 1)
        assert reasons(rig, feed, 2_050 * WAD) == []
        assert level(rig, feed) == LEVEL
        rig.chain.warp(1)
        assert reasons(rig, feed, mid) == ["MOVE"]
        assert (run(rig, feed), level(rig, feed)) == (1, mid)

    def test_after_other_settings(self, rig: Rig, feed: int) -> None:
        assert reasons(rig, feed, LEVEL) == ["MOVE"]
        rig.reset(feed, move=500, trade_age=2**20 - 1, close_age=2**20 - 1)
        assert (run(rig, feed), level(rig, feed)) == (0, LEVEL)
        rig.chain.warp(CALM)
        assert reasons(rig, feed, LEVEL + 1) == ["MOVE"]
        assert (run(rig, feed), level(rig, feed)) == (1, LEVEL + 1)


class TestPush:
    def test_what_it_says_now_lasts_from_its_own_time(self, rig: Rig, good: int) -> None:
        """Nobody looked at the other level when it came: its clock is no shorter for that, and no longer."""
        assert reasons(rig, FEED, LEVEL) == ["MOVE"]
        rig.chain.warp(10)
        rig.push(2_600)
        at = rig.now
        rig.chain.warp(CALM - 1)
        assert rig.observe() == price_of(2_000, good, HALT)
        assert (run(rig, FEED), level(rig, FEED)) == (1, 2_600 * WAD)
        rig.chain.warp(1)
        assert rig.observe() == price_of(2_600, at, NORMAL)

    def test_another_level_that_nobody_saw_so_far(self, rig: Rig) -> None:
        """It has lasted, though the level that was seen has not."""
        assert reasons(rig, FEED, LEVEL) == ["MOVE"]
        rig.chain.warp(10)
        rig.push(2_600)
        at = rig.now
        rig.chain.warp(CALM)
        assert rig.observe() == price_of(2_600, at, NORMAL)
        assert (run(rig, FEED), level(rig, FEED)) == (0, LEVEL)

    def test_a_look_writes_nothing(self, rig: Rig, good: int) -> None:
        rig.push(2_400)
        assert rig.read() == price_of(2_000, good, HALT)
        assert level(rig, FEED) == 0

    def test_another_level_of_the_same_second(self, rig: Rig) -> None:
        """The clock runs from then in either case: the first of the second stays the level."""
        assert reasons(rig, FEED, LEVEL) == ["MOVE"]
        assert rig.say(FEED, 2_600 * WAD).events == []
        assert (run(rig, FEED), level(rig, FEED)) == (1, LEVEL)


class TestPull:
    @pytest.mark.parametrize("mid", [LEVEL, 2_600 * WAD], ids=["the same", "another level"])
    def test_brought_again(self, rig: Rig, mid: int) -> None:
        """The one that was doubted, or another one of its second: nothing is new."""
        assert reasons(rig, PULLED, LEVEL) == ["MOVE"]
        at = rig.now
        before = rig.words(PULLED)
        rig.chain.warp(CALM)
        assert rig.say(PULLED, mid, at).events == []
        assert (rig.words(PULLED), level(rig, PULLED)) == (before, LEVEL)

    def test_brought_again_after_another_level(self, rig: Rig, good: int) -> None:
        """An older one is not judged: the clock of the newer one runs on."""
        assert reasons(rig, PULLED, LEVEL) == ["MOVE"]
        at = rig.now
        rig.chain.warp(10)
        assert reasons(rig, PULLED, 2_600 * WAD) == ["MOVE"]
        assert rig.say(PULLED, LEVEL, at).events == []
        assert (run(rig, PULLED), level(rig, PULLED)) == (1, 2_600 * WAD)
        rig.chain.warp(CALM)
        assert reasons(rig, PULLED, 2_600 * WAD) == []

    def test_brought_again_when_the_reference_agrees(self, rig: Rig) -> None:
        rig.reset(PULLED, move=500, divergence=100)
        rig.chain.warp(CALM * 4)  # what the reference said is old
        assert reasons(rig, PULLED, LEVEL) == ["MOVE"]
        at = rig.now
        rig.refer(2_400)
        assert rig.bring_mid(LEVEL, at)
        assert (run(rig, PULLED), level(rig, PULLED)) == (0, LEVEL)

    @pytest.mark.parametrize(("between", "believed"), [(CALM - 1, False), (CALM, True)])
    def test_all_that_was_kept_back_is_brought_at_once(self, rig: Rig, between: int, believed: bool) -> None:
        """A drift, another level, and one of that: what they were published at counts."""
        at = rig.now
        rig.chain.warp(3 * CALM)
        assert reasons(rig, PULLED, 2_120 * WAD, at) == ["MOVE"]
        assert reasons(rig, PULLED, LEVEL, at + CALM) == ["MOVE"]
        assert reasons(rig, PULLED, LEVEL, at + CALM + between) == ([] if believed else ["MOVE"])

    def test_a_feed_of_its_own(self, rig: Rig) -> None:
        assert reasons(rig, PULLED, LEVEL) == ["MOVE"]
        assert (level(rig, PULLED), level(rig, FEED)) == (LEVEL, 0)
