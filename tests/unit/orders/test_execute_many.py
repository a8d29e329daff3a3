"""`execute_many`: as `execute`; what would revert is passed over and lives."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Receipt
from novation.fixed import pack
from novation.model import words
from tests.support.oracle import AGED, HALT, PULLED, STARVED, TRADE_AGE
from tests.support.orders import GRACE, SPEND, WAD, WINDOW, Desk, Order, called, error


def run(desk: Desk, orders: list[Order], slots: list[int], gas: int | None = None) -> Receipt:
    return desk.orders.transact(
        "execute_many", [tuple(o) for o in orders], slots, [7] * len(orders), sender=desk.keeper, gas=gas
    )


def test_fills_each(desk: Desk) -> None:
    orders = [desk.commit(slot) for slot in range(8)]
    desk.chain.set_time(orders[-1].due)
    receipt = run(desk, orders, list(range(8)))
    assert desk.orders.returned("execute_many", receipt) == 0xFF
    assert len(receipt.find("Executed")) == len(called(receipt, "trade")) == 8
    assert desk.earned() == 8 * WAD
    assert desk.orders.call("taken", desk.account) == 0


def test_passes_over_what_would_revert(desk: Desk) -> None:
    good = desk.commit(0)
    waiting = desk.commit(1, trigger=1)
    done = desk.commit(2)
    desk.chain.set_time(good.due)
    assert desk.execute(done, 2).ok
    early = desk.commit(3)
    orders = [done, early, waiting, good, good, good]
    receipt = run(desk, orders, [2, 3, 1, 1, 16, 0])
    assert desk.orders.returned("execute_many", receipt) == 0b100000
    assert desk.is_alive(early, 3)
    assert desk.is_alive(waiting, 1)
    assert desk.earned() == 2 * WAD


def test_passes_over_what_has_expired(desk: Desk) -> None:
    order = desk.commit()
    desk.chain.set_time(order.due + WINDOW + GRACE + 1)
    assert desk.orders.returned("execute_many", run(desk, [order], [0])) == 0
    assert desk.is_alive(order)


def test_the_same_order_twice_fills_once(desk: Desk) -> None:
    order = desk.due()
    receipt = run(desk, [order, order], [0, 0])
    assert desk.orders.returned("execute_many", receipt) == 1
    assert len(called(receipt, "trade")) == 1


@pytest.mark.parametrize(("code", "bits"), [("MARGIN", 3), ("STALE", 0), ("GAS", 0)])
def test_faults(desk: Desk, code: str, bits: int) -> None:
    orders = [desk.commit(slot) for slot in range(2)]
    desk.chain.set_time(orders[-1].due)
    desk.fail_with(error(code))
    receipt = run(desk, orders, [0, 1])
    assert desk.orders.returned("execute_many", receipt) == bits
    assert [event.args["code"] for event in receipt.find("Executed")] == [code] * bits.bit_count()
    assert [desk.is_alive(order, slot) for slot, order in enumerate(orders)] == [not bits] * 2


def hold(desk: Desk, account: str, *markets: int) -> None:
    """The account is in these markets from now on, as far as the vault tells."""
    word = pack((0, 0, sum(1 << market for market in markets), 0, 0, 0), words.ACCOUNT)
    desk.vault.transact("set_account_word", account, word, sender=desk.anyone)


@pytest.mark.parametrize(("market", "status"), [(PULLED, AGED), (9, HALT)])
@pytest.mark.parametrize(("code", "bits"), [("MARGIN", 0b101), ("PRICE", 0b101), ("MAX", 0b111), ("STALE", 0)])
def test_what_asks_for_a_price_is_passed_over_at_an_outdated_one(
    desk: Desk, market: int, status: int, code: str, bits: int
) -> None:
    """The second order's account is in a market whose newer price the keeper may have left out."""
    desk.rig.bring(2_000)
    desk.chain.warp(TRADE_AGE + 1)
    desk.rig.push(2_000)
    assert desk.rig.read(market).status == status
    accounts = [desk.sub_account(number) for number in range(3)]
    for account, held in zip(accounts, [(0,), (0, market), ()], strict=True):
        hold(desk, account, *held)
    orders = [desk.commit(account=account) for account in accounts]
    desk.chain.set_time(orders[-1].due)
    desk.fail_with(error(code))
    receipt = run(desk, orders, [0] * 3)
    assert desk.orders.returned("execute_many", receipt) == bits
    assert [event.args["code"] for event in receipt.find("Executed")] == [code] * bits.bit_count()
    assert [desk.is_alive(order) for order in orders] == [not bits >> i & 1 for i in range(3)]
    assert desk.earned() == bits.bit_count() * WAD


def test_gas_where_a_source_cannot_tell(desk: Desk) -> None:
    """Nothing is done: whether the order is burned must not hang on the gas that it is given."""
    hold(desk, desk.account, 0)
    orders = [desk.commit(slot) for slot in range(2)]
    desk.chain.set_time(orders[-1].due)
    desk.fail_with(error("MARGIN"))
    desk.rig.modes(STARVED)
    assert desk.refusal("execute_many", [tuple(order) for order in orders], [0, 1], [7, 7]) == "GAS"
    assert [desk.is_alive(order, slot) for slot, order in enumerate(orders)] == [True, True]


def test_with_little_gas_orders_fill_or_live(desk: Desk) -> None:
    desk.make_vault(SPEND, 100)
    for gas in range(30_000, 200_000, 3_001):
        orders = [desk.commit(slot) for slot in range(3)]
        desk.chain.set_time(orders[-1].due)
        receipt = desk.orders.attempt(
            "execute_many", [tuple(o) for o in orders], [0, 1, 2], [7] * 3, sender=desk.keeper, gas=gas
        )
        done = desk.orders.returned("execute_many", receipt) if receipt.ok else 0
        assert [event.args["code"] for event in receipt.find("Executed")] == [""] * done.bit_count()
        assert [desk.is_alive(order, i) for i, order in enumerate(orders)] == [not done >> i & 1 for i in range(3)]
        for slot, order in enumerate(orders):
            assert done >> slot & 1 or desk.execute(order, slot).ok


@pytest.mark.parametrize(("slots", "references"), [([0], [7, 7]), ([0, 1], [7]), ([], [])])
def test_length(desk: Desk, slots: list[int], references: list[int]) -> None:
    order = tuple(desk.due())
    assert desk.refusal("execute_many", [order, order], slots, references) == "LENGTH"


def test_none(desk: Desk) -> None:
    assert desk.orders.returned("execute_many", run(desk, [], [])) == 0
