"""An operator that may only trade must not move the account's cash to itself by earning the fees of orders that cannot fill."""

from __future__ import annotations

from tests.support.system import ETH, WAD, House


def test_failing_orders_pay_their_own_operator(system: House) -> None:
    house = system
    house.fund(house.taker, 200)
    trade = 1
    house.vault.transact("set_operator", house.attacker, trade, house.taker, 2**40 - 1, sender=house.taker)
    orders = [
        house.order(house.taker, ETH, -WAD, reduce_only=True, fee=5 * WAD, slot=slot, sender=house.attacker)
        for slot in range(16)
    ]
    reference = house.round_at(orders[-1])
    for slot, order in enumerate(orders):
        house.orders.transact("execute", order, slot, reference, sender=house.attacker)
    earned = int(house.orders.call("earned", house.attacker))
    assert earned < 10 * WAD, f"an operator without WITHDRAW took {earned / WAD} USD in one round"
