"""The keeper: what it executes and when, what it leaves, what it earns."""

from __future__ import annotations

import pytest

from novation.bots.prices import Published
from novation.fixed import unpack
from novation.model import words
from novation.model.feeds import LATE, Brought, Stored
from tests.bots.conftest import Floor, Long, lengthened
from tests.support.system import BTC, DUE, ETH, FEE, WAD, Order

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
    for usd in (4_010, 4_020, 4_030):
        house.warp(8)
        house.set_price(ETH, usd)
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


def test_brings_the_price_that_an_order_fills_at(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE])
    for usd in (4_010, 4_020):
        pulled.publish(ETH, usd)
        house.warp(8)
    ether, held = house.chain.balance(house.keeper), house.chain.balance(house.orders.address)
    (done,) = keeper.step()
    assert (done.kind, done.code, done.earned) == ("execute", "", FEE)
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD
    assert house.price(ETH) == 4_010 * WAD
    assert ether - house.chain.balance(house.keeper) == pulled.proof
    assert house.chain.balance(house.orders.address) == held == 0
    assert keeper.step() == []


@pytest.mark.parametrize("pulled", ["redstone"], indirect=True)
@pytest.mark.parametrize("late", [0, LATE + 30])
def test_brings_a_long_update_by_itself(pulled: Floor, late: int) -> None:
    house = pulled.house
    keeper = pulled.keeper(service=Long(pulled.published))
    for trader in (house.maker, house.taker):
        order = house.order(trader, ETH, WAD)
    house.chain.set_time(order[DUE])
    pulled.publish(ETH, 4_010)
    if late:  # then the newest price is needed, too
        house.warp(late)
        pulled.publish(ETH, 4_020)
    before = pulled.recorded.transactions
    done = keeper.step()
    assert {deed.account: deed.code for deed in done} == {house.maker: "", house.taker: ""}
    for deed in done:
        assert deed.receipt.find("Filled")[0].args["price"] == (4_020 if late else 4_010) * WAD
    assert pulled.recorded.transactions - before <= (4 if late else 2)
    assert keeper.refusals == {}


@pytest.mark.parametrize("pulled", ["redstone"], indirect=True)
def test_a_long_update_that_is_doubted_is_paid_for_once(pulled: Floor) -> None:
    house = pulled.house
    keeper = pulled.keeper(service=Long(pulled.published))
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE])
    pulled.publish(ETH, 40)  # outside the band
    before = pulled.recorded.transactions
    for _ in range(20):
        assert keeper.step() == []
        house.chain.mine()
    assert pulled.recorded.transactions == before + 1
    assert set(keeper.refusals) == {"PROOF"}


@pytest.mark.parametrize("pulled", ["redstone"], indirect=True)
def test_a_long_update_that_is_refused_is_not_sent(pulled: Floor) -> None:
    house = pulled.house
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE])
    pulled.publish(ETH, 4_010)

    class Early(Published):
        is_early = True

        def newest(self, market: int) -> bytes:
            return b""

        def update_at(self, market: int, time: int) -> bytes:
            update = lengthened(super().update_at(market, time))
            return update[:-1] if self.is_early else update

    service = Early(house.feeds)
    keeper, before = pulled.keeper(service=service), pulled.recorded.transactions
    assert keeper.step() == []
    assert pulled.recorded.transactions == before
    assert keeper.refusals == {"FORMAT": 1}
    service.is_early = False
    (done,) = keeper.step()
    assert (done.account, done.code) == (house.taker, "")


@pytest.mark.parametrize("pulled", ["redstone"], indirect=True)
def test_a_long_update_has_to_pay(pulled: Floor) -> None:
    house = pulled.house
    keeper = pulled.keeper(service=Long(pulled.published), profit=FEE + 1)
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE])
    pulled.publish(ETH, 4_010)
    before = pulled.recorded.transactions
    assert keeper.step() == []
    assert pulled.recorded.transactions == before
    assert keeper.refusals == {"UNPROFITABLE": 1}


