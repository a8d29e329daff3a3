"""The clock of a doubted move runs from the first that was doubted: a flash at another price must not inherit it."""

from __future__ import annotations

from novation.model.sources import update_bytes
from tests.support.oracle import FEED, HALT, PULLED, WAD, Rig
from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import ETH, House

MOVE, CALM = 500, 120


def test_a_price_that_lasted_no_second_is_not_believed(rig: Rig) -> None:
    """2,000 is stored. 2,120 at one time, 2,400 `calm` seconds later: neither has stayed."""
    rig.reset(PULLED, move=MOVE, calm=CALM)
    rig.bring(2_000)
    rig.chain.warp(CALM)
    assert rig.read(PULLED).status != HALT
    rig.chain.warp(10)
    assert not rig.bring(2_120)
    rig.chain.warp(CALM)
    assert not rig.bring(2_400), "believed 13% above what was doubted, 20% above what was believed, in its first second"


def test_nor_of_the_opposite_side(rig: Rig) -> None:
    rig.reset(PULLED, move=MOVE, calm=CALM)
    rig.bring(2_000)
    rig.chain.warp(10)
    assert not rig.bring(2_120)
    rig.chain.warp(CALM)
    assert not rig.bring(1_800), "20% below the doubted one, 10% below the believed one"


def test_nor_of_a_push_source_that_somebody_looked_at(rig: Rig) -> None:
    """Without the look at 2,120 the flash would be doubted for `calm` seconds."""
    rig.reset(FEED, move=MOVE, calm=CALM)
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(2_120)
    assert rig.observe().status == HALT
    rig.chain.warp(CALM)
    rig.push(2_400)
    assert rig.observe().status == HALT, "a flash of this second is believed"


def test_nobody_is_liquidated_at_a_flash_of_a_market_that_had_drifted() -> None:
    """Three quiet hours, 6% up, and a flash of one second to 4,600. All is brought in one moment, the flash last."""
    house: House = pulled_house(move_bps=MOVE, calm=CALM, close_age=600)
    exposed(house, 15_000, -25)
    house.warp(10_800)
    drifted_at = house.now
    drifted = update_bytes(4_240 * WAD, 0, drifted_at, drifted_at - 1)
    house.warp(CALM // 2)
    tell(house, ETH, 4_240)
    between = newest(house, ETH)
    house.warp(CALM // 2)
    tell(house, ETH, 4_600)
    flash = newest(house, ETH)
    mark = house.chain.snapshot()
    # As it should be: what had stayed is believed, and the flash is doubted.
    house.warp(1)
    tell(house, ETH, 4_240)
    house.oracle.transact("update", ETH, drifted, sender=house.outsider)
    house.oracle.transact("update", ETH, between, sender=house.outsider)
    house.oracle.transact("update", ETH, newest(house, ETH), sender=house.outsider)
    honest = house.liquidation.attempt("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert honest.error == "HEALTHY"
    house.chain.restore(mark)
    house.oracle.transact("update", ETH, drifted, sender=house.liquidator)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, flash, sender=house.liquidator)
    left = house.lens.call("position", house.taker, ETH)[0] / WAD
    assert not receipt.ok, f"of 25 ETH short {left} are left, {house.cash(house.taker) / WAD} USD of 15,000"
