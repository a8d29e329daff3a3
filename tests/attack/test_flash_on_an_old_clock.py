"""MOVE's clock runs from a price that was over long ago: both are brought in one moment by who wants the flash."""

from __future__ import annotations

from novation.model.sources import update_bytes
from tests.support.oracle import FEED, HALT, PULLED, Rig
from tests.support.pulled import exposed, newest, pulled_house, tell
from tests.support.system import ETH, WAD, House

MOVE, CALM = 500, 120


def test_a_flash_does_not_inherit_the_clock_of_a_dip_of_hours_ago(rig: Rig) -> None:
    """2,000 now and for hours; one second of 1,840 three hours ago, one second of 1,840 now."""
    rig.reset(PULLED, move=MOVE, calm=CALM)
    rig.bring(2_000)
    rig.chain.warp(100)
    old = rig.update(1_840 * WAD)
    rig.chain.warp(10_800)
    rig.brings(old)
    assert not rig.bring(1_840), "the flash of this second is believed"


def test_nor_of_a_push_source(rig: Rig) -> None:
    """A glitch was looked at, what followed it was not; hours later another glitch of one second."""
    rig.reset(FEED, move=MOVE, calm=CALM)
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(1_840)
    assert rig.observe().status == HALT
    rig.chain.warp(10)
    rig.push(2_000)  # nobody looks
    rig.chain.warp(3_000)
    rig.push(2_000)
    rig.chain.warp(10)
    rig.push(1_840)
    assert rig.observe().status == HALT, "a flash of this second is believed"


def test_nobody_is_liquidated_at_it() -> None:
    house: House = pulled_house(move_bps=MOVE, calm=CALM, close_age=600)
    exposed(house, 10_000, 30)
    house.warp(130)
    dip = update_bytes(3_680 * WAD, 0, house.now, house.now - 1)
    house.warp(1)
    for _ in range(3 * 60):  # the network says 4,000 for three hours; nobody has needed it
        house.warp(60)
        tell(house, ETH, 4_000)
    house.warp(1)
    tell(house, ETH, 3_680)
    flash = newest(house, ETH)
    house.warp(2)
    tell(house, ETH, 4_000)
    mark = house.chain.snapshot()
    assert house.liquidation.attempt("liquidate", house.taker, ETH, flash, sender=house.liquidator).error == "HALTED"
    house.chain.restore(mark)
    house.oracle.transact("update", ETH, dip, sender=house.liquidator)
    receipt = house.liquidation.attempt("liquidate", house.taker, ETH, flash, sender=house.liquidator)
    left = house.lens.call("position", house.taker, ETH)[0] / WAD
    assert not receipt.ok, f"of 30 ETH {left} are left, {house.cash(house.taker) / WAD} USD of 10,000"
