"""A move that no reference vouches for is believed when it has lasted for the calm: a run of doubted prices."""

from __future__ import annotations

import pytest

from tests.support.oracle import CALM, FEED, HALT, NORMAL, PULLED, REDUCE_ONLY, SILENT, WAD, Rig, price_of

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
MAX_RUN = 2**15 - 1


@pytest.fixture(autouse=True)
def good(rig: Rig) -> int:
    """When the last good price of both feeds was published, 2,000; a move of more than 500 bps is doubted."""
    for feed in (FEED, PULLED):
        rig.reset(feed, move=500, trade_age=2**20 - 1, close_age=2**20 - 1)
        rig.say(feed, 2_000 * WAD)
    at = rig.now
    rig.chain.warp(30)
    return at


def reasons(rig: Rig, feed: int, usd: int, at: int | None = None, confidence: int = 0) -> list[str]:
    """Why a price is doubted; none where it is not."""
    return [event.args["reason"] for event in rig.say(feed, usd * WAD, at, confidence).find("Doubted")]


@FEEDS
@pytest.mark.parametrize(("after", "believed"), [(1, False), (CALM - 1, False), (CALM, True)])
def test_a_later_one_is_believed(rig: Rig, feed: int, good: int, after: int, believed: bool) -> None:
    """That long after the first of them."""
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    assert rig.stored(feed).run == 1
    rig.chain.warp(after)
    assert reasons(rig, feed, 2_102) == ([] if believed else ["MOVE"])
    if believed:
        assert rig.read(feed) == price_of(2_102, rig.now, REDUCE_ONLY)
        assert (rig.stored(feed).breaker, rig.stored(feed).run) == (CALM, 0)
    else:
        assert rig.read(feed) == price_of(2_000, good, HALT)
        assert rig.stored(feed).run == after + 1


@FEEDS
@pytest.mark.parametrize("after", [CALM + 1, 2 * CALM, 10 * CALM])
def test_one_that_is_much_later_begins_another(rig: Rig, feed: int, good: int, after: int) -> None:
    """Nobody knows whether it had come back meanwhile."""
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    rig.chain.warp(after)
    assert reasons(rig, feed, 2_102) == ["MOVE"]
    assert rig.stored(feed).run == 1
    assert rig.oracle.call("words_of", feed)[4] == 2_102 * WAD
    rig.chain.warp(CALM)
    assert reasons(rig, feed, 2_101) == []


@FEEDS
@pytest.mark.parametrize(
    ("first", "second", "believed"), [(1, CALM, True), (CALM, 1, True), (1, CALM + 1, False), (CALM + 1, 1, False)]
)
def test_each_is_heard_in_time_of_the_one_before(
    rig: Rig, feed: int, good: int, first: int, second: int, believed: bool
) -> None:
    """Another doubt is heard as well."""
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    rig.chain.warp(first)
    assert reasons(rig, feed, 10_000) == ["BAND"]
    rig.chain.warp(second)
    assert reasons(rig, feed, 2_101) == ([] if believed else ["MOVE"])


@FEEDS
def test_in_many_steps(rig: Rig, feed: int, good: int) -> None:
    """The run is counted from its first."""
    for step in range(10):
        assert reasons(rig, feed, 2_200 + step) == ["MOVE"]
        assert rig.stored(feed).run == 1 + 30 * step
        assert rig.stored(feed).gap == 30 + 30 * step
        rig.chain.warp(30)
    assert reasons(rig, feed, 2_300) == []


@FEEDS
def test_a_good_one_ends_the_run(rig: Rig, feed: int, good: int) -> None:
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    rig.chain.warp(CALM - 10)
    assert reasons(rig, feed, 2_050) == []
    assert rig.stored(feed).run == 0
    rig.chain.warp(10)
    assert reasons(rig, feed, 2_200) == ["MOVE"]
    assert rig.stored(feed).run == 1


@FEEDS
def test_other_doubts_go_on_with_it(rig: Rig, feed: int, good: int) -> None:
    """They say nothing of whether it came back."""
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    rig.chain.warp(100)
    assert reasons(rig, feed, 10_000) == ["BAND"]
    assert rig.stored(feed).run == 101
    rig.chain.warp(CALM - 101)
    assert reasons(rig, feed, 2_100, confidence=50 * WAD) == ["WIDE"]
    assert rig.stored(feed).run == CALM
    rig.chain.warp(1)
    assert reasons(rig, feed, 2_101) == []


