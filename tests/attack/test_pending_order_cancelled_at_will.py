"""An opening order must not be ended by its trader before its window ends, however he goes about it."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.system import ETH, WAD, House


def test_fees_of_other_orders_do_not_starve_a_pending_one(system: House) -> None:
    house = system
    house.provide(house.lp, 1_000_000)
    house.fund(house.attacker, 226)
    house.set_price(ETH, 4_000)
    order = house.order(house.attacker, ETH, WAD)  # initial 200, 20 at the adverse side, fees 3
    reference = house.round_at(order, 4_000)
    # He has seen the price and does not like it: 15 dollars in orders that he can cancel would fail it for MARGIN.
    far = {"trigger": 99_999 * WAD, "trigger_above": True}
    for slot in (1, 2, 3):
        with pytest.raises(Reverted, match="PENDING"):
            house.order(house.attacker, ETH, -WAD, reduce_only=True, fee=5 * WAD, slot=slot, **far)
    receipt = house.orders.transact("execute", order, 0, reference, b"", sender=house.keeper)
    assert receipt.one("Executed").args["code"] == "", "the trader has cancelled it for a keeper's fee"
