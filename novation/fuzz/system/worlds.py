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
from novation.chain.revm import WEALTH
from novation.deployment import parts
from novation.deployment.parameters import load
from novation.deployment.plan import BOOTSTRAP, deploy
from novation.deployment.settings import Market, Parameters
from novation.fixed import WAD
from novation.fuzz.system import feeds as feeds_of
from novation.fuzz.system.cast import SIGNER, Cast, cast_of
from novation.fuzz.system.engine import Engine
from novation.model.sources import Observation

SECOND_MARKETS = ((1 << 16) - 1) << 16
SECOND = 16  # the first market number of the second pool
ACTING = 15  # the account that deploys the attacker
RICH = 10**10  # dollars' worth of tokens that everybody holds
WHALE = 10**14


@dataclass(frozen=True)
class World:
    """A system to play on. `second` are the markets of the second pool, empty where there is none."""

    name: str
    parameters: Parameters
    second: tuple[Market, ...] = ()
    hostile: bool = False  # whether its token is one that misbehaves
    sequenced: bool = False  # whether its prices depend on an L2's sequencer

    @property
    def markets(self) -> tuple[Market, ...]:
        """Those of all pools."""
        return self.parameters.markets + self.second


@dataclass(frozen=True)
class Stage:
    """A deployed world: contracts by the model's names (vault, pool, pool1, shares, shares1, ...), sources of prices by
    market, with what each of those had signed first that are brought their prices."""

    world: World
    chain: Engine
    cast: Cast
    contracts: dict[str, Contract]
    feeds: dict[int, Contract]
    pulled: dict[int, Observation]
    credit: int
    attacker: Contract
    sequencer: Contract | None = None  # where an L2's sequencer is said to be down, or up again

    @property
    def pools(self) -> int:
        """How many."""
        return 2 if self.world.second else 1

    def market(self, number: int) -> Market | None:
        """Its parameters, None where it is not listed."""
        return next((market for market in self.world.markets if market.number == number), None)

    def listed(self, number: int) -> Market:
        """The parameters of a market that is listed."""
        return next(market for market in self.world.markets if market.number == number)


@lru_cache(maxsize=1 << 12)
def text(address: int) -> str:
    """An address as the chain wants it."""
    return f"0x{address:040x}"


def number(contract: Contract) -> int:
    """A contract's address as an integer."""
    return int(contract.address, 16)


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


def _demo() -> Parameters:
    """Of the demo, all sources asked."""
    p = load("local")
    asked: dict[str, Any] = {"source": "mock", "reference": "", "divergence_bps": 0, "reference_age": 0, "refresh": 0}
    markets = tuple(replace(market, feed=replace(market.feed, **asked)) for market in p.markets)
    return replace(p, markets=markets)


def local() -> World:
    """The parameters of the demo."""
    return World("local", _demo())


