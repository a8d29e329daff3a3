"""A house whose prices are brought."""

from __future__ import annotations

import pytest

from tests.support.pulled import pulled_house
from tests.support.system import House


@pytest.fixture
def pulled() -> House:
    """Two markets whose prices are brought, with 5,000,000 USD in the pool."""
    house = pulled_house()
    house.provide(house.lp, 5_000_000)
    return house
