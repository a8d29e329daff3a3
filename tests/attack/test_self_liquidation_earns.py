"""Who opens and liquidates himself, whole or in parts, at once or later, earns nothing, with insurance rich as well."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.moves import insure
from tests.support.system import ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 2_000_000)
    system.fund(system.attacker, 3_000)
    insure(system, 100_000)
    return system


def wealth(house: House) -> int:
    return sum(int(house.lens.call("health", a)[1]) for a in (house.attacker, house.outsider))


def test_in_the_block_of_the_fill(house: House) -> None:
    house.trade(house.attacker, ETH, 10 * WAD)
    with pytest.raises(Reverted, match="HEALTHY"):
        house.liquidation.transact("liquidate", house.attacker, ETH, b"", sender=house.attacker)


@pytest.mark.parametrize("usd", [3_817, 3_780, 3_730, 3_705, 3_690])
@pytest.mark.parametrize("wait", [0, 400])
def test_at_any_depth(house: House, usd: int, wait: int) -> None:
    """The reward comes out of his own penalty; insurance adds at most the least reward, to who has nothing left."""
    house.trade(house.attacker, ETH, 10 * WAD)
    house.set_price(ETH, usd)
    before = wealth(house)
    if wait:
        house.vault.transact("flag", house.attacker, sender=house.outsider)
        house.warp(wait)
    for _ in range(4):
        receipt = house.liquidation.attempt("liquidate", house.attacker, ETH, b"", sender=house.outsider)
        assert receipt.error in (None, "HEALTHY", "MARKET")
    # What a bankrupt leaves is the deficit that somebody else pays; with margin left nothing is gained.
    if before >= 0:
        assert wealth(house) < before
    else:
        assert wealth(house) <= house.system.parameters.liquidation.minimum_reward


def test_in_many_small_parts(house: House) -> None:
    """Never more than what the margin was, whatever the steps of the price."""
    start = wealth(house)
    house.trade(house.attacker, ETH, 10 * WAD)
    for usd in range(3_817, 3_600, -12):
        house.set_price(ETH, usd)
        house.liquidation.attempt("liquidate", house.attacker, ETH, b"", sender=house.attacker)
    assert wealth(house) < start
    assert house.cash(house.vault.address) >= 100_000 * WAD - WAD
