"""Manifests: written, read back, compared with the chain, never overwritten by another deployment."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from novation.chain.compiler import source_hash
from novation.chain.components import ComponentUnavailable
from novation.chain.revm import RevmChain
from novation.deployment import manifest
from novation.deployment.manifest import ManifestError
from novation.deployment.parameters import load
from novation.deployment.plan import deploy
from novation.deployment.settings import SOURCES
from novation.deployment.system import System
from tests.support.system import BTC, ETH, WAD, House

NOBODY = "0x000000000000000000000000000000000000dEaD"


@pytest.fixture
def deployment(system: House) -> System:
    return system.system


def test_holds_what_was_deployed(deployment: System, tmp_path: Path) -> None:
    path = manifest.save(manifest.manifest_of(deployment, "local"), tmp_path)
    assert path == tmp_path / "local.json"
    found = manifest.load(path)
    assert found == manifest.manifest_of(deployment, "local")
    vault = found.contracts["vault"]
    assert vault.contract == "CollateralVault"
    assert vault.address == deployment.vault.address
    assert vault.arguments[:2] == [deployment.token.address, deployment.treasury]
    assert vault.code_hash == manifest.code_hash(deployment.chain.code(vault.address))
    assert found.parameter_file == "local.yaml"
    assert found.parameter_hash == load("local").digest
    assert found.source_hash == source_hash()
    assert found.sources == deployment.sources


def test_integers_are_text(deployment: System, tmp_path: Path) -> None:
    data = json.loads(manifest.save(manifest.manifest_of(deployment, "local"), tmp_path).read_text())
    assert data["contracts"]["pool"]["arguments"][2] == str(100 * WAD)


def test_names_of_networks_make_file_names(tmp_path: Path) -> None:
    assert manifest.path_of("ethereum:local:foundry", tmp_path).name == "ethereum-local-foundry.json"
    assert manifest.path_of("../up", tmp_path).parent == tmp_path


def test_verifies_the_chain(deployment: System) -> None:
    found = manifest.manifest_of(deployment, "local")
    assert manifest.verify(deployment.chain, found) == []


def test_tells_what_is_missing_or_other(deployment: System) -> None:
    found = manifest.manifest_of(deployment, "local")
    vault, pool = found.contracts["vault"], found.contracts["pool"]
    contracts = found.contracts | {
        "vault": replace(vault, address=NOBODY),
        "pool": replace(pool, address=deployment.oracle.address),
    }
    assert manifest.verify(deployment.chain, replace(found, contracts=contracts)) == [
        f"There is no code of vault at {NOBODY}.",
        f"The code of pool at {deployment.oracle.address} is another than was deployed.",
    ]


def test_another_chain_is_told_first(deployment: System) -> None:
    found = replace(manifest.manifest_of(deployment, "local"), chain_id=5)
    assert manifest.verify(deployment.chain, found) == ["This is chain 31337, local was deployed on chain 5."]


def test_code_hashes_cover_immutables() -> None:
    chain = RevmChain()
    first, second = (deploy(chain, load("local"), chain.account(0)) for _ in range(2))
    one, two = (manifest.manifest_of(system, "local").contracts for system in (first, second))
    assert one["shares"].code_hash != two["shares"].code_hash
    assert one["source ETH"].code_hash == two["source ETH"].code_hash


def test_another_deployment_is_not_overwritten(tmp_path: Path) -> None:
    chain = RevmChain()
    first, second = (deploy(chain, load("local"), chain.account(0)) for _ in range(2))
    path = manifest.save(manifest.manifest_of(first, "local"), tmp_path)
    manifest.save(manifest.manifest_of(first, "local"), tmp_path)  # the same again is no harm
    with pytest.raises(ManifestError) as caught:
        manifest.save(manifest.manifest_of(second, "local"), tmp_path)
    assert f"holds another deployment (vault {first.vault.address} on chain 31337)" in str(caught.value)
    assert manifest.load(path).contracts["vault"].address == first.vault.address
    manifest.save(manifest.manifest_of(second, "local"), tmp_path, replace=True)
    assert manifest.load(path).contracts["vault"].address == second.vault.address


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON"),
        ("[]", "is no manifest"),
        ("{}", "is no manifest"),
        ('{"format": 2}', "is of another format"),
        ('{"format": 1, "sources": {}, "contracts": {"vault": {"x": 1}}}', "is no manifest"),
        ('{"format": 1, "sources": {"a": "b"}, "contracts": {}}', "is no manifest"),
    ],
)
def test_damaged_files(deployment: System, tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "local.json"
    path.write_text(content)
    with pytest.raises(ManifestError, match=words):
        manifest.load(path)
    with pytest.raises(ManifestError, match="It is not overwritten: move it away first"):
        manifest.save(manifest.manifest_of(deployment, "local"), tmp_path)
    assert path.read_text() == content


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"There is no deployment at .*none\.json .*: deploy first"):
        manifest.load(tmp_path / "none.json")


def test_attaches_to_a_deployment(deployment: System, tmp_path: Path) -> None:
    path = manifest.save(manifest.manifest_of(deployment, "local"), tmp_path)
    system = manifest.attach(deployment.chain, manifest.load(path), load("local"))
    assert [contract.address for contract in system.contracts] == [c.address for c in deployment.contracts]
    deployment.chain.warp(1)
    system.publish(ETH, 4_321 * WAD)
    assert system.oracle.call("read", ETH)[1] == 4_321 * WAD
    assert system.token.call("decimals") == 6


@pytest.mark.parametrize("kind", SOURCES)
def test_attaches_to_the_networks_of_every_kind(kind: str) -> None:
    chain = RevmChain()
    parameters = load("local").with_sources(kind, "mock")
    parameters = parameters.with_feeds(reference="mock", divergence_bps=500, reference_age=3_600, fallback="chainlink")
    parameters = parameters.with_feeds(fallback_age=3_600)
    try:
        made = deploy(chain, parameters, chain.account(0))
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    system = manifest.attach(chain, manifest.manifest_of(made, "local"), parameters)
    chain.warp(30)
    for market in (ETH, BTC):
        price = made.oracle.call("read", market)[1] * 101 // 100
        for feeds in (system.references, system.fallbacks):
            receipt = feeds[market].publish(price)
            assert receipt is not None
            assert receipt.ok
            assert feeds[market].source.call("latest")[1] == price
        system.publish(market, price)
        assert system.feeds[market].kind == kind
        assert system.oracle.call("read", market)[1] == price
        assert system.oracle.call("read", market)[4] == 1  # NORMAL: the reference agrees


def test_attaches_to_nothing_else(deployment: System) -> None:
    found = manifest.manifest_of(deployment, "local")
    parameters = load("local")
    contracts = {role: entry for role, entry in found.contracts.items() if role not in ("vault", "lens")}
    for broken, settings, words in (
        (replace(found, contracts=contracts), parameters, "The manifest of local lacks vault, lens."),
        (replace(found, chain_id=1), parameters, "This is chain 31337"),
        (found, replace(parameters, digest="0"), "local was deployed from another local.yaml"),
    ):
        with pytest.raises(ManifestError) as caught:
            manifest.attach(deployment.chain, broken, settings)
        assert words in str(caught.value)
