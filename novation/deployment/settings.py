"""What a system is set to, as types. `parameters` reads them from a file.

Money is WAD USD, sizes WAD base units, times seconds, rates in the units that their names say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

BPS = 10_000
# Kinds of sources that are deployed here: those that are asked, and those to which prices are brought.
PUSH = ("mock", "chainlink")
PULL = ("mock-pull", "pyth", "redstone", "streams")
SOURCES = PUSH + PULL

Struct = tuple[int, ...]


@dataclass(frozen=True)
class Token:
    """The settlement token: `source` is mock, usdc (Circle's code from npm) or an address."""

    source: str
    name: str
    symbol: str
    decimals: int


@dataclass(frozen=True)
class Feed:
    """A feed, as `IOracleAdapter.Feed` has it. Bands and price are WAD USD.

    `source` is one of SOURCES or the address of an IPriceSource, which with `brought` is a pull source; `reference` and
    `fallback` are one of PUSH, an address, or empty. With a `proxy` Chainlink's feed is there already; `decimals` are
    its.
    """

    source: str
    price: int  # the first one of a feed that is deployed here
    decimals: int
    trade_age: int
    close_age: int
    deviation_bps: int
    confidence_bps: int
    band_low: int
    band_high: int
    proxy: str = ""
    brought: bool = False
    move_bps: int = 0
    swing_bps: int = 0
    window: int = 0
    calm: int = 0
    reference: str = ""
    divergence_bps: int = 0
    reference_age: int = 0
    refresh: int = 0
    fallback: str = ""
    fallback_age: int = 0
    fallback_deviation_bps: int = 0

    @property
    def is_given(self) -> bool:
        """Whether its prices come from somewhere else than a network that is deployed here."""
        return self.source.startswith("0x") or self.proxy != ""

    @property
    def is_push(self) -> bool:
        """Whether the source is asked."""
        return self.source not in PULL and not self.brought

    @property
    def spread_ppm(self) -> int:
        """The largest spread of a fill, as the adapter's `bounds`."""
        return max(self.deviation_bps, self.confidence_bps, self.fallback_deviation_bps) * 100

    @property
    def highest(self) -> int:
        """The highest price the adapter can return, WAD, as its `bounds`."""
        wide = max(self.spread_ppm // 100, self.divergence_bps)
        return -(-self.band_high * (BPS + wide) // BPS)


@dataclass(frozen=True)
class Market:
    """One market of the pool, as `IClearingPool.Market` has it."""

    number: int
    name: str
    skew_scale: int
    initial_bps: int
    maintenance_bps: int
    slope_bps: int
    maker_ppm: int
    taker_ppm: int
    open_interest_cap_bps: int
    position_cap_bps: int
    reserve_factor_bps: int
    penalty_bps: int
    rate_max: int
    velocity: int
    feed: Feed

    def struct(self) -> Struct:
        """The struct's fields in order."""
        return (
            self.skew_scale,
            self.initial_bps,
            self.maintenance_bps,
            self.slope_bps,
            self.maker_ppm,
            self.taker_ppm,
            self.open_interest_cap_bps,
            self.position_cap_bps,
            self.reserve_factor_bps,
            self.penalty_bps,
            self.rate_max,
            self.velocity,
        )


@dataclass(frozen=True)
class Vault:
    """CollateralVault."""

    insurance_share_bps: int


@dataclass(frozen=True)
class Pool:
    """ClearingPool, and how the vault registers it. `credit` is whole dollars as WAD."""

    min_notional: int
    min_penalty: int
    buffer_bps: int
    protocol_share_bps: int
    utilisation_bps: int
    ramp_seconds: int
    credit: int


@dataclass(frozen=True)
class Shares:
    """PoolShares."""

    name: str
    symbol: str
    epoch_seconds: int


@dataclass(frozen=True)
class Orders:
    """OrderModule."""

    delay: int
    window: int
    grace: int
    fee_min: int
    fee_max: int


@dataclass(frozen=True)
class Liquidation:
    """LiquidationModule."""

    share_floor_bps: int
    share_ceiling_bps: int
    ramp: int
    minimum_reward: int


@dataclass(frozen=True)
class Parameters:
    """A whole system. `file` and `digest` (sha256) say where it comes from; roles are empty where the deployer acts.

    `uptime` is the ISequencerUptime of an L2, empty where prices do not depend on a sequencer.
    """

    file: str
    digest: str
    token: Token
    vault: Vault
    pool: Pool
    shares: Shares
    orders: Orders
    liquidation: Liquidation
    markets: tuple[Market, ...]
    owner: str = ""
    guardian: str = ""
    treasury: str = ""
    uptime: str = ""

    def market(self, name: str) -> Market:
        """@raises KeyError for an unknown name."""
        for market in self.markets:
            if market.name == name:
                return market
        raise KeyError(name)

    @property
    def own(self) -> list[str]:
        """What is deployed here in place of what others have: mocks, and networks whose keys are ours; in words."""
        found = [] if self.token.source.startswith("0x") else [f"the token ({self.token.source})"]
        for market in self.markets:
            feed = market.feed
            roles = {"source": "" if feed.is_given else feed.source}
            roles |= {"reference": feed.reference, "fallback": feed.fallback}
            found += [f"{market.name}'s {role} ({kind})" for role, kind in roles.items() if kind in SOURCES]
        return found

    def with_sources(self, feeds: str, token: str) -> Parameters:
        """The same with other code behind whatever is deployed here (what is given stays).

        @param feeds One of SOURCES.
        @param token mock or usdc.
        """
        kept = self.token.source.startswith("0x")
        changed = self.with_feeds(source=feeds)
        return changed if kept else replace(changed, token=replace(self.token, source=token))

    def with_feeds(self, **changes: Any) -> Parameters:
        """The same with other settings of the feeds that are deployed here."""
        markets = tuple(
            market if market.feed.is_given else replace(market, feed=replace(market.feed, **changes))
            for market in self.markets
        )
        return replace(self, markets=markets)


def band(price: int) -> tuple[int, int]:
    """Mantissa (14 bits) and exponent of a band limit in WAD. @raises ValueError where it has too many digits."""
    mantissa, exponent = price, 0
    while mantissa % 10 == 0 and mantissa:
        mantissa, exponent = mantissa // 10, exponent + 1
    if mantissa >= 2**14:
        raise ValueError("has too many digits: its first ones may make up 16,383 at most, then zeros")
    return mantissa, exponent
