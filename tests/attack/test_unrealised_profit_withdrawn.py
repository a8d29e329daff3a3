"""A paper profit cannot be withdrawn, and margins more only at its worse side and as far as the pool could pay it."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.stored import refusal
from tests.support.system import ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 2_000_000)
    system.fund(system.attacker, 5_000)
    system.trade(system.attacker, ETH, 20 * WAD)
    return system


def free(house: House) -> int:
    return int(house.lens.call("health", house.attacker)[4])


def test_by_no_door(house: House) -> None:
    house.set_price(ETH, 8_000)
    assert house.lens.call("health", house.attacker)[1] > 80_000 * WAD
    assert free(house) < 5_000 * WAD
    more = (house.attacker, free(house) // 10**12 + 1, house.attacker)
    assert refusal(house.vault, "withdraw", *more, sender=house.attacker) == "MARGIN"
    sub = house.attacker[:-2] + ("00" if house.attacker[-2:] != "00" else "01")
    beyond = free(house) + 1
    assert refusal(house.vault, "transfer", house.attacker, sub, beyond, sender=house.attacker) == "MARGIN"
    batch = [(house.attacker, sub, beyond)]
    assert refusal(house.vault, "transfer_many", batch, sender=house.attacker) == "MARGIN"
    request = ("request_deposit", house.attacker, beyond)
    assert refusal(house.shares, *request, sender=house.attacker) == "MARGIN"
    assert refusal(house.vault, "exit", house.attacker, house.attacker, sender=house.attacker) == "POSITION"


def test_a_spike_frees_nothing(house: House) -> None:
    """Up and down again within a block: what may leave is no more than before."""
    before = free(house)
    house.set_price(ETH, 6_000)
    house.warp(1)
    assert free(house) <= before


def test_margins_at_its_worse_side(house: House) -> None:
    """The haircut is the feed's deviation: gains are counted at low for a long."""
    house.set_price(ETH, 4_400)
    risk = house.pool.call("risk", house.attacker, 1)
    gains, equity = risk[0], risk[2]
    assert equity - gains == pytest.approx(20 * 4_400 * 50 * WAD // 10_000, rel=0.01)


def test_margins_no_more_than_the_pool_could_pay(house: House) -> None:
    """With the weight at nothing a profit opens nothing."""
    house.set_price(ETH, 4_400)
    house.pool.transact("poke", ETH, sender=house.outsider)
    mark = house.chain.snapshot()
    house.trade(house.attacker, ETH, 15 * WAD)
    house.chain.restore(mark)
    order = house.order(house.attacker, ETH, 15 * WAD)
    house.vault.transact("set_gain_weight", 0, 0, sender=house.owner)
    assert house.fill(order).one("Executed").args["code"] == "MARGIN"
    with pytest.raises(Reverted, match="MARGIN"):
        house.order(house.attacker, ETH, 15 * WAD)
