"""`execute` with an update: it is brought first, its fee paid out of the ether sent, the rest goes back."""

from __future__ import annotations

from typing import Any

import pytest

from novation.chain.revm import RevmChain
from novation.model.feeds import NOTHING, Stored
from tests.support.oracle import DEVIATION, PULLED
from tests.support.orders import WAD, Desk, Order, build, called, error
from tests.support.stub import passed, passing

PRICE = 10**15  # wei
MARKET = PULLED


@pytest.fixture
def order(desk: Desk) -> Order:
    """Due, in the market whose feed is brought its prices; the source wants no fee."""
    return desk.due(market=MARKET)


def charge(desk: Desk, wei: int = PRICE) -> None:
    """What the source wants from now on."""
    desk.rig.pull.transact("set_price", wei, sender=desk.anyone)


def untouched(desk: Desk, order: Order) -> bool:
    """Whether nothing has happened: the order lives, no price is known, no ether stayed anywhere."""
    parts = (desk.orders, desk.rig.oracle, desk.rig.pull)
    return (
        desk.is_alive(order)
        and desk.rig.stored(MARKET) == NOTHING
        and not any(desk.chain.balance(part.address) for part in parts)
    )


def test_is_brought_before_the_fill(desk: Desk, order: Order) -> None:
    receipt = desk.execute(order, update=desk.rig.update(2_010 * WAD))
    assert receipt.ok
    assert [event.name for event in receipt.events] == ["Observed", "Called", "Executed"]
    assert receipt.one("Observed").args["feed"] == MARKET
    assert len(called(receipt, "trade")) == 1
    assert desk.rig.stored(MARKET) == Stored(2_010 * WAD, desk.chain.now, 1, 0, DEVIATION, 0, 0, 0, 0)


def test_an_empty_one_is_not_brought(desk: Desk) -> None:
    """Not even where there is no such feed."""
    order = desk.due(market=9)
    assert desk.execute(order).ok


def test_one_that_is_older_does_no_harm(desk: Desk, order: Order) -> None:
    desk.rig.bring(2_010)
    receipt = desk.execute(order, update=desk.rig.update(2_000 * WAD, desk.chain.now - 1))
    assert receipt.ok
    assert desk.rig.brought().mid == 2_000 * WAD
    assert desk.rig.stored(MARKET).mid == 2_010 * WAD


def test_one_that_is_doubted_does_no_harm(desk: Desk, order: Order) -> None:
    """The vault looks at the price itself."""
    receipt = desk.execute(order, update=desk.rig.update(10_000 * WAD))
    assert receipt.ok
    assert receipt.one("Doubted").args["reason"] == "BAND"


@pytest.mark.parametrize("more", [0, 1, WAD])
def test_its_fee_is_paid_exactly_and_the_rest_goes_back(desk: Desk, order: Order, more: int) -> None:
    charge(desk)
    before = desk.chain.balance(desk.keeper)
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD), value=PRICE + more).ok
    assert desk.chain.balance(desk.keeper) == before - PRICE
    assert desk.chain.balance(desk.rig.pull.address) == PRICE
    assert desk.chain.balance(desk.orders.address) == desk.chain.balance(desk.rig.oracle.address) == 0


@pytest.mark.parametrize("update", [False, True])
def test_ether_that_nothing_wants_goes_back(desk: Desk, order: Order, update: bool) -> None:
    before = desk.chain.balance(desk.keeper)
    data = desk.rig.update(2_010 * WAD) if update else b""
    assert desk.execute(order, update=data, value=WAD).ok
    assert desk.chain.balance(desk.keeper) == before
    assert desk.chain.balance(desk.orders.address) == 0


@pytest.mark.parametrize("value", [0, 1, PRICE - 1])
def test_fee(desk: Desk, order: Order, value: int) -> None:
    charge(desk)
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD), value=value).error == "FEE"
    assert untouched(desk, order)


def test_a_fee_of_a_wei(desk: Desk, order: Order) -> None:
    charge(desk, 1)
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD), value=1).ok
    assert desk.chain.balance(desk.rig.pull.address) == 1


def test_who_sends_nothing_is_told_by_the_source_what_is_wrong(desk: Desk) -> None:
    """Which is not the fee here."""
    desk.rig.source.transact("set_price", PRICE, sender=desk.anyone)
    order = desk.due(market=0)
    assert desk.execute(order, update=b"\0").error == "PUSH"
    assert desk.execute(order, update=b"\0", value=1).error == "FEE"


def test_what_the_order_module_has_pays_for_nobody() -> None:
    desk = build(RevmChain())  # no restore takes this ether back
    order = desk.due(market=MARKET)
    charge(desk)
    desk.chain.fund(desk.orders.address, WAD)
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD)).error == "FEE"
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD), value=PRICE + 5).ok
    assert desk.chain.balance(desk.orders.address) == WAD


