"""One system for all tests of a process, put back before each of them."""

from __future__ import annotations

import pytest

from tests.support.system import House, build


@pytest.fixture(scope="session")
def deployed() -> tuple[House, int]:
    house = build()
    return house, house.chain.snapshot()


@pytest.fixture
def system(deployed: tuple[House, int]) -> House:
    house, mark = deployed
    house.chain.restore(mark)
    return house
