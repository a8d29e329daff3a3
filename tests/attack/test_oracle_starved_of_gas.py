"""Whoever calls with little gas must not make a healthy feed look broken: HALT spares an account its liquidation, and
may turn a fill into a failure of the trader's. Every gas limit gives the true answer or reverts."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Contract
from tests.support.oracle import AGED, FALLBACK_AGE, FEED, HALT, NORMAL, PULLED, WAD, Rig

BURN, WORK = 2, 10  # of the proxy: all of its gas; much of it
REVERTS = {"GAS", "OUT_OF_GAS", "", "REJECTED"}


@pytest.fixture
def proxy(rig: Rig) -> Contract:
    """A Chainlink proxy that says 2,000 of now."""
    proxy = rig.chain.deploy("MockAggregatorProxy", 18, sender=rig.anyone)
    proxy.transact("push", 2_000 * WAD, sender=rig.anyone)
    return proxy


@pytest.fixture
def source(rig: Rig, proxy: Contract) -> str:
    """The source on it."""
    return rig.chain.deploy("ChainlinkSource", proxy.address, sender=rig.anyone).address


def told(rig: Rig, function: str, feed: int, gases: range) -> set[object]:
    """Statuses and reverts."""
    found: set[object] = set()
    for gas in gases:
        receipt = rig.oracle.attempt(function, feed, sender=rig.anyone, gas=gas)
        found.add(rig.oracle.returned(function, receipt)[4] if receipt.ok else receipt.error)
    return found


@pytest.mark.parametrize("with_reference", [False, True])
def test_no_gas_limit_forges_a_status(rig: Rig, proxy: Contract, source: str, with_reference: bool) -> None:
    rig.refer(2_000)
    rig.reset(source=source, divergence=100 if with_reference else 0)
    rig.observe()
    rig.chain.warp(10)
    proxy.transact("push", 2_001 * WAD, sender=rig.anyone)
    found = told(rig, "observe", FEED, range(21_000, 150_000, 97))
    assert found <= REVERTS | {NORMAL}
    assert NORMAL in found


def test_an_expensive_source_cannot_be_starved_either(rig: Rig, proxy: Contract, source: str) -> None:
    """It leaves its caller enough to go on with, so what it leaves is looked at."""
    rig.reset(source=source)
    rig.observe()
    proxy.transact("set_modes", WORK, 0, 0, sender=rig.anyone)
    whole = rig.oracle.attempt("read", FEED, sender=rig.anyone)
    assert whole.gas > 100_000
    found = told(rig, "read", FEED, range(whole.gas - 60_000, whole.gas + 20_000, 53))
    assert found == {NORMAL, "GAS", "OUT_OF_GAS"}


def test_a_source_that_burns_its_gas_is_told_where_enough_is_given(rig: Rig, proxy: Contract, source: str) -> None:
    rig.reset(source=source)
    rig.observe()
    proxy.transact("set_modes", BURN, BURN, BURN, sender=rig.anyone)
    attempts = [
        (gas, rig.oracle.attempt("observe", FEED, sender=rig.anyone, gas=gas)) for gas in range(30_000, 400_000, 1_999)
    ]
    for gas, receipt in attempts:
        if receipt.ok:
            assert gas > 21_000 + 200_000
            assert rig.observed(receipt).status == HALT
    assert attempts[-1][1].ok


def test_a_reference_that_is_starved_is_not_missing(rig: Rig, proxy: Contract, source: str) -> None:
    """Reductions alone would be left, or an unvouched move be doubted."""
    rig.reset(divergence=100, reference=source)
    rig.push(2_000)
    proxy.transact("set_modes", WORK, 0, 0, sender=rig.anyone)
    found = told(rig, "observe", FEED, range(30_000, 300_000, 301))
    assert found <= REVERTS | {NORMAL}
    assert {"GAS", NORMAL} <= found


def test_an_update_is_not_brought_past_a_starved_reference(rig: Rig, proxy: Contract, source: str) -> None:
    rig.reset(PULLED, divergence=100, reference=source)
    proxy.transact("set_modes", WORK, 0, 0, sender=rig.anyone)
    mark = rig.chain.snapshot()
    outcomes = set()
    for gas in range(30_000, 300_000, 301):
        rig.chain.restore(mark)
        receipt = rig.oracle.attempt("update", PULLED, rig.update(2_000 * WAD), sender=rig.anyone, gas=gas)
        if receipt.ok:
            outcomes.add(rig.read(PULLED).status)
        else:
            assert receipt.error in REVERTS
    assert outcomes == {NORMAL}


def test_a_fallback_that_is_starved_is_not_silent(rig: Rig, proxy: Contract, source: str) -> None:
    rig.reset(PULLED, fallback_age=FALLBACK_AGE, fallback=source)
    proxy.transact("set_modes", WORK, 0, 0, sender=rig.anyone)
    found = told(rig, "read", PULLED, range(30_000, 300_000, 301))
    assert found <= REVERTS | {AGED}
    assert {"GAS", AGED} <= found
