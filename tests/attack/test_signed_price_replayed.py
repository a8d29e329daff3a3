"""What a network signed for one feed is nothing to another, and what it signed before is nothing new."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from novation.chain.components import ComponentUnavailable
from novation.chain.protocol import Contract, Receipt, Reverted
from novation.chain.revm import RevmChain
from novation.deployment.networks import GRID, NATIVE_FEE, Networks
from tests.support import oracle
from tests.support.oracle import WAD, Rig

KINDS = ("pyth", "redstone", "streams")
ETH, BTC = 0, 1
PRICES = (4_000 * WAD, 5_000 * WAD)  # both within the band of either feed


@dataclass
class Ground:
    """An adapter over the networks' own contracts: a feed of ETH and one of BTC by each of them."""

    rig: Rig
    networks: Networks
    sources: dict[tuple[str, int], Contract]

    def number(self, kind: str, asset: int) -> int:
        """Of the feed."""
        return 10 + 2 * KINDS.index(kind) + asset

    def update(self, kind: str, asset: int, ago: int = 0) -> bytes:
        """What the network signs; `ago` in times of RedStone's grid."""
        at = self.rig.now // GRID * GRID - ago * GRID
        return self.networks.signer(kind, ("ETH", "BTC")[asset])(PRICES[asset], at, at - GRID)

    def bring(self, kind: str, asset: int, update: bytes) -> Receipt:
        """With its fee where it has one."""
        number, me = self.number(kind, asset), self.rig.anyone
        try:
            fee = self.rig.oracle.call("fee", number, update)
        except Reverted:  # of what is nothing to the source
            fee = NATIVE_FEE
        return self.rig.oracle.attempt("update", number, update, sender=me, value=fee)


@pytest.fixture(scope="module")
def built() -> tuple[Ground, int]:
    chain = RevmChain()
    rig = oracle.build(chain)
    networks = Networks(chain, chain.account(0))
    ground = Ground(rig, networks, {})
    try:
        for kind in KINDS:
            for asset, name in enumerate(("ETH", "BTC")):
                source, _ = networks.deploy_source(kind, name)
                ground.sources[kind, asset] = source
                rig.reset(ground.number(kind, asset), source=source.address, is_push=False)
    except ComponentUnavailable as missing:
        pytest.skip(str(missing))
    chain.warp(GRID)
    return ground, chain.snapshot()


@pytest.fixture
def ground(built: tuple[Ground, int]) -> Ground:
    found, mark = built
    found.rig.chain.restore(mark)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_for_another_feed(ground: Ground, kind: str) -> None:
    update = ground.update(kind, BTC)
    before = ground.rig.words(ground.number(kind, ETH))
    receipt = ground.bring(kind, ETH, update)
    assert (receipt.ok, receipt.error) == (False, "FEED")
    assert ground.rig.words(ground.number(kind, ETH)) == before
    assert ground.bring(kind, BTC, update).ok


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", KINDS)
def test_for_another_networks_source(ground: Ground, kind: str, other: str) -> None:
    receipt = ground.bring(other, ETH, ground.update(kind, ETH))
    assert receipt.ok == (kind == other)


@pytest.mark.parametrize("kind", KINDS)
def test_again_and_late(ground: Ground, kind: str) -> None:
    number = ground.number(kind, ETH)
    old = ground.update(kind, ETH)
    assert ground.bring(kind, ETH, old).ok
    ground.rig.chain.warp(GRID)
    assert ground.bring(kind, ETH, ground.update(kind, ETH)).ok
    newest = ground.rig.stored(number)
    receipt = ground.bring(kind, ETH, old)
    assert ground.rig.oracle.returned("update", receipt) is False
    assert receipt.find("Observed") == []
    assert ground.rig.stored(number) == newest
