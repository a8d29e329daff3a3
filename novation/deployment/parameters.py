"""Reads `params/<network>.yaml` into `settings`, held to the bounds of the contracts.

Bounds: docs/spec.md, section 4 for markets, else the constructors'.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from novation.deployment.reading import WAD, ParameterError, Section, read_yaml
from novation.deployment.settings import (
    BPS,
    PUSH,
    SOURCES,
    Feed,
    Liquidation,
    Market,
    Orders,
    Parameters,
    Pool,
    Shares,
    Token,
    Vault,
    band,
)

__all__ = ["FOLDER", "ParameterError", "Parameters", "load"]

FOLDER = Path(__file__).resolve().parents[2] / "params"
MAX_MARKETS = 32
UINT16 = 2**16 - 1
UINT24 = 2**24 - 1
PRICE_MAX = 2**112 - 1  # WAD, the highest band
SECONDS_MAX = 2**20 - 1  # ages of a feed
CALM_MAX = 2**15 - 2  # seconds that a breaker lasts
MIN_WINDOW = 60  # seconds in which prices may swing
MILLION = 10**6 * WAD
DAY = 86_400


def load(network: str | Path) -> Parameters:
    """The parameters of a network (`params/<network>.yaml`), or of any file.

    @raises ParameterError with one sentence.
    """
    path = network if isinstance(network, Path) else FOLDER / f"{network}.yaml"
    if not isinstance(network, Path) and not path.is_file():
        known = ", ".join(sorted(found.stem for found in FOLDER.glob("*.yaml")))
        raise ParameterError(f"There are no parameters for {network}: params/ has {known}.")
    top = read_yaml(path)
    roles = top.section("roles")
    owner, guardian, treasury = (
        roles.address(key) if roles.has(key) else _absent(roles, key) for key in ("owner", "guardian", "treasury")
    )
    roles.finish()
    uptime = top.address("uptime") if top.has("uptime") else _absent(top, "uptime")
    orders = _orders(top.section("orders"))
    parameters = Parameters(
        file=path.name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        token=_token(top.section("token")),
        vault=_vault(top.section("vault")),
        pool=_pool(top.section("pool")),
        shares=_shares(top.section("shares")),
        orders=orders,
        liquidation=_liquidation(top.section("liquidation")),
        markets=_markets(top.section("markets"), orders),
        owner=owner,
        guardian=guardian,
        treasury=treasury,
        uptime=uptime,
    )
    top.finish()
    return parameters


def _absent(section: Section, key: str) -> str:
    section.discard(key)
    return ""


def _source(section: Section, key: str, own: tuple[str, ...]) -> str:
    """One of ours, or an address."""
    return section.address(key) if section.peek(key).startswith("0x") else section.choice(key, own)


def _token(section: Section) -> Token:
    source = _source(section, "source", ("mock", "usdc"))
    token = Token(source, section.text("name", 32), section.text("symbol", 8), section.integer("decimals", 0, 36))
    if source == "usdc" and token.decimals != 6:
        raise section.fail("decimals", "must be 6 with Circle's code")
    section.finish()
    return token


def _vault(section: Section) -> Vault:
    vault = Vault(section.integer("insurance_share_bps", 0, BPS))
    section.finish()
    return vault


def _pool(section: Section) -> Pool:
    min_notional = section.wad("min_notional", 1, MILLION)
    pool = Pool(
        min_notional=min_notional,
        min_penalty=section.wad("min_penalty", 0, min_notional // 10),
        buffer_bps=section.integer("buffer_bps", 1, BPS),
        protocol_share_bps=section.integer("protocol_share_bps", 0, BPS // 2),
        utilisation_bps=section.integer("utilisation_bps", 1, BPS),
        ramp_seconds=section.integer("ramp_seconds", 3_600, 365 * DAY),
        credit=section.integer("credit", 0, 2**40 - 1) * WAD,
    )
    section.finish()
    return pool


def _shares(section: Section) -> Shares:
    shares = Shares(section.text("name", 25), section.text("symbol", 5), section.integer("epoch_seconds", 60, 30 * DAY))
    section.finish()
    return shares


def _orders(section: Section) -> Orders:
    fee_max = section.wad("fee_max", 0, 2**96 - 1)
    orders = Orders(
        delay=section.integer("delay", 1, 2**32 - 1),
        window=section.integer("window", 1, 2**32 - 1),
        grace=section.integer("grace", 1, 2**32 - 1),
        fee_min=section.wad("fee_min", 0, fee_max),
        fee_max=fee_max,
    )
    section.finish()
    return orders


def _liquidation(section: Section) -> Liquidation:
    ceiling = section.integer("share_ceiling_bps", 0, BPS)
    liquidation = Liquidation(
        share_floor_bps=section.integer("share_floor_bps", 0, ceiling),
        share_ceiling_bps=ceiling,
        ramp=section.integer("ramp", 1, 900),
        minimum_reward=section.wad("minimum_reward", 0, 50 * WAD),
    )
    section.finish()
    return liquidation


def _markets(section: Section, orders: Orders) -> tuple[Market, ...]:
    markets = tuple(_market(name, part, orders) for name, part in section.sections())
    if not markets:
        raise ParameterError(f"{section.file}: markets must have at least one.")
    for market in markets:
        if sum(other.number == market.number for other in markets) > 1:
            raise section.fail(market.name, f"has the number {market.number}, which another market has too")
    return tuple(sorted(markets, key=lambda market: market.number))


def _market(name: str, section: Section, orders: Orders) -> Market:
    """A market within the listing bounds."""
    interest = section.integer("open_interest_cap_bps", 1, UINT16)
    maintenance = section.integer("maintenance_bps", 1, UINT16 - 1)
    taker = section.integer("taker_ppm", 0, UINT16)
    penalty = section.integer("penalty_bps", 0, UINT16)
    feed = _feed(section.section("feed"), orders)
    market = Market(
        number=section.integer("number", 0, MAX_MARKETS - 1),
        name=name,
        skew_scale=section.wad("skew_scale", 10**15, (2**56 - 1) * 10**15),
        initial_bps=section.integer("initial_bps", maintenance + 1, UINT16),
        maintenance_bps=maintenance,
        slope_bps=section.integer("slope_bps", 0, UINT16),
        maker_ppm=section.integer("maker_ppm", 0, taker),
        taker_ppm=taker,
        open_interest_cap_bps=interest,
        position_cap_bps=section.integer("position_cap_bps", 0, interest),
        reserve_factor_bps=section.integer("reserve_factor_bps", 1, BPS),
        penalty_bps=penalty,
        rate_max=section.integer("rate_max", 1, UINT24),
        velocity=section.integer("velocity", 0, UINT24),
        feed=feed,
    )
    section.finish()
    if market.skew_scale % 10**15:
        raise section.fail("skew_scale", "must be a multiple of 0.001")
    cover = 100 * interest + taker + 100 * penalty + feed.spread_ppm
    if cover >= 100 * maintenance:
        raise section.fail(
            "maintenance_bps",
            f"is {maintenance}: open interest cap, taker fee, penalty and spread together ({cover} ppm) must be less",
        )
    room = (2**256 - 1) // 2 // market.skew_scale // (BPS + market.slope_bps)
    if interest * market.skew_scale // BPS * feed.highest >= room:
        raise section.fail("skew_scale", "is so large that a requirement at the band's highest price could overflow")
    return market


def _feed(section: Section, orders: Orders) -> Feed:
    """A feed within the adapter's bounds (`OracleAdapter._check`)."""
    source = _source(section, "source", SOURCES)
    proxy = section.address("proxy") if source == "chainlink" and section.has("proxy") else ""
    given = source.startswith("0x") or proxy != ""
    high = section.wad("band_high", 2, PRICE_MAX)
    low = section.wad("band_low", 1, high - 1)
    close_age = section.integer("close_age", 1, SECONDS_MAX)
    swing, move = (section.integer(key, 0, BPS - 1) for key in ("swing_bps", "move_bps"))
    others = () if given else PUSH
    reference, divergence, reference_age, refresh = _reference(section, source, others)
    fallback, fallback_age, fallback_deviation = _fallback(section, source, others)
    feed = Feed(
        source=source,
        price=0 if given else section.wad("price", low + 1, high - 1),
        decimals=0 if source.startswith("0x") else section.integer("decimals", 0, 36),
        trade_age=section.integer("trade_age", 1, close_age),
        close_age=close_age,
        deviation_bps=section.integer("deviation_bps", 0, BPS - 1),
        confidence_bps=section.integer("confidence_bps", 0, BPS - 1),
        band_low=low,
        band_high=high,
        proxy=proxy,
        brought=source.startswith("0x") and section.choice("kind", ("push", "pull")) == "pull",
        move_bps=move,
        swing_bps=swing,
        window=section.integer("window", MIN_WINDOW, SECONDS_MAX) if swing else section.integer("window", 0, 0),
        calm=section.integer("calm", 1, CALM_MAX) if swing or move else section.integer("calm", 0, 0),
        reference=reference,
        divergence_bps=divergence,
        reference_age=reference_age,
        refresh=refresh,
        fallback=fallback,
        fallback_age=fallback_age,
        fallback_deviation_bps=fallback_deviation,
    )
    section.finish()
    for key in ("band_low", "band_high"):
        try:
            band(getattr(feed, key))
        except ValueError as error:
            raise section.fail(key, str(error)) from None
    if feed.is_push and feed.trade_age < orders.window:
        # An order without an observation in its window fills at one that is not older than this at its end.
        raise section.fail(
            "trade_age", f"is {feed.trade_age}, of a push source it must be at least the order window, {orders.window}"
        )
    return feed


