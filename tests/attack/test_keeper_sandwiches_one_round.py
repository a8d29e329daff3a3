"""A keeper must not earn, without risk, by placing a victim's fill between his own at one round."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House


@pytest.mark.xfail(strict=True, reason="known to be open: docs/spec.md, section 14")
def test_a_keeper_earns_nothing_by_filling_a_victim_between_his_own_orders(system: House) -> None:
    house = system
    house.provide(house.lp, 5_000_000)
    for account in (house.attacker, house.taker):
        house.fund(account, 200_000)
    house.set_price(ETH, 4_000)
    before = house.cash(house.attacker)
    # The victim's order is public before it is due; the attacker joins its round with both legs at once.
    victim = house.order(house.taker, ETH, 250 * WAD)
    house.warp(1)
    leave = house.order(house.attacker, ETH, -250 * WAD, slot=1, reduce_only=True)
    enter = house.order(house.attacker, ETH, 250 * WAD, slot=0)
    reference = house.round_at(enter, 4_100)
    for order, slot in ((enter, 0), (victim, 0), (leave, 1)):
        receipt = house.orders.transact("execute", order, slot, reference, b"", sender=house.attacker)
        assert receipt.one("Executed").args["code"] == ""
    house.orders.transact("claim", house.attacker, sender=house.attacker)
    earned = house.cash(house.attacker) - before
    assert earned <= 2 * WAD, f"earned {earned / WAD} USD at one price without risk"  # keeper fees of three orders
