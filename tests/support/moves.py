"""Moves on a House that are not its own."""

from __future__ import annotations

from tests.support.system import WAD, House


def insure(house: House, usd: int) -> None:
    """Pays whole dollars into the insurance account, which is the vault itself."""
    house.system.mint(house.outsider, usd * WAD)
    if usd:
        house.system.deposit(house.outsider, house.vault.address, usd * WAD)


def all_cash(house: House) -> int:
    """WAD USD over every account that has any."""
    accounts = {*house.roles.values(), house.pool.address, house.vault.address, house.orders.address}
    return sum(house.cash(account) for account in accounts | {house.shares.address})
