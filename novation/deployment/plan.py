"""What a system is: deployed, wired, configured and opened, in this order, by the same code everywhere.

token, feeds -> OracleAdapter -> CollateralVault (knows the next two by prediction) -> OrderModule,
LiquidationModule -> ClearingPool -> PoolShares -> Lens; feeds and markets are set, modules and pool registered, shares
opened, ownership offered to the final owner (two steps).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from novation.chain.protocol import Chain, Contract, Reverted
from novation.deployment import parts
from novation.deployment.settings import Market, Parameters, band
from novation.deployment.system import ANY_TOKEN, OURS, WAD, Record, System

__all__ = ["PlanError", "System", "deploy", "feed_arguments", "owned"]

BOOTSTRAP = 1_000 * WAD  # USD, locked for ever
POOL_INDEX = 0
# The market numbers that are the first pool's, listed or not yet.
POOL_MARKETS = (1 << 16) - 1
OWNED = ("OracleAdapter", "CollateralVault", "ClearingPool")


class PlanError(Exception):
    """The plan cannot be carried out; the message is one sentence."""


def deploy(
    chain: Chain, parameters: Parameters, deployer: str, progress: Callable[[str], None] = lambda text: None
) -> System:
    """Carries out the plan. Roles that the parameters leave empty are the deployer's.

    @param progress Told what is done next, one short line each.
    @raises PlanError, Reverted, ComponentUnavailable.
    """
    plan = _Plan(chain, parameters, deployer, progress)
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

    def __init__(self, chain: Chain, parameters: Parameters, deployer: str, progress: Callable[[str], None]) -> None:
        self.chain = chain
        self.parameters = parameters
        self.deployer = deployer
        self.progress = progress
        self.guardian = parameters.guardian or deployer
        self.treasury = parameters.treasury or deployer
        self.records: list[Record] = []
        self.feeds: dict[int, parts.Feed] = {}
        self.sources: dict[int, str] = {}
        self.ours: dict[str, Contract] = {}
        self.token: Contract

    def surroundings(self) -> None:
        """Token and feeds: given ones are checked, others deployed."""
        settings = self.parameters.token
        if settings.source.startswith("0x"):
            self._check_decimals("token", settings.source, settings.decimals)
            self.token = self.chain.at(ANY_TOKEN, settings.source)
        else:
            self.progress(f"token ({settings.source})")
            *supports, (self.token, arguments) = parts.deploy_token(self.chain, settings, self.deployer)
            for support in supports:
                self._record(support[0].name, *support)
            self._record("token", self.token, arguments)
        for market in self.parameters.markets:
            if market.feed.source.startswith("0x"):
                self._check_decimals(f"feed of {market.name}", market.feed.source, market.feed.decimals)
                self.sources[market.number] = market.feed.source
                continue
            self.progress(f"feed {market.name} ({market.feed.source})")
            feed = parts.deploy_feed(self.chain, market.feed, market.name, self.deployer)
            self.feeds[market.number] = feed
            self.sources[market.number] = feed.proxy.address
            for role, part in zip(("feed", "aggregator"), feed.parts, strict=False):
                self._record(f"{role} {market.name}", *part)

    def contracts(self) -> None:
        """Ours. The vault is told where the two modules after it will be."""
        p = self.parameters
        me, guardian = self.deployer, self.guardian
        oracle = self._deploy("oracle", me, guardian)
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
        self._deploy("liquidation", vault, q.share_floor_bps, q.share_ceiling_bps, q.ramp, q.minimum_reward)
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
            self._send("oracle", "set_feed", market.number, self.sources[market.number], *feed_arguments(market))
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

    def _check_decimals(self, what: str, address: str, expected: int) -> None:
        """@raises PlanError where a given token or feed is none, or has other decimals than the parameters say."""
        where = f"on chain {self.chain.chain_id}"
        if not self.chain.code(address):
            raise PlanError(f"There is no {what} at {address} {where}.")
        try:
            decimals = self.chain.at(ANY_TOKEN, address).call("decimals")
        except (Reverted, ValueError):
            raise PlanError(f"What is at {address} {where} does not say its decimals: it is no {what}.") from None
        if decimals != expected:
            raise PlanError(f"The {what} at {address} has {decimals} decimals, {self.parameters.file} says {expected}.")


def owned() -> list[str]:
    """The names of those with an owner."""
    return [name for name, contract in OURS.items() if contract in OWNED]


def feed_arguments(market: Market) -> tuple[Any, ...]:
    """What `set_feed` takes after feed and source."""
    feed = market.feed
    return (
        feed.heartbeat,
        feed.deviation_bps,
        feed.divergence_bps,
        band(feed.band_low),
        band(feed.band_high),
        feed.reference or parts.EMPTY,
        feed.reference_heartbeat,
    )
