"""The bots as processes of their own see a network: a manifest, logs by blocks, a dry run, a transaction. On anvil."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from novation.bots.service import serve
from novation.chain.ape import ANVIL, ApeChain, connect
from novation.chain.components import ComponentUnavailable
from novation.deployment.manifest import attach, load, manifest_of, save
from novation.deployment.parameters import load as load_parameters
from tests.support.system import ETH, WAD, House, build

pytestmark = [pytest.mark.anvil, pytest.mark.slow]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    try:
        context = connect(ANVIL)
        with context as chain:
            house = build(chain=chain)
            house.provide(house.lp, 2_000_000)
            house.fund(house.taker, 100_000)
            house.refresh(60)
            yield house
    except ComponentUnavailable as error:
        pytest.skip(str(error))


def test_keeper_then_liquidator(house: House, tmp_path: Path) -> None:
    chain = house.chain
    assert isinstance(chain, ApeChain)
    path = save(manifest_of(house.system, "anvil"), tmp_path)
    manifest = load(path)
    # A process that knows nothing but the file.
    system = attach(chain, manifest, load_parameters("local"))
    order = house.order(house.taker, ETH, 240 * WAD)
    house.round_at(order, 4_000)
    said: list[str] = []
    serve("keeper", chain, system, manifest.block, house.keeper, 0, 1, said.append, 0)
    assert any(f"execute {house.taker} market {ETH}, $1.00" in line for line in said)
    assert house.orders.call("taken", house.taker) == 0

    said.clear()
    serve("liquidator", chain, system, manifest.block, house.liquidator, 0, 1, said.append, 0)
    assert "0 deeds" in said[-1]
    house.set_price(ETH, 3_700)
    serve("liquidator", chain, system, manifest.block, house.liquidator, 10**9 * WAD, 1, said.append, 0)
    assert "not sent: 1 UNPROFITABLE" in said[-1]
    serve("liquidator", chain, system, manifest.block, house.liquidator, 0, 1, said.append, 0)
    assert any(f"liquidate {house.taker} market {ETH}" in line for line in said)
    assert house.cash(house.liquidator) > 0
