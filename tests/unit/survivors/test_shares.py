"""The edges of LP shares."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support.lp import WAD, Rig, build


@pytest.fixture
def lps() -> Rig:
    """Opened for LPs."""
    rig = build(RevmChain())
    rig.bootstrap()
    return rig


def test_a_claim_of_nothing_tells_nothing(lps: Rig) -> None:
    """Before there is a request, and after it was claimed."""
    rig = lps
    for _ in range(2):
        receipt = rig.shares.transact("claim", rig.lp, sender=rig.anyone)
        assert rig.shares.returned("claim", receipt) == (0, 0)
        assert receipt.events == []
        if not rig.balance(rig.lp):
            rig.deposit(rig.lp, 70 * WAD)
            rig.settle()
            rig.claim(rig.lp)
