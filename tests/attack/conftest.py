"""The adapter, and the modules over a vault that does what it is told, put back before each test."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support import oracle, orders
from tests.support.oracle import Rig
from tests.support.orders import Desk


@pytest.fixture(scope="module")
def built_rig() -> tuple[Rig, int]:
    rig = oracle.build(RevmChain())
    return rig, rig.chain.snapshot()


@pytest.fixture
def rig(built_rig: tuple[Rig, int]) -> Rig:
    rig, mark = built_rig
    rig.chain.restore(mark)
    return rig


@pytest.fixture(scope="module")
def built_desk() -> tuple[Desk, int]:
    desk = orders.build(RevmChain())
    return desk, desk.chain.snapshot()


@pytest.fixture
def desk(built_desk: tuple[Desk, int]) -> Desk:
    desk, mark = built_desk
    desk.chain.restore(mark)
    return desk
