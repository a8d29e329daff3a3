"""A price that was published before the flag and brought after it is one that the flag warned nobody of."""

from __future__ import annotations

import pytest

from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import ETH, WAD, House


@pytest.mark.xfail(strict=True, reason="known to be open: docs/spec.md, section 14")
def test_a_wick_that_nobody_had_brought_when_the_flag_was_set() -> None:
    """Flagged at 3,755 where a part of it would be closed; liquidated at a wick to 3,640 of the second before."""
    house: House = pulled_house(close_age=600)
    exposed(house, 10_000, 30)
    house.warp(100)
    house.set_price(ETH, 3_755)
    brought = house.now
    house.warp(59)
    tell(house, ETH, 3_640)
    wick = newest(house, ETH)
    house.warp(1)
    tell(house, ETH, 3_755)
    assert house.now == brought + 60
    house.vault.transact("flag", house.taker, sender=house.liquidator)
    house.warp(310)
    mark = house.chain.snapshot()
    receipt = house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    warned = house.lens.call("position", house.taker, ETH)[0] / WAD
    kept = house.cash(house.taker) / WAD
    house.chain.restore(mark)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, wick, sender=house.liquidator)
    left = house.lens.call("position", house.taker, ETH)[0] / WAD
    assert receipt.error == "EARLY", (
        f"of 30 ETH {left} left and {house.cash(house.taker) / WAD} USD; at what was warned of {warned} and {kept}"
    )
