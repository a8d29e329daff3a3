"""One rig for all tests of a module, opened for LPs, put back before each."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support.lp import Rig, build


@pytest.fixture(scope="module")
def built() -> tuple[Rig, int]:
    rig = build(RevmChain())
    return rig, rig.chain.snapshot()


@pytest.fixture
def rig(built: tuple[Rig, int]) -> Rig:
    """Opened."""
    rig, closed = built
    rig.chain.restore(closed)
    rig.bootstrap()
    return rig


@pytest.fixture
def closed_rig(built: tuple[Rig, int]) -> Rig:
    """Before `bootstrap`."""
    rig, closed = built
    rig.chain.restore(closed)
    return rig
