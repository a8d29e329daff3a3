"""Who orders the fills of a round must not make a solvent account's liquidation a deficit, at no risk."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House

SIZE = 250 * WAD


@pytest.mark.xfail(strict=True, reason="known to be open: docs/spec.md, section 14")
def test_pushing_the_skew_around_a_liquidation_earns_nothing_and_makes_no_deficit(system: House) -> None:
    house = system
    house.provide(house.lp, 20_000_000)
    accounts = [house.attacker, house.outsider, house.hedger, house.maker]
    for account in accounts:
        house.fund(account, 300_000)
    house.fund(house.taker, 64_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, SIZE, 4_000)
    before = sum(house.cash(account) for account in accounts)
    leave = [house.order(account, ETH, SIZE, slot=1, reduce_only=True) for account in accounts]
    enter = [house.order(account, ETH, -SIZE, slot=0) for account in accounts]
    # The round leaves the victim about 5,000 of margin: enough for a liquidation at the skew as it is.
    reference = house.round_at(enter[-1], 3_770)
    for order in enter:
        house.orders.transact("execute", order, 0, reference, b"", sender=house.attacker)
    receipt = house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.attacker)
    for order in reversed(leave):
        house.orders.transact("execute", order, 1, reference, b"", sender=house.attacker)
    house.orders.transact("claim", house.attacker, sender=house.attacker)
    earned = sum(house.cash(account) for account in accounts) - before
    deficit = receipt.one("Liquidated").args["deficit"]
    assert deficit == 0, f"deficit {deficit / WAD}, earned {earned / WAD}"
    assert earned <= 3_000 * WAD
