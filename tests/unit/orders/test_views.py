"""The views: earnings, hashes, slots and what is set at deployment."""

from __future__ import annotations

from typing import Any

import pytest

from novation.chain.protocol import Reverted
from tests.support.oracle import EMPTY
from tests.support.orders import DELAY, FEE_MAX, FEE_MIN, GRACE, WINDOW, Desk


def test_earned_before_the_first(desk: Desk) -> None:
    assert desk.earned() == 0


def test_order_hash_and_taken(desk: Desk) -> None:
    assert desk.orders.call("order_hash", desk.account, 5) == bytes(32)
    order = desk.commit(5)
    assert desk.orders.call("order_hash", desk.account, 5) == order.hash
    desk.commit(9)
    assert desk.orders.call("taken", desk.account) == 1 << 5 | 1 << 9


def test_order_hash_of_a_slot_that_does_not_exist_reverts(desk: Desk) -> None:
    with pytest.raises(Reverted):
        desk.orders.call("order_hash", desk.account, 16)


def test_settings(desk: Desk) -> None:
    names = ("VAULT", "ORACLE", "DELAY", "WINDOW", "GRACE", "FEE_MIN", "FEE_MAX")
    expected = [desk.vault.address, desk.rig.oracle.address, DELAY, WINDOW, GRACE, FEE_MIN, FEE_MAX]
    assert [desk.orders.call(name) for name in names] == expected


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, EMPTY), (1, EMPTY), (2, 0), (2, 2**32), (3, 0), (3, 2**32), (4, 0), (4, 2**32), (5, 11), (6, 2**96)],
)
def test_bound(desk: Desk, place: int, value: Any) -> None:
    arguments: list[Any] = [desk.vault.address, desk.rig.oracle.address, 5, 60, 30, 1, 10]
    arguments[place] = value
    with pytest.raises(Reverted, match="BOUND"):
        desk.chain.deploy("OrderModule", *arguments, sender=desk.anyone)
