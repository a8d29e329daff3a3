"""No change of parameters liquidates anyone in its block: the slope does not ramp and never rises under positions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novation.chain.protocol import Reverted
from tests.support.system import ETH, WAD, House


def test_a_steeper_slope_liquidates_nobody_at_once(system: House) -> None:
    house = system
    house.provide(house.lp, 5_000_000)
    house.fund(house.taker, 62_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, 250 * WAD, 4_000)
    house.set_price(ETH, 3_940)  # margin about 45,000; maintenance 34,475, with the steeper slope 45,689
    assert house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error == "HEALTHY"
    steep = replace(house.market(ETH), slope_bps=65_535)
    with pytest.raises(Reverted, match="BOUND"):
        house.pool.transact("set_market", ETH, steep.struct(), sender=house.owner)
    assert house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator).error == "HEALTHY"
