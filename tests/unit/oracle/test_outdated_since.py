"""`outdated_since`: a newer price may have been left out, and the last one believed is of that time or later."""

from __future__ import annotations

import pytest

from novation.model.feeds import NOTHING
from tests.support.oracle import (
    AGED,
    CALM,
    CLOSE_AGE,
    FALLBACK_AGE,
    FEED,
    FUTURE,
    HALT,
    NORMAL,
    PULLED,
    REDUCE_ONLY,
    SILENT,
    STARVED,
    TRADE_AGE,
    WAD,
    Rig,
)

FEEDS = pytest.mark.parametrize("feed", [FEED, PULLED])
TOP = 2**20 - 1


def outdated(rig: Rig, feed: int, time: int) -> bool:
    return bool(rig.oracle.call("outdated_since", feed, time))


def around(rig: Rig, feed: int, time: int) -> list[bool]:
    """A second before, then, a second after."""
    return [outdated(rig, feed, time + after) for after in (-1, 0, 1)]


SINCE = [True, True, False]  # `around` the time of the last one believed
NEVER = [False, False, False]


@pytest.fixture
def good(rig: Rig, feed: int) -> int:
    """The time of the price that is believed, 2,010."""
    rig.say(feed, 2_010 * WAD)
    return rig.now


@FEEDS
@pytest.mark.parametrize(
    ("age", "status", "expected"),
    [
        (0, NORMAL, NEVER),
        (TRADE_AGE, NORMAL, NEVER),
        (TRADE_AGE + 1, AGED, SINCE),
        (CLOSE_AGE, AGED, SINCE),
        (CLOSE_AGE + 1, HALT, SINCE),
        (2**24, HALT, SINCE),
    ],
)
def test_ages(rig: Rig, feed: int, good: int, age: int, status: int, expected: list[bool]) -> None:
    rig.chain.warp(age)
    assert rig.read(feed).status == status
    assert around(rig, feed, good) == expected
    assert outdated(rig, feed, 0) == expected[1]
    assert not outdated(rig, feed, 2**256 - 1)


@FEEDS
def test_not_in_reduce_only(rig: Rig, feed: int, good: int) -> None:
    """But of its age then as well."""
    rig.set_status(REDUCE_ONLY, feed)
    rig.chain.warp(TRADE_AGE)
    assert rig.read(feed).status == REDUCE_ONLY
    assert (outdated(rig, feed, 0), around(rig, feed, good)) == (False, NEVER)
    rig.chain.warp(1)
    assert rig.read(feed).status == AGED
    assert around(rig, feed, good) == SINCE


@FEEDS
def test_not_by_a_breaker(rig: Rig, feed: int) -> None:
    rig.reset(feed, swing=100)
    rig.say(feed, 2_000 * WAD)
    rig.chain.warp(1)
    rig.say(feed, 2_100 * WAD)
    at = rig.now
    assert rig.read(feed).status == REDUCE_ONLY
    assert (outdated(rig, feed, 0), around(rig, feed, at)) == (False, NEVER)
    rig.chain.warp(TRADE_AGE + 1)
    assert around(rig, feed, at) == SINCE


@FEEDS
def test_of_a_doubted_one_the_last_believed_counts(rig: Rig, feed: int, good: int) -> None:
    """What is doubted is no price: who asks of a time between knows that it is the old one."""
    rig.chain.warp(30)
    rig.say(feed, 10_000 * WAD)
    assert rig.read(feed).status == HALT
    assert around(rig, feed, good) == SINCE
    assert around(rig, feed, rig.now) == NEVER
    rig.chain.warp(1)
    rig.say(feed, 2_011 * WAD)
    assert (outdated(rig, feed, 0), around(rig, feed, rig.now)) == (False, NEVER)


@FEEDS
def test_of_one_that_was_doubted_twelve_days_later(rig: Rig, feed: int, good: int) -> None:
    """Its own time gave way to what was heard: it is told for newer than it is."""
    rig.chain.warp(TOP + 5)
    rig.say(feed, 10_000 * WAD)
    assert rig.stored(feed).published_at == good + 5
    assert around(rig, feed, good + 5) == SINCE


@pytest.mark.parametrize("feed", [FEED, PULLED, 9])
def test_before_the_first_price(rig: Rig, feed: int) -> None:
    """In HALT, of the time 0; the feed 9 is not known."""
    rig.modes(SILENT)
    assert rig.read(feed).status == HALT
    assert outdated(rig, feed, 0)
    assert not outdated(rig, feed, 1)


@pytest.mark.parametrize("feed", [FEED])
@pytest.mark.parametrize("mode", [SILENT, FUTURE])
def test_a_push_source_that_is_silent(rig: Rig, feed: int, good: int, mode: int) -> None:
    rig.modes(mode)
    assert rig.read().status == HALT
    assert around(rig, feed, good) == SINCE
    rig.modes()
    assert not outdated(rig, feed, good)


