"""Who liquidates must not choose which of an account's prices are known, nor how old they are."""

from __future__ import annotations

import pytest

from tests.support.pulled import exposed, hedged, newest, pulled_house, tell
from tests.support.system import BTC, ETH, WAD, House


@pytest.mark.parametrize("age", [200, 3_600], ids=["closes", "halted by age alone"])
def test_a_hedged_account_is_not_liquidated_by_bringing_the_losing_half(pulled: House, age: int) -> None:
    house = pulled
    account = hedged(house)
    house.warp(age)
    # The whole market falls by 12%: the account loses 48,000 and wins 48,000.
    tell(house, ETH, 3_520)
    tell(house, BTC, 88_000)
    mark = house.chain.snapshot()
    house.oracle.transact("update", BTC, newest(house, BTC), sender=house.outsider)
    honest = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert honest.error == "HEALTHY"
    house.chain.restore(mark)
    attempt = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert attempt.error == "EARLY"
    # Who wants it must flag it first, and wait for those who bring the other half.
    house.oracle.transact("update", ETH, newest(house, ETH), sender=house.liquidator)
    house.vault.transact("flag", account, sender=house.liquidator)
    ramp = house.system.parameters.liquidation.ramp
    house.warp(ramp - 1)
    tell(house, ETH, 3_520)
    attempt = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert attempt.error == "EARLY"
    tell(house, BTC, 88_000)
    house.oracle.transact("update", BTC, newest(house, BTC), sender=house.outsider)
    attempt = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert attempt.error == "HEALTHY"


def test_with_a_dead_feed_an_account_is_liquidated_when_its_flag_is_old_enough(pulled: House) -> None:
    """Nobody can bring BTC: its position counts at its favourable side, and does not protect for ever."""
    house = pulled
    account = hedged(house)
    house.warp(400)
    house.set_price(ETH, 3_300)
    house.vault.transact("flag", account, sender=house.liquidator)
    ramp = house.system.parameters.liquidation.ramp
    house.warp(ramp)
    tell(house, ETH, 3_300)
    receipt = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert receipt.ok, receipt.error


def test_a_wick_of_minutes_ago_does_not_liquidate(pulled: House) -> None:
    """The price of now is known to all, and a passed one is brought instead."""
    house = pulled
    house.fund(house.taker, 10_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, 30 * WAD, 4_000)
    house.warp(20)
    tell(house, ETH, 3_770)
    wick = newest(house, ETH)
    house.warp(1)
    tell(house, ETH, 4_000)
    house.warp(270)
    tell(house, ETH, 4_100)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, wick, sender=house.liquidator)
    assert receipt.error == "EARLY"


def test_a_fallback_that_lags_does_not_liquidate_where_the_source_lives() -> None:
    """Nobody has needed a price for five minutes; Chainlink's is an hour old and within its threshold."""
    house = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    exposed(house, 10_000, 45)
    house.set_price(ETH, 3_905)
    assert house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error == "HEALTHY"
    house.warp(200)
    house.system.fallbacks[ETH].publish(3_886 * WAD)
    house.warp(101)
    tell(house, ETH, 3_905)  # the source is alive: anybody could bring it
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert receipt.error == "EARLY"
