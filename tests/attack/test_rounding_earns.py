"""Every rounding goes against the caller: no loop of dust earns, and no account's moves create money."""

from __future__ import annotations

import random

import pytest

from tests.support.moves import all_cash
from tests.support.system import BTC, ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 5_000_000)
    # Without funding, so that time neither gives nor takes.
    system.pool.transact("set_market", ETH, (*system.market(ETH).struct()[:11], 0), sender=system.owner)
    for role in ("attacker", "maker", "taker"):
        system.fund(system.roles[role], 50_000)
    system.trade(system.maker, ETH, -7 * WAD - 3)
    return system


def wealth(house: House, *accounts: str) -> int:
    return sum(int(house.lens.call("health", account)[1]) for account in accounts)


@pytest.mark.parametrize("seed", range(4))
def test_odd_sizes_at_one_price(house: House, seed: int) -> None:
    dice = random.Random(seed)
    before, total = wealth(house, house.attacker), all_cash(house)
    for _ in range(12):
        house.trade(house.attacker, ETH, dice.choice([-1, 1]) * dice.randrange(WAD, 3 * WAD), usd=4_000)
    size = house.lens.call("position", house.attacker, ETH)[0]
    if size:
        house.trade(house.attacker, ETH, -size, usd=4_000)
    assert wealth(house, house.attacker) < before
    assert all_cash(house) == total


def test_deposits_and_withdrawals_of_dust(house: House) -> None:
    """A unit of the token is 1e12 wei: what is less stays with the vault."""
    before = house.token.call("balanceOf", house.attacker)
    worth = house.cash(house.attacker)
    house.vault.transact("transfer", house.attacker, house.outsider, 10**12 - 1, sender=house.attacker)
    for _ in range(5):
        house.vault.transact("withdraw", house.attacker, 1, house.attacker, sender=house.attacker)
    house.token.transact("approve", house.vault.address, 5, sender=house.attacker)
    house.vault.transact("deposit", house.attacker, 5, sender=house.attacker)
    assert house.cash(house.attacker) == worth - 10**12 + 1
    house.vault.transact("exit", house.attacker, house.attacker, sender=house.attacker)
    paid = house.token.call("balanceOf", house.attacker) - before
    assert paid * 10**12 + house.cash(house.attacker) == worth - 10**12 + 1


def test_a_partial_close_in_crumbs(house: House) -> None:
    """Closed in sixteenths: no better than at once."""
    house.trade(house.attacker, ETH, 5 * WAD, usd=4_000)
    mark = house.chain.snapshot()
    house.trade(house.attacker, ETH, -4 * WAD, usd=4_100)
    at_once = wealth(house, house.attacker)
    house.chain.restore(mark)
    for _ in range(16):
        house.trade(house.attacker, ETH, -WAD // 4, usd=4_100, fee=WAD)
    assert wealth(house, house.attacker) + 15 * WAD <= at_once


def test_realise_in_crumbs(house: House) -> None:
    """Who calls `realise` on another, as often as he likes, changes nobody's margin."""
    house.trade(house.attacker, ETH, 5 * WAD)
    house.trade(house.attacker, BTC, WAD // 20)
    for cents in range(1, 30):
        house.set_price(ETH, 3_990 - cents / 100)
        house.pool.transact("poke", ETH, sender=house.outsider)
        margin = wealth(house, house.attacker)
        house.vault.transact("realise", house.attacker, ETH, sender=house.outsider)
        assert wealth(house, house.attacker) == margin
