"""Whoever calls with little gas must not make a healthy feed look broken: HALT spares an account its liquidation, and
may turn a fill into a failure of the trader's. Every gas limit gives the true answer or reverts."""

from __future__ import annotations

import pytest

from tests.support.oracle import BURN, FEED, HALT, NORMAL, WORK, Rig


@pytest.mark.parametrize("with_reference", [False, True])
def test_no_gas_limit_forges_a_status(rig: Rig, with_reference: bool) -> None:
    if with_reference:
        rig.push_to(rig.reference, 2_000 * 10**8)
        assert rig.set_feed(divergence=100).ok
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(2_001)
    told = set()
    for gas in range(21_000, 150_000, 97):
        receipt = rig.oracle.attempt("observe", FEED, sender=rig.anyone, gas=gas)
        if receipt.ok:
            told.add(rig.oracle.returned("observe", receipt)[4])
        else:
            told.add(receipt.error)
    assert told <= {NORMAL, "GAS", "OUT_OF_GAS", "", "REJECTED"}, told
    assert NORMAL in told


def test_an_expensive_source_cannot_be_starved_either(rig: Rig) -> None:
    """It leaves its caller enough to go on with, so what it leaves is looked at."""
    rig.push(2_000)
    rig.observe()
    rig.modes(latest=WORK)
    whole = rig.oracle.attempt("read", FEED, sender=rig.anyone)
    assert rig.oracle.returned("read", whole)[4] == NORMAL
    assert whole.gas > 100_000
    told = set()
    for gas in range(whole.gas - 60_000, whole.gas + 20_000, 53):
        receipt = rig.oracle.attempt("read", FEED, sender=rig.anyone, gas=gas)
        told.add(rig.oracle.returned("read", receipt)[4] if receipt.ok else receipt.error)
    assert told == {NORMAL, "GAS", "OUT_OF_GAS"}, told


def test_a_source_that_burns_its_gas_is_told_where_enough_is_given(rig: Rig) -> None:
    rig.push(2_000)
    rig.observe()
    rig.modes(latest=BURN)
    told = [
        (gas, rig.oracle.attempt("observe", FEED, sender=rig.anyone, gas=gas)) for gas in range(30_000, 400_000, 1_999)
    ]
    for gas, receipt in told:
        if receipt.ok:
            assert gas > 21_000 + 200_000
            assert rig.oracle.returned("observe", receipt)[4] == HALT
    assert told[-1][1].ok
