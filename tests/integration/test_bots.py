"""The bots as processes of their own see a network: a manifest, logs by blocks, a dry run, a transaction. On anvil."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from novation.bots.prices import Published
from novation.bots.service import serve
from novation.chain.ape import ANVIL, ApeChain, connect
from novation.chain.components import ComponentUnavailable
from novation.deployment.manifest import attach, load, manifest_of, save
from novation.deployment.parameters import load as load_parameters
from tests.support.system import DUE, ETH, WAD, House, build

pytestmark = [pytest.mark.anvil, pytest.mark.slow]


PROOF = 1_000  # wei that a mock's update costs


@pytest.fixture(scope="module", params=["mock", "mock-pull", "pyth"])
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    try:
        context = connect(ANVIL)
        with context as chain:
            house = build(load_parameters("local").with_sources(request.param, "mock"), chain)
            if request.param == "mock-pull":
                house.feeds[ETH].source.transact("set_price", PROOF, sender=house.owner)
            house.provide(house.lp, 2_000_000)
            house.fund(house.taker, 100_000)
            house.refresh(60)
            yield house
    except ComponentUnavailable as error:
        pytest.skip(str(error))


def publish(house: House, time: int, usd: int) -> None:
    """A price that the bots have to bring themselves where it is to be brought."""
    house.chain.set_time(time)
    house.feeds[ETH].publish(usd * WAD)


def test_keeper_then_liquidator(house: House, tmp_path: Path) -> None:
    chain = house.chain
    assert isinstance(chain, ApeChain)
    path = save(manifest_of(house.system, "anvil"), tmp_path)
    manifest = load(path)
    # A process that knows nothing but the file, and where a network's updates are had.
    system, service = attach(chain, manifest, house.parameters), Published(house.feeds)
    order = house.order(house.taker, ETH, 240 * WAD)
    publish(house, order[DUE], 4_000)
    said: list[str] = []
    serve("keeper", chain, system, manifest.block, house.keeper, 0, 1, said.append, 0)  # nobody has its prices
    unserved = "ETH, BTC: prices have to be brought and no service has them, so what others bring is used"
    assert (unserved in said) is not house.feeds[ETH].is_push
    if not house.feeds[ETH].is_push:
        assert "0 deeds" in said[-1]
        said.clear()
        serve("keeper", chain, system, manifest.block, house.keeper, 0, 1, said.append, 0, service)
        assert unserved not in said
    assert any(f"execute {house.taker} market {ETH}, $1.00" in line for line in said)
    assert house.orders.call("taken", house.taker) == 0

    said.clear()
    serve("liquidator", chain, system, manifest.block, house.liquidator, 0, 1, said.append, 0, service)
    assert "0 deeds" in said[-1]
    publish(house, chain.now + 30, 3_700)
    serve("liquidator", chain, system, manifest.block, house.liquidator, 10**9 * WAD, 1, said.append, 0, service)
    assert "not sent: 1 UNPROFITABLE" in said[-1]
    serve("liquidator", chain, system, manifest.block, house.liquidator, 0, 1, said.append, 0, service)
    assert any(f"liquidate {house.taker} market {ETH}" in line for line in said)
    assert house.cash(house.liquidator) > 0
