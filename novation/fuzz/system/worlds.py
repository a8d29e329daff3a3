"""The systems that campaigns play on: parameters, a second pool, the actors; deployed on revm and, beside, as a model.

Addresses are integers in the fuzzer and text on the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from novation.chain.compiler import Artifact
from novation.chain.protocol import Contract
from novation.deployment import parts
from novation.deployment.parameters import load
from novation.deployment.plan import BOOTSTRAP, POOL_MARKETS, deploy, feed_arguments
from novation.deployment.settings import Feed, Market, Parameters
from novation.fixed import WAD
from novation.fuzz.system.engine import Engine
from novation.model import Config, PoolSetup, Setup, System
from novation.model.liquidation import LiquidationTerms
from novation.model.marks import PoolTerms
from novation.model.orders import OrderTerms
from novation.model.words import band_word

SECOND_MARKETS = ((1 << 16) - 1) << 16
SECOND = 16  # the first market number of the second pool
REFERENCE = 100  # a reference feed is known by this plus its market
RICH = 10**10  # dollars' worth of tokens that everybody holds
WHALE = 10**14


@dataclass(frozen=True)
class World:
    """A system to play on. `second` are the markets of the second pool, empty where there is none."""

    name: str
    parameters: Parameters
    second: tuple[Market, ...] = ()

    @property
    def markets(self) -> tuple[Market, ...]:
        """Those of all pools."""
        return self.parameters.markets + self.second


@dataclass(frozen=True)
class Cast:
    """Who acts. `traders` are accounts, some of them sub-accounts of one owner; the others own their account."""

    owner: int
    guardian: int
    treasury: int
    traders: tuple[int, ...]
    lps: tuple[int, ...]
    keepers: tuple[int, ...]
    liquidator: int
    operator: int
    whale: int
    stranger: int
    senders: tuple[int, ...]

    def key(self, account: int) -> int:
        """The address that signs for an account."""
        return next(sender for sender in self.senders if sender >> 8 == account >> 8)


@dataclass(frozen=True)
class Stage:
    """A deployed world: contracts by the model's names (vault, pool, pool1, shares, shares1, ...), feeds by market."""

    world: World
    chain: Engine
    cast: Cast
    contracts: dict[str, Contract]
    feeds: dict[int, Contract]
    credit: int

    @property
    def pools(self) -> int:
        """How many."""
        return 2 if self.world.second else 1

    def market(self, number: int) -> Market | None:
        """Its parameters, None where it is not listed."""
        return next((market for market in self.world.markets if market.number == number), None)


@lru_cache(maxsize=1 << 12)
def text(address: int) -> str:
    """An address as the chain wants it."""
    return f"0x{address:040x}"


def number(contract: Contract) -> int:
    """A contract's address as an integer."""
    return int(contract.address, 16)


def _cast(chain: Engine) -> Cast:
    names = [int(chain.account(index), 16) for index in range(16)]
    one, two, three, four = names[3:7]
    traders = (one, one ^ 1, one ^ 2, two, two ^ 1, three, four)
    owner, guardian, treasury = names[:3]
    liquidator, operator, whale, stranger = names[12:16]
    lps, keepers = tuple(names[7:10]), tuple(names[10:12])
    return Cast(owner, guardian, treasury, traders, lps, keepers, liquidator, operator, whale, stranger, tuple(names))


def _market(number: int, name: str, like: Market, price: int, scale: int, **feed: Any) -> Market:
    """Another market like one, at a price of `price` wei."""
    low, high = 10 ** (len(str(price)) - 3), 10 ** (len(str(price)) + 2)
    return replace(
        like,
        number=number,
        name=name,
        skew_scale=scale,
        feed=replace(like.feed, price=price, band_low=low, band_high=high, **feed),
    )


def local() -> World:
    """The parameters of the demo."""
    return World("local", load("local"))


