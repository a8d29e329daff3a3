"""A trigger fires at a price that is NORMAL or REDUCE_ONLY (spec, section 7): not at one whose time somebody chose."""

from __future__ import annotations

from tests.support.oracle import AGED
from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import ETH, WAD, House


def test_a_stop_is_not_fired_by_a_wick_of_minutes_ago(pulled: House) -> None:
    """4,000; one second of 3,700; 4,050 for four minutes. The stop at 3,750 sells at 4,050 what was never in danger."""
    house = pulled
    house.fund(house.taker, 100_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, 20 * WAD, 4_000)
    order = house.order(house.taker, ETH, -20 * WAD, reduce_only=True, trigger=3_750 * WAD)
    house.warp(30)
    tell(house, ETH, 3_700)
    wick = newest(house, ETH)
    house.warp(1)
    tell(house, ETH, 4_050)
    house.warp(240)
    tell(house, ETH, 4_050)
    house.oracle.transact("update", ETH, wick, sender=house.attacker)
    assert house.oracle.call("read", ETH)[4] == AGED
    assert house.orders.attempt("trigger", order, 0, sender=house.attacker).error == "STALE"


def test_a_stop_is_not_fired_by_a_fallback_that_lags() -> None:
    house = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    exposed(house, 100_000, 20)
    order = house.order(house.taker, ETH, -20 * WAD, reduce_only=True, trigger=3_985 * WAD)
    house.warp(1)
    house.system.fallbacks[ETH].publish(3_981 * WAD)
    house.warp(301)
    tell(house, ETH, 4_000)
    assert house.orders.attempt("trigger", order, 0, sender=house.attacker).error == "STALE"
