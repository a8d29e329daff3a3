"""A keeper with little gas, a stale price or a wrong round cannot end an order that would fill."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import BURN, SPEND, SYSTEM_CODES, TRADER_CODES, Desk, error
from tests.support.system import DUE, ETH, WAD, House


def test_little_gas_gives_no_code(desk: Desk) -> None:
    """63/64 of the gas go down; what dies of it comes back without data, and that is nobody's fault."""
    desk.make_vault(SPEND, 100)
    needed = desk.execute(desk.due()).gas
    lived = 0
    for gas in range(30_000, needed + 20_000, 331):
        order = desk.due(1)
        receipt = desk.execute(order, 1, gas=gas)
        if receipt.ok:
            assert receipt.one("Executed").args["code"] == ""
        else:
            lived += 1
            assert desk.is_alive(order, 1)
            assert desk.execute(order, 1).ok
    assert lived > 50


def test_a_vault_that_dies_gives_no_code(desk: Desk) -> None:
    order = desk.due()
    desk.make_vault(BURN)
    for gas in (100_000, 1_000_000, 29_000_000):
        assert not desk.execute(order, gas=gas).ok
    assert desk.is_alive(order)


@pytest.mark.parametrize("code", SYSTEM_CODES)
def test_only_the_traders_codes_end_it(desk: Desk, code: str) -> None:
    assert code not in TRADER_CODES
    order = desk.due()
    desk.fail_with(error(code))
    assert not desk.execute(order).ok
    assert desk.is_alive(order)


@pytest.fixture
def committed(system: House) -> Any:
    """A long of one ETH that would fill."""
    system.provide(system.lp, 1_000_000)
    system.fund(system.taker, 10_000)
    # A second position, so that another market is read as well.
    system.trade(system.taker, 1, WAD // 10)
    return system.order(system.taker, ETH, WAD)


def test_no_gas_limit_ends_an_order_of_the_real_house(system: House, committed: Any) -> None:
    reference = system.round_at(committed)
    mark = system.chain.snapshot()
    outcomes = set()
    for gas in range(60_000, 420_000, 487):
        system.chain.restore(mark)
        receipt = system.orders.attempt("execute", committed, 0, reference, b"", sender=system.attacker, gas=gas)
        if receipt.ok:
            outcomes.add(receipt.one("Executed").args["code"])
        else:
            assert receipt.error not in TRADER_CODES
            outcomes.add("lives")
            assert system.orders.call("order_hash", system.taker, 0) != bytes(32)
    assert outcomes == {"", "lives"}


def test_a_wrong_or_stale_round_does_not_end_it(system: House, committed: Any) -> None:
    before = system.feeds[ETH].reference()
    right = system.round_at(committed)
    for reference in (before, before - 1, right + 1, 0, 2**255):
        receipt = system.orders.attempt("execute", committed, 0, reference, b"", sender=system.attacker)
        assert receipt.error in ("PROOF", "STALE", "EARLY")
    assert system.orders.attempt("execute", committed, 0, right, b"", sender=system.keeper).ok


def test_a_halted_feed_does_not_end_it(system: House, committed: Any) -> None:
    right = system.round_at(committed)
    system.chain.warp(100)
    system.feeds[ETH].source.transact("push", 0, sender=system.attacker)
    assert system.orders.attempt("execute", committed, 0, right, b"", sender=system.attacker).error == "STALE"
    system.set_price(ETH, 4_000)
    assert system.orders.attempt("execute", committed, 0, right, b"", sender=system.keeper).ok
    assert committed[DUE] < system.now
