"""A closing order without a fee is filled by its trader alone: it must not let him choose among past prices."""

from __future__ import annotations

from tests.support.system import ETH, WAD, House

QUARTER = 900
SIZE = 250 * WAD


def test_a_ladder_of_orders_without_fee_does_not_sell_at_the_best_price_of_an_hour(system: House) -> None:
    house = system
    house.provide(house.lp, 5_000_000)
    house.fund(house.attacker, 100_000)
    house.set_price(ETH, 4_000)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    ladder = []
    for slot, usd in enumerate((4_010, 4_060, 3_990, 3_980)):
        order = house.order(house.attacker, ETH, -SIZE, reduce_only=True, fee=0, slot=slot)
        ladder.append((order, slot, house.round_at(order, usd), usd))
        house.warp(QUARTER)
    house.refresh()
    order, slot, reference, _ = max(ladder, key=lambda rung: rung[3])
    receipt = house.orders.transact("execute", order, slot, reference, b"", sender=house.attacker)
    # Long after its round it fills at the newest price, which is the worse.
    assert receipt.one("Filled").args["price"] == 3_980 * WAD, "20,000 USD by looking back"
