"""Moves on a House that are not its own."""

from __future__ import annotations

from novation.chain.protocol import Contract
from novation.deployment.plan import feed_settings
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


def expose(house: House, market: int) -> Contract:
    """Prices a market by a Chainlink proxy with every malice, as it was priced. @return the proxy."""
    proxy = house.chain.deploy("MockAggregatorProxy", 18, sender=house.outsider)
    proxy.transact("push", house.price(market), sender=house.outsider)
    source = house.chain.deploy("ChainlinkSource", proxy.address, sender=house.outsider)
    settings = feed_settings(house.market(market).feed, source.address)
    house.oracle.transact("set_feed", market, settings, sender=house.owner)
    return proxy
