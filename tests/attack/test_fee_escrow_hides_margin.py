"""Keeper fees of reduce-only orders must not carry margin out of an account that needs it."""

from __future__ import annotations

from novation.chain.protocol import Reverted
from tests.support.system import ETH, WAD, House

FAR = 99_999 * WAD
FEE_MAX = 5 * WAD


def hide(house: House, account: str, fees: list[int]) -> list[tuple]:
    """Parks cash in orders that nobody can trigger, until that is refused for the margin. @return the orders."""
    parked = []
    for slot, fee in enumerate(fees):
        try:
            parked.append(
                house.order(account, ETH, -WAD, trigger=FAR, trigger_above=True, reduce_only=True, fee=fee, slot=slot)
            )
        except Reverted as error:
            if error.code != "MARGIN":
                raise
            break
    return parked


def seed_insurance(house: House) -> None:
    house.provide(house.lp, 1_000_000)
    house.fund(house.outsider, 1_000)
    house.vault.transact("transfer", house.outsider, house.vault.address, 1_000 * WAD, sender=house.outsider)


def test_insurance_is_not_farmed_by_an_account_that_hid_its_margin(system: House) -> None:
    house = system
    seed_insurance(house)
    house.fund(house.attacker, 8)
    house.set_price(ETH, 4_000)
    before = house.cash(house.attacker) + house.cash(house.hedger) + house.cash(house.keeper)
    insurance = house.cash(house.vault.address)
    order = house.order(house.attacker, ETH, 26 * 10**15)  # 104 USD, initial about 5.2
    reference = house.round_at(order, 4_000)
    house.orders.transact("execute", order, 0, reference, b"", sender=house.hedger)
    house.orders.transact("claim", house.hedger, sender=house.hedger)
    cash = house.cash(house.attacker)
    parked = hide(house, house.attacker, [FEE_MAX, cash - FEE_MAX])
    house.liquidation.attempt("liquidate", house.attacker, ETH, b"", sender=house.hedger)
    for slot, item in enumerate(parked):
        house.orders.transact("cancel", item, slot, sender=house.attacker)
    after = house.cash(house.attacker) + house.cash(house.hedger) + house.cash(house.keeper)
    assert after <= before, f"earned {(after - before) / WAD} USD, insurance had {insurance / WAD}"


def test_margin_does_not_leave_before_a_liquidation(system: House) -> None:
    house = system
    seed_insurance(house)
    house.fund(house.attacker, 100)
    house.set_price(ETH, 4_000)
    house.trade(house.attacker, ETH, 4 * 10**17, 4_000)  # 1,600 USD
    # The price falls: under maintenance, not yet under zero.
    house.set_price(ETH, 3_860)
    parked = hide(house, house.attacker, [FEE_MAX] * 16)
    system.liquidation.transact("liquidate", house.attacker, ETH, b"", sender=house.liquidator)
    for slot, item in enumerate(parked):
        house.orders.transact("cancel", item, slot, sender=house.attacker)
    insurance = house.cash(house.vault.address)
    assert not parked, f"{len(parked) * 5} USD were out of the liquidation's reach, insurance has {insurance / WAD}"
