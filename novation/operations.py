"""What the scripts deploy, seed, keeper and liquidator do, from the command line on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from rich.console import Console

from novation.bots.hermes import KEY, Hermes, pyth_feeds
from novation.bots.prices import PriceService, Published
from novation.bots.service import serve
from novation.chain.ape import ApeChain
from novation.chain.compiler import compile_all
from novation.chain.protocol import ChainError
from novation.console import Refused, chain_of, ends_with_us, label, need_ether
from novation.deployment.manifest import Manifest, attach, load, manifest_of, path_of, save
from novation.deployment.parameters import load as load_parameters
from novation.deployment.plan import deploy
from novation.deployment.settings import Parameters
from novation.deployment.system import System
from novation.sim.crowd import cast
from novation.sim.seed import KEEPER, LIQUIDATOR, people, seed

WAD = 10**18
STAYS = "start anvil yourself and name it with --network ethereum:local:http://127.0.0.1:8545"
GAS_MONEY = 10**18  # wei of everybody who is seeded
# Public test networks by chain id: their ether is free, and so is what is built there.
TESTNETS = {
    11_155_111: "Sepolia",
    560_048: "Hoodi",
    84_532: "Base Sepolia",
    421_614: "Arbitrum Sepolia",
    11_155_420: "OP Sepolia",
}
SENDERS = {"keeper": KEEPER, "liquidator": LIQUIDATOR}


def deploy_system(
    network: str,
    account: str | None,
    params: str | None,
    real: bool,
    replace: bool,
    testnet: bool = False,
    hermes: str | None = None,
) -> None:
    """Deploys and writes the manifest.

    @param testnet Mocks and price networks of ours may be deployed on a public test network.
    @param hermes Address of the service that has the first prices of given pull sources, where they are Pyth's.
    @raises what `one_sentence` knows.
    """
    console = Console()
    with chain_of(network, account) as chain:
        parameters = load_parameters(params or chain.provider.network.name.removesuffix("-fork"))
        if real:
            parameters = parameters.with_sources("chainlink", "usdc")
        if _is_live(chain):
            _refuse_own(chain, parameters, testnet)
        deployer = chain.account(0)
        need_ether(chain, deployer)
        path = path_of(label(network))
        is_kept = not ends_with_us(chain)
        if is_kept and path.exists() and not replace:
            raise Refused(f"{path} holds a deployment already: --replace overwrites it")
        given = {market.number: market.feed.source for market in parameters.markets if market.feed.brought}
        service = _service(chain, given, hermes)
        print(f"Deploying {parameters.file} to chain {chain.chain_id} as {deployer}.")
        with console.status("compiling the contracts: half a minute, once") as status:
            compile_all()
            system = deploy(chain, parameters, deployer, status.update, update_of=service.newest)
        for record in system.records:
            print(f"  {record.role:24} {record.address}")
        if system.pending_owner:
            print(f"{system.pending_owner} has to accept the ownership (accept_ownership).")
        if is_kept:
            print(save(manifest_of(system, label(network)), replace=replace))
        else:
            print(f"{network} ends with this process: nothing is written down. For a chain that stays: {STAYS}.")


def seed_system(network: str) -> None:
    """Seeds what was deployed. @raises what `one_sentence` knows."""
    console = Console()
    with chain_of(network) as chain:
        if not chain.provider.network.is_dev:
            raise Refused(f"Seeding makes money: {network} is no local network")
        system, _ = _deployed(chain, network)
        if system.deployer not in chain.accounts:
            raise Refused(f"The token of this deployment is minted by {system.deployer}, which is no account here")
        everybody = people(chain, cast())
        for address in (everybody.keeper, everybody.liquidator, everybody.cleaner, *everybody.lps, *everybody.traders):
            chain.fund(address, GAS_MONEY)
        with console.status("seeding insurance, LPs and traders"):
            seed(system, everybody)
        print(f"Seeded the vault {system.vault.address}: {len(everybody.lps)} LPs, {len(everybody.traders)} traders.")
        for account, trader in everybody.traders.items():
            print(f"  {account}  {trader.name:16} ${trader.deposit // WAD:,}")


def run_bot(
    kind: str,
    network: str,
    account: str | None,
    profit: str,
    blocks: int | None,
    poll: float,
    hermes: str | None = None,
) -> None:
    """Runs a keeper or a liquidator.

    @param hermes Address of the service that has the prices of pull sources, where they are Pyth's.
    @raises what `one_sentence` knows.
    """
    least = _dollars(profit)
    with chain_of(network, account) as chain:
        system, manifest = _deployed(chain, network)
        sender = chain.account(0 if account else SENDERS[kind])
        need_ether(chain, sender)
        service = _service(chain, system.sources, hermes)
        serve(kind, chain, system, manifest.block, sender, least, blocks, print, poll, service)


def _is_live(chain: ApeChain) -> bool:
    """Whether others use the chain: also one that is named as a local network but cannot be set back as they can."""
    if not chain.provider.network.is_dev:
        return True
    try:
        chain.snapshot()
    except ChainError:
        return True
    return False


def _refuse_own(chain: ApeChain, parameters: Parameters, testnet: bool) -> None:
    """@raises Refused where a live chain would get mocks, or networks of ours, but on a test network if it is said."""
    name = TESTNETS.get(chain.chain_id)
    if testnet and name is None:
        known = ", ".join(f"{name} ({number})" for number, name in TESTNETS.items())
        raise Refused(f"--testnet is for public test networks, and chain {chain.chain_id} is none of {known}")
    if not testnet and parameters.own:
        also = ", or say --testnet" if name else ""
        raise Refused(
            f"Chain {chain.chain_id} is live, and {parameters.file} has stand-ins deployed there: give addresses in"
            f" place of {', '.join(parameters.own)}{also}"
        )


def _service(chain: ApeChain, sources: Mapping[int, str], hermes: str | None) -> PriceService:
    """Where updates of these sources (by market number) are had; of none without an address. @raises Refused."""
    if hermes is None:
        return Published({})
    feeds = pyth_feeds(chain, sources)
    if not feeds:
        raise Refused("--hermes has Pyth's prices, and no market's prices are brought to a source of Pyth's")
    try:
        return Hermes(hermes, feeds, lambda: chain.now, print, os.environ.get(KEY, ""))
    except ValueError as error:
        raise Refused(str(error)) from None


def _deployed(chain: ApeChain, network: str) -> tuple[System, Manifest]:
    """The system of the network's manifest. @raises ManifestError."""
    if ends_with_us(chain):
        raise Refused(f"{network} begins and ends with this process, so nothing is deployed there: {STAYS}")
    manifest = load(path_of(label(network)))
    parameters: Parameters = load_parameters(manifest.parameter_file.removesuffix(".yaml"))
    return attach(chain, manifest, parameters), manifest


def _dollars(text: str) -> int:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Refused(f"--profit {text} is not an amount of dollars") from None
    if not value.is_finite() or value < 0:
        raise Refused(f"--profit {text} is not an amount of dollars")
    return int(value * WAD)
