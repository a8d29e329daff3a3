"""`update`: brings what a pull source's network signed. The newest is judged; an older one is kept for orders."""

from __future__ import annotations

import pytest

from novation.fixed import pack
from novation.model import words
from novation.model.feeds import NOTHING, Brought, Stored
from tests.support.oracle import CONFIDENCE, DEVIATION, FEED, FUTURE, HALT, NORMAL, PULLED, WAD, Rig, price_of
from tests.support.stub import answering

GAP_LIMIT = 2**20 - 1
NO_BROUGHT = Brought(0, 0, 0, 0)


def refusal(rig: Rig, update: bytes, value: int = 0, feed: int = PULLED) -> str | None:
    return rig.oracle.attempt("update", feed, update, sender=rig.anyone, value=value).error


def test_the_newest_is_stored_and_told(rig: Rig) -> None:
    now = rig.now
    rig.chain.warp(7)
    receipt = rig.brings(rig.update(2_010 * WAD, now, gap=40, confidence=21 * WAD))
    assert rig.oracle.returned("update", receipt) is True
    stored = Stored(2_010 * WAD, now, 40, 105, 105, 0, 0, 0, 0)
    assert rig.stored(PULLED) == stored
    args = {"feed": PULLED, "mid": 2_010 * WAD, "published_at": now, "stored": pack(stored, words.STORED)}
    assert [event.name for event in receipt.events] == ["Observed"]
    assert receipt.one("Observed").args == args
    assert rig.words(PULLED)[1:] == (0, 0, (0, 0))
    assert rig.read(PULLED) == price_of(2_010, now, spread=105)


@pytest.mark.parametrize(
    ("gap", "known"), [(0, 0), (1, 1), (GAP_LIMIT, GAP_LIMIT), (GAP_LIMIT + 1, 0), (1_700_000_000, 0)]
)
def test_gaps_that_are_remembered(rig: Rig, gap: int, known: int) -> None:
    assert rig.bring(2_010, gap=gap)
    assert rig.stored(PULLED) == Stored(2_010 * WAD, rig.now, known, 0, DEVIATION, 0, 0, 0, 0)


def test_an_observation_without_a_predecessor_has_no_gap(rig: Rig) -> None:
    """Its time is 0, which is not a time."""
    assert rig.bring(2_010, gap=rig.now)
    assert rig.stored(PULLED).gap == 0


def test_one_without_a_predecessor_soon_after_the_epoch(rig: Rig) -> None:
    """Whose gap the word could hold."""
    assert rig.bring(2_010, at=1_000, gap=1_000)
    assert rig.stored(PULLED) == Stored(2_010 * WAD, 1_000, 0, 0, DEVIATION, 0, 0, 0, 0)


def test_a_newer_one_takes_its_place(rig: Rig) -> None:
    rig.bring(2_010)
    rig.chain.warp(1)
    assert rig.bring(2_011)
    assert rig.stored(PULLED) == Stored(2_011 * WAD, rig.now, 1, 0, DEVIATION, 0, 0, 0, 0)
    assert rig.brought() == NO_BROUGHT


class TestOlder:
    """The newest is 2,010 of `at`."""

    @pytest.fixture
    def at(self, rig: Rig) -> int:
        rig.bring(2_010)
        return rig.now

    @pytest.mark.parametrize("ago", [1, 90])
    def test_is_kept_and_changes_the_newest_in_nothing(self, rig: Rig, at: int, ago: int) -> None:
        before = rig.stored(PULLED)
        rig.chain.warp(5)
        receipt = rig.brings(rig.update(1_900 * WAD, at - ago, gap=30, confidence=19 * WAD))
        assert rig.oracle.returned("update", receipt) is False
        assert receipt.events == []
        assert rig.stored(PULLED) == before
        assert rig.brought() == Brought(1_900 * WAD, at - ago, 30, 100)
        assert rig.read(PULLED) == price_of(2_010, at)

    def test_of_the_same_time_is_kept_as_well(self, rig: Rig, at: int) -> None:
        """A network may publish twice a second: the first of them was not the one that was brought."""
        before = rig.stored(PULLED)
        rig.chain.warp(5)
        assert not rig.bring(2_011, at, gap=7)
        assert rig.stored(PULLED) == before
        assert rig.brought() == Brought(2_011 * WAD, at, 7, 0)

    @pytest.mark.parametrize("after", [0, -1])
    @pytest.mark.parametrize("gap", [0, GAP_LIMIT + 1, 1_700_000_000])
    def test_without_a_known_gap_is_not_kept(self, rig: Rig, at: int, after: int, gap: int) -> None:
        """It fills no order, and would take the place of one that does."""
        rig.bring(1_900, at - 2)
        before = rig.words(PULLED)
        assert not rig.bring(2_011, at + after, gap)
        assert rig.words(PULLED) == before

    def test_the_last_one_counts(self, rig: Rig, at: int) -> None:
        for ago in (5, 9, 2):
            assert not rig.bring(1_900 + ago, at - ago)
            assert rig.brought() == Brought((1_900 + ago) * WAD, at - ago, 1, 0)

    @pytest.mark.parametrize(
        ("mid", "confidence"),
        [(100 * WAD, 0), (10_000 * WAD, 0), (2**128 - 1, 0), (2_000 * WAD, 40 * WAD + 1), (2_000 * WAD, 2**128 - 1)],
    )
    def test_that_is_unfit_is_not_kept(self, rig: Rig, at: int, mid: int, confidence: int) -> None:
        before = rig.words(PULLED)
        assert not rig.bring_mid(mid, at - 1, confidence=confidence)
        assert rig.words(PULLED) == before

    @pytest.mark.parametrize(
        ("mid", "confidence"), [(100 * WAD + 1, 0), (10_000 * WAD - 1, 0), (2_000 * WAD, 40 * WAD)]
    )
    def test_that_is_just_fit_is_kept(self, rig: Rig, at: int, mid: int, confidence: int) -> None:
        assert not rig.bring_mid(mid, at - 1, confidence=confidence)
        assert rig.brought() == Brought(mid, at - 1, 1, CONFIDENCE if confidence else 0)

    def test_than_one_that_is_doubted(self, rig: Rig, at: int) -> None:
        """It is not the newest, though the newest price is older."""
        rig.chain.warp(20)
        assert not rig.bring(10_000)
        before = rig.stored(PULLED)
        assert not rig.bring(2_020, at + 19)
        assert rig.stored(PULLED) == before
        assert rig.brought() == Brought(2_020 * WAD, at + 19, 1, 0)
        assert rig.read(PULLED) == price_of(2_010, at, HALT)


