"""The networks' own contracts on a chain in process, built once; each test starts from there."""

from __future__ import annotations

import pytest

from novation.chain.components import ComponentUnavailable
from novation.chain.revm import RevmChain
from tests.sources.ground import Ground


@pytest.fixture(scope="session")
def built() -> tuple[Ground, int]:
    try:
        ground = Ground(RevmChain())
    except ComponentUnavailable as missing:
        pytest.skip(str(missing))
    return ground, ground.chain.snapshot()


@pytest.fixture
def ground(built: tuple[Ground, int]) -> Ground:
    found, mark = built
    found.chain.restore(mark)
    found.restart()
    return found
