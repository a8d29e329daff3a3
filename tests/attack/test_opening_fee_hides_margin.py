"""An opening order's fee, judged at a stale price, must not carry the last margin out of a liquidation."""

from __future__ import annotations

from tests.support.system import ETH, WAD, House


def test_a_stale_mark_does_not_let_insurance_be_farmed(system: House) -> None:
    house = system
    house.provide(house.lp, 1_000_000)
    house.fund(house.outsider, 1_000)
    house.vault.transact("transfer", house.outsider, house.vault.address, 1_000 * WAD, sender=house.outsider)
    house.fund(house.attacker, 11)
    house.set_price(ETH, 4_000)
    order = house.order(house.attacker, ETH, 26 * 10**15, fee=WAD // 2)
    reference = house.round_at(order, 4_000)
    house.orders.transact("execute", order, 0, reference, b"", sender=house.hedger)
    # 5.2 percent down while nobody touches the pool: margin about 5, maintenance 3.
    house.set_price(ETH, 3_790)
    insurance = house.cash(house.vault.address)
    before = house.lens.call("health_many", [house.attacker])[0][1]
    parked = house.order(house.attacker, ETH, 1, trigger=99_999 * WAD, trigger_above=True, fee=5 * WAD)
    house.liquidation.transact("liquidate", house.attacker, ETH, b"", sender=house.hedger)
    house.orders.transact("cancel", parked, 0, sender=house.attacker)
    after = house.cash(house.attacker) + house.cash(house.hedger)
    # Some cents of the exit fee remain where the parked fee was more than the margin.
    assert after <= before + WAD // 20, f"earned {(after - before) / WAD} USD, insurance had {insurance / WAD}"
