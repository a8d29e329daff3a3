"""`commit`: an order into a slot, its hash on chain, its fee and margin reserved by the vault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import (
    DELAY,
    FAIL,
    FEE_MAX,
    FEE_MIN,
    WAD,
    Desk,
    called,
    error,
    order_of,
)


def test_an_order_with_a_due_time(desk: Desk) -> None:
    now = desk.chain.now
    given = desk.order(market=4, size=-3 * WAD, acceptable=7 * WAD, due=99, committed_at=98)
    receipt = desk.orders.transact("commit", tuple(given), 15, sender=desk.trader)
    assert desk.orders.returned("commit", receipt) == now + DELAY
    event = receipt.one("Committed")
    order = order_of(event)
    assert (event.args["account"], event.args["slot"]) == (desk.account, 15)
    assert order == given._replace(due=now + DELAY, committed_at=now)
    assert desk.orders.call("order_hash", desk.account, 15) == order.hash
    assert desk.orders.call("taken", desk.account) == 1 << 15
    (call,) = called(receipt, "reserve")
    assert (call["account"], call["market"], call["size"], call["amount"], call["flag"]) == (
        desk.account,
        4,
        -3 * WAD,
        WAD,
        True,
    )


def test_an_order_with_a_trigger_has_no_due_time(desk: Desk) -> None:
    receipt = desk.orders.transact("commit", tuple(desk.order(trigger=1, due=5)), 0, sender=desk.trader)
    assert desk.orders.returned("commit", receipt) == 0
    assert order_of(receipt.one("Committed")).due == 0


def test_a_reduction_reserves_no_margin(desk: Desk) -> None:
    receipt = desk.orders.transact("commit", tuple(desk.order(reduce_only=True)), 0, sender=desk.trader)
    assert called(receipt, "reserve")[0]["flag"] is False


def test_for_a_sub_account(desk: Desk) -> None:
    order = desk.commit(account=desk.sub_account(9))
    assert desk.orders.call("order_hash", desk.sub_account(9), 0) == order.hash
    assert desk.orders.call("taken", desk.account) == 0


def test_by_an_operator(desk: Desk) -> None:
    """He may be his own keeper: the smallest fee is his, and none for a reduction."""
    assert desk.refusal("commit", tuple(desk.order(fee=FEE_MIN + 1)), 0, sender=desk.operator) == "FEE"
    assert desk.refusal("commit", tuple(desk.order(fee=FEE_MIN)), 0, sender=desk.operator) is None
    assert desk.refusal("commit", tuple(desk.order(fee=0)), 1, sender=desk.operator) == "FEE"
    assert desk.refusal("commit", tuple(desk.order(fee=0, reduce_only=True)), 1, sender=desk.operator) is None


def test_all_slots(desk: Desk) -> None:
    for slot in range(16):
        desk.commit(slot)
    assert desk.orders.call("taken", desk.account) == 2**16 - 1


@pytest.mark.parametrize("role", ["keeper", "anyone"])
def test_auth(desk: Desk, role: str) -> None:
    assert desk.refusal("commit", tuple(desk.order()), 0, sender=getattr(desk, role)) == "AUTH"


def test_auth_an_operator_of_another_account(desk: Desk) -> None:
    order = desk.order(account=desk.keeper)
    assert desk.refusal("commit", tuple(order), 0, sender=desk.operator) == "AUTH"


@pytest.mark.parametrize("slot", [16, 17, 2**255])
def test_slot_beyond_the_last(desk: Desk, slot: int) -> None:
    assert desk.refusal("commit", tuple(desk.order()), slot, sender=desk.trader) == "SLOT"


def test_slot_taken(desk: Desk) -> None:
    desk.commit()
    assert desk.refusal("commit", tuple(desk.order()), 0, sender=desk.trader) == "SLOT"


def test_zero(desk: Desk) -> None:
    assert desk.refusal("commit", tuple(desk.order(size=0)), 0, sender=desk.trader) == "ZERO"


@pytest.mark.parametrize(
    ("fee", "code"), [(FEE_MIN - 1, "FEE"), (FEE_MIN, None), (FEE_MAX, None), (FEE_MAX + 1, "FEE"), (2**256 - 1, "FEE")]
)
@pytest.mark.parametrize("reduce_only", [False, True])
def test_fee(desk: Desk, fee: int, code: str | None, reduce_only: bool) -> None:
    order = desk.order(fee=fee, reduce_only=reduce_only)
    assert desk.refusal("commit", tuple(order), 0, sender=desk.trader) == code


@pytest.mark.parametrize(("seconds", "code"), [(DELAY - 1, "EXPIRED"), (DELAY, None)])
@pytest.mark.parametrize("trigger", [0, WAD])
def test_expired(desk: Desk, seconds: int, code: str | None, trigger: int) -> None:
    order = desk.order(expires_at=desk.chain.now + seconds, trigger=trigger)
    assert desk.refusal("commit", tuple(order), 0, sender=desk.trader) == code


@pytest.mark.parametrize("code", ["MARKET", "PAUSED", "BUSY", "CASH", "MAX", "MARGIN"])
def test_what_the_vault_reverts_with(desk: Desk, code: str) -> None:
    desk.vault.transact("set_reserve_mode", FAIL, sender=desk.anyone)
    desk.fail_with(error(code))
    assert desk.refusal("commit", tuple(desk.order()), 0, sender=desk.trader) == code
    assert desk.orders.call("taken", desk.account) == 0


@pytest.mark.parametrize(
    ("wrong", "slot", "code"),
    [
        ({"size": 0}, 16, "SLOT"),
        ({"size": 0, "fee": 0}, 0, "ZERO"),
        ({"fee": 0, "expires_at": 0}, 0, "FEE"),
    ],
)
def test_order_of_the_checks(desk: Desk, wrong: dict[str, Any], slot: int, code: str) -> None:
    order = tuple(desk.order(**wrong))
    assert desk.refusal("commit", order, slot, sender=desk.anyone) == "AUTH"
    assert desk.refusal("commit", order, slot, sender=desk.trader) == code


@pytest.mark.parametrize(
    "beyond",
    [{"size": 1 << 103}, {"size": -(1 << 103)}, {"size": -(1 << 255)}, {"acceptable": 1 << 112}, {"trigger": 1 << 112}],
)
def test_what_no_fill_could_hold_is_out_of_bounds(desk: Desk, beyond: dict[str, int]) -> None:
    assert desk.refusal("commit", tuple(desk.order(**beyond)), 0, sender=desk.trader) == "BOUND"
    within = {name: number + (1 if number < 0 else -1) for name, number in beyond.items() if number != -(1 << 255)}
    assert desk.refusal("commit", tuple(desk.order(**within)), 0, sender=desk.trader) is None
