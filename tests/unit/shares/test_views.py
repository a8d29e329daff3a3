"""`batches`, `requests`, `claimable` and the immutables."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.chain.revm import RevmChain
from tests.support.lp import EPOCH, UTILISATION, WAD, Rig, build


def test_immutables(rig: Rig) -> None:
    assert rig.shares.call("VAULT") == rig.vault.address
    assert rig.shares.call("POOL") == rig.pool.address
    assert rig.shares.call("EPOCH") == EPOCH
    assert rig.shares.call("UTILISATION") == UTILISATION


@pytest.mark.parametrize(("epoch", "utilisation"), [(59, 8_000), (30 * 86_400 + 1, 8_000), (3_600, 0), (3_600, 10_001)])
def test_bounds_of_the_constructor(epoch: int, utilisation: int) -> None:
    with pytest.raises(Reverted) as caught:
        build(RevmChain(), epoch, utilisation)
    assert caught.value.code == "BOUND"


def test_claimable_foresees_the_claim(rig: Rig) -> None:
    assert rig.shares.call("claimable", rig.lp) == (0, 0, 0, 0)
    rig.deposit(rig.lp, 5 * WAD)
    assert rig.shares.call("claimable", rig.lp) == (0, 0, 0, 0)
    rig.settle()
    assert rig.shares.call("claimable", rig.lp) == (5 * WAD, 0, 0, 0)
    rig.claim(rig.lp)
    rig.redeem(rig.lp, 2 * WAD)
    assert rig.shares.call("claimable", rig.lp) == (0, 0, 0, 2 * WAD)
    rig.deposit(rig.lp, 1)
    rig.nav(WAD)
    rig.settle()
    assert rig.shares.call("claimable", rig.lp)[:2] == (0, 1)


def test_batches_are_reused_words(rig: Rig) -> None:
    for number in range(1, 6):
        rig.deposit(rig.lp, number)
        settled, newest, _, assets, _, _ = rig.shares.call("batches")
        assert (settled, newest, assets) == (number - 1, number, number)
        rig.settle()
