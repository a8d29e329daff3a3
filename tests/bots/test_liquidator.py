"""The liquidator: who is closed, in which market, and for how much."""

from __future__ import annotations

import pytest

import novation.bots.liquidator as module
from tests.bots.conftest import Floor
from tests.support.system import BTC, ETH, WAD


def levered(floor: Floor, *traders: str) -> None:
    """Each with 100,000 USD is long 250 ETH at 4,000: ten times."""
    for trader in traders:
        floor.house.trade(trader, ETH, 250 * WAD, 4_000)


def test_leaves_the_healthy(floor: Floor) -> None:
    levered(floor, floor.house.taker)
    liquidator = floor.liquidator()
    assert liquidator.step() == []
    assert floor.mirror.holders() == [floor.house.taker]
    assert liquidator.unhealthy([floor.house.taker]) == []


def test_closes_a_part(floor: Floor) -> None:
    house = floor.house
    levered(floor, house.taker)
    house.set_price(ETH, 3_725)
    (done,) = floor.liquidator().step()
    told = done.receipt.one("Liquidated").args
    assert (done.kind, done.account, done.market) == ("liquidate", house.taker, ETH)
    assert done.earned == told["reward"] > 0
    assert 0 < floor.mirror.position(house.taker, ETH).size < 250 * WAD
    assert house.cash(house.liquidator) == done.earned
    assert floor.liquidator().step() == []


def test_closes_the_insolvent_in_all_markets(floor: Floor) -> None:
    house = floor.house
    house.trade(house.taker, ETH, 200 * WAD, 4_000)
    house.trade(house.taker, BTC, WAD, 110_000)
    house.set_price(ETH, 3_400)
    (done,) = floor.liquidator().step()
    assert len(done.receipt.find("Filled")) == 2
    assert done.receipt.one("Liquidated").args["deficit"] > 0
    assert floor.mirror.positions == {}


def test_takes_the_market_that_pays_more(floor: Floor) -> None:
    house = floor.house
    house.trade(house.taker, ETH, 2 * WAD, 4_000)
    house.trade(house.taker, BTC, 9 * WAD, 110_000)
    house.set_price(BTC, 102_300)
    done = floor.liquidator().step()
    assert done[0].market == BTC


def test_several_accounts_are_one_transaction(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    house = floor.house
    levered(floor, house.taker, house.maker)
    house.set_price(ETH, 3_725)
    monkeypatch.setattr(module, "VIEW", 1)  # asks for one account at a time
    before = floor.recorded.transactions
    done = floor.liquidator().step()
    assert {deed.account for deed in done} == {house.taker, house.maker}
    assert floor.recorded.transactions == before + 1


def test_profit(floor: Floor) -> None:
    levered(floor, floor.house.taker)
    floor.house.set_price(ETH, 3_725)
    greedy = floor.liquidator(profit=10**6 * WAD)
    assert greedy.step() == []
    assert greedy.refusals == {"UNPROFITABLE": 1}


def test_halted_markets_wait(floor: Floor) -> None:
    house = floor.house
    levered(floor, house.taker)
    house.set_price(ETH, 3_725)
    house.warp(10_000)
    liquidator = floor.liquidator()
    if liquidator.unhealthy([house.taker]):  # unhealthy even at the favourable side
        assert liquidator.step() == []
        assert liquidator.refusals == {"HALTED": 1}
    house.set_price(ETH, 3_725)
    assert len(liquidator.step()) == 1
