"""The smallest position pays for its liquidation: least notional, least penalty, least reward."""

from __future__ import annotations

import pytest

from tests.support.moves import insure
from tests.support.system import ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 1_000_000)
    system.fund(system.taker, 10)
    return system


def test_no_smaller_position_can_be_made(house: House) -> None:
    """Neither opened nor left over."""
    order = house.order(house.taker, ETH, WAD // 40 - 1)
    assert house.fill(order).one("Executed").args["code"] == "DUST"
    house.fund(house.taker, 100)
    house.trade(house.taker, ETH, WAD // 30)
    order = house.order(house.taker, ETH, -WAD // 60, reduce_only=True)
    assert house.fill(order).one("Executed").args["code"] == "DUST"


def test_the_least_position_pays_the_least_penalty(house: House) -> None:
    house.trade(house.taker, ETH, WAD // 40)
    while not house.lens.call("health", house.taker)[5]:
        house.set_price(ETH, house.price(ETH) / WAD - 1)
    margin = house.lens.call("health", house.taker)[1]
    assert margin > 2 * WAD
    house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert house.lens.call("position", house.taker, ETH)[0] == 0
    # 2 USD of penalty, a fifth of it at once.
    assert house.cash(house.liquidator) >= 4 * WAD // 10
    got = house.cash(house.liquidator) + house.cash(house.vault.address)
    assert got >= 2 * WAD


def test_insurance_pays_the_least_reward_of_a_bankrupt(house: House) -> None:
    insure(house, 100)
    house.trade(house.taker, ETH, WAD // 40)
    house.set_price(ETH, 3_500)
    house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert house.cash(house.liquidator) == house.system.parameters.liquidation.minimum_reward
    assert house.cash(house.taker) == 0
