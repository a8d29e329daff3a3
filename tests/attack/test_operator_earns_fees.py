"""An operator that may only trade must not earn the account's cash by fees of orders that cannot fill."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.system import ETH, WAD, House

TRADE = 1  # ICollateralVault.Power


def test_failing_orders_pay_their_operator_no_more_than_the_least_fee(system: House) -> None:
    house = system
    house.fund(house.taker, 200)
    house.vault.transact("set_operator", house.attacker, TRADE, house.taker, 2**40 - 1, sender=house.taker)
    with pytest.raises(Reverted, match="FEE"):
        house.order(house.taker, ETH, -WAD, reduce_only=True, fee=5 * WAD, sender=house.attacker)
    orders = [
        house.order(house.taker, ETH, -WAD, reduce_only=True, fee=WAD // 2, slot=slot, sender=house.attacker)
        for slot in range(16)
    ]
    reference = house.round_at(orders[-1])
    for slot, order in enumerate(orders):
        house.orders.transact("execute", order, slot, reference, b"", sender=house.attacker)
    earned = int(house.orders.call("earned", house.attacker))
    assert earned < 10 * WAD, f"an operator without WITHDRAW took {earned / WAD} USD in one round"
