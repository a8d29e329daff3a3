"""`cancel`: the fee comes back; with a due time only after the window and the grace."""

from __future__ import annotations

import pytest

from tests.support.orders import GRACE, WAD, WINDOW, Desk, called, order_of


@pytest.mark.parametrize("role", ["trader", "operator"])
@pytest.mark.parametrize("reduce_only", [False, True])
def test_after_window_and_grace(desk: Desk, role: str, reduce_only: bool) -> None:
    order = desk.commit(2, fee=3 * WAD, reduce_only=reduce_only)
    desk.chain.set_time(order.due + WINDOW + GRACE + 1)
    receipt = desk.orders.transact("cancel", tuple(order), 2, sender=getattr(desk, role))
    assert receipt.one("Cancelled").args == {"account": desk.account, "slot": 2, "fee": 3 * WAD}
    (call,) = called(receipt, "release")
    assert (call["account"], call["amount"], call["flag"]) == (desk.account, 3 * WAD, not reduce_only)
    assert desk.slot_word(desk.account, 2) == 1


def test_early(desk: Desk) -> None:
    order = desk.commit()
    for now in (order.committed_at, order.due, order.due + WINDOW + GRACE):
        desk.chain.set_time(now)
        assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) == "EARLY"


def test_at_any_time_before_the_trigger(desk: Desk) -> None:
    order = desk.commit(trigger=WAD)
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) is None


def test_early_after_the_trigger(desk: Desk) -> None:
    order = desk.commit(trigger=WAD, trigger_above=True)
    desk.chain.warp(10)
    desk.rig.push(2_000)
    fired = order_of(desk.orders.transact("trigger", tuple(order), 0, sender=desk.keeper).one("Triggered"))
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) == "ORDER"
    assert desk.refusal("cancel", tuple(fired), 0, sender=desk.trader) == "EARLY"
    desk.chain.set_time(fired.due + WINDOW + GRACE + 1)
    assert desk.refusal("cancel", tuple(fired), 0, sender=desk.trader) is None


@pytest.mark.parametrize("role", ["keeper", "anyone"])
def test_auth(desk: Desk, role: str) -> None:
    order = desk.commit(trigger=WAD)
    assert desk.refusal("cancel", tuple(order), 0, sender=getattr(desk, role)) == "AUTH"


def test_auth_before_the_order(desk: Desk) -> None:
    assert desk.refusal("cancel", tuple(desk.order()), 0, sender=desk.anyone) == "AUTH"


@pytest.mark.parametrize("slot", [1, 16, 2**255])
def test_order(desk: Desk, slot: int) -> None:
    order = desk.commit(trigger=WAD)
    assert desk.refusal("cancel", tuple(order), slot, sender=desk.trader) == "ORDER"
    assert desk.refusal("cancel", tuple(order._replace(fee=2 * WAD)), 0, sender=desk.trader) == "ORDER"


def test_order_that_was_executed(desk: Desk) -> None:
    order = desk.due()
    assert desk.execute(order).ok
    desk.chain.warp(1_000)
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) == "ORDER"
