"""`claim`: a keeper's earnings into its vault account, to the wei, by anyone."""

from __future__ import annotations

from novation.chain.abi import mapping_slot
from tests.support.orders import WAD, Desk, called


def test_pushes_all_that_was_earned(desk: Desk) -> None:
    for fee in (WAD, WAD + 1, 2 * WAD):
        assert desk.execute(desk.due(fee=fee)).ok
    receipt = desk.orders.transact("claim", desk.keeper, sender=desk.anyone)
    assert receipt.one("Claimed").args == {"keeper": desk.keeper, "amount": 4 * WAD + 1}
    (call,) = called(receipt, "push")
    assert (call["account"], call["amount"]) == (desk.keeper, 4 * WAD + 1)
    assert desk.earned() == 0


def test_nothing_where_there_is_nothing(desk: Desk) -> None:
    assert desk.orders.transact("claim", desk.keeper, sender=desk.keeper).events == []
    assert desk.execute(desk.due()).ok
    assert len(desk.orders.transact("claim", desk.keeper, sender=desk.keeper).find("Claimed")) == 1
    assert desk.orders.transact("claim", desk.keeper, sender=desk.keeper).events == []


def test_its_word_is_never_zero_again(desk: Desk) -> None:
    """The next fee is cheap to book."""
    assert desk.execute(desk.due()).ok
    desk.orders.transact("claim", desk.keeper, sender=desk.keeper)
    assert desk.chain.storage(desk.orders.address, mapping_slot(1, desk.keeper)) == 1


def test_earns_again_after_it(desk: Desk) -> None:
    assert desk.execute(desk.due()).ok
    desk.orders.transact("claim", desk.keeper, sender=desk.keeper)
    assert desk.execute(desk.due(fee=3 * WAD)).ok
    assert desk.earned() == 3 * WAD
    receipt = desk.orders.transact("claim", desk.keeper, sender=desk.keeper)
    assert called(receipt, "push")[0]["amount"] == 3 * WAD