@pytest.mark.parametrize(("length", "code"), [(1, "FORMAT"), (128, "VALUE"), (2_048, "FORMAT"), (2_049, "")])
@pytest.mark.parametrize("value", [0, 1])
def test_what_the_source_reverts_with(desk: Desk, order: Order, length: int, code: str, value: int) -> None:
    assert desk.execute(order, update=bytes(length), value=value).error == code
    assert untouched(desk, order)


def test_future(desk: Desk, order: Order) -> None:
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD, desk.chain.now + 1)).error == "FUTURE"
    assert untouched(desk, order)


def test_push(desk: Desk) -> None:
    order = desk.due(market=0)
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD)).error == "PUSH"
    assert desk.is_alive(order)


@pytest.mark.parametrize("value", [0, 1])
def test_market(desk: Desk, value: int) -> None:
    order = desk.due(market=9)
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD), value=value).error == "MARKET"
    assert desk.is_alive(order)


def test_a_fill_that_reverts_brings_nothing(desk: Desk, order: Order) -> None:
    charge(desk)
    desk.fail_with(error("STALE"))
    assert desk.execute(order, update=desk.rig.update(2_010 * WAD), value=PRICE).error == "STALE"
    assert untouched(desk, order)


def test_a_failure_by_the_traders_fault_brings_and_pays(desk: Desk, order: Order) -> None:
    charge(desk)
    desk.fail_with(error("MARGIN"))
    before = desk.chain.balance(desk.keeper)
    receipt = desk.execute(order, update=desk.rig.update(2_010 * WAD), value=WAD)
    assert receipt.one("Executed").args["code"] == "MARGIN"
    assert desk.rig.stored(MARKET).mid == 2_010 * WAD
    assert desk.chain.balance(desk.keeper) == before - PRICE


@pytest.mark.parametrize(("late", "code"), [(-1, "EARLY"), (60 + 30 + 1, "EXPIRED")])
def test_the_order_is_looked_at_first(desk: Desk, late: int, code: str) -> None:
    order = desk.commit(market=MARKET)
    desk.chain.set_time(order.due + late)
    assert desk.execute(order, update=b"\0").error == code
    assert desk.execute(order._replace(size=1), update=b"\0").error == "ORDER"


class TestRefund:
    def calldata(self, desk: Desk, order: Order) -> bytes:
        return desk.orders.encode("execute", tuple(order), 0, 7, desk.rig.update(2_010 * WAD))

    def test_refund_where_the_caller_does_not_take_it(self, desk: Desk, order: Order) -> None:
        charge(desk)
        keeper = passing(desk.chain)
        data = self.calldata(desk, order)
        assert passed(desk.chain, keeper, desk.orders, data, PRICE + 1).error == "REFUND"
        assert untouched(desk, order)
        assert passed(desk.chain, keeper, desk.orders, data, PRICE).ok
        assert desk.earned(keeper.address) == WAD

    @pytest.mark.parametrize("back", ["execute", "claim", "commit"])
    def test_nothing_is_done_again_from_the_refund(self, desk: Desk, order: Order, back: str) -> None:
        arguments: dict[str, tuple[Any, ...]] = {
            "execute": (tuple(order), 0, 7, b""),
            "claim": (desk.keeper,),
            "commit": (tuple(desk.order()), 1),
        }
        keeper = passing(desk.chain, (desk.orders.address, desk.orders.encode(back, *arguments[back])))
        receipt = passed(desk.chain, keeper, desk.orders, self.calldata(desk, order), 1)
        assert receipt.ok
        assert desk.chain.storage(keeper.address, 0) == 1  # it was called back, and failed
        assert desk.chain.balance(keeper.address) == 1
        assert len(called(receipt, "trade")) == len(receipt.find("Executed")) == 1
        assert desk.earned(keeper.address) == WAD

    def test_all_is_done_before_it(self, desk: Desk, order: Order) -> None:
        """From there a price may be brought: the fill has been at the one before."""
        desk.chain.warp(1)
        newer = desk.rig.update(2_020 * WAD, desk.chain.now)
        keeper = passing(desk.chain, (desk.rig.oracle.address, desk.rig.oracle.encode("update", MARKET, newer)))
        data = desk.orders.encode("execute", tuple(order), 0, 7, desk.rig.update(2_010 * WAD, desk.chain.now - 1))
        receipt = passed(desk.chain, keeper, desk.orders, data, 1)
        assert [event.name for event in receipt.events] == ["Observed", "Called", "Executed", "Observed"]
        assert desk.chain.storage(keeper.address, 0) == 2
        assert desk.rig.stored(MARKET).mid == 2_020 * WAD


def test_a_batch_takes_no_ether(desk: Desk, order: Order) -> None:
    arguments = ([tuple(order)], [0], [7])
    assert not desk.orders.attempt("execute_many", *arguments, sender=desk.keeper, value=1).ok
    receipt = desk.orders.transact("execute_many", *arguments, sender=desk.keeper)
    assert desk.orders.returned("execute_many", receipt) == 1
