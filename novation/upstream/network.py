"""A chain with everything that the clearing house stands on, as a mainnet has it, and the networks behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract, Deployable
from novation.upstream import chainlink, pyth, redstone, streams, uniswap, usdc
from novation.upstream.sequencer import Sequencer, deploy_sequencer
from novation.upstream.sequencer import code as sequencer_feed
from novation.upstream.wormhole import Wormhole, deploy_wormhole
from novation.upstream.wormhole import guardians as wormhole_guardians

WAD = 10**18
USDC_UNIT = 10**6
BRIDGED = 10_000_000  # USDC of the deployer
WRAPPED = 1_000  # ETH in the pool
HISTORY = 200  # observations that the pool keeps
DECIMALS = 8  # of push feeds


class Asset(NamedTuple):
    """What has prices: USD at the start, the limits of its push feed."""

    symbol: str
    price: int
    low: int
    high: int


ASSETS = (Asset("ETH", 4_000, 50, 100_000), Asset("BTC", 110_000, 1_000, 2_000_000))


@dataclass(frozen=True)
class Upstream:
    """What others have deployed. Mappings are by symbol; the pool is of WETH and USDC."""

    chain: Chain
    deployer: str
    usdc: Contract
    weth: Contract
    link: Contract
    safe: Contract
    safe_factory: Contract
    feeds: Mapping[str, chainlink.PushFeed]
    wormhole: Wormhole
    pyth: pyth.Pyth
    redstone: redstone.RedStone
    streams: streams.Streams
    uniswap: uniswap.Uniswap
    pool: Contract
    sequencer: Sequencer

    def manifest(self) -> dict[str, Any]:
        """Where everything is, as JSON has it; `attach` reads it."""
        found = {
            "USDC": self.usdc,
            "WETH": self.weth,
            "LINK": self.link,
            "Safe": self.safe,
            "Safe factory": self.safe_factory,
            "Wormhole core": self.wormhole.core,
            "Data Streams verifier proxy": self.streams.proxy,
            "Data Streams verifier": self.streams.verifier,
            "Uniswap factory": self.uniswap.factory,
            "Uniswap router": self.uniswap.router,
            "Uniswap positions": self.uniswap.positions,
            "Uniswap WETH/USDC pool": self.pool,
            "L2 messenger": self.sequencer.messenger,
            "L2 sequencer uptime": self.sequencer.proxy,
            "L2 sequencer uptime aggregator": self.sequencer.feed,
        }
        for symbol, feed in self.feeds.items():
            found |= {f"Chainlink {symbol}": feed.proxy, f"Chainlink {symbol} aggregator": feed.aggregator}
        return {
            "deployer": self.deployer,
            "addresses": {name: contract.address for name, contract in found.items()},
            "digests": {feed.hex(): digest.hex() for feed, digest in self.streams.digests.items()},
        }


def code_of(component: str, name: str) -> Deployable:
    """@raises ComponentUnavailable."""
    return (name, *artifact(component, name))


def attach(chain: Chain, manifest: Mapping[str, Any]) -> Upstream:
    """What `build` made on a chain, from its manifest. @raises ComponentUnavailable."""

    def at(what: str, component: str, name: str) -> Contract:
        return chain.at(code_of(component, name), manifest["addresses"][what])

    deployer = manifest["deployer"]
    feeds = {}
    for asset in ASSETS:
        proxy = at(f"Chainlink {asset.symbol}", "chainlink", "EACAggregatorProxy")
        aggregator = at(f"Chainlink {asset.symbol} aggregator", "chainlink", "FluxAggregator")
        feeds[asset.symbol] = chainlink.PushFeed(proxy, aggregator, DECIMALS, deployer)
    wormhole = Wormhole(at("Wormhole core", "wormhole", "Implementation"), wormhole_guardians())
    verifier = streams.Streams(
        chain,
        chain.at(streams.code_of("VerifierProxy"), manifest["addresses"]["Data Streams verifier proxy"]),
        chain.at(streams.code_of("Verifier"), manifest["addresses"]["Data Streams verifier"]),
        streams.operators(),
        {bytes.fromhex(feed): bytes.fromhex(digest) for feed, digest in manifest["digests"].items()},
        deployer,
    )
    exchange = uniswap.Uniswap(
        chain,
        at("Uniswap factory", "uniswap-core", "UniswapV3Factory"),
        at("Uniswap router", "uniswap-periphery", "SwapRouter"),
        at("Uniswap positions", "uniswap-periphery", "NonfungiblePositionManager"),
    )
    return Upstream(
        chain=chain,
        deployer=deployer,
        usdc=chain.at(usdc.code_of(), manifest["addresses"]["USDC"]),
        weth=at("WETH", "weth", "WETH9"),
        link=at("LINK", "chainlink", "LinkToken"),
        safe=at("Safe", "safe", "Safe"),
        safe_factory=at("Safe factory", "safe", "SafeProxyFactory"),
        feeds=feeds,
        wormhole=wormhole,
        pyth=pyth.Pyth(wormhole),
        redstone=redstone.service(),
        streams=verifier,
        uniswap=exchange,
        pool=at("Uniswap WETH/USDC pool", "uniswap-core", "UniswapV3Pool"),
        sequencer=Sequencer(
            chain,
            at("L2 sequencer uptime", "chainlink", "EACAggregatorProxy"),
            chain.at(sequencer_feed(), manifest["addresses"]["L2 sequencer uptime aggregator"]),
            at("L2 messenger", "optimism", "L2CrossDomainMessenger"),
        ),
    )


def build(chain: Chain, deployer: str, progress: Callable[[str], None] = lambda text: None) -> Upstream:
    """Deploys everything. @raises ComponentUnavailable, Reverted."""

    def deploy(component: str, name: str, *arguments: Any) -> Contract:
        return chain.deploy(code_of(component, name), *arguments, sender=deployer)

    progress("tokens")
    dollars = usdc.deploy_usdc(chain, "USD Coin", "USDC", 6, deployer).token
    dollars.transact("mint", deployer, BRIDGED * USDC_UNIT, sender=deployer)
    weth = deploy("weth", "WETH9")
    weth.transact("deposit", sender=deployer, value=WRAPPED * WAD)
    link = deploy("chainlink", "LinkToken")
    progress("Safe")
    safe, safe_factory = deploy("safe", "Safe"), deploy("safe", "SafeProxyFactory")
    progress("Chainlink feeds")
    feeds = {}
    for asset in ASSETS:
        feeds[asset.symbol] = feed = chainlink.deploy_push_feed(
            chain, asset.symbol, DECIMALS, asset.low * WAD, asset.high * WAD, deployer
        )
        feed.push(asset.price * WAD)
    progress("Wormhole, for Pyth")
    wormhole = deploy_wormhole(chain, deployer)
    progress("Data Streams")
    verifier = streams.deploy_streams(chain, deployer)
    for asset in ASSETS:
        verifier.add(streams.feed_id(f"{asset.symbol}/USD"))
    progress("Uniswap")
    exchange = uniswap.deploy_uniswap(chain, weth, deployer)
    price = ASSETS[0].price * USDC_UNIT / WAD
    pool = exchange.pool(weth, dollars, price, deployer, WRAPPED * WAD, HISTORY)
    progress("the sequencer's feed")
    return Upstream(
        chain=chain,
        deployer=deployer,
        usdc=dollars,
        weth=weth,
        link=link,
        safe=safe,
        safe_factory=safe_factory,
        feeds=feeds,
        wormhole=wormhole,
        pyth=pyth.Pyth(wormhole),
        redstone=redstone.service(),
        streams=verifier,
        uniswap=exchange,
        pool=pool,
        sequencer=deploy_sequencer(chain, deployer),
    )
