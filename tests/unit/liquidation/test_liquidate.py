"""`liquidate` through the whole house: anyone closes what is unhealthy and earns; what is healthy is left alone."""

from __future__ import annotations

import pytest

from tests.support.system import BTC, ETH, WAD, House

SIZE = 4 * WAD


@pytest.fixture
def house(system: House) -> House:
    """The taker is long 4 ETH at 4,000 with 990 USD: unhealthy at about 3,875, broke at about 3,750."""
    system.provide(system.lp, 1_000_000)
    system.fund(system.taker, 1_000)
    system.trade(system.taker, ETH, SIZE)
    system.warp(10)
    return system


def position(house: House, market: int = ETH) -> int:
    return int(house.lens.call("position", house.taker, market)[0])


def test_a_partial_one_brings_the_account_to_its_target(house: House) -> None:
    house.set_price(ETH, 3_860)
    receipt = house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    reward = house.liquidation.returned("liquidate", receipt)
    assert reward > 0
    told = receipt.one("Liquidated").args
    assert (told["account"], told["market"]) == (house.taker, ETH)
    assert (told["liquidator"], told["reward"]) == (house.liquidator, reward)
    assert house.cash(house.liquidator) == reward
    assert 0 < position(house) < SIZE
    health = house.lens.call("health", house.taker)
    assert health[1] >= health[3] * 11 // 10
    assert house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error == "HEALTHY"


def test_a_broke_account_is_closed_whole(house: House) -> None:
    house.set_price(ETH, 3_500)
    receipt = house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert position(house) == 0
    assert receipt.one("Liquidated").args["deficit"] > 0
    assert house.cash(house.taker) == 0


def test_healthy(house: House) -> None:
    assert house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error == "HEALTHY"


@pytest.mark.parametrize("market", [BTC, 7, 31, 32, 2**255])
def test_market(house: House, market: int) -> None:
    house.set_price(ETH, 3_500)
    attempt = house.liquidation.attempt("liquidate", house.taker, market, b"", sender=house.liquidator)
    assert attempt.error == "MARKET"


def test_halted(house: House) -> None:
    house.feeds[ETH].source.transact("push", 0, sender=house.attacker)
    attempt = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert attempt.error == "HALTED"


def test_the_vault_listens_to_the_module_alone(house: House) -> None:
    house.set_price(ETH, 3_500)
    for sender in (house.owner, house.liquidator):
        attempt = house.vault.attempt(
            "liquidate", house.taker, ETH, house.attacker, 10_000, 10_000, 1, 10**24, sender=sender
        )
        assert attempt.error == "AUTH"


def test_many_passes_over_the_healthy(house: House) -> None:
    house.fund(house.maker, 100_000)
    house.trade(house.maker, ETH, -SIZE)
    house.warp(10)
    house.set_price(ETH, 3_860)
    accounts = [house.maker, house.taker, house.taker, house.outsider]
    receipt = house.liquidation.transact("liquidate_many", accounts, [ETH] * 4, sender=house.liquidator)
    assert house.liquidation.returned("liquidate_many", receipt) == 1
    assert [event.args["account"] for event in receipt.find("Liquidated")] == [house.taker]


def test_many_with_little_gas_halts_nothing_and_burns_nobody(house: House) -> None:
    """A call that starves is passed over; it neither forges a HALT nor liquidates at a wrong price."""
    house.set_price(ETH, 3_860)
    mark = house.chain.snapshot()
    outcomes = set()
    for gas in range(50_000, 400_000, 1_499):
        house.chain.restore(mark)
        receipt = house.liquidation.attempt("liquidate_many", [house.taker], [ETH], sender=house.attacker, gas=gas)
        if receipt.ok:
            done = house.liquidation.returned("liquidate_many", receipt)
            outcomes.add((done, position(house)))
    assert {done for done, _ in outcomes} == {0, 1}
    assert len(outcomes) == 2
