"""Funding paid = funding received + what the pool takes; a tiny skew accrues, and poking often erases nothing."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House

HOUR = 3_600


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 5_000_000)
    for role in ("taker", "maker", "hedger"):
        system.fund(system.roles[role], 50_000)
    return system


def nav(house: House) -> int:
    """As stored, WAD USD."""
    return int(house.lens.call("book", 0)[3])


def equity(house: House, account: str) -> int:
    return int(house.lens.call("health", account)[1])


@pytest.mark.parametrize(("long", "short"), [(30, 10), (10, 30), (20, 20), (7, 0)])
def test_what_traders_pay_the_pool_gets(house: House, long: int, short: int) -> None:
    """At one price, over hours: the sum of all equity and NAV does not move beyond dust."""
    house.trade(house.taker, ETH, long * WAD)
    if short:
        house.trade(house.maker, ETH, -short * WAD)
    accounts = (house.taker, house.maker)
    house.pool.transact("poke", ETH, sender=house.outsider)
    before, start = [equity(house, account) for account in accounts], nav(house)
    for _ in range(5):
        house.refresh(HOUR)
        house.pool.transact("poke", ETH, sender=house.outsider)
    paid = [equity(house, account) - old for account, old in zip(accounts, before, strict=True)]
    assert -4 <= sum(paid) + nav(house) - start <= 4
    if long != short:
        assert (paid[0] < 0) == (long > short)
        assert (nav(house) - start) > 0


def test_a_tiny_skew_accrues(house: House) -> None:
    """The least position against K = 100,000: 0.025 ETH still pays, in a single second."""
    house.trade(house.taker, ETH, WAD // 40)
    house.warp(1)
    house.pool.transact("poke", ETH, sender=house.outsider)
    assert house.lens.call("market_state", ETH)[3] > 0
    before = house.lens.call("market_state", ETH)[3]
    house.warp(1)
    house.pool.transact("poke", ETH, sender=house.outsider)
    assert house.lens.call("market_state", ETH)[3] > before


@pytest.mark.parametrize("size", [WAD // 40, 10 * WAD, -10 * WAD])
def test_poking_every_second_erases_nothing(house: House, size: int) -> None:
    house.trade(house.taker, ETH, size)
    mark = house.chain.snapshot()
    house.warp(600)
    house.pool.transact("poke", ETH, sender=house.outsider)
    once = house.lens.call("market_state", ETH)
    house.chain.restore(mark)
    for _ in range(600):
        house.warp(1)
        house.pool.transact("poke", ETH, sender=house.outsider)
    often = house.lens.call("market_state", ETH)
    assert abs(often[3] - once[3]) <= 600
    assert abs(often[4] - once[4]) <= 600
    assert abs(often[3]) > 10**6


def test_a_tiny_fee_is_not_nothing(house: House) -> None:
    """The least fill pays at least a wei, rounded up: many small fills pay no less than a large one."""
    house.trade(house.taker, ETH, WAD)
    charges = 0
    for size in (1, 7, 999):
        receipt = house.trade(house.taker, ETH, size)
        charge = receipt.one("Filled").args["charge"]
        assert charge * 10**6 >= size * 4_000 * 500
        charges += charge
    assert charges > 0
