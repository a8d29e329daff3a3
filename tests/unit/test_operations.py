"""What the scripts deploy where: on a live chain no mocks and no networks of ours; and prices from Pyth's service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import novation.operations as module
from novation.bots.hermes import Hermes
from novation.bots.prices import Published
from novation.chain.components import ComponentUnavailable
from novation.chain.protocol import ChainError
from novation.chain.revm import RevmChain
from novation.console import Refused
from novation.deployment.manifest import Manifest
from novation.deployment.parameters import load
from novation.deployment.parts import Publisher, deploy_feed
from novation.deployment.settings import Parameters
from novation.operations import deploy_system
from tests.support.system import ETH, WAD

SEPOLIA, MAINNET = 11_155_111, 1
MOCKS = "the token (mock), ETH's source (mock), BTC's source (mock)"


class Network(NamedTuple):
    """As Ape has it."""

    name: str
    is_dev: bool


class Provider(NamedTuple):
    """As Ape has it."""

    network: Network
    name: str = "node"


class Place(RevmChain):
    """A chain of any name and id, on which others are, too, where it cannot be set back."""

    def __init__(self, name: str, number: int = 31_337, goes_back: bool = False) -> None:
        super().__init__()
        self.provider = Provider(Network(name, name == "local"))
        self._number, self._goes_back = number, goes_back

    @property
    def chain_id(self) -> int:
        return self._number

    def snapshot(self) -> int:
        if not self._goes_back:
            raise ChainError("the node refuses evm_snapshot")
        return super().snapshot()


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Manifest]:
    """What would be written to deployments/."""
    manifests: list[Manifest] = []

    def save(manifest: Manifest, replace: bool) -> Path:
        manifests.append(manifest)
        return tmp_path / "written.json"

    monkeypatch.setattr(module, "save", save)
    monkeypatch.setattr(module, "path_of", lambda name: tmp_path / f"{name}.json")
    return manifests


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes every network this chain, and every file of parameters these where they are given."""

    def enter(chain: RevmChain, parameters: Parameters | None = None) -> None:
        @contextmanager
        def chain_of(network: str, account: str | None = None) -> Iterator[RevmChain]:
            yield chain

        monkeypatch.setattr(module, "chain_of", chain_of)
        if parameters is not None:
            monkeypatch.setattr(module, "load_parameters", lambda name: parameters)

    return enter


def refused(**options: Any) -> str:
    with pytest.raises(Refused) as caught:
        deploy_system("any", None, options.pop("params", "local"), options.pop("real", False), False, **options)
    return str(caught.value)


@pytest.mark.parametrize("name", ["mainnet", "custom", "local"])
@pytest.mark.usefixtures("saved")
def test_a_live_chain_gets_no_stand_ins(enter: Any, name: str) -> None:
    """One that is named as a local network is live if it cannot be set back."""
    chain = Place(name, MAINNET)
    enter(chain)
    begin = f"Chain {MAINNET} is live, and local.yaml has stand-ins deployed there: give addresses in place of "
    assert refused() == begin + MOCKS
    assert refused(real=True) == begin + MOCKS.replace("(mock)", "(chainlink)").replace("chainlink", "usdc", 1)
    assert chain.block == RevmChain().block


@pytest.mark.usefixtures("saved")
def test_each_role_is_named(enter: Any) -> None:
    local = load("local").with_feeds(source="pyth", reference="chainlink", fallback="mock")
    enter(Place("sepolia", SEPOLIA), replace(local, markets=local.markets[:1]))
    parts = "the token (mock), ETH's source (pyth), ETH's reference (chainlink), ETH's fallback (mock)"
    assert refused().endswith(f"give addresses in place of {parts}, or say --testnet")


def test_a_test_network_may_have_them_if_that_is_said(enter: Any, saved: list[Manifest]) -> None:
    enter(Place("sepolia", SEPOLIA))
    deploy_system("ethereum:sepolia:node", None, "local", False, False, testnet=True)
    assert saved[0].chain_id == SEPOLIA
    assert saved[0].contracts["token"].contract == "MockToken"


