"""The bounds of the order module's constructor from inside, and until when an order may be filled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from novation.chain.protocol import Contract
from tests.support.orders import GRACE, WINDOW, Desk

NAMES = ("DELAY", "WINDOW", "GRACE", "FEE_MIN", "FEE_MAX")


def module(desk: Desk, *terms: int) -> Contract:
    arguments: list[Any] = [desk.vault.address, desk.rig.oracle.address, *terms]
    return desk.chain.deploy("OrderModule", *arguments, sender=desk.anyone)


@pytest.mark.parametrize("terms", [(1, 1, 1, 0, 0), (2**32 - 1, 2**32 - 1, 2**32 - 1, 2**96 - 1, 2**96 - 1)])
def test_terms_at_their_bounds(desk: Desk, terms: tuple[int, ...]) -> None:
    orders = module(desk, *terms)
    assert tuple(orders.call(name) for name in NAMES) == terms


def test_an_order_without_a_time_has_no_last_call(desk: Desk) -> None:
    """However far from the epoch a window reaches: it is passed over until it is triggered, and cancelled any time."""
    desk = replace(desk, orders=module(desk, 1, 2**32 - 1, 2**32 - 1, 1, 10))
    order = desk.commit(trigger=1, fee=1)
    assert desk.chain.now < 2**33
    receipt = desk.orders.transact("execute_many", [tuple(order)], [0], [7], sender=desk.keeper)
    assert desk.orders.returned("execute_many", receipt) == 0
    assert desk.execute(order).error == "ORDER"
    assert desk.is_alive(order)
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) is None


def test_a_batch_fills_until_the_last_call(desk: Desk) -> None:
    order = desk.commit()
    desk.chain.set_time(order.due + WINDOW + GRACE)
    receipt = desk.orders.transact("execute_many", [tuple(order)], [0], [7], sender=desk.keeper)
    assert desk.orders.returned("execute_many", receipt) == 1
