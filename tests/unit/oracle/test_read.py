"""`read`: the newest price that can be trusted, else the last good one in HALT. It never reverts."""

from __future__ import annotations

import pytest

from tests.support.oracle import (
    DECIMALS,
    FEED,
    HALT,
    HEARTBEAT,
    MALICES,
    NORMAL,
    OTHER,
    PHASE,
    REDUCE_ONLY,
    WAD,
    Price,
    Rig,
    price_of,
)

UNIT = 10**DECIMALS


def test_returns_the_newest_round(rig: Rig) -> None:
    now = rig.chain.now
    rig.push(2_000)
    rig.chain.warp(10)
    assert rig.read() == price_of(2_000, now)
    assert rig.stored() == (0, 0, 0)


def test_an_unknown_feed_is_halted_at_zero(rig: Rig) -> None:
    assert rig.oracle.call("read", 9) == (0, 0, 0, 0, HALT)


def test_a_feed_without_a_round_is_halted_at_zero(rig: Rig) -> None:
    assert rig.read() == Price(0, 0, 0, 0, HALT)


def test_low_is_rounded_down_and_high_up(rig: Rig) -> None:
    rig.source.transact("set_decimals", 18, sender=rig.anyone)
    assert rig.set_feed(band_low=(1, 0), deviation=7).ok
    rig.push_to(rig.source, 3_333)
    assert rig.read()[:3] == (3_330, 3_333, 3_336)


@pytest.mark.parametrize(("age", "status"), [(HEARTBEAT, NORMAL), (HEARTBEAT + 1, HALT)])
def test_is_fresh_for_a_heartbeat(rig: Rig, age: int, status: int) -> None:
    at = rig.chain.now
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(age)
    assert rig.read() == price_of(2_000, at, status)


def test_a_round_that_came_too_late_is_not_taken(rig: Rig) -> None:
    at = rig.chain.now
    rig.push(2_000)
    rig.observe()
    rig.push(2_100, at + 5)
    rig.chain.warp(HEARTBEAT + 6)
    assert rig.read() == price_of(2_000, at, HALT)


@pytest.mark.parametrize(
    "answer",
    [0, -1, -(2**190), 100 * UNIT, 10_000 * UNIT, 99 * UNIT, 2**190],
    ids=["zero", "negative", "very negative", "the low end", "the high end", "under the band", "enormous"],
)
def test_halts_at_the_stored_price_where_the_answer_is_not_good(rig: Rig, answer: int) -> None:
    at = rig.chain.now
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push_to(rig.source, answer)
    assert rig.read() == price_of(2_000, at, HALT)


@pytest.mark.parametrize("answer", [100 * UNIT + 1, 10_000 * UNIT - 1])
def test_is_good_strictly_inside_the_band(rig: Rig, answer: int) -> None:
    rig.push_to(rig.source, answer)
    assert rig.read().mid == answer * 10**10
    assert rig.read().status == NORMAL


@pytest.mark.parametrize("offset", [1, 1_000, 2**63])
def test_a_future_round_is_not_good(rig: Rig, offset: int) -> None:
    rig.push(2_000, rig.chain.now + offset)
    assert rig.read() == Price(0, 0, 0, 0, HALT)


def test_a_round_at_time_zero_is_not_good(rig: Rig) -> None:
    rig.push(2_000, 0)
    assert rig.read() == Price(0, 0, 0, 0, HALT)


def test_round_zero_is_not_good(rig: Rig) -> None:
    rig.source.transact("set_round", 0, 2_000 * UNIT, rig.chain.now, sender=rig.anyone)
    rig.source.transact("set_newest", 0, sender=rig.anyone)
    assert rig.read().status == HALT


def test_a_round_beyond_80_bits_is_not_good(rig: Rig) -> None:
    rig.source.transact("set_round", 1 << 80, 2_000 * UNIT, rig.chain.now, sender=rig.anyone)
    rig.source.transact("set_newest", 1 << 80, sender=rig.anyone)
    assert rig.read().status == HALT


@pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
def test_halts_where_the_source_misbehaves(rig: Rig, malice: int) -> None:
    at = rig.chain.now
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(2_100)
    rig.modes(latest=malice)
    assert rig.read() == price_of(2_000, at, HALT)


@pytest.mark.parametrize("malice", [*MALICES.values(), OTHER], ids=[*MALICES.keys(), "others"])
def test_halts_where_decimals_misbehave_in_a_new_phase(rig: Rig, malice: int) -> None:
    at = rig.chain.now
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.source.transact("set_phase", 2, sender=rig.anyone)
    rig.push(2_100)
    assert rig.read() == price_of(2_100, at + 10)
    rig.modes(decimals=malice)
    assert rig.read() == price_of(2_000, at, HALT)


