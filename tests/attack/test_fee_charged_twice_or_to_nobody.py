"""What a trade charges is exactly what pool, treasury and insurance get; who pays it pays it once."""

from __future__ import annotations

import pytest

from tests.support import stored
from tests.support.system import ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 2_000_000)
    for role in ("taker", "maker"):
        system.fund(system.roles[role], 50_000)
    return system


@pytest.mark.parametrize("sizes", [(10,), (10, -4), (10, -10), (10, -15), (-3, 8, -2)])
def test_every_dollar_has_one_payer_and_one_receiver(house: House, sizes: tuple[int, ...]) -> None:
    cash, pool = house.cash(house.taker), house.cash(house.pool.address)
    charges = fees = moved = 0
    for size in sizes:
        receipt = house.trade(house.taker, ETH, size * WAD, usd=4_000)
        event = receipt.one("Filled").args
        charges += event["charge"]
        fees += receipt.one("Executed").args["fee"]
    position = house.lens.call("position", house.taker, ETH)
    moved = cash - house.cash(house.taker)
    # cash moved = keeper fees + what the pool got; the pool's part is the charges and what the premium realised.
    assert moved == fees + house.cash(house.pool.address) - pool
    owed = stored.book(house.pool).owed
    assert 0 <= charges // 5 - owed <= len(sizes) * 10**12
    if not position[0]:
        assert house.cash(house.pool.address) - pool >= charges


def test_collected_once(house: House) -> None:
    receipt = house.trade(house.taker, ETH, 10 * WAD)
    charge = receipt.one("Filled").args["charge"]
    for _ in range(3):
        house.vault.transact("collect", 0, sender=house.outsider)
    assert house.cash(house.treasury) + house.cash(house.vault.address) == charge // 5
    assert house.cash(house.treasury) == charge // 10


def test_a_failed_order_pays_its_keeper_only(house: House) -> None:
    order = house.order(house.taker, ETH, 10 * WAD, acceptable=1)
    receipt = house.fill(order)
    assert receipt.one("Executed").args["code"] == "PRICE"
    assert house.cash(house.taker) == 50_000 * WAD - WAD
    house.orders.transact("claim", house.keeper, sender=house.keeper)
    assert house.cash(house.keeper) == WAD
    assert stored.book(house.pool).owed == 0


def test_a_liquidation_charges_penalty_and_fee_once(house: House) -> None:
    """The penalty is the liquidator's and the insurance's, the fee the pool's, both by the event."""
    house.fund(house.hedger, 3_000)
    house.trade(house.hedger, ETH, 10 * WAD)
    house.set_price(ETH, 3_800)
    cash, pool = house.cash(house.hedger), house.cash(house.pool.address)
    before = house.cash(house.vault.address)
    receipt = house.liquidation.transact("liquidate", house.hedger, ETH, b"", sender=house.liquidator)
    got = house.cash(house.liquidator) + house.cash(house.vault.address) - before
    paid = cash - house.cash(house.hedger)
    assert paid == got + house.cash(house.pool.address) - pool
    event = receipt.one("Filled").args
    size = 10 * WAD - stored.position(house.pool, house.hedger).size
    assert got == -(-size * 3_800 * 100 // 10_000)
    assert event["charge"] - got == -(-size * 3_800 * 500 // 10**6)
