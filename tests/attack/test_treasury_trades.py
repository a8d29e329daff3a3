"""The treasury is an account like others: liquidating it must not destroy the fees that are collected meanwhile."""

from __future__ import annotations

from tests.support.system import ETH, WAD, House


def test_no_cash_vanishes_when_the_treasury_is_liquidated(system: House) -> None:
    house = system
    house.provide(house.lp, 5_000_000)
    house.fund(house.treasury, 62_000)
    house.set_price(ETH, 4_000)
    house.trade(house.treasury, ETH, 250 * WAD, 4_000)
    house.orders.transact("claim", house.keeper, sender=house.keeper)
    accounts = [
        house.treasury,
        house.vault.address,
        house.pool.address,
        house.orders.address,
        house.shares.address,
        house.keeper,
        house.liquidator,
        house.lp,
        house.owner,
    ]
    before = sum(house.cash(account) for account in accounts)
    house.set_price(ETH, 3_500)
    house.liquidation.transact("liquidate", house.treasury, ETH, b"", sender=house.liquidator)
    assert sum(house.cash(account) for account in accounts) == before
