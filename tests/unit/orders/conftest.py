"""One desk for all tests of a module, put back before each."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support.orders import Desk, build


@pytest.fixture(scope="module")
def built() -> tuple[Desk, int]:
    desk = build(RevmChain())
    return desk, desk.chain.snapshot()


@pytest.fixture
def desk(built: tuple[Desk, int]) -> Desk:
    desk, mark = built
    desk.chain.restore(mark)
    return desk
