"""Deploys the drills' clearing house on the fork, by the plan, and opens what every drill begins with."""

from __future__ import annotations

from novation.chain.ape import ApeChain
from novation.chain.protocol import Chain
from novation.deployment.networks import Networks
from novation.deployment.plan import deploy
from novation.fixed import WAD
from novation.upstream.network import ASSETS, Upstream
from tests.fork.books import Books
from tests.fork.ground import Ground
from tests.fork.terms import LIQUIDITY, MONEY, ROLES, SIZES, UPTIME_GRACE, parameters

START = 2_000_000_000  # Unix seconds


def build(network: Upstream) -> Ground:
    """Deploys it by the plan, on what the fork has; an LP, and two positions in each market but LUNA's."""
    chain, deployer = network.chain, network.deployer
    _steady(chain)
    roles = {role: chain.account(number) for number, role in enumerate(ROLES)}
    network.streams.charge(network.link, network.weth)
    sources = {}
    for asset in ASSETS:
        feed = network.feeds[asset.symbol]
        feed.push(asset.price * WAD)
        sources[asset.symbol] = chain.deploy("ChainlinkSource", feed.proxy.address, sender=deployer).address
    uptime = chain.deploy("SequencerUptime", network.sequencer.proxy.address, UPTIME_GRACE, sender=deployer)
    set_to = parameters(network.usdc.address, sources, uptime.address, roles["treasury"])
    verifiers = {"verifier": network.streams.verifier, "verifier proxy": network.streams.proxy}
    networks = Networks(chain, deployer, {"wormhole": network.wormhole.core, **verifiers})
    system = deploy(chain, set_to, deployer, networks=networks)
    books = Books(set_to, system.pool.address, roles["treasury"], system.vault.address)
    books.add(system.pool.address, 1_000 * WAD)
    prices = {market.number: market.feed.price for market in set_to.markets}
    ground = Ground(chain, system, roles, network, books, prices)
    ground.provide(ground.lp, LIQUIDITY)
    ground.pay_in(ground.idle, 500)
    for market in SIZES:
        ground.refer(market)
        accounts = ground.holder(market), ground.shorter(market)
        for account, usd, size in zip(accounts, MONEY[market], SIZES[market], strict=True):
            ground.pay_in(account, usd)
            ground.deal(account, market, size)
    return ground


def _steady(chain: Chain) -> None:
    """The clock goes by blocks, from START."""
    assert isinstance(chain, ApeChain)
    chain.provider.web3.provider.make_request("anvil_setBlockTimestampInterval", [1])
    chain.set_time(START)
