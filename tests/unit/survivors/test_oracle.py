"""The edges of the oracle adapter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.oracle import (
    BURN,
    DECIMALS,
    FEED,
    HALT,
    NORMAL,
    OTHER,
    PHASE,
    REDUCE_ONLY,
    REVERT,
    SHORT,
    WAD,
    WORK,
    Rig,
    price_of,
)
from tests.unit.oracle.test_observe_at import WINDOW, story

REVERTS, RETURNS = 0xFD, 0xF3
UNIT = 10**DECIMALS
MAX_MID = 2**112 - 1
NEVER = 2**64


def word(number: int) -> bytes:
    """PUSH32."""
    return b"\x7f" + number.to_bytes(32, "big")


def deployed(rig: Rig, runtime: bytes) -> str:
    """The address of a contract with this code."""
    creation = bytes([0x60, len(runtime), 0x80, 0x60, 0x09, 0x5F, 0x39, 0x5F, RETURNS]) + runtime
    return rig.chain.deploy(("Source", [], creation), sender=rig.anyone).address


def source(rig: Rig, answer: int, rounds: int = NEVER, decimals: int = NEVER) -> str:
    """One round, published now whenever it is asked for. After the times `rounds` and `decimals` the two functions
    revert with what they would have answered."""

    def end(time: int, at: int) -> bytes:
        """Returns; reverts after a time. @param at Where this begins."""
        head = word(time) + bytes([0x42, 0x11, 0x60])  # TIMESTAMP, GT
        return head + bytes([at + len(head) + 3, 0x57, RETURNS, 0x5B, REVERTS])

    number = word(PHASE + 7)
    told = number + bytes([0x5F, 0x52]) + word(answer) + bytes.fromhex("6020524260405242606052")
    told += number + bytes.fromhex("60805260a05f")
    code = bytes.fromhex("5f3560e01c63313ce5671460") + bytes([0, 0x57]) + told
    code += end(rounds, len(code))
    code = code.replace(b"\x14\x60\x00\x57", bytes([0x14, 0x60, len(code), 0x57]), 1)
    code += bytes([0x5B, 0x60, DECIMALS, 0x5F, 0x52, 0x60, 0x20, 0x5F])
    return deployed(rig, code + end(decimals, len(code)))


# What a source answers


@pytest.mark.parametrize(("end", "code"), [(REVERTS, "STALE"), (RETURNS, None)])
def test_decimals_of_a_call_that_fails(rig: Rig, end: int, code: str | None) -> None:
    """What a source answers as it reverts is no answer, though it looks like one."""
    address = deployed(rig, bytes([0x60, DECIMALS, 0x5F, 0x52, 0x60, 32, 0x5F, end]))
    assert rig.set_feed(source=address).error == code


@pytest.mark.parametrize("function", ["rounds", "decimals"])
def test_what_comes_with_a_revert_is_no_answer(rig: Rig, function: str) -> None:
    assert rig.set_feed(source=source(rig, 2_000 * UNIT, **{function: rig.chain.now})).ok
    assert rig.read() == price_of(2_000, rig.chain.now)
    rig.chain.warp(1)
    assert rig.read().status == HALT


def test_an_answer_that_is_in_the_band_after_it_wraps_around(rig: Rig) -> None:
    assert 2**246 * 10**10 % 2**256 == 0
    assert rig.set_feed(source=source(rig, 2**246 + 2_000 * UNIT)).ok
    assert rig.read().status == HALT


def test_the_gas_that_a_source_gets(rig: Rig) -> None:
    """It has 8 decimals where it has 200,000, else none."""
    gas = 200_000 - 2  # it asks first
    code = bytes([0x5A, 0x62, *gas.to_bytes(3, "big"), 0x14, 0x60, DECIMALS, 0x02, 0x5F, 0x52, 0x60, 32, 0x5F, RETURNS])
    assert rig.set_feed(source=deployed(rig, code)).ok
    assert rig.oracle.call("feed_at", FEED)[3] == DECIMALS


@pytest.mark.parametrize("how", ["reverts", "too short", "in the future"])
def test_who_has_no_round_is_not_asked_for_decimals(rig: Rig, how: str) -> None:
    """Which would burn gas."""
    rig.push(2_000, rig.chain.now + (how == "in the future"))
    rig.modes(latest={"reverts": REVERT, "too short": SHORT}.get(how, 0), decimals=BURN)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone, gas=100_000)
    assert rig.oracle.returned("observe", receipt)[4] == HALT


def test_decimals_cannot_be_starved(rig: Rig) -> None:
    """They are asked for in a new phase; no gas limit makes them look changed."""
    rig.push(2_000)
    rig.modes(decimals=WORK)
    whole = rig.oracle.attempt("read", FEED, sender=rig.anyone)
    told = set()
    for gas in range(whole.gas - 60_000, whole.gas + 20_000, 53):
        receipt = rig.oracle.attempt("read", FEED, sender=rig.anyone, gas=gas)
        told.add(rig.oracle.returned("read", receipt)[4] if receipt.ok else receipt.error)
    assert told == {NORMAL, "GAS", "OUT_OF_GAS"}


@pytest.mark.parametrize("decimals", [17, 19])
def test_decimals_around_those_of_a_wad(rig: Rig, decimals: int) -> None:
    rig.source.transact("set_decimals", decimals, sender=rig.anyone)
    assert rig.set_feed().ok
    rig.push_to(rig.source, 2_000 * 10**decimals)
    assert rig.read() == price_of(2_000, rig.chain.now)


# Words at the edges of their fields


def test_the_last_second_of_the_clock(rig: Rig) -> None:
    rig.chain.set_time(2**40 - 1)
    rig.push(2_000)
    assert rig.observe() == price_of(2_000, 2**40 - 1)
    assert rig.stored() == (2_000 * WAD, 2**40 - 1, PHASE + 1)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.oracle.returned("observe", receipt) == price_of(2_000, 2**40 - 1)
    assert receipt.events == []


def test_the_last_round_of_the_last_phase(rig: Rig) -> None:
    last = 2**80 - 1
    rig.source.transact("set_newest", last - 1, sender=rig.anyone)
    assert rig.push(2_000) == last
    rig.observe()
    assert rig.stored() == (2_000 * WAD, rig.chain.now, last)
    rig.modes(decimals=OTHER)
    assert rig.read().status == NORMAL


def test_a_reference_in_the_last_phase(rig: Rig) -> None:
    rig.reference.transact("set_phase", 2**16 - 1, sender=rig.anyone)
    rig.push_to(rig.reference, 2_000 * UNIT)
    assert rig.set_feed(divergence=100).ok
    rig.reference.transact("set_modes", 0, 0, OTHER, sender=rig.anyone)
    rig.push(2_000)
    assert rig.read().status == NORMAL


def test_a_late_round_of_an_aggregator(rig: Rig) -> None:
    """2**63 + 1, which is not its first."""
    rig.source.transact("set_newest", PHASE + 2**63 - 1, sender=rig.anyone)
    start, ids = story(rig, (0, 2_000), (20, 2_010))
    assert ids[1] == PHASE + 2**63 + 1
    assert rig.observe_at(start + 10, WINDOW, ids[1])[1:] == (2_010 * WAD, 0)


def test_the_dearest_price(rig: Rig) -> None:
    rig.source.transact("set_decimals", 18, sender=rig.anyone)
    assert rig.set_feed(band_high=(5_192, 30)).ok
    rig.push_to(rig.source, 5_192 * 10**30 - 1)
    assert rig.observe().mid == 5_192 * 10**30 - 1
    assert rig.stored()[0] == 5_192 * 10**30 - 1
    assert rig.read().mid == 5_192 * 10**30 - 1


@pytest.mark.parametrize("decimals", [18, 19])
@pytest.mark.parametrize(("mid", "status"), [(MAX_MID, HALT), (MAX_MID + 1, REDUCE_ONLY)])
def test_the_dearest_reference(rig: Rig, decimals: int, mid: int, status: int) -> None:
    """A price that is far off halts; beyond 112 bits it is none."""
    rig.reference.transact("set_decimals", decimals, sender=rig.anyone)
    assert rig.set_feed(divergence=100).ok
    rig.push_to(rig.reference, mid * 10 ** (decimals - 18))
    rig.push(2_000)
    assert rig.read().status == status


# How a feed is set


def test_a_price_is_fresh_for_a_heartbeat_of_a_second(rig: Rig) -> None:
    assert rig.set_feed(heartbeat=1).ok
    rig.push(2_000)
    rig.chain.warp(1)
    assert rig.read().status == NORMAL
    rig.chain.warp(1)
    assert rig.read().status == HALT


@pytest.mark.parametrize(
    "changes",
    [
        {"heartbeat": 1},
        {"heartbeat": 2**20 - 1},
        {"deviation": 0},
        {"deviation": 9_999},
        {"divergence": 1, "reference_heartbeat": 1},
        {"divergence": 9_999, "reference_heartbeat": 2**20 - 1},
        {"band_low": (1, 0)},
        {"band_low": (2**14 - 1, 0)},
        {"band_high": (2**14 - 1, 18)},
    ],
    ids=str,
)
def test_settings_at_their_bounds(rig: Rig, changes: dict[str, Any]) -> None:
    assert rig.set_feed(**changes).error is None


@pytest.mark.parametrize(
    "band",
    [{"band_low": (2**14 + 200, 17)}, {"band_high": (2**14 + 1_000, 19)}, {"band_high": (10_000, 64 + 18)}],
    ids=str,
)
def test_a_band_whose_parts_run_into_one_another(rig: Rig, band: dict[str, Any]) -> None:
    """What is left of it in its 20 bits would be a band."""
    assert rig.set_feed(**band).error == "BOUND"


def test_the_highest_price_is_rounded_up(rig: Rig) -> None:
    assert rig.set_feed(deviation=6_667, band_low=(1, 0), band_high=(3, 0)).ok
    assert rig.oracle.call("bounds", FEED) == (6, 666_700)  # 5.0001


def test_the_floor_status_goes_and_comes(rig: Rig) -> None:
    """And leaves everything else as it is; to set it again is not to loosen it."""
    assert rig.set_feed(band_low=(101, 18), band_high=(9_999, 18)).ok
    before = rig.oracle.call("feed_at", FEED)
    for sender in (rig.owner, rig.guardian):
        rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=sender)
    rig.oracle.transact("set_status", FEED, NORMAL, sender=rig.owner)
    rig.oracle.transact("set_status", FEED, NORMAL, sender=rig.guardian)
    assert rig.oracle.call("feed_at", FEED) == before


# The reference


def test_a_reference_is_not_asked_for_decimals_within_its_phase(rig: Rig) -> None:
    rig.push_to(rig.reference, 2_000 * UNIT)
    assert rig.set_feed(divergence=100).ok
    rig.reference.transact("set_modes", 0, 0, OTHER, sender=rig.anyone)
    rig.push(2_000)
    assert rig.read().status == NORMAL


def test_a_reference_without_phases_is_always_asked(rig: Rig) -> None:
    rig.reference.transact("set_phase", 0, sender=rig.anyone)
    rig.push_to(rig.reference, 2_000 * UNIT)
    assert rig.set_feed(divergence=100).ok
    rig.push(2_000)
    assert rig.read().status == NORMAL
    rig.reference.transact("set_modes", 0, 0, OTHER, sender=rig.anyone)
    assert rig.read().status == REDUCE_ONLY


@pytest.mark.parametrize("divergence", [1, 100])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_older_round_is_bound_to_the_newest_by_twice_the_divergence(rig: Rig, divergence: int, sign: int) -> None:
    rig.push_to(rig.reference, 2_000 * UNIT)
    assert rig.set_feed(divergence=divergence).ok
    start, ids = story(rig, (0, 2_000), (20, 2_000), (40, 2_000))
    far = 2_000 * UNIT * 2 * divergence // 10_000
    for distance, code in ((far, None), (far + 1, "STALE")):
        rig.source.transact("set_round", ids[1], 2_000 * UNIT + sign * distance, start + 20, sender=rig.anyone)
        assert rig.refusal(start + 10, WINDOW, ids[1]) == code


def test_a_divergence_of_one_halts(rig: Rig) -> None:
    rig.push_to(rig.reference, 2_000 * UNIT)
    assert rig.set_feed(divergence=1).ok
    rig.push_to(rig.source, 2_000 * UNIT + UNIT // 5)
    assert rig.read().status == NORMAL
    rig.push_to(rig.source, 2_000 * UNIT + UNIT // 5 + 1)
    assert rig.read().status == HALT
