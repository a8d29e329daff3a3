"""`stored_at`: the price that is remembered."""

from __future__ import annotations

from tests.support.oracle import PHASE, WAD, Rig


def test_empty_before_the_first(rig: Rig) -> None:
    assert rig.stored() == (0, 0, 0)


def test_tells_price_time_and_round(rig: Rig) -> None:
    rig.push(2_000)
    rig.chain.warp(5)
    rig.observe()
    assert rig.stored() == (2_000 * WAD, rig.chain.now - 5, PHASE + 1)
