"""A crash that lasts: wicks on both sides of it start MOVE's clock anew, and who is unsound stays unliquidated."""

from __future__ import annotations

import pytest

from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import ETH, House

MOVE, CALM = 500, 120


@pytest.mark.xfail(strict=True, reason="known to be open: docs/spec.md, section 14")
def test_who_is_unsound_is_liquidated_though_the_market_has_wicks() -> None:
    """4,000, then an hour at 3,600 with a second at 3,510 or 3,700 each 100 s: all are beyond the limit."""
    house: House = pulled_house(move_bps=MOVE, calm=CALM, close_age=600)
    exposed(house, 10_000, 30)
    errors = set()
    for number in range(36):
        house.warp(1)
        tell(house, ETH, 3_510 if number % 2 else 3_700)
        house.oracle.transact("update", ETH, newest(house, ETH), sender=house.taker)
        for _ in range(9):
            house.warp(11)
            tell(house, ETH, 3_600)
            update = newest(house, ETH)
            attempt = house.liquidation.attempt("liquidate", house.taker, ETH, update, sender=house.liquidator)
            if attempt.ok:
                return
            house.oracle.transact("update", ETH, update, sender=house.liquidator)
            errors.add(attempt.error)
    raise AssertionError(f"an hour at 10% below, and not liquidated: {errors}")
