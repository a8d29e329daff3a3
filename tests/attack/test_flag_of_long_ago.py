"""A flag of long ago, and a market whose price nobody has brought since: half of the truth, without a warning."""

from __future__ import annotations

import pytest

from tests.support.pulled import exposed, hedged, newest, pulled_house, tell
from tests.support.system import BTC, ETH, WAD, House


@pytest.mark.parametrize("hours", [1, 4])
def test_half_the_truth_at_an_old_flag_without_any_warning(pulled: House, hours: int) -> None:
    house = pulled
    account = hedged(house)
    # Five minutes later a dip of both by 12%; somebody brings ETH alone and flags. In truth the account is sound.
    house.warp(310)
    house.set_price(ETH, 3_520)
    house.vault.transact("flag", account, sender=house.liquidator)
    # Seconds later it has passed: sound at what is brought, and BTC needs nobody.
    house.warp(10)
    for _ in range(hours):
        house.set_price(ETH, 4_000)
        attempt = house.liquidation.attempt("liquidate", account, ETH, b"", sender=house.liquidator)
        assert attempt.error in ("HEALTHY", "EARLY")
        house.warp(3_600)
    # The whole market falls by 12% again.
    tell(house, ETH, 3_520)
    tell(house, BTC, 88_000)
    mark = house.chain.snapshot()
    house.oracle.transact("update", BTC, newest(house, BTC), sender=house.outsider)
    honest = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    assert honest.error == "HEALTHY"
    house.chain.restore(mark)
    before = house.lens.call("position", account, ETH)[0]
    receipt = house.liquidation.attempt("liquidate", account, ETH, newest(house, ETH), sender=house.liquidator)
    closed = (before - house.lens.call("position", account, ETH)[0]) / WAD
    got = house.cash(house.liquidator) / WAD
    assert receipt.error == "EARLY", f"{closed} ETH of a sound account closed, {got} USD for it, no warning"


def test_nor_does_a_flag_of_hours_ago_open_a_fallback_that_lags() -> None:
    """One market, quiet: nobody has needed its source since before the flag, and it is alive."""
    house = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    exposed(house, 10_000, 45)
    house.warp(200)
    house.system.fallbacks[ETH].publish(3_886 * WAD)
    house.warp(101)
    house.vault.transact("flag", house.taker, sender=house.liquidator)
    for _ in range(2):
        house.warp(60)
        house.system.fallbacks[ETH].publish(3_950 * WAD)
        attempt = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator)
        assert attempt.error in ("HEALTHY", "EARLY")
        house.warp(3_600)
    house.system.fallbacks[ETH].publish(3_886 * WAD)
    tell(house, ETH, 3_905)  # the source is alive: anybody could bring it
    mark = house.chain.snapshot()
    honest = house.liquidation.attempt("liquidate", house.taker, ETH, newest(house, ETH), sender=house.liquidator)
    assert honest.error == "HEALTHY"
    house.chain.restore(mark)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert receipt.error == "EARLY", f"reward {house.cash(house.liquidator) / WAD} USD, no warning"