def _reference(section: Section, source: str, kinds: tuple[str, ...]) -> tuple[str, int, int, int]:
    """Source, divergence, age and refresh; the last three are there where the first is."""
    reference = _other(section, "reference", source, kinds)
    if not reference:
        return "", 0, 0, 0
    divergence = section.integer("divergence_bps", 1, BPS - 1)
    age = section.integer("reference_age", 1, SECONDS_MAX)
    return reference, divergence, age, section.integer("refresh", 0, SECONDS_MAX)


def _fallback(section: Section, source: str, kinds: tuple[str, ...]) -> tuple[str, int, int]:
    """Source, age and deviation; the last two are there where the first is."""
    fallback = _other(section, "fallback", source, kinds)
    if not fallback:
        return "", 0, 0
    age = section.integer("fallback_age", 1, SECONDS_MAX)
    return fallback, age, section.integer("fallback_deviation_bps", 0, BPS - 1)


def _other(section: Section, key: str, source: str, kinds: tuple[str, ...]) -> str:
    """A push source besides a feed's own: an address, or one of the kinds where they may be deployed; or empty."""
    if not section.has(key):
        return _absent(section, key)
    other = _source(section, key, kinds) if kinds else section.address(key)
    if other == source and other.startswith("0x"):
        raise section.fail(key, "is the source itself")
    return other