def tight() -> World:
    """Two pools of two markets, 18 decimals, short windows, little credit, references, caps that bind. The first
    market's prices are brought."""
    p = _demo()
    like = replace(
        p.markets[0],
        initial_bps=800,
        maintenance_bps=500,
        slope_bps=4000,
        open_interest_cap_bps=300,
        position_cap_bps=150,
        feed=replace(p.markets[0].feed, trade_age=600, close_age=3600, deviation_bps=30),
    )
    judged = {"reference": "mock", "divergence_bps": 200, "reference_age": 900}
    breaker = {"move_bps": 1500, "swing_bps": 2500, "window": 300, "calm": 120}
    pulled: dict[str, Any] = {"source": "mock-pull", "confidence_bps": 60, "refresh": 60, "trade_age": 150}
    markets = (
        _market(0, "ETH", like, 4000 * WAD, 10_000 * WAD, **pulled, **judged, **breaker),
        _market(1, "BTC", like, 110_000 * WAD, 500 * WAD, confidence_bps=50, **judged),
    )
    second = (_market(16, "SOL", like, 150 * WAD, 300_000 * WAD), _market(17, "XRP", like, WAD // 2, 10**8 * WAD))
    orders = replace(p.orders, delay=4, window=60, grace=30, fee_min=WAD // 10)
    limits = {"buffer_bps": 900, "protocol_share_bps": 2300, "utilisation_bps": 7700}
    pool = replace(p.pool, min_notional=50 * WAD, min_penalty=5 * WAD, credit=100 * WAD, ramp_seconds=7200, **limits)
    vault, shared = replace(p.vault, insurance_share_bps=3100), {"share_floor_bps": 1700, "share_ceiling_bps": 7300}
    liquidation = replace(p.liquidation, ramp=170, minimum_reward=2 * WAD, **shared)
    token = replace(p.token, decimals=18)
    shares = replace(p.shares, epoch_seconds=600)
    p = replace(p, vault=vault, liquidation=liquidation, orders=orders, pool=pool, shares=shares)
    settings = replace(p, token=token, markets=markets)
    return World("tight", settings, second)


def wide() -> World:
    """18 markets over two pools, so that an account can have too many of them, one of them the last; 27 decimals. Every
    second price is brought, and its breaker has no reference to ask; some have a fallback. It is on an L2."""
    p = _demo()
    like = replace(p.markets[0], slope_bps=8000, open_interest_cap_bps=120, position_cap_bps=100)
    prices = [4000 * WAD, 110_000 * WAD, 150 * WAD, WAD // 2, 3 * WAD, 10**10, 10**11 * WAD, 40 * WAD, 7 * WAD]
    markets = []
    for index in range(18):
        price = prices[index % len(prices)] * (index + 1)
        scale = max(10**15, min(10**30, 4 * 10**8 * WAD * WAD // price) // 10**15 * 10**15)
        number = index if index < 12 else SECOND + index - 12 if index < 17 else 31
        backed = {"fallback": "mock", "fallback_age": 1200, "fallback_deviation_bps": 60}
        feed: dict[str, Any] = backed if index in (1, 2, 12) else {}
        if index % 2 == 0:
            feed |= {"source": "mock-pull", "confidence_bps": 60, "move_bps": 3000, "calm": 300}
        markets.append(_market(number, f"M{number}", like, price, scale, **feed))
    limits = {"buffer_bps": 1500, "protocol_share_bps": 4100, "utilisation_bps": 9100}
    pool = replace(p.pool, credit=5000 * WAD, min_notional=100 * WAD, **limits)
    vault = replace(p.vault, insurance_share_bps=6900)
    liquidation = replace(p.liquidation, share_floor_bps=500, share_ceiling_bps=9000, ramp=900)
    orders = replace(p.orders, window=90, grace=200, fee_max=7 * WAD)
    token = replace(p.token, decimals=27)
    p = replace(p, vault=vault, liquidation=liquidation, orders=orders, pool=pool, token=token)
    settings = replace(p, markets=tuple(markets[:12]))
    return World("wide", settings, tuple(markets[12:]), sequenced=True)


def hostile() -> World:
    """The parameters of the demo on a token that misbehaves when it is told to, and is honest until then."""
    p = _demo()
    return World("hostile", replace(p, token=replace(p.token, decimals=6)), hostile=True)


WORLDS = {"local": local, "tight": tight, "wide": wide, "hostile": hostile}


def build(world: World, replaced: Mapping[str, Artifact] | None = None, chain: Engine | None = None) -> Stage:
    """Deploys a world; everybody holds tokens and lets the vault take them. `replaced`: other builds of contracts, by
    name. `chain`: another engine, on which nothing was done yet."""
    chain = chain or Engine(replaced=replaced)
    attacker = chain.deploy("Attacker", sender=chain.account(ACTING))
    cast = cast_of(chain, number(attacker))
    feeds: dict[int, Contract] = {}
    markets = tuple(feeds_of.surrounded(chain, market, feeds, text(cast.owner)) for market in world.parameters.markets)
    settings = replace(world.parameters, markets=markets, guardian=text(cast.guardian), treasury=text(cast.treasury))
    sequencer = feeds_of.sequencer(chain, text(cast.owner)) if world.sequenced else None
    if sequencer is not None:
        uptime = chain.deploy("SequencerUptime", sequencer.address, feeds_of.GRACE, sender=text(cast.owner))
        settings = replace(settings, uptime=uptime.address)
    if world.hostile:
        settings = replace(settings, token=replace(settings.token, source=_hostile_token(chain, settings, cast)))
    deployed = deploy(chain, settings, text(cast.owner))
    feeds |= {market: feed.source for market, feed in deployed.feeds.items()}
    pulled = {market: feeds_of.signed(feed.update) for market, feed in deployed.feeds.items() if not feed.is_push}
    names = ("token", "oracle", "vault", "orders", "liquidation", "pool", "shares", "lens")
    contracts = {name: getattr(deployed, name) for name in names}
    if world.hostile:
        contracts["token"] = chain.at("HostileToken", contracts["token"].address)
    played = replace(world, parameters=settings)
    stage = Stage(played, chain, cast, contracts, feeds, pulled, settings.pool.credit, attacker, sequencer)
    if world.second:
        _second_pool(stage)
    _make_rich(stage)
    return stage


def _hostile_token(chain: Engine, settings: Parameters, cast: Cast) -> str:
    """A token that misbehaves, with the first pool's thousand dollars in the owner's hands. @return its address."""
    token = chain.deploy("HostileToken", settings.token.decimals, sender=text(cast.owner))
    parts.mint(token, text(cast.owner), BOOTSTRAP * 10**settings.token.decimals // WAD, text(cast.owner))
    return token.address


def _make_rich(stage: Stage) -> None:
    """Everybody holds tokens and lets the vault take them."""
    cast, token, vault = stage.cast, stage.contracts["token"], stage.contracts["vault"].address
    for keeper in (SIGNER, *cast.traders):
        stage.chain.fund(text(keeper), WEALTH)
    for holder in (*cast.senders, cast.attacker):
        parts.mint(token, text(holder), wealth(stage, holder), text(cast.owner))
    for sender in cast.senders:
        token.transact("approve", vault, 2**256 - 1, sender=text(sender))
    if stage.world.hostile:
        token.transact("set_callback", stage.attacker.address, b"", sender=text(cast.stranger))
    approval = token.encode("approve", vault, 2**256 - 1)
    stage.attacker.transact("act", token.address, approval, sender=text(cast.stranger))


def wealth(stage: Stage, holder: int) -> int:
    """Token units that somebody holds at first."""
    return (WHALE if holder == stage.cast.whale else RICH) * int(10**stage.world.parameters.token.decimals)


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
    for listed in stage.world.second:
        market = feeds_of.surrounded(chain, listed, stage.feeds, me)
        feed = parts.deploy_feed(chain, market.feed, market.name, me)
        stage.feeds[market.number] = feed.source
        oracle.transact("set_feed", market.number, feeds_of.fields(stage.feeds, market), sender=me)
        if not feed.is_push:
            stage.pulled[market.number] = feeds_of.signed(feed.update)
            parts.bring(oracle, market.number, feed.update, me)
        pool.transact("set_market", market.number, market.struct(), sender=me)
    vault.transact("register_module", shares.address, sender=me)
    vault.transact("register_pool", 1, pool.address, shares.address, SECOND_MARKETS, q.credit, sender=me)
    units = BOOTSTRAP * 10**p.token.decimals // WAD
    parts.mint(c["token"], me, units, me)
    c["token"].transact("approve", vault.address, units, sender=me)
    vault.transact("deposit", me, units, sender=me)
    shares.transact("bootstrap", me, sender=me)
    c["pool1"], c["shares1"] = pool, shares
