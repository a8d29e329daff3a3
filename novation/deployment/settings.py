"""What a system is set to, as types. `parameters` reads them from a file.

Money is WAD USD, sizes WAD base units, times seconds, rates in the units that their names say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

BPS = 10_000

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
    """A push feed: `source` is mock, chainlink (its code from npm) or an address; bands and price are WAD USD."""

    source: str
    decimals: int
    heartbeat: int
    deviation_bps: int
    divergence_bps: int
    band_low: int
    band_high: int
    reference: str  # an address, or empty
    reference_heartbeat: int
    price: int  # the first round of a feed that is deployed here

    @property
    def spread_ppm(self) -> int:
        """The largest spread of a fill."""
        return self.deviation_bps * 100

    @property
    def highest(self) -> int:
        """The highest price the adapter can return, WAD."""
        return -(-self.band_high * (BPS + self.deviation_bps) // BPS)


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
    """A whole system. `file` and `digest` (sha256) say where it comes from; roles are empty where the deployer acts."""

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

    def market(self, name: str) -> Market:
        """@raises KeyError for an unknown name."""
        for market in self.markets:
            if market.name == name:
                return market
        raise KeyError(name)

    def with_sources(self, feeds: str, token: str) -> Parameters:
        """The same with other code behind whatever is deployed here (addresses stay): mock, chainlink; mock, usdc."""
        markets = tuple(
            market if market.feed.source.startswith("0x") else replace(market, feed=replace(market.feed, source=feeds))
            for market in self.markets
        )
        kept = self.token.source.startswith("0x")
        return replace(self, markets=markets, token=self.token if kept else replace(self.token, source=token))


def band(price: int) -> tuple[int, int]:
    """Mantissa (14 bits) and exponent of a band limit in WAD. @raises ValueError where it has too many digits."""
    mantissa, exponent = price, 0
    while mantissa % 10 == 0 and mantissa:
        mantissa, exponent = mantissa // 10, exponent + 1
    if mantissa >= 2**14:
        raise ValueError("has too many digits: its first ones may make up 16,383 at most, then zeros")
    return mantissa, exponent
