"""What a system is: deployed, wired, configured and opened, in this order, by the same code everywhere.

token, sources -> OracleAdapter -> CollateralVault (knows the next two by prediction) -> OrderModule,
LiquidationModule -> ClearingPool -> PoolShares -> Lens; feeds and markets are set (a pull feed's first price is
brought), modules and pool registered, shares opened, ownership offered to the final owner (two steps).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.protocol import Chain, Contract
from novation.deployment import parts
from novation.deployment.given import PlanError, check_decimals, check_source, check_uptime
from novation.deployment.networks import Networks
from novation.deployment.settings import PUSH, Feed, Market, Parameters, band
from novation.deployment.system import ANY_TOKEN, OURS, WAD, Record, System

__all__ = ["PlanError", "System", "deploy", "feed_settings", "owned"]

BOOTSTRAP = 1_000 * WAD  # USD, locked for ever
POOL_INDEX = 0
# The market numbers that are the first pool's, listed or not yet.
POOL_MARKETS = (1 << 16) - 1
OWNED = ("OracleAdapter", "CollateralVault", "ClearingPool")


def deploy(
    chain: Chain,
    parameters: Parameters,
    deployer: str,
    progress: Callable[[str], None] = lambda text: None,
    networks: Networks | None = None,
    update_of: Callable[[int], bytes] = lambda market: b"",
) -> System:
    """Carries out the plan. Roles that the parameters leave empty are the deployer's.

    @param progress Told what is done next, one short line each.
    @param networks Those behind pull sources that the chain has already; None: they are deployed as they are needed.
    @param update_of The newest signed update of a market whose pull source is given; empty where nobody has it.
    @raises PlanError, Reverted, ComponentUnavailable.
    """
    plan = _Plan(chain, parameters, deployer, progress, networks, update_of)
    plan.surroundings()
    plan.contracts()
    plan.configure()
    plan.bootstrap()
    pending = plan.hand_over()
    return System(
        chain=chain,
        parameters=parameters,
        deployer=deployer,
        treasury=plan.treasury,
        token=plan.token,
        feeds=plan.feeds,
        references=plan.references,
        fallbacks=plan.fallbacks,
        sources=plan.sources,
        records=tuple(plan.records),
        pending_owner=pending,
        oracle=plan.ours["oracle"],
        vault=plan.ours["vault"],
        orders=plan.ours["orders"],
        liquidation=plan.ours["liquidation"],
        pool=plan.ours["pool"],
        shares=plan.ours["shares"],
        lens=plan.ours["lens"],
    )


class _Plan:
    """The steps, and what they have made so far."""

    def __init__(
        self,
        chain: Chain,
        parameters: Parameters,
        deployer: str,
        progress: Callable[[str], None],
        networks: Networks | None,
        update_of: Callable[[int], bytes],
    ) -> None:
        self.chain = chain
        self.parameters = parameters
        self.deployer = deployer
        self.progress = progress
        self.update_of = update_of
        self.guardian = parameters.guardian or deployer
        self.treasury = parameters.treasury or deployer
        self.records: list[Record] = []
        self.networks = networks or Networks(chain, deployer)
        self.feeds: dict[int, parts.Publisher] = {}
        self.references: dict[int, parts.Publisher] = {}
        self.fallbacks: dict[int, parts.Publisher] = {}
        self.sources: dict[int, str] = {}
        self.settings: dict[int, tuple[Any, ...]] = {}  # what `set_feed` takes
        self.ours: dict[str, Contract] = {}
        self.token: Contract

    def surroundings(self) -> None:
        """Token and feeds: given ones are checked, others deployed. A sequencer's uptime is always given."""
        if self.parameters.uptime:
            check_uptime(self.chain, self.parameters.uptime)
        settings = self.parameters.token
        if settings.source.startswith("0x"):
            check_decimals(self.chain, "token", settings.source, settings.decimals, self.parameters.file)
            self.token = self.chain.at(ANY_TOKEN, settings.source)
        else:
            self.progress(f"token ({settings.source})")
            *supports, (self.token, arguments) = parts.deploy_token(self.chain, settings, self.deployer)
            for support in supports:
                self._record(support[0].name, *support)
            self._record("token", self.token, arguments)
        for market in self.parameters.markets:
            self._feed(market)
        for role, contract in self.networks.made.items():
            self._record(role, contract, ())

    def _feed(self, market: Market) -> None:
        """A market's source, its reference and its fallback, deployed where they are not there."""
        feed = market.feed
        if feed.source.startswith("0x"):
            source = feed.source
            check_source(self.chain, f"{market.name}'s source", source, feed.is_push)
            if not feed.is_push:
                self._first_update(market)  # asked before the house is deployed: without one no market is listed
        elif feed.proxy:
            self.progress(f"source {market.name}")
            check_decimals(self.chain, f"feed of {market.name}", feed.proxy, feed.decimals, self.parameters.file)
            contract = self.chain.deploy("ChainlinkSource", feed.proxy, sender=self.deployer)
            self._record(f"source {market.name}", contract, (feed.proxy,))
            source = contract.address
        else:
            self.feeds[market.number] = self._own_feed("source", market, feed.source)
            source = self.feeds[market.number].source.address
        others = []
        for role, kind, made in (
            ("reference", feed.reference, self.references),
            ("fallback", feed.fallback, self.fallbacks),
        ):
            if kind in PUSH:
                made[market.number] = self._own_feed(role, market, kind)
                kind = made[market.number].source.address
            elif kind:
                check_source(self.chain, f"{market.name}'s {role}", kind)
            others.append(kind or ZERO_ADDRESS)
        self.sources[market.number] = source
        self.settings[market.number] = feed_settings(feed, source, *others)

    def _own_feed(self, role: str, market: Market, kind: str) -> parts.Publisher:
        self.progress(f"{role} {market.name} ({kind})")
        settings = replace(market.feed, source=kind)
        feed = parts.deploy_feed(self.chain, settings, market.name, self.deployer, self.networks)
        for part_role, part in zip((role, f"{role} proxy", f"{role} aggregator"), feed.parts, strict=False):
            self._record(f"{part_role} {market.name}", *part)
        return feed

    def _first_update(self, market: Market) -> bytes:
        """The newest one of a pull source. @raises PlanError where nobody has one of a source that is given."""
        own = self.feeds.get(market.number)
        update = own.update if own else self.update_of(market.number)
        if not update:
            raise PlanError(
                f"{market.name} is listed at a price that is brought to its source {market.feed.source}, and nobody is"
                " known who has one: name Pyth's service with --hermes if the source is Pyth's."
            )
        return update

    def contracts(self) -> None:
        """Ours. The vault is told where the two modules after it will be."""
        p = self.parameters
        me, guardian = self.deployer, self.guardian
        oracle = self._deploy("oracle", me, guardian, p.uptime or ZERO_ADDRESS)
        orders, liquidation = (self.chain.predict(me, offset) for offset in (1, 2))
        vault = self._deploy(
            "vault",
            self.token.address,
            self.treasury,
            orders,
            liquidation,
            p.vault.insurance_share_bps,
            me,
            guardian,
        )
        o, q = p.orders, p.liquidation
        self._deploy("orders", vault, oracle, o.delay, o.window, o.grace, o.fee_min, o.fee_max)
        self._deploy("liquidation", vault, oracle, q.share_floor_bps, q.share_ceiling_bps, q.ramp, q.minimum_reward)
        for name, predicted in (("orders", orders), ("liquidation", liquidation)):
            if self.ours[name].address != predicted:
                raise PlanError(
                    f"{OURS[name]} is at {self.ours[name].address} but the vault was told {predicted}: something else"
                    f" sends from {me}, deploy again with an account of its own."
                )
        pool = self._deploy(
            "pool",
            vault,
            oracle,
            p.pool.min_notional,
            p.pool.min_penalty,
            p.pool.buffer_bps,
            p.pool.protocol_share_bps,
            p.pool.utilisation_bps,
            p.pool.ramp_seconds,
            me,
            guardian,
        )
        self._deploy(
            "shares", vault, pool, p.shares.epoch_seconds, p.pool.utilisation_bps, p.shares.name, p.shares.symbol
        )
        self._deploy("lens", vault)

    def configure(self) -> None:
        """Feeds, markets, modules and pool."""
        for market in self.parameters.markets:
            self.progress(f"market {market.name}")
            self._send("oracle", "set_feed", market.number, self.settings[market.number])
            if not market.feed.is_push:
                parts.bring(self.ours["oracle"], market.number, self._first_update(market), self.deployer)
            self._send("pool", "set_market", market.number, market.struct())
        self.progress("modules and pool")
        for module in ("orders", "shares"):
            self._send("vault", "register_module", self.ours[module].address)
        self._send(
            "vault",
            "register_pool",
            POOL_INDEX,
            self.ours["pool"].address,
            self.ours["shares"].address,
            POOL_MARKETS,
            self.parameters.pool.credit,
        )

    def bootstrap(self) -> None:
        """The first 1,000 USD of the pool, from the deployer."""
        self.progress("the pool's first 1,000 USD")
        units = -(-BOOTSTRAP * 10**self.parameters.token.decimals // WAD)
        if not self.parameters.token.source.startswith("0x"):
            parts.mint(self.token, self.deployer, units, self.deployer)
        elif self.token.call("balanceOf", self.deployer) < units:
            raise PlanError(f"{self.deployer} needs 1,000 {self.parameters.token.symbol} to open the pool.")
        vault = self.ours["vault"]
        self.token.transact("approve", vault.address, units, sender=self.deployer)
        self._send("vault", "deposit", self.deployer, units)
        self._send("shares", "bootstrap", self.deployer)

    def hand_over(self) -> str:
        """Offers ownership to the final owner, who accepts at once where the chain can send for it.

        @return who still has to accept; empty where nobody has.
        """
        final = self.parameters.owner
        if final in ("", self.deployer):
            return ""
        can_accept = final in self.chain.accounts
        self.progress(f"ownership to {final}" + ("" if can_accept else ", which has to accept it"))
        for name in owned():
            self._send(name, "transfer_ownership", final)
            if can_accept:
                self.ours[name].transact("accept_ownership", sender=final)
        return "" if can_accept else final

    def _deploy(self, name: str, *arguments: Any) -> str:
        self.progress(OURS[name])
        contract = self.chain.deploy(OURS[name], *arguments, sender=self.deployer)
        self.ours[name] = contract
        self._record(name, contract, arguments)
        return contract.address

    def _send(self, name: str, function: str, *arguments: Any) -> None:
        self.ours[name].transact(function, *arguments, sender=self.deployer)

    def _record(self, role: str, contract: Contract, arguments: tuple[Any, ...]) -> None:
        self.records.append(Record(role, contract.name, contract.address, arguments))


def owned() -> list[str]:
    """The names of those with an owner."""
    return [name for name, contract in OURS.items() if contract in OWNED]


def feed_settings(
    feed: Feed, source: str, reference: str = ZERO_ADDRESS, fallback: str = ZERO_ADDRESS
) -> tuple[Any, ...]:
    """`IOracleAdapter.Feed`, as `set_feed` takes it."""
    return (
        source,
        feed.is_push,
        feed.trade_age,
        feed.close_age,
        feed.deviation_bps,
        feed.confidence_bps,
        band(feed.band_low),
        band(feed.band_high),
        feed.move_bps,
        feed.swing_bps,
        feed.window,
        feed.calm,
        reference,
        feed.divergence_bps,
        feed.reference_age,
        feed.refresh,
        fallback,
        feed.fallback_age,
        feed.fallback_deviation_bps,
    )
