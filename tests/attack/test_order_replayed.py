"""An order fills at most once, and never another than the one that was committed (invariant 21)."""

from __future__ import annotations

from tests.support.orders import WAD, WINDOW, Desk, called, order_of


def test_not_after_its_slot_was_used_again(desk: Desk) -> None:
    first = desk.due()
    assert desk.execute(first).ok
    second = desk.due()
    assert desk.execute(first).error == "ORDER"
    assert desk.execute(second).ok
    assert desk.execute(first).error == "ORDER"
    assert desk.execute(second).error == "ORDER"


def test_not_in_another_slot_or_account(desk: Desk) -> None:
    order = desk.due(0)
    other = desk.due(1, size=2 * WAD)
    assert desk.execute(order, 1).error == "ORDER"
    assert desk.execute(other, 0).error == "ORDER"
    assert desk.execute(order._replace(account=desk.sub_account(1))).error == "ORDER"


def test_not_with_the_marker_of_a_free_slot(desk: Desk) -> None:
    """A used slot holds 1, an unused one 0: no order hashes to these, and an empty order is not alive."""
    assert desk.execute(desk.due()).ok
    empty = desk.order(size=0)._replace(account="0x" + "00" * 20)
    for slot in range(16):
        assert desk.execute(empty._replace(due=1), slot).error == "ORDER"


def test_a_cancelled_order_that_is_committed_again_in_its_block_is_one_order(desk: Desk) -> None:
    """The same terms in the same second have the same hash: each commit pays its fee, each fills once at most."""
    order = desk.commit(trigger=WAD, trigger_above=True)
    desk.orders.transact("cancel", tuple(order), 0, sender=desk.trader)
    again = desk.commit(trigger=WAD, trigger_above=True)
    assert again == order
    desk.chain.warp(10)
    desk.rig.push(2_000)
    fired = order_of(desk.orders.transact("trigger", tuple(order), 0, sender=desk.keeper).one("Triggered"))
    desk.chain.set_time(fired.due)
    receipt = desk.execute(fired)
    assert len(called(receipt, "trade")) == 1
    assert desk.execute(fired).error == "ORDER"
    assert desk.execute(order).error == "ORDER"


def test_not_for_another_module(desk: Desk) -> None:
    """Hashes live in the module's own storage."""
    order = desk.due()
    other = desk.chain.deploy(
        "OrderModule", desk.vault.address, desk.rig.oracle.address, 5, WINDOW, 30, 0, 5 * WAD, sender=desk.anyone
    )
    assert other.attempt("execute", tuple(order), 0, 7, b"", sender=desk.keeper).error == "ORDER"


def test_an_order_in_a_callback_of_its_own_fill(desk: Desk) -> None:
    """The module is locked while the vault works."""
    order = desk.due()
    other = desk.due(1)
    for function, arguments in (
        ("execute", (tuple(order), 0, 7, b"")),
        ("execute", (tuple(other), 1, 7, b"")),
        ("execute_many", ([tuple(order)], [0], [7])),
        ("claim", (desk.keeper,)),
        ("earned", (desk.keeper,)),
    ):
        payload = desk.orders.encode(function, *arguments)
        desk.vault.transact("set_call_back", desk.orders.address, payload, sender=desk.anyone)
        assert not desk.execute(order).ok
        assert desk.is_alive(order)
        assert desk.is_alive(other, 1)
    desk.make_vault(0)
    assert desk.execute(order).ok
