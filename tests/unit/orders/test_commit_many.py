"""`commit_many`: several orders, all or none."""

from __future__ import annotations

import pytest

from tests.support.orders import WAD, Desk, order_of


def test_commits_each(desk: Desk) -> None:
    given = [desk.order(size=(i + 1) * WAD) for i in range(8)]
    receipt = desk.orders.transact("commit_many", [tuple(o) for o in given], list(range(8)), sender=desk.trader)
    found = [order_of(event) for event in receipt.find("Committed")]
    assert [order.size for order in found] == [order.size for order in given]
    assert all(desk.is_alive(order, slot) for slot, order in enumerate(found))


def test_all_or_none(desk: Desk) -> None:
    given = [tuple(desk.order()), tuple(desk.order())]
    assert desk.refusal("commit_many", given, [0, 0], sender=desk.trader) == "SLOT"
    assert desk.orders.call("taken", desk.account) == 0


def test_each_is_authorised(desk: Desk) -> None:
    given = [tuple(desk.order()), tuple(desk.order(account=desk.keeper))]
    assert desk.refusal("commit_many", given, [0, 1], sender=desk.trader) == "AUTH"


@pytest.mark.parametrize("slots", [[], [0], [0, 1, 2]])
def test_length(desk: Desk, slots: list[int]) -> None:
    given = [tuple(desk.order())] * 2
    assert desk.refusal("commit_many", given, slots, sender=desk.trader) == "LENGTH"


def test_at_most_eight(desk: Desk) -> None:
    assert not desk.orders.attempt("commit_many", [tuple(desk.order())] * 9, list(range(9)), sender=desk.trader).ok
