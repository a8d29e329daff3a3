"""What the campaign found between contracts and model, one test each; see docs/audit/campaign.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novation.chain.protocol import Reverted
from novation.deployment.parameters import load
from tests.support.system import BTC, ETH, WAD, House, build

CHEAP = 10**14  # 1e-4 USD


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 5_000_000)
    return system


@pytest.mark.parametrize("size", [2**90, -(2**96), 2**102, -(2**103) + 1])
def test_a_huge_order_with_nothing_to_reduce_is_consumed(house: House, size: int) -> None:
    """It overflowed in the fill's cost, so that the keeper was not paid and the order lived."""
    house.fund(house.taker, 1_000)
    order = house.order(house.taker, ETH, size, reduce_only=True)
    assert house.fill(order).one("Executed").args["code"] == "REDUCE"


def test_the_loss_of_a_close_counts_at_its_commit(house: House) -> None:
    """An order that closes exactly, without reduce_only, dropped its result from the commit's judgement."""
    house.fund(house.taker, 10_000)
    house.trade(house.taker, ETH, 20 * WAD)
    house.warp(60)
    house.set_price(ETH, 3_400)  # 12,000 USD are lost
    house.pool.transact("poke", ETH, sender=house.keeper)
    with pytest.raises(Reverted, match="MARGIN"):
        house.order(house.taker, ETH, -20 * WAD)


def test_the_gain_of_a_close_counts_at_its_commit(house: House) -> None:
    house.fund(house.taker, 10_000)
    house.trade(house.taker, ETH, 20 * WAD)
    house.warp(60)
    house.set_price(ETH, 4_400)
    house.pool.transact("poke", ETH, sender=house.keeper)
    house.fill(house.order(house.taker, ETH, -20 * WAD), 4_400)
    assert house.cash(house.taker) > 17_000 * WAD


def test_no_market_can_be_listed_whose_requirement_overflows() -> None:
    """A cheap token with many units: the fill fits 256 bits at every price of the band, the requirement does not, so
    that nobody could liquidate, withdraw or close."""
    p = load("local")
    feed = replace(p.markets[0].feed, price=CHEAP, band_low=CHEAP // 10, band_high=4 * CHEAP)
    cheap = replace(p.markets[0], skew_scale=7 * 10**13 * WAD, feed=feed)
    with pytest.raises(Reverted, match="BOUND"):
        build(replace(p, markets=(cheap,)))
    # The largest K that the bound lets in: 7e13 / 102 at this price.
    house = build(replace(p, markets=(replace(cheap, skew_scale=cheap.skew_scale // 102 // 10**15 * 10**15),)))
    house.provide(house.lp, 5_000_000)
    house.fund(house.taker, 20_000)
    house.trade(house.taker, ETH, -(15 * 10**8) * WAD)
    house.warp(60)
    house.feeds[ETH].publish(4 * CHEAP - 1)
    house.pool.call("risk", house.taker, 1)
    house.lens.call("preview_trade", house.taker, ETH, 10**8 * WAD)
    house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)


def test_liquidated_tells_the_pools_cash_after_all_its_fills(house: House) -> None:
    """Where closing the other markets brings the margin above zero again, the event told the cash after the first."""
    house.fund(house.taker, 8_000)
    house.fund(house.maker, 5_000_000)
    house.trade(house.maker, BTC, -10 * WAD)
    house.trade(house.taker, ETH, 15 * WAD)
    house.trade(house.taker, BTC, -WAD // 2)
    house.warp(60)
    health = house.lens.call("health", house.taker)
    price = 4_000 * WAD - health[1] // 15 - 10 * WAD // 15
    house.feeds[ETH].publish(price)
    house.set_price(BTC)
    receipt = house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    event = receipt.one("Liquidated").args
    assert event["deficit"] == 0
    assert house.lens.call("account", house.taker)[3] == 0  # no market is left
    assert event["pool_cash"] == house.cash(house.pool.address)
