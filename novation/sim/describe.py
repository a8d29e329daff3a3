"""The parameters of a run as people read them."""

from __future__ import annotations

from novation.deployment.settings import Market, Parameters

WAD = 10**18


def describe(parameters: Parameters) -> dict[str, dict[str, str]]:
    """Sections of names and values."""
    sections = {market.name: _market(market) for market in parameters.markets}
    pool, orders, liquidation = parameters.pool, parameters.orders, parameters.liquidation
    sections["Pool and shares"] = {
        "Smallest position": f"${pool.min_notional // WAD:,}",
        "Reserve may use of NAV": _bps(pool.utilisation_bps),
        "Credit": f"${pool.credit // WAD:,}",
        "Protocol's part of fees": _bps(pool.protocol_share_bps),
        "Insurance's part of that": _bps(parameters.vault.insurance_share_bps),
        "LP epoch": f"{parameters.shares.epoch_seconds:,} s",
    }
    sections["Orders"] = {
        "Delay": f"{orders.delay:,} s",
        "Window": f"{orders.window:,} s",
        "Grace before a cancel": f"{orders.grace:,} s",
        "Keeper fee": f"${orders.fee_min / WAD:g} to ${orders.fee_max / WAD:g}",
    }
    sections["Liquidation"] = {
        "Buffer over maintenance": _bps(pool.buffer_bps),
        "Liquidator's share": f"{_bps(liquidation.share_floor_bps)} to {_bps(liquidation.share_ceiling_bps)}",
        "It rises within": f"{liquidation.ramp:,} s",
        "Least reward": f"${liquidation.minimum_reward / WAD:g}",
    }
    sections["Source"] = {
        "File": parameters.file,
        "SHA-256": f"{parameters.digest[:16]}…",
        "Settlement token": f"{parameters.token.symbol}, {parameters.token.decimals} decimals",
    }
    return sections


def _market(market: Market) -> dict[str, str]:
    feed, cap = market.feed, market.skew_scale * market.open_interest_cap_bps // 10_000
    return {
        "Skew scale K": f"{market.skew_scale / WAD:,g}",
        "Open interest cap, each side": f"{cap / WAD:,g}",
        "Position cap": f"{market.skew_scale * market.position_cap_bps // 10_000 / WAD:,g}",
        "Initial, maintenance margin": f"{_bps(market.initial_bps)}, {_bps(market.maintenance_bps)}",
        "Slope": f"{_bps(market.slope_bps)} of notional at size K",
        "Maker, taker fee": f"{_bps(market.maker_ppm, 100)}, {_bps(market.taker_ppm, 100)}",
        "Liquidation penalty": _bps(market.penalty_bps),
        "Reserve factor": _bps(market.reserve_factor_bps),
        "Highest funding rate": f"{market.rate_max * 3600 / 1e10:.3g}% an hour" if market.rate_max else "0",
        "Feed": f"{feed.source}, {_bps(feed.deviation_bps)} spread",
        "Trades, closes at prices of": f"{feed.trade_age:,} s, {feed.close_age:,} s",
        "Reference": f"{feed.reference}, {_bps(feed.divergence_bps)} apart at most" if feed.reference else "none",
    }


def _bps(value: int, unit: int = 1) -> str:
    """A per cent of `unit`ths of a basis point."""
    return f"{value / unit / 100:g}%"
