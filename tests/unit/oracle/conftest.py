"""One adapter for all tests of a module, put back before each."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support.oracle import Rig, build


@pytest.fixture(scope="module")
def built() -> tuple[Rig, int]:
    rig = build(RevmChain())
    return rig, rig.chain.snapshot()


@pytest.fixture
def rig(built: tuple[Rig, int]) -> Rig:
    rig, mark = built
    rig.chain.restore(mark)
    return rig