class TestNotStored:
    """What a push source says counts, also where nobody has looked; nothing is kept of the question."""

    def test_a_newer_round(self, rig: Rig) -> None:
        rig.say(FEED, 2_010 * WAD)
        rig.chain.warp(10)
        rig.push(2_020)
        at = rig.now
        before = rig.words(FEED)
        assert (outdated(rig, FEED, 0), around(rig, FEED, at)) == (False, NEVER)
        rig.chain.warp(TRADE_AGE + 1)
        assert around(rig, FEED, at) == SINCE
        assert rig.words(FEED) == before

    def test_the_first_round(self, rig: Rig) -> None:
        rig.push(2_010)
        at = rig.now
        rig.chain.warp(TRADE_AGE + 1)
        assert around(rig, FEED, at) == SINCE
        assert rig.stored() == NOTHING

    def test_a_newer_round_that_is_doubted(self, rig: Rig) -> None:
        rig.say(FEED, 2_010 * WAD)
        good = rig.now
        rig.chain.warp(10)
        rig.push(10_000)
        assert around(rig, FEED, good) == SINCE
        assert rig.stored().doubted == 0

    def test_an_older_round(self, rig: Rig) -> None:
        rig.say(FEED, 2_010 * WAD)
        good = rig.now
        rig.push(2_020, good - 1)
        rig.chain.warp(TRADE_AGE + 1)
        assert around(rig, FEED, good) == SINCE

    def test_a_move_that_has_lasted(self, rig: Rig) -> None:
        rig.reset(move=100)
        rig.say(FEED, 2_000 * WAD)
        good = rig.now
        rig.chain.warp(10)
        rig.push(2_100)
        rig.chain.warp(CALM - 1)
        assert around(rig, FEED, good) == SINCE
        rig.chain.warp(1)
        assert (outdated(rig, FEED, 0), around(rig, FEED, good)) == (False, NEVER)

    def test_what_is_brought_is_stored_first(self, rig: Rig) -> None:
        """An older one is not the price."""
        rig.bring(2_010)
        good = rig.now
        rig.chain.warp(TRADE_AGE + 1)
        assert not rig.bring(2_005, good - 10)
        assert around(rig, PULLED, good) == SINCE
        rig.bring(2_015, good + 20)
        assert rig.read(PULLED).status == NORMAL
        rig.chain.warp(20)
        assert around(rig, PULLED, good + 20) == SINCE


@FEEDS
class TestAFallback:
    """Its prices are AGED; what counts is when the feed's own was believed."""

    @pytest.fixture(autouse=True)
    def settings(self, rig: Rig, feed: int) -> None:
        rig.reset(feed, fallback_age=FALLBACK_AGE)

    def test_its_time_does_not_count(self, rig: Rig, feed: int, good: int) -> None:
        rig.chain.warp(CLOSE_AGE + 1)
        rig.push_to(rig.fallback, 2_050 * WAD)
        assert rig.read(feed)[1:] == (2_050 * WAD, rig.read(feed).high, rig.now, AGED)
        assert around(rig, feed, good) == SINCE
        assert around(rig, feed, rig.now) == NEVER

    def test_without_an_own_price(self, rig: Rig, feed: int) -> None:
        rig.modes(SILENT)
        rig.push_to(rig.fallback, 2_050 * WAD)
        assert rig.read(feed).status == AGED
        assert outdated(rig, feed, 0)
        assert not outdated(rig, feed, 1)

    def test_that_has_nothing_to_say(self, rig: Rig, feed: int, good: int) -> None:
        rig.chain.warp(FALLBACK_AGE + CLOSE_AGE)
        assert rig.read(feed).status == HALT
        assert around(rig, feed, good) == SINCE


class TestOtherSettings:
    def test_of_the_same_source(self, rig: Rig) -> None:
        """The price stays, in HALT, of its time."""
        rig.bring(2_010)
        rig.chain.warp(10)
        rig.reset(PULLED, trade_age=700)
        assert around(rig, PULLED, rig.now - 10) == SINCE

    def test_of_another_source(self, rig: Rig) -> None:
        """The price stays, in HALT, of no time: it came before every flag."""
        rig.bring(2_010)
        rig.reset(PULLED, source=rig.chain.deploy("MockSource", False, sender=rig.anyone).address)
        assert rig.read(PULLED).status == HALT
        assert outdated(rig, PULLED, 0)
        assert not outdated(rig, PULLED, 1)

    def test_of_another_push_source(self, rig: Rig) -> None:
        rig.say(FEED, 2_010 * WAD)
        rig.reset(source=rig.fallback.address)
        said = rig.now - 100  # by it, when it was built
        rig.modes(SILENT, source=rig.fallback)
        assert outdated(rig, FEED, 0)
        assert not outdated(rig, FEED, 1)
        rig.modes(source=rig.fallback)
        assert not outdated(rig, FEED, 0)
        rig.chain.set_time(said + TRADE_AGE + 1)
        assert around(rig, FEED, said) == SINCE


@FEEDS
def test_a_starved_source_is_told(rig: Rig, feed: int, good: int) -> None:
    """A pull source is not asked."""
    for source in (rig.source, rig.pull):
        rig.modes(STARVED, source=source)
    attempt = rig.oracle.attempt("outdated_since", feed, 0, sender=rig.anyone)
    assert attempt.error == ("GAS" if feed == FEED else None)