def test_one_brings_the_price_and_the_others_follow_at_once(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    for trader in (house.maker, house.taker, house.hedger):
        house.order(trader, BTC, WAD // 10, slot=1, reduce_only=True)
        house.order(trader, ETH, WAD)
    house.warp(DELAY)
    pulled.publish(ETH, 4_010)
    pulled.publish(BTC, 110_000)
    before = pulled.recorded.transactions
    ether = house.chain.balance(house.keeper)
    done = keeper.step()
    assert sorted(deed.code for deed in done) == ["", "", "", "REDUCE", "REDUCE", "REDUCE"]
    # One of each market brings its price, the others of the market are one transaction.
    assert pulled.recorded.transactions - before == 4
    assert ether - house.chain.balance(house.keeper) == 2 * pulled.proof
    assert sum(deed.earned for deed in done) == 6 * FEE


def test_a_price_that_is_known_is_not_brought(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = house.order(house.taker, ETH, WAD)
    house.round_at(order, 4_010)  # somebody has brought it
    ether = house.chain.balance(house.keeper)
    (done,) = keeper.step()
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD
    assert house.chain.balance(house.keeper) == ether


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
def test_an_order_without_a_price_in_its_window_does_not_fill(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE] + WINDOW + 1)
    pulled.publish(ETH, 4_010)
    assert keeper.step() == []
    assert keeper.refusals == {"PROOF": 1}


def test_brings_the_price_that_fires_a_stop(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    house.trade(house.taker, ETH, WAD, 4_000)
    house.warp(1)
    house.order(house.taker, ETH, -WAD, trigger=3_900 * WAD, reduce_only=True)
    house.warp(60)
    pulled.publish(ETH, 3_950)
    assert keeper.step() == []
    assert house.price(ETH) == 4_000 * WAD  # a price that fires nothing is not worth its fee
    pulled.publish(ETH, 3_890)
    (fired,) = keeper.step()
    assert fired.kind == "trigger"
    assert house.price(ETH) == 3_890 * WAD
    house.warp(DELAY)
    pulled.publish(ETH, 3_880)
    (done,) = keeper.step()
    assert (done.kind, done.code) == ("execute", "")


def test_a_price_that_the_adapter_doubts_is_not_brought_for_a_stop(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    house.trade(house.taker, ETH, WAD, 4_000)
    house.warp(1)
    house.order(house.taker, ETH, -WAD, trigger=3_900 * WAD, reduce_only=True)
    house.warp(60)
    pulled.publish(ETH, 40)  # outside the band
    before = pulled.recorded.transactions
    assert keeper.step() == []
    assert keeper.refusals == {"STALE": 1}  # what the adapter knows is from before the order
    assert pulled.recorded.transactions == before


@pytest.mark.parametrize(("more", "number"), [(0, 1), (1, 0)])
def test_profit_with_an_update(pulled: Floor, more: int, number: int) -> None:
    house = pulled.house
    keeper = pulled.keeper(profit=FEE - 4_000 * pulled.proof + more)  # a wei is worth 4,000e-18 USD
    house.order(house.taker, ETH, WAD)
    house.warp(DELAY)
    pulled.publish(ETH, 4_000)
    assert len(keeper.step()) == number
    assert keeper.refusals == ({} if number else {"UNPROFITABLE": 1})


# Orders that are filled late: more than LATE seconds after T.


def held(floor: Floor) -> tuple[Stored, Brought]:
    """What the adapter has of ETH."""
    stored, _, brought, *_ = floor.house.oracle.call("words_of", ETH)
    return Stored(*unpack(stored, words.STORED)), Brought(*unpack(brought, words.BROUGHT))


def late(floor: Floor, *traders: str) -> Order:
    """An order of each, whose price of 4,010 is published at T; it is late now. @return the last."""
    house = floor.house
    for trader in traders:
        order = house.order(trader, ETH, WAD)
    house.chain.set_time(order[DUE])
    floor.publish(ETH, 4_010)
    house.chain.set_time(order[DUE] + LATE + 10)
    return order


def test_a_late_order_needs_the_price_of_now_before_its_own(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = late(pulled, house.taker)
    pulled.publish(ETH, 4_005)
    ether, before = house.chain.balance(house.keeper), pulled.recorded.transactions
    (done,) = keeper.step()
    filled = done.receipt.one("Filled").args
    assert (done.code, filled["price"]) == ("", 4_010 * WAD)
    assert filled["charge"] >= 4_010 * WAD * 50 // 10_000  # the deviation is the spread
    stored, brought = held(pulled)
    assert (stored.mid, stored.published_at) == (4_005 * WAD, house.now)
    assert brought.mid == 4_010 * WAD
    assert order[DUE] <= brought.published_at < stored.published_at
    assert pulled.recorded.transactions == before + 2
    assert ether - house.chain.balance(house.keeper) == 2 * pulled.proof
    assert house.chain.balance(house.orders.address) == 0
    assert keeper.refusals == {}


def test_a_late_orders_own_price_is_brought_again_where_the_price_of_now_overwrites_it(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = house.order(house.taker, ETH, WAD)
    house.round_at(order, 4_010)
    own = held(pulled)[0]
    house.chain.set_time(order[DUE] + LATE + 10)
    pulled.publish(ETH, 4_005)
    ether = house.chain.balance(house.keeper)
    (done,) = keeper.step()
    assert (done.code, done.receipt.one("Filled").args["price"]) == ("", 4_010 * WAD)
    stored, brought = held(pulled)
    assert (stored.mid, brought.mid, brought.published_at) == (4_005 * WAD, own.mid, own.published_at)
    assert ether - house.chain.balance(house.keeper) == 2 * pulled.proof


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
def test_a_late_order_whose_price_is_kept_needs_the_price_of_now_alone(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    late(pulled, house.taker)
    own = house.feeds[ETH].update
    pulled.publish(ETH, 4_006)
    pulled.bring(ETH)
    house.oracle.transact("update", ETH, own, sender=house.outsider, value=pulled.proof)
    house.warp(LATE)
    pulled.publish(ETH, 4_005)
    ether, before = house.chain.balance(house.keeper), pulled.recorded.transactions
    (done,) = keeper.step()
    assert (done.code, done.receipt.one("Filled").args["price"]) == ("", 4_010 * WAD)
    assert pulled.recorded.transactions == before + 2
    assert ether - house.chain.balance(house.keeper) == pulled.proof


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
@pytest.mark.parametrize(("wait", "brought"), [(LATE - 1, 1), (LATE, 2)])
def test_a_price_of_now_that_is_known_and_fresh_is_enough(pulled: Floor, wait: int, brought: int) -> None:
    house, keeper = pulled.house, pulled.keeper()
    late(pulled, house.taker)
    pulled.publish(ETH, 4_005)
    pulled.bring(ETH)
    house.warp(wait)
    pulled.publish(ETH, 4_004)
    ether = house.chain.balance(house.keeper)
    (done,) = keeper.step()
    assert done.code == ""
    assert ether - house.chain.balance(house.keeper) == brought * pulled.proof


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
def test_an_own_price_that_is_fresh_is_the_price_of_now_too(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE] + LATE + 1)
    pulled.publish(ETH, 4_010)
    ether = house.chain.balance(house.keeper)
    (done,) = keeper.step()
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD
    assert ether - house.chain.balance(house.keeper) == pulled.proof


def test_many_late_orders_need_one_price_of_now(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    late(pulled, house.maker, house.taker, house.hedger)
    pulled.publish(ETH, 4_005)
    ether, before = house.chain.balance(house.keeper), pulled.recorded.transactions
    assert [done.code for done in keeper.step()] == ["", "", ""]
    assert pulled.recorded.transactions == before + 3
    assert ether - house.chain.balance(house.keeper) == 2 * pulled.proof


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
def test_a_late_order_waits_for_a_network_that_is_silent(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    late(pulled, house.taker)
    before = pulled.recorded.transactions
    assert keeper.step() == []
    assert keeper.refusals == {"STALE": 1}
    assert pulled.recorded.transactions == before
    pulled.publish(ETH, 4_005)
    (done,) = keeper.step()
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD


def test_a_price_of_now_that_the_adapter_doubts_is_not_brought(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    late(pulled, house.taker)
    pulled.publish(ETH, 40)  # outside the band
    before = pulled.recorded.transactions
    assert keeper.step() == []
    assert keeper.refusals == {"STALE": 1}
    assert pulled.recorded.transactions == before


@pytest.mark.parametrize("pulled", ["mock-pull"], indirect=True)
def test_a_price_of_now_is_not_brought_for_an_order_that_cannot_fill(pulled: Floor) -> None:
    house, keeper = pulled.house, pulled.keeper()
    order = house.order(house.taker, ETH, WAD)
    house.chain.set_time(order[DUE] + WINDOW + 1)
    pulled.publish(ETH, 4_010)
    house.warp(60)
    pulled.publish(ETH, 4_020)
    before = pulled.recorded.transactions
    assert keeper.step() == []
    assert keeper.refusals == {"PROOF": 1}
    assert pulled.recorded.transactions == before


@pytest.mark.parametrize(("more", "number"), [(0, 1), (1, 0)])
def test_profit_with_a_price_of_now(pulled: Floor, more: int, number: int) -> None:
    house = pulled.house
    late(pulled, house.taker)
    pulled.publish(ETH, 4_000)
    keeper = pulled.keeper(profit=FEE - 2 * 4_000 * pulled.proof + more)  # a wei is worth 4,000e-18 USD
    before = pulled.recorded.transactions
    assert len(keeper.step()) == number
    assert keeper.refusals == ({} if number else {"UNPROFITABLE": 1})
    assert pulled.recorded.transactions == before + 2 * number