def test_decimals_are_not_asked_within_a_phase(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(2_100)
    rig.modes(decimals=OTHER)
    assert rig.read() == price_of(2_100, rig.chain.now)


def test_decimals_are_always_asked_where_there_are_no_phases(rig: Rig) -> None:
    rig.source.transact("set_phase", 0, sender=rig.anyone)
    rig.push(2_000)
    rig.observe()
    assert rig.read().status == NORMAL
    rig.modes(decimals=OTHER)
    assert rig.read().status == HALT


@pytest.mark.parametrize("decimals", [0, 6, 8, 18, 27, 36])
def test_decimals_give_the_same_price(rig: Rig, decimals: int) -> None:
    rig.source.transact("set_decimals", decimals, sender=rig.anyone)
    assert rig.set_feed().ok
    rig.push_to(rig.source, 2_000 * 10**decimals)
    assert rig.read() == price_of(2_000, rig.chain.now)


def test_more_than_18_decimals_are_rounded_down(rig: Rig) -> None:
    rig.source.transact("set_decimals", 27, sender=rig.anyone)
    assert rig.set_feed().ok
    rig.push_to(rig.source, 2_000 * 10**27 + 10**9 - 1)
    assert rig.read().mid == 2_000 * WAD


def test_a_stored_price_newer_than_the_source_stands_while_it_is_fresh(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    at = rig.chain.now
    rig.chain.warp(10)
    rig.push(1_900, at - 100)
    assert rig.read() == price_of(2_000, at)
    rig.chain.set_time(at + HEARTBEAT + 1)
    assert rig.read() == price_of(2_000, at, HALT)


def test_a_source_that_fails_halts_a_fresh_stored_price(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    rig.push(0, rig.chain.now - 100)
    assert rig.read().status == HALT


def test_the_floor_status_holds(rig: Rig) -> None:
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.guardian)
    rig.push(2_000)
    assert rig.read() == price_of(2_000, rig.chain.now, REDUCE_ONLY)


class TestReference:
    """The feed may differ from the reference by 100 bps."""

    @pytest.fixture(autouse=True)
    def referred(self, rig: Rig) -> None:
        rig.push_to(rig.reference, 2_000 * UNIT)
        assert rig.set_feed(divergence=100).ok

    @pytest.mark.parametrize(
        ("usd", "status"), [(2_000, NORMAL), (2_020, NORMAL), (1_980, NORMAL), (2_021, HALT), (1_979, HALT)]
    )
    def test_bounds_the_price_on_both_sides(self, rig: Rig, usd: int, status: int) -> None:
        rig.push(usd)
        price = rig.read()
        assert price.status == status
        assert price.mid == (0 if status == HALT else usd * WAD)

    @pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
    def test_that_misbehaves_allows_reductions_only(self, rig: Rig, malice: int) -> None:
        rig.push(2_000)
        rig.reference.transact("set_modes", malice, malice, malice, sender=rig.anyone)
        assert rig.read() == price_of(2_000, rig.chain.now, REDUCE_ONLY)

    @pytest.mark.parametrize("answer", [0, -5, 2**111, 2**150])
    def test_without_a_price_allows_reductions_only(self, rig: Rig, answer: int) -> None:
        rig.push(2_000)
        rig.push_to(rig.reference, answer)
        assert rig.read().status == REDUCE_ONLY

    def test_that_is_stale_allows_reductions_only(self, rig: Rig) -> None:
        rig.chain.warp(HEARTBEAT)
        rig.push(2_000)
        assert rig.read().status == NORMAL
        rig.chain.warp(1)
        assert rig.read().status == REDUCE_ONLY

    def test_in_the_future_allows_reductions_only(self, rig: Rig) -> None:
        rig.push(2_000)
        rig.push_to(rig.reference, 2_000 * UNIT, rig.chain.now + 1)
        assert rig.read().status == REDUCE_ONLY

    def test_with_other_decimals_in_a_new_phase_allows_reductions_only(self, rig: Rig) -> None:
        rig.push(2_000)
        rig.reference.transact("set_phase", 2, sender=rig.anyone)
        rig.push_to(rig.reference, 2_000 * UNIT)
        assert rig.read().status == NORMAL
        rig.reference.transact("set_decimals", 9, sender=rig.anyone)
        assert rig.read().status == REDUCE_ONLY

    def test_that_has_no_round_when_it_is_set_is_checked_later(self, rig: Rig) -> None:
        rig.reference.transact("set_phase", 5, sender=rig.anyone)
        assert rig.set_feed(divergence=100).ok
        rig.push(2_000)
        assert rig.read().status == REDUCE_ONLY
        rig.push_to(rig.reference, 2_000 * UNIT)
        assert rig.reference.call("newest") == 5 * PHASE + 1
        assert rig.read().status == NORMAL

    def test_judges_a_stored_price_too(self, rig: Rig) -> None:
        at = rig.chain.now
        rig.push(2_000)
        rig.observe()
        rig.chain.warp(10)
        rig.push_to(rig.reference, 2_100 * UNIT)
        assert rig.read() == price_of(2_000, at, HALT)
