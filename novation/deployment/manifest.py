"""`deployments/<chain>.json`: what was deployed where, with which arguments, and the hash of each contract's code.

Integers are kept as text: they do not fit the numbers of other languages' JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from novation.chain.compiler import source_hash
from novation.chain.protocol import Chain
from novation.deployment import parts
from novation.deployment.networks import NETWORK_ROLES, Networks, code_of
from novation.deployment.settings import Parameters
from novation.deployment.system import ANY_TOKEN, OURS, Record, System
from novation.upstream.chainlink import PushFeed
from novation.upstream.chainlink import code_of as chainlink_code_of

FOLDER = Path(__file__).resolve().parents[2] / "deployments"
FORMAT = 1


class ManifestError(Exception):
    """A manifest that cannot be used or written; the message is one sentence."""


@dataclass(frozen=True)
class Entry:
    """One contract of a deployment; arguments as text and lists of text."""

    contract: str
    address: str
    arguments: list[Any]
    code_hash: str


@dataclass(frozen=True)
class Manifest:
    """One deployment. `sources` are the feeds' by market number, `block` is the last block of the deployment."""

    network: str
    chain_id: int
    block: int
    deployer: str
    treasury: str
    pending_owner: str
    token: str
    sources: dict[int, str]
    parameter_file: str
    parameter_hash: str
    source_hash: str
    contracts: dict[str, Entry]


def manifest_of(system: System, network: str) -> Manifest:
    """The manifest of a system that was just deployed."""
    return Manifest(
        network=network,
        chain_id=system.chain.chain_id,
        block=system.chain.block,
        deployer=system.deployer,
        treasury=system.treasury,
        pending_owner=system.pending_owner,
        token=system.token.address,
        sources=dict(system.sources),
        parameter_file=system.parameters.file,
        parameter_hash=system.parameters.digest,
        source_hash=source_hash(),
        contracts={record.role: _entry(system.chain, record) for record in system.records},
    )


def path_of(network: str, folder: Path = FOLDER) -> Path:
    """The manifest's path; `network` may be Ape's name with colons."""
    return folder / f"{network.replace(':', '-').replace('/', '-')}.json"


def save(manifest: Manifest, folder: Path = FOLDER, replace: bool = False) -> Path:
    """Writes the manifest.

    @raises ManifestError where the file holds another deployment and `replace` is not set.
    """
    path = path_of(manifest.network, folder)
    if path.exists() and not replace:
        try:
            held = load(path)
        except ManifestError as error:
            raise ManifestError(f"{error} It is not overwritten: move it away first.") from None
        if (held.chain_id, held.contracts) != (manifest.chain_id, manifest.contracts):
            vault = held.contracts["vault"].address if "vault" in held.contracts else "none"
            raise ManifestError(
                f"{path} holds another deployment (vault {vault} on chain {held.chain_id}): move it away, or say that"
                " it is to be replaced."
            )
    data: dict[str, Any] = {"format": FORMAT, **vars(manifest)}
    data["sources"] = {str(number): address for number, address in manifest.sources.items()}
    data["contracts"] = {role: vars(entry) for role, entry in manifest.contracts.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    fresh.replace(path)
    return path


def load(path: Path) -> Manifest:
    """@raises ManifestError where there is none, or it is damaged."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"There is no deployment at {path} ({error.strerror}): deploy first.") from error
    except ValueError as error:
        raise ManifestError(f"{path} is no JSON ({error}).") from error
    try:
        if data.pop("format") != FORMAT:
            raise ManifestError(f"{path} is of another format than {FORMAT}: it was written by another version.")
        data["sources"] = {int(number): str(address) for number, address in data["sources"].items()}
        data["contracts"] = {role: Entry(**entry) for role, entry in data["contracts"].items()}
        return Manifest(**data)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ManifestError(f"{path} is no manifest of this project ({error}).") from error


def verify(chain: Chain, manifest: Manifest) -> list[str]:
    """Compares the chain with the manifest. @return one sentence a difference, none where all is as it was deployed."""
    if chain.chain_id != manifest.chain_id:
        return [f"This is chain {chain.chain_id}, {manifest.network} was deployed on chain {manifest.chain_id}."]
    found = []
    for role, entry in manifest.contracts.items():
        code = chain.code(entry.address)
        if not code:
            found.append(f"There is no code of {role} at {entry.address}.")
        elif code_hash(code) != entry.code_hash:
            found.append(f"The code of {role} at {entry.address} is another than was deployed.")
    return found


def attach(chain: Chain, manifest: Manifest, parameters: Parameters) -> System:
    """The deployed system, to be used. @raises ManifestError where a contract is not where it should be."""
    if missing := [role for role in OURS if role not in manifest.contracts]:
        raise ManifestError(f"The manifest of {manifest.network} lacks {', '.join(missing)}.")
    if differences := verify(chain, manifest):
        raise ManifestError(differences[0])
    if parameters.digest != manifest.parameter_hash:
        raise ManifestError(
            f"{manifest.network} was deployed from another {manifest.parameter_file}: restore the file, or deploy anew."
        )
    ours = {role: chain.at(contract, manifest.contracts[role].address) for role, contract in OURS.items()}
    return System(
        chain=chain,
        parameters=parameters,
        deployer=manifest.deployer,
        treasury=manifest.treasury,
        token=chain.at(ANY_TOKEN, manifest.token),
        feeds=_feeds(chain, manifest, parameters, "source"),
        references=_feeds(chain, manifest, parameters, "reference"),
        fallbacks=_feeds(chain, manifest, parameters, "fallback"),
        sources=dict(manifest.sources),
        pending_owner=manifest.pending_owner,
        oracle=ours["oracle"],
        vault=ours["vault"],
        orders=ours["orders"],
        liquidation=ours["liquidation"],
        pool=ours["pool"],
        shares=ours["shares"],
        lens=ours["lens"],
    )


def code_hash(code: bytes) -> str:
    """Keccak of runtime code, immutables included."""
    return "0x" + keccak(code).hex()


def _feeds(chain: Chain, manifest: Manifest, parameters: Parameters, role: str) -> dict[int, parts.Publisher]:
    """The feeds that were deployed with the system for a role: source, reference or fallback."""
    feeds = {}
    made = {
        role: chain.at(code_of(role), manifest.contracts[role].address)
        for role in NETWORK_ROLES
        if role in manifest.contracts
    }
    networks = Networks(chain, manifest.deployer, made)
    for market in parameters.markets:
        kind = getattr(market.feed, role)
        entry = manifest.contracts.get(f"{role} {market.name}")
        if entry is None or market.feed.proxy:
            continue
        source = chain.at(entry.contract, entry.address)
        if kind == "chainlink":
            proxy, aggregator = (manifest.contracts[f"{role} {part} {market.name}"] for part in ("proxy", "aggregator"))
            push = PushFeed(
                chain.at(chainlink_code_of(proxy.contract), proxy.address),
                chain.at(chainlink_code_of(aggregator.contract), aggregator.address),
                market.feed.decimals,
                manifest.deployer,
            )
            feeds[market.number] = parts.Publisher(kind, chain, source, tell=push.push)
        elif kind == "mock":
            feeds[market.number] = parts.mock_feed(chain, source, manifest.deployer)
        else:
            feeds[market.number] = parts.pull_feed(networks, kind, source, market.name)
    return feeds


def _entry(chain: Chain, record: Record) -> Entry:
    return Entry(record.contract, record.address, _plain(record.arguments), code_hash(chain.code(record.address)))


def _plain(value: Any) -> Any:
    """Lists of text."""
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return str(value)
