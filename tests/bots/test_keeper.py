"""The keeper: what it executes and when, what it leaves, what it earns."""

from __future__ import annotations

import pytest

from tests.bots.conftest import Floor
from tests.support.system import BTC, DUE, ETH, FEE, WAD

DELAY, WINDOW = 5, 3_600


def test_executes_at_the_first_round(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.order(house.taker, ETH, WAD)
    assert keeper.step() == []
    house.warp(60)
    assert keeper.step() == []
    house.set_price(ETH, 4_010)
    (done,) = keeper.step()
    assert (done.kind, done.account, done.market, done.code, done.earned) == ("execute", house.taker, ETH, "", FEE)
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD
    assert house.orders.call("earned", house.keeper) == FEE
    assert floor.mirror.orders == {}
    assert keeper.step() == []


def test_names_the_first_round_of_several(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.order(house.taker, ETH, WAD)
    house.warp(20)
    for usd in (4_010, 4_020, 4_030):
        house.set_price(ETH, usd)
        house.warp(20)
    (done,) = keeper.step()
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD


def test_fills_at_the_price_in_force_when_the_window_is_over(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.set_price(ETH, 4_005)
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE] + WINDOW)
    assert keeper.step() == []
    house.warp(1)
    (done,) = keeper.step()
    filled = done.receipt.one("Filled").args
    assert filled["price"] == 4_005 * WAD
    assert filled["charge"] >= 4_005 * WAD * 50 // 10_000  # the deviation is the spread


def test_many_orders_are_one_transaction(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    for trader in (house.maker, house.taker, house.hedger):
        house.order(trader, BTC, -WAD // 10, reduce_only=True, slot=1)
        house.order(trader, ETH, WAD)
    house.warp(DELAY)
    house.set_price(ETH, 4_000)
    house.set_price(BTC, 110_000)
    before = floor.recorded.transactions
    done = keeper.step()
    assert floor.recorded.transactions == before + 1
    assert sorted(deed.code for deed in done) == ["", "", "", "REDUCE", "REDUCE", "REDUCE"]
    assert sum(deed.earned for deed in done) == 6 * FEE


def test_one_bad_order_does_not_hold_up_the_others(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.order(house.taker, ETH, WAD)
    house.order(house.maker, BTC, WAD // 10)
    house.warp(DELAY)
    house.set_price(ETH, 4_000)
    (done,) = keeper.step()
    assert done.account == house.taker
    house.set_price(BTC, 110_000)
    (done,) = keeper.step()
    assert done.account == house.maker


def test_paused_openings_wait_with_growing_patience(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.order(house.taker, ETH, WAD)
    house.vault.transact("pause", 2, sender=house.guardian)
    house.warp(DELAY)
    house.set_price(ETH, 4_000)
    for _ in range(8):
        assert keeper.step() == []
    assert keeper.refusals == {"PAUSED": 4}  # turns 1, 2, 4, 8
    house.vault.transact("unpause", 2, sender=house.owner)
    done = [deed for _ in range(9) for deed in keeper.step()]
    assert [deed.code for deed in done] == [""]


def test_the_traders_fault_pays_too(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.order(house.taker, ETH, WAD, acceptable=4_000 * WAD)
    house.warp(DELAY)
    house.set_price(ETH, 4_100)
    (done,) = keeper.step()
    assert (done.code, done.earned) == ("PRICE", FEE)


def test_fires_a_stop_and_executes_it(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.trade(house.taker, ETH, WAD, 4_000)
    house.warp(1)
    house.order(house.taker, ETH, -WAD, trigger=3_900 * WAD, reduce_only=True)
    house.warp(60)
    house.set_price(ETH, 3_950)
    assert keeper.step() == []
    house.set_price(ETH, 3_890)
    (fired,) = keeper.step()
    assert (fired.kind, fired.earned) == ("trigger", 0)
    house.warp(DELAY)
    house.set_price(ETH, 3_880)
    (done,) = keeper.step()
    assert (done.kind, done.code) == ("execute", "")
    assert floor.mirror.positions == {}


def test_a_price_from_before_the_commit_fires_nothing(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.set_price(ETH, 3_890)
    house.order(house.taker, ETH, WAD, trigger=3_900 * WAD)
    house.warp(60)
    assert keeper.step() == []
    assert keeper.refusals == {}


def test_expired_triggers_are_left(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    house.order(house.taker, ETH, WAD, trigger=3_900 * WAD, expires_in=60)
    house.warp(61)
    house.set_price(ETH, 3_890)
    assert keeper.step() == []
    assert keeper.refusals == {}


@pytest.mark.parametrize(("profit", "number"), [(FEE, 1), (FEE + 1, 0)])
def test_profit(floor: Floor, profit: int, number: int) -> None:
    house, keeper = floor.house, floor.keeper(profit=profit)
    house.order(house.taker, ETH, WAD)
    house.warp(DELAY)
    house.set_price(ETH, 4_000)
    assert len(keeper.step()) == number
    assert keeper.refusals == ({} if number else {"UNPROFITABLE": 1})


def test_cancelled_orders_are_forgotten(floor: Floor) -> None:
    house, keeper = floor.house, floor.keeper()
    order = house.order(house.taker, ETH, WAD, trigger=3_900 * WAD)
    keeper.step()
    assert len(floor.mirror.orders) == 1
    house.orders.transact("cancel", order, 0, sender=house.taker)
    keeper.step()
    assert floor.mirror.orders == {}
