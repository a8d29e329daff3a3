"""What tests run against: each is built once for all tests of a process and put back before each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novation.chain.revm import RevmChain
from tests.support import bench as benches
from tests.support import oracle, orders
from tests.support import system as houses
from tests.support.bench import Bench
from tests.support.oracle import Rig
from tests.support.orders import Desk
from tests.support.system import House


@pytest.fixture(scope="session")
def deployed() -> tuple[House, int]:
    house = houses.build()
    return house, house.chain.snapshot()


@pytest.fixture
def system(deployed: tuple[House, int]) -> House:
    """The whole system."""
    house, mark = deployed
    house.chain.restore(mark)
    return house


@pytest.fixture(scope="session")
def built_bench() -> tuple[Bench, int]:
    bench = benches.build()
    return bench, bench.chain.snapshot()


@pytest.fixture
def bench(built_bench: tuple[Bench, int]) -> Bench:
    """Vault, pool and lens, whose modules are plain senders."""
    bench, mark = built_bench
    bench.chain.restore(mark)
    return replace(bench, feeds=dict(bench.feeds))


@pytest.fixture(scope="session")
def built_rig() -> tuple[Rig, int]:
    rig = oracle.build(RevmChain())
    return rig, rig.chain.snapshot()


@pytest.fixture
def rig(built_rig: tuple[Rig, int]) -> Rig:
    """The adapter alone."""
    rig, mark = built_rig
    rig.chain.restore(mark)
    return rig


@pytest.fixture(scope="session")
def built_desk() -> tuple[Desk, int]:
    desk = orders.build(RevmChain())
    return desk, desk.chain.snapshot()


@pytest.fixture
def desk(built_desk: tuple[Desk, int]) -> Desk:
    """The modules over a vault that does what it is told."""
    desk, mark = built_desk
    desk.chain.restore(mark)
    return desk
