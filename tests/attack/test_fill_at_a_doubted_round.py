"""A price that halted the market while it was the newest must not fill an order once the next one has come."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.oracle import HALT, Rig


@pytest.mark.parametrize("changes", [{"divergence": 200}, {"move": 500}], ids=str)
@pytest.mark.parametrize("observed", [False, True])
def test_a_price_that_was_doubted_never_fills(rig: Rig, changes: dict[str, Any], observed: bool) -> None:
    """Whether or not anybody saw it."""
    rig.reset(**changes)
    rig.push(2_000)
    rig.refer(2_000)
    rig.observe()
    due = rig.now + 5
    rig.chain.warp(10)
    glitch = rig.push(4_000)
    assert rig.read().status == HALT
    if observed:
        rig.observe()
    assert rig.refusal(due, 60, glitch) == "STALE"
    rig.chain.warp(10)
    rig.push(2_000)
    assert rig.refusal(due, 60, glitch) == "STALE", "filled at 4,000 beside 2,000 before and after"