@FEEDS
def test_other_doubts_begin_none(rig: Rig, feed: int, good: int) -> None:
    assert reasons(rig, feed, 10_000) == ["BAND"]
    assert rig.stored(feed).run == 0
    rig.chain.warp(CALM)
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    assert rig.stored(feed).run == 1


@FEEDS
def test_the_longest_run(rig: Rig, feed: int, good: int) -> None:
    """What the word can hold is longer than any calm."""
    rig.reset(feed, move=500, calm=2**15 - 2, confidence=0, trade_age=2**20 - 1, close_age=2**20 - 1)
    assert reasons(rig, feed, 2_101) == ["MOVE"]
    rig.chain.warp(MAX_RUN - 2)
    assert reasons(rig, feed, 2_101, confidence=1) == ["WIDE"]
    assert rig.stored(feed).run == MAX_RUN - 1
    for _ in range(2):
        rig.chain.warp(1)
        assert reasons(rig, feed, 2_101, confidence=1) == ["WIDE"]
        assert rig.stored(feed).run == MAX_RUN
    assert reasons(rig, feed, 2_101) == []


class TestPush:
    def test_the_same_one_is_believed_in_time(self, rig: Rig, good: int) -> None:
        """A source that is asked goes on saying what it said."""
        assert reasons(rig, FEED, 2_101) == ["MOVE"]
        at = rig.now
        rig.chain.warp(CALM - 1)
        assert rig.observe() == price_of(2_000, good, HALT)
        assert rig.stored().run == 1
        rig.chain.warp(1)
        receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
        assert len(receipt.find("Observed")) == 1
        # Its own breaker is over as well.
        assert rig.observed(receipt) == price_of(2_101, at, NORMAL)
        assert (rig.stored().breaker, rig.stored().run) == (CALM, 0)

    @pytest.mark.parametrize(("age", "doubted"), [(CALM - 1, ["MOVE"]), (CALM, []), (CALM + 1, [])])
    def test_one_that_nobody_saw_so_far(self, rig: Rig, good: int, age: int, doubted: list[str]) -> None:
        rig.push(2_101)
        at = rig.now
        rig.chain.warp(age)
        receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
        assert [event.args["reason"] for event in receipt.find("Doubted")] == doubted
        assert rig.read() == (price_of(2_000, good, HALT) if doubted else price_of(2_101, at))

    def test_silence_does_not_end_it(self, rig: Rig, good: int) -> None:
        assert reasons(rig, FEED, 2_101) == ["MOVE"]
        rig.modes(SILENT)
        rig.chain.warp(CALM)
        assert rig.observe() == price_of(2_000, good, HALT)
        rig.modes()
        assert rig.observe().mid == 2_101 * WAD


class TestPull:
    def test_the_same_one_is_never_believed(self, rig: Rig, good: int) -> None:
        """That nobody brings another one says nothing of the market."""
        at = rig.now
        assert reasons(rig, PULLED, 2_101) == ["MOVE"]
        rig.chain.warp(10 * CALM)
        assert rig.say(PULLED, 2_101 * WAD, at).events == []
        assert rig.read(PULLED) == price_of(2_000, good, HALT)

    def test_one_that_is_brought_late_is_doubted(self, rig: Rig, good: int) -> None:
        at = rig.now
        rig.chain.warp(10 * CALM)
        assert reasons(rig, PULLED, 2_101, at) == ["MOVE"]

    @pytest.mark.parametrize(("between", "believed"), [(CALM - 1, False), (CALM, True)])
    def test_two_that_are_brought_at_once(self, rig: Rig, good: int, between: int, believed: bool) -> None:
        """They were published so long after one another."""
        at = rig.now
        rig.chain.warp(CALM)
        assert reasons(rig, PULLED, 2_101, at) == ["MOVE"]
        assert reasons(rig, PULLED, 2_102, at + between) == ([] if believed else ["MOVE"])