@pytest.mark.parametrize("params", ["local", "sepolia"])
@pytest.mark.usefixtures("saved")
def test_no_other_chain_is_a_test_network(enter: Any, params: str) -> None:
    enter(Place("mainnet", MAINNET))
    said = refused(testnet=True, params=params)
    assert said.startswith(
        f"--testnet is for public test networks, and chain {MAINNET} is none of Sepolia ({SEPOLIA}),"
    )


def test_a_local_chain_needs_no_word(enter: Any, saved: list[Manifest]) -> None:
    enter(Place("local", goes_back=True))
    deploy_system("any", None, "local", False, False)
    assert saved[0].contracts["token"].contract == "MockToken"


def test_what_is_given_goes_to_any_chain(enter: Any, saved: list[Manifest]) -> None:
    """The parameters for Sepolia: Circle's token, and sources of ours in front of Chainlink's proxies."""
    chain, sepolia = Place("sepolia", SEPOLIA), load("sepolia")
    deployer, markets = chain.account(0), []
    token = chain.deploy("MockToken", "USDC", "USDC", 6, sender=deployer)
    token.transact("mint", deployer, 1_000 * 10**6, sender=deployer)
    for market, price in zip(sepolia.markets, (4_000, 110_000), strict=True):
        proxy = chain.deploy("MockAggregatorProxy", 8, sender=deployer)
        proxy.transact("push", price * 10**8, sender=deployer)
        markets.append(replace(market, feed=replace(market.feed, proxy=proxy.address)))
    settings = replace(sepolia, markets=tuple(markets), token=replace(sepolia.token, source=token.address))
    enter(chain, settings)
    deploy_system("ethereum:sepolia:node", None, None, False, False)
    assert saved[0].contracts["source ETH"].contract == "ChainlinkSource"


# Prices that have to be brought.


def on_pyth(chain: RevmChain) -> tuple[Parameters, Publisher]:
    """Parameters with a given source of ETH, and the network behind it."""
    local = load("local")
    first, *rest = local.markets
    try:
        network = deploy_feed(chain, replace(first.feed, source="pyth"), "ETH", chain.account(0))
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    feed = replace(first.feed, source=network.source.address, brought=True)
    return replace(local, markets=(replace(first, feed=feed), *rest)), network


def test_a_given_source_has_its_first_price_from_the_service(
    enter: Any, saved: list[Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = Place("local", goes_back=True)
    parameters, network = on_pyth(chain)
    enter(chain, parameters)
    monkeypatch.setattr(Hermes, "newest", lambda service, market: network.update if service.serves(market) else b"")
    deploy_system("any", None, None, False, False, hermes="https://hermes.example")
    assert saved[0].sources[ETH] == network.source.address
    oracle = chain.at("OracleAdapter", saved[0].contracts["oracle"].address)
    assert oracle.call("read", ETH)[1] == 4_000 * WAD


@pytest.mark.usefixtures("saved")
def test_a_service_that_nobody_needs_or_that_is_none(enter: Any) -> None:
    chain = Place("local", goes_back=True)
    enter(chain)
    assert refused(hermes="https://hermes.example") == (
        "--hermes has Pyth's prices, and no market's prices are brought to a source of Pyth's"
    )
    parameters, _ = on_pyth(chain)
    enter(chain, parameters)
    assert refused(hermes="hermes").startswith("--hermes hermes is no address of a web service")


def test_bots_get_the_service_and_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    chain: Any = Place("local")
    parameters, _ = on_pyth(chain)
    monkeypatch.setenv("PYTH_API_KEY", "secret")
    sources = {ETH: parameters.market("ETH").feed.source}
    service = module._service(chain, sources, "https://hermes.example")
    assert isinstance(service, Hermes)
    assert service.serves(ETH)
    assert service._session.headers["Authorization"] == "Bearer secret"
    assert isinstance(module._service(chain, sources, None), Published)
