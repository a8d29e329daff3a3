"""The breaker compares with the stored price while that is young; of a pull feed who brings decides how old it is."""

from __future__ import annotations

from tests.support.oracle import FEED, HALT, Rig
from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import ETH, House


def flashed(house: House) -> bytes:
    """A quiet market; 8% down for two seconds, and back. @return the update of the flash."""
    exposed(house, 10_000, 30)
    for _ in range(13):
        house.warp(10)
        tell(house, ETH, 4_000)
    house.warp(1)
    tell(house, ETH, 3_680)
    flash = newest(house, ETH)
    house.warp(2)
    tell(house, ETH, 4_000)
    house.warp(100)
    tell(house, ETH, 4_000)
    return flash


def test_nobody_is_liquidated_at_a_flash_of_a_quiet_market() -> None:
    """The flash is 102 s gone; what was said a second before it is left out, so nothing young is there to compare."""
    house = pulled_house(move_bps=500, calm=120, close_age=600)
    flash = flashed(house)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, flash, sender=house.liquidator)
    assert receipt.error == "HALTED"


def test_the_same_flash_is_doubted_where_a_price_of_before_was_brought() -> None:
    house = pulled_house(move_bps=500, calm=120, close_age=600)
    exposed(house, 10_000, 30)
    house.warp(100)
    tell(house, ETH, 3_680)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, newest(house, ETH), sender=house.liquidator)
    assert receipt.error == "HALTED"


def test_a_push_feed_does_not_sleep(rig: Rig) -> None:
    """The same of a push feed that nobody looks at: what was pushed in between is not compared with either."""
    rig.reset(FEED, move=500)
    rig.push(4_000)
    rig.observe()
    rig.chain.warp(400)
    rig.push(4_000)
    rig.chain.warp(10)
    rig.push(3_680)
    assert rig.oracle.call("read", FEED)[4] == HALT
