"""What the drills' clearing house is set to, and what its feeds are on.

ETH is on Pyth with Chainlink as reference and fallback, BTC on Data Streams with Chainlink as reference, LUNA on
Chainlink alone. Times are seconds. No market has funding, so that every amount follows from the fills alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from novation.deployment.parameters import load
from novation.deployment.settings import Feed, Market, Orders, Parameters, Token
from novation.fixed import WAD
from novation.upstream.network import ASSETS

ETH, BTC, LUNA = 0, 1, 2
SYMBOLS = ("ETH", "BTC", "LUNA")
PRICE = {market: asset.price * WAD for market, asset in enumerate(ASSETS)}  # at the start
OTHER = {ETH: BTC, BTC: ETH}

DELAY, WINDOW, GRACE = 5, 60, 7_200
TRADE_AGE, CLOSE_AGE, PUSH_AGE = 60, 300, 3_660
UPTIME_GRACE = 300
CALM, SWING_WINDOW, REFRESH = 120, 300, 30
# bps
DEVIATION, CONFIDENCE, DIVERGENCE, MOVE, SWING = 10, 50, 200, 500, 400
FALLBACK_DEVIATION = 30
LATE = DEVIATION * 100  # ppm, the spread of an order that fills late
AT_FALLBACK = FALLBACK_DEVIATION * 100  # ppm, of one that fills at the fallback
RAMP = 120  # of a flag
LUNA_PRICE, LUNA_LEAST = 80 * WAD, WAD // 10


ROLES = (
    "deployer",
    "treasury",
    "lp",
    "keeper",
    "eth_holder",
    "eth_shorter",
    "btc_holder",
    "btc_shorter",
    "luna_holder",
    "idle",
)
# What the long account and the short one of a market have: WAD base units, USD.
SIZES = {ETH: (10 * WAD, -5 * WAD), BTC: (4 * WAD // 10, -(2 * WAD // 10))}
MONEY = {ETH: (20_000, 1_360), BTC: (20_000, 1_500)}
OPENING = {ETH: WAD, BTC: WAD // 100, LUNA: 10 * WAD}
LIQUIDITY = 1_000_000  # USD


def parameters(usdc: str, references: Mapping[str, str], uptime: str, treasury: str) -> Parameters:
    """@param references Chainlink's sources by symbol."""
    local = load("local")
    ether, bitcoin = (replace(market, velocity=0) for market in local.markets)
    common: dict[str, Any] = {
        "trade_age": TRADE_AGE,
        "close_age": CLOSE_AGE,
        "deviation_bps": DEVIATION,
        "confidence_bps": CONFIDENCE,
    }
    pulled: dict[str, Any] = common | {
        "move_bps": MOVE,
        "calm": CALM,
        "divergence_bps": DIVERGENCE,
        "reference_age": PUSH_AGE,
        "refresh": REFRESH,
    }
    fallback: dict[str, Any] = {"fallback": references["ETH"], "fallback_age": PUSH_AGE}
    fallback["fallback_deviation_bps"] = FALLBACK_DEVIATION
    swing: dict[str, Any] = {"swing_bps": SWING, "window": SWING_WINDOW}
    pyth = replace(ether.feed, source="pyth", reference=references["ETH"], **pulled, **fallback)
    streams = replace(bitcoin.feed, source="streams", reference=references["BTC"], **pulled, **swing)
    push = Feed("chainlink", LUNA_PRICE, 8, band_low=LUNA_LEAST, band_high=10_000 * WAD, **common)
    markets: tuple[Market, ...] = (
        replace(ether, feed=pyth),
        replace(bitcoin, feed=streams),
        replace(ether, number=LUNA, name="LUNA", skew_scale=4_000_000 * WAD, feed=push),
    )
    return replace(
        local,
        token=Token(usdc, "USD Coin", "USDC", 6),
        orders=Orders(DELAY, WINDOW, GRACE, local.orders.fee_min, local.orders.fee_max),
        liquidation=replace(local.liquidation, ramp=RAMP),
        markets=markets,
        treasury=treasury,
        uptime=uptime,
    )