def tight() -> World:
    """Two pools of two markets, 18 decimals, short windows, little credit, a reference feed, caps that bind."""
    p = load("local")
    like = replace(
        p.markets[0],
        initial_bps=800,
        maintenance_bps=500,
        slope_bps=4000,
        open_interest_cap_bps=300,
        position_cap_bps=150,
        feed=replace(p.markets[0].feed, heartbeat=600, deviation_bps=30),
    )
    first = _market(0, "ETH", like, 4000 * WAD, 10_000 * WAD, divergence_bps=200, reference_heartbeat=900)
    markets = (first, _market(1, "BTC", like, 110_000 * WAD, 500 * WAD, decimals=18))
    second = (_market(16, "SOL", like, 150 * WAD, 300_000 * WAD), _market(17, "XRP", like, WAD // 2, 10**8 * WAD))
    orders = replace(p.orders, delay=4, window=60, grace=30, fee_min=WAD // 10)
    pool = replace(p.pool, min_notional=50 * WAD, min_penalty=5 * WAD, credit=100 * WAD, ramp_seconds=7200)
    token = replace(p.token, decimals=18)
    shares = replace(p.shares, epoch_seconds=600)
    settings = replace(p, token=token, pool=pool, shares=shares, orders=orders, markets=markets)
    return World("tight", settings, second)


def wide() -> World:
    """18 markets over two pools, so that an account can have too many of them; 27 decimals."""
    p = load("local")
    like = replace(p.markets[0], slope_bps=8000, open_interest_cap_bps=120, position_cap_bps=100)
    prices = [4000 * WAD, 110_000 * WAD, 150 * WAD, WAD // 2, 3 * WAD, 10**10, 10**11 * WAD, 40 * WAD, 7 * WAD]
    markets = []
    for index in range(18):
        price = prices[index % len(prices)] * (index + 1)
        scale = max(10**15, min(10**30, 4 * 10**8 * WAD * WAD // price) // 10**15 * 10**15)
        number = index if index < 12 else SECOND + index - 12
        markets.append(_market(number, f"M{number}", like, price, scale, decimals=18))
    pool = replace(p.pool, credit=5000 * WAD, min_notional=100 * WAD)
    settings = replace(p, token=replace(p.token, decimals=27), pool=pool, markets=tuple(markets[:12]))
    return World("wide", settings, tuple(markets[12:]))


WORLDS = {"local": local, "tight": tight, "wide": wide}


def build(world: World, replaced: Mapping[str, Artifact] | None = None) -> Stage:
    """Deploys a world; everybody holds tokens and lets the vault take them. `replaced`: other builds of contracts, by
    name."""
    chain = Engine(replaced=replaced)
    cast = _cast(chain)
    feeds: dict[int, Contract] = {}
    markets = []
    for market in world.parameters.markets:
        if market.feed.divergence_bps:
            feeds[REFERENCE + market.number] = made = chain.deploy("MockAggregatorProxy", 8, sender=text(cast.owner))
            made.transact("push", market.feed.price // 10**10, sender=text(cast.owner))
            market = replace(market, feed=replace(market.feed, reference=made.address))
        markets.append(market)
    settings = replace(
        world.parameters, markets=tuple(markets), guardian=text(cast.guardian), treasury=text(cast.treasury)
    )
    deployed = deploy(chain, settings, text(cast.owner))
    feeds |= {market: feed.proxy for market, feed in deployed.feeds.items()}
    names = ("token", "oracle", "vault", "orders", "liquidation", "pool", "shares", "lens")
    contracts = {name: getattr(deployed, name) for name in names}
    stage = Stage(World(world.name, settings, world.second), chain, cast, contracts, feeds, settings.pool.credit)
    if world.second:
        _second_pool(stage)
    unit = int(10**settings.token.decimals)
    for sender in cast.senders:
        worth = WHALE if sender == cast.whale else RICH
        parts.mint(contracts["token"], text(sender), worth * unit, text(cast.owner))
        contracts["token"].transact("approve", contracts["vault"].address, 2**256 - 1, sender=text(sender))
    return stage


def _second_pool(stage: Stage) -> None:
    """Another pool with markets, shares and its first thousand dollars."""
    chain, p, c, me = stage.chain, stage.world.parameters, stage.contracts, text(stage.cast.owner)
    q = p.pool
    vault, oracle = c["vault"], c["oracle"]
    limits = (q.min_notional, q.min_penalty, q.buffer_bps, q.protocol_share_bps, q.utilisation_bps, q.ramp_seconds)
    pool = chain.deploy(
        "ClearingPool", vault.address, oracle.address, *limits, me, text(stage.cast.guardian), sender=me
    )
    terms = (p.shares.epoch_seconds, q.utilisation_bps, p.shares.name, p.shares.symbol)
    shares = chain.deploy("PoolShares", vault.address, pool.address, *terms, sender=me)
    for market in stage.world.second:
        feed = parts.deploy_feed(chain, market.feed, market.name, me)
        stage.feeds[market.number] = feed.proxy
        oracle.transact("set_feed", market.number, feed.proxy.address, *feed_arguments(market), sender=me)
        pool.transact("set_market", market.number, market.struct(), sender=me)
    vault.transact("register_module", shares.address, sender=me)
    vault.transact("register_pool", 1, pool.address, shares.address, SECOND_MARKETS, q.credit, sender=me)
    units = BOOTSTRAP * 10**p.token.decimals // WAD
    parts.mint(c["token"], me, units, me)
    c["token"].transact("approve", vault.address, units, sender=me)
    vault.transact("deposit", me, units, sender=me)
    shares.transact("bootstrap", me, sender=me)
    c["pool1"], c["shares1"] = pool, shares


def setup_of(stage: Stage) -> Setup:
    """The model's parameters with the deployed addresses."""
    p, c = stage.world.parameters, stage.contracts
    q = p.pool
    limits = (q.min_notional, q.min_penalty, q.buffer_bps, q.protocol_share_bps, q.utilisation_bps, q.ramp_seconds)
    pools = []
    for index, bits in enumerate((POOL_MARKETS, SECOND_MARKETS)[: stage.pools]):
        pool, shares = (number(c[f"{name}{index or ''}"]) for name in ("pool", "shares"))
        pools.append(PoolSetup(pool, shares, bits, q.credit, p.shares.epoch_seconds, PoolTerms(*limits)))
    o, q2 = p.orders, p.liquidation
    return Setup(
        now=stage.chain.now,
        decimals=p.token.decimals,
        owner=stage.cast.owner,
        guardian=stage.cast.guardian,
        treasury=stage.cast.treasury,
        vault=number(c["vault"]),
        oracle=number(c["oracle"]),
        orders=number(c["orders"]),
        liquidation=number(c["liquidation"]),
        insurance_share=p.vault.insurance_share_bps,
        order_terms=OrderTerms(o.delay, o.window, o.grace, o.fee_min, o.fee_max),
        liquidation_terms=LiquidationTerms(q2.share_floor_bps, q2.share_ceiling_bps, q2.ramp, q2.minimum_reward),
        pools=tuple(pools),
    )


def model_of(stage: Stage) -> System:
    """The model in the state in which `build` leaves the chain."""
    system = System(setup_of(stage))
    cast, unit = stage.cast, system.token.unit
    for market in stage.world.markets:
        _add_feed(system, stage, market.number, market.feed)
        config = Config(*market.struct())
        system.pools[market.number // SECOND].set_market(cast.owner, market.number, config)
    units = BOOTSTRAP * unit // WAD
    for shares in system.shares:
        system.token.mint(cast.owner, units)
        system.vault.deposit(cast.owner, cast.owner, units)
        shares.bootstrap(cast.owner, cast.owner)
    for sender in cast.senders:
        system.token.mint(sender, (WHALE if sender == cast.whale else RICH) * unit)
    return system


def _add_feed(system: System, stage: Stage, market: int, feed: Feed) -> None:
    source = system.add_source(number(stage.feeds[market]), feed.decimals)
    source.post(feed.price * 10**feed.decimals // WAD, system.now)
    other = 0
    if feed.divergence_bps:
        reference = system.add_source(number(stage.feeds[REFERENCE + market]), 8)
        reference.post(feed.price // 10**10, system.now)
        other = reference.address
    heartbeat, deviation, divergence, low, high, _, other_heartbeat = feed_arguments_of(feed)
    system.oracle.set_feed(
        stage.cast.owner, market, source.address, heartbeat, deviation, divergence, band_word(*low),
        band_word(*high), other, other_heartbeat,
    )  # fmt: skip


def feed_arguments_of(feed: Feed) -> tuple[int, int, int, tuple[int, int], tuple[int, int], str, int]:
    """What `set_feed` takes after feed and source."""
    market = replace(load("local").markets[0], feed=feed)
    heartbeat, deviation, divergence, low, high, reference, other = feed_arguments(market)
    return heartbeat, deviation, divergence, low, high, reference, other