class TestDoubted:
    def test_an_unfit_one_is_told_and_halts(self, rig: Rig) -> None:
        rig.bring(2_010)
        at = rig.now
        rig.chain.warp(30)
        receipt = rig.brings(rig.update(10_000 * WAD))
        assert rig.oracle.returned("update", receipt) is False
        args = {"feed": PULLED, "mid": 10_000 * WAD, "published_at": at + 30, "reason": "BAND"}
        assert [event.name for event in receipt.events] == ["Doubted"]
        assert receipt.one("Doubted").args == args
        assert rig.stored(PULLED) == Stored(2_010 * WAD, at, 30, 0, DEVIATION, 0, 0, 1, 0)
        assert rig.brought() == NO_BROUGHT

    def test_again_it_is_not_told_twice(self, rig: Rig) -> None:
        rig.bring(10_000)
        receipt = rig.brings(rig.update(10_000 * WAD))
        assert rig.oracle.returned("update", receipt) is False
        assert receipt.events == []

    def test_another_of_its_time_may_be_good(self, rig: Rig) -> None:
        """A source's first observation of a time need not be the one that is brought first."""
        rig.bring(2_010)
        rig.chain.warp(30)
        assert not rig.bring(10_000)
        assert rig.bring(2_020)
        assert rig.stored(PULLED) == Stored(2_020 * WAD, rig.now, 1, 0, DEVIATION, 0, 0, 0, 0)

    def test_the_first_that_is_brought(self, rig: Rig) -> None:
        assert not rig.bring(10_000)
        at = rig.now - (2**20 - 1)
        assert rig.stored(PULLED) == NOTHING._replace(published_at=at, gap=2**20 - 1, doubted=1)
        assert rig.read(PULLED) == (0, 0, 0, at, HALT)
        assert rig.bring(2_010)
        assert rig.read(PULLED) == price_of(2_010, rig.now)


def test_market(rig: Rig) -> None:
    assert refusal(rig, rig.update(2_010 * WAD), feed=9) == "MARKET"


def test_a_push_feed_is_not_brought_anything(rig: Rig) -> None:
    assert refusal(rig, rig.update(2_010 * WAD), feed=FEED) == "PUSH"


def test_what_the_source_reverts_with(rig: Rig) -> None:
    before = rig.words(PULLED)
    update = rig.update(2_010 * WAD)
    assert refusal(rig, b"") == "FORMAT"
    assert refusal(rig, update[:-1]) == "FORMAT"
    assert refusal(rig, update + b"\0") == "FORMAT"
    assert refusal(rig, rig.update(0)) == "VALUE"
    assert refusal(rig, rig.update(2_010 * WAD, rig.now + 1)) == "FUTURE"
    assert rig.words(PULLED) == before
    assert refusal(rig, update) is None


@pytest.mark.parametrize(("length", "code"), [(4_096, "FORMAT"), (4_097, "")])
def test_the_longest_update(rig: Rig, length: int, code: str) -> None:
    assert refusal(rig, bytes(length)) == code


@pytest.mark.parametrize(("ahead", "code"), [(0, None), (1, "FUTURE"), (2**40, "FUTURE")])
def test_a_source_that_lets_the_future_pass(rig: Rig, ahead: int, code: str | None) -> None:
    at = rig.now + ahead
    source = answering(
        rig.chain,
        {
            "latest()": [0] * 5,
            "prove(bytes)": [at, 2_010 * WAD, 0, at, at - 1],
        },
    )
    rig.reset(PULLED, source=source.address)
    assert refusal(rig, b"") == code


@pytest.mark.parametrize(("paid", "code"), [(0, "FEE"), (6, "FEE"), (7, None), (8, "FEE")])
def test_the_fee_exactly(rig: Rig, paid: int, code: str | None) -> None:
    rig.pull.transact("set_price", 7, sender=rig.anyone)
    assert refusal(rig, rig.update(2_010 * WAD), paid) == code
    assert rig.chain.balance(rig.pull.address) == (paid if code is None else 0)
    assert rig.chain.balance(rig.oracle.address) == 0
    assert (rig.read(PULLED).status == NORMAL) == (code is None)


def test_the_source_is_the_one_that_is_set(rig: Rig) -> None:
    """A pull source's mode does not matter, for it is not asked."""
    rig.pull.transact("set_modes", FUTURE, FUTURE, sender=rig.anyone)
    assert rig.bring(2_010)
    assert rig.read(PULLED) == price_of(2_010, rig.now)
