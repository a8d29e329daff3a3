"""The model beside a stage, and the twins of what is around the contracts: the token, the LP token."""

from __future__ import annotations

from novation.deployment.plan import BOOTSTRAP, POOL_MARKETS
from novation.deployment.settings import Market
from novation.fixed import WAD
from novation.fuzz.system.feeds import KINDS, settings_of
from novation.fuzz.system.hostile import HostileTwin
from novation.fuzz.system.lp_token import LpToken, domain_separator
from novation.fuzz.system.networks import data_of
from novation.fuzz.system.worlds import SECOND, SECOND_MARKETS, Stage, number, wealth
from novation.model import Config, PoolSetup, Setup, System
from novation.model.liquidation import LiquidationTerms
from novation.model.marks import PoolTerms
from novation.model.orders import OrderTerms
from novation.model.shares import Shares
from novation.model.sources import Source


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
    if stage.world.hostile:
        token = HostileTwin(system.env, system.token.decimals)
        token.system, token.attacker = system, cast.attacker
        system.token = system.vault.token = token
    system.shares[:] = [_with_token(stage, index, plain) for index, plain in enumerate(system.shares)]
    for market in stage.world.markets:
        _add_feed(system, stage, market)
        config = Config(*market.struct())
        system.pools[market.number // SECOND].set_market(cast.owner, market.number, config)
    units = BOOTSTRAP * unit // WAD
    for shares in system.shares:
        system.token.mint(cast.owner, units)
        system.vault.deposit(cast.owner, cast.owner, units)
        shares.bootstrap(cast.owner, cast.owner)
    for holder in (*cast.senders, cast.attacker):
        system.token.mint(holder, wealth(stage, holder))
    return system


def _with_token(stage: Stage, index: int, plain: Shares) -> LpToken:
    """Shares whose ERC-20 side is known, too."""
    name = stage.world.parameters.shares.name
    domain = domain_separator(name, "1", stage.chain.chain_id, plain.address)
    return LpToken(plain.env, plain.address, plain.vault, plain.pool, plain.epoch, domain)


def source_of(stage: Stage, key: int, source: Source) -> Source:
    """A source's twin as it is deployed: what is asked has told its first price. @return it."""
    market = stage.listed(key % KINDS)
    if key not in stage.pulled:
        source.push(market.feed.price, stage.chain.now)
    return source


def _add_feed(system: System, stage: Stage, market: Market) -> None:
    """With its reference and its fallback; a first price is brought."""
    for key, contract in stage.feeds.items():
        if key % KINDS == market.number:
            source_of(stage, key, system.add_source(number(contract), key not in stage.pulled))
    system.oracle.set_feed(stage.cast.owner, market.number, settings_of(stage.feeds, market))
    first = stage.pulled.get(market.number)
    if first is not None:
        system.oracle.update(stage.cast.owner, market.number, data_of(first))
