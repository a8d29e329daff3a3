"""A round that halted the market while it was the newest must not price an order once the next round has come."""

from __future__ import annotations

from tests.support.oracle import HALT, Rig

UNIT = 10**8


def test_a_round_far_from_the_reference_never_fills(rig: Rig) -> None:
    assert rig.set_feed(divergence=200).ok
    rig.push(2_000)
    rig.push_to(rig.reference, 2_000 * UNIT)
    rig.observe()
    due = rig.chain.now + 5
    rig.chain.warp(10)
    glitch = rig.push(4_000)
    assert rig.read().status == HALT
    assert rig.refusal(due, 60, glitch) == "STALE"
    rig.chain.warp(10)
    rig.push(2_000)
    assert rig.refusal(due, 60, glitch) == "STALE", "filled at 4,000 beside 2,000 of reference and successor"
