"""Closing is always possible: with funding above what the price won, in a paused, reduce-only or capped market."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.moves import expose
from tests.support.oracle import HALT
from tests.support.system import BTC, ETH, WAD, House

DAY = 86_400


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 2_000_000)
    system.fund(system.taker, 20_000)
    return system


def test_with_weeks_of_funding(house: House) -> None:
    """The rate is at its cap, funding is a large part of the margin."""
    house.trade(house.taker, ETH, 40 * WAD)
    for _ in range(20):
        house.refresh(DAY)
        house.pool.transact("poke", ETH, sender=house.outsider)
    found = house.lens.call("health", house.taker)
    assert found[1] < found[0] - 1_000 * WAD
    if found[5]:
        house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    if house.lens.call("position", house.taker, ETH)[0]:
        house.trade(house.taker, ETH, -40 * WAD, reduce_only=True)
    assert house.lens.call("position", house.taker, ETH)[0] == 0
    assert house.cash(house.taker) >= 0


def test_with_a_pool_that_has_nothing_left(house: House) -> None:
    """The loser pays the pool, so nothing holds him."""
    house.trade(house.taker, ETH, 10 * WAD)
    house.vault.transact("set_credit", 0, 0, sender=house.guardian)
    house.trade(house.taker, ETH, -10 * WAD, usd=3_900, reduce_only=True)
    assert house.cash(house.taker) < 20_000 * WAD


def test_with_another_market_in_doubt(house: House) -> None:
    house.trade(house.taker, ETH, 10 * WAD)
    house.trade(house.taker, BTC, WAD // 10)
    expose(house, BTC).transact("set_modes", 2, 2, 2, sender=house.outsider)  # it burns its gas
    assert house.oracle.call("read", BTC)[4] == HALT
    house.trade(house.taker, ETH, -10 * WAD, reduce_only=True)
    assert house.lens.call("account", house.taker)[3] == 1 << BTC


def test_below_maintenance(house: House) -> None:
    """An order committed in time closes; a later one is refused, as its fee would be margin out of reach."""
    house.fund(house.hedger, 3_000)
    house.trade(house.hedger, ETH, 10 * WAD)
    order = house.order(house.hedger, ETH, -10 * WAD, reduce_only=True)
    house.set_price(ETH, 3_780)
    assert house.lens.call("health", house.hedger)[5]
    with pytest.raises(Reverted, match="MARGIN"):
        house.order(house.hedger, ETH, -10 * WAD, reduce_only=True, slot=1)
    receipt = house.fill(order, 3_780)
    assert receipt.one("Executed").args["code"] == ""
    assert house.lens.call("position", house.hedger, ETH)[0] == 0
    assert house.cash(house.hedger) > 0
