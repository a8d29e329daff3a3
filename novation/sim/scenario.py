"""What a run replays: candles of every market, from files or the seeded diffusion, and the parameters with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from novation.chain.components import ComponentUnavailable, fetch
from novation.deployment.settings import PULL, PUSH, Market, Parameters
from novation.sim.diffusion import diffuse
from novation.sim.prices import SCALE, Candle, PricesError, Tick, follow, parse_time, read_candles, show_time, ticks

WAD = 10**18
HOURS = 24  # where nothing else is said
MOST_HOURS = 48  # that fit the transactions
BETA = (6, 10)  # of the second market where only the first has a file
CHAINLINK = "Chainlink's FluxAggregator behind its EACAggregatorProxy"
HELD = f", held to {CHAINLINK}"
# What an oracle is, and the components that it needs beside Chainlink's feeds.
ORACLES: Mapping[str, tuple[str, Sequence[str]]] = {
    "mock": ("", ()),
    "chainlink": (CHAINLINK, ()),
    "pyth": (f"Prices of Pyth by Wormhole's core, brought with the transactions that need them{HELD}", ("wormhole",)),
    "redstone": (f"Prices of three RedStone signers, brought with the transactions that need them{HELD}", ()),
    "streams": (
        f"Reports of Chainlink Data Streams by its Verifier, brought with the transactions that need them{HELD}",
        ("streams", "openzeppelin", "solc-streams"),
    ),
}
MOCKS = "Mock feeds and a mock token."
DIVERGENCE = 1_000  # bps; the reference publishes the same prices, an order's own may be a round older
REFERENCE_AGE = 7_200  # seconds
BEGIN = "2025-10-10T15:00"  # where the diffusion is said to begin


@dataclass(frozen=True)
class Scenario:
    """Rounds by market number (they have the same times), and where they are from, for people."""

    source: str
    begin: int
    hours: int
    paths: Mapping[int, Sequence[Tick]]

    @property
    def rounds(self) -> int:
        """Of each market."""
        return len(next(iter(self.paths.values())))


def from_files(markets: Sequence[Market], files: Mapping[str, Path], start: str | None, hours: int | None) -> Scenario:
    """Real history: `files` by market name, the first market's among them; a market without one follows the first.

    @raises PricesError.
    """
    if hours is not None:
        _check_hours(hours)
    first = markets[0]
    base = read_candles(files[first.name], start, hours or (HOURS if start else None), MOST_HOURS)
    _check_hours(len(base))
    begin, told = show_time(base[0].time), [f"{first.name} from {files[first.name].name}"]
    candles = {first.number: base}
    for market in markets[1:]:
        if market.name in files:
            candles[market.number] = read_candles(files[market.name], begin, len(base))
            told.append(f"{market.name} from {files[market.name].name}")
        else:
            candles[market.number] = follow(base, market.feed.price * SCALE // WAD, BETA)
            told.append(f"{market.name} made to move {BETA[0] * 100 // BETA[1]}% as much")
    return _scenario(", ".join(told), markets, candles)


def drawn(markets: Sequence[Market], seed: int, hours: int | None) -> Scenario:
    """The jump diffusion with a crash. @raises PricesError."""
    length = HOURS if hours is None else hours
    _check_hours(length)
    paths = diffuse(seed, length, parse_time(BEGIN))
    candles = {market.number: path for market, path in zip(markets, paths, strict=False)}
    return _scenario(f"a jump diffusion with a crash, seed {seed}", markets[: len(paths)], candles)


def with_scenario(parameters: Parameters, scenario: Scenario) -> Parameters:
    """The parameters with the scenario's markets alone, their feeds starting at its first prices."""
    markets = []
    for market in parameters.markets:
        if market.number in scenario.paths:
            price = scenario.paths[market.number][0].price * WAD // SCALE
            markets.append(replace(market, feed=replace(market.feed, price=price)))
    return replace(parameters, markets=tuple(markets))


def with_components(parameters: Parameters, oracle: str) -> tuple[Parameters, str, list[str]]:
    """The parameters with an oracle's and the token's real code, or with mocks where npm does not bring it.

    Prices that are brought are held to a Chainlink feed that publishes the same.

    @param oracle One of ORACLES.
    @return parameters, what is used (a sentence), notes for the user.
    """
    if oracle == "mock":
        return parameters.with_sources("mock", "mock"), MOCKS, []
    told, components = ORACLES[oracle]
    try:
        for component in ("chainlink", "usdc", *components):
            fetch(component)
    except ComponentUnavailable as error:
        kind = "mock" if oracle in PUSH else "mock-pull"
        note = f"{error}. The feeds and the token of this run are the project's own mocks."
        return parameters.with_sources(kind, "mock"), MOCKS, [note]
    real = parameters.with_sources(oracle, "usdc")
    if oracle in PULL:
        real = real.with_feeds(reference="chainlink", divergence_bps=DIVERGENCE, reference_age=REFERENCE_AGE)
    return real, f"{told}, Circle's FiatToken 2.2 as USDC.", []


def _check_hours(hours: int) -> None:
    if hours < 1:
        raise PricesError(f"--hours {hours} is less than one hour.")
    if hours > MOST_HOURS:
        raise PricesError(f"{hours} hours do not fit the demo's transactions: --hours may be {MOST_HOURS} at most.")


def _scenario(source: str, markets: Sequence[Market], candles: Mapping[int, Sequence[Candle]]) -> Scenario:
    """@raises PricesError for a price that the market's feed would refuse."""
    for market in markets:
        for candle in candles[market.number]:
            for price in (candle.low, candle.high):
                if not market.feed.band_low < price * WAD // SCALE < market.feed.band_high:
                    raise PricesError(
                        f"{market.name} at {show_time(candle.time)} has the price {price / SCALE:,.2f}, outside its "
                        f"feed's band of {market.feed.band_low // WAD:,} to {market.feed.band_high // WAD:,}."
                    )
    first = candles[markets[0].number]
    paths = {market.number: ticks(candles[market.number]) for market in markets}
    return Scenario(source, first[0].time, len(first), paths)
