"""A made-up run for the report's tests."""

from __future__ import annotations

import pytest

from novation.sim.diffusion import diffuse
from novation.sim.history import Check, History, Liquidation, MarketSample, Sample, Totals
from novation.sim.prices import SCALE, ticks

WAD = 10**18
BEGIN = 1_760_108_400


def made_history(hours: int = 24) -> History:
    """Two markets, four traders, three liquidations, one broken invariant."""
    paths = [ticks(candles) for candles in diffuse(1, hours, BEGIN)]
    history = History(
        source="a seeded jump diffusion (seed 1) <script>",
        network="ethereum:local:test",
        begin=BEGIN,
        hours=hours,
        names={0: "ETH", 1: "BTC"},
        traders={
            "trend-1": "trend",
            "contrarian-1": "contrarian",
            "over-levered-1": "over-levered",
            "hedger-1": "hedger",
        },
        parameters={"ETH": {"Initial margin": "5%"}, "House": {"Delay": "10 s"}},
        components="Chainlink's FluxAggregator, Circle's USDC.",
        transactions=512,
        seconds=61.2,
    )
    for number, (eth, btc) in enumerate(zip(*paths, strict=True)):
        states = {}
        for market, tick in ((0, eth), (1, btc)):
            unit = 200 * WAD if market == 0 else 5 * WAD
            states[market] = MarketSample(
                tick.price * WAD // SCALE,
                unit * (number % 7 + 3),
                unit * (number % 5),
                10**28 * number,
                number * 10**15,
            )
        moved = (eth.price - paths[0][0].price) * WAD // paths[0][0].price
        history.samples.append(
            Sample(
                eth.time,
                states,
                nav=5_000_000 * WAD - moved * 100_000,
                supply=5_000_000 * WAD,
                insurance=(200_000 + number * 90) * WAD,
                equity={name: (50_000 + 50_000 * moved * k // WAD) * WAD for k, name in enumerate(history.traders)},
            )
        )
    crash = paths[0][hours * 4 * 6 // 10]
    for k, whole in enumerate((False, True, True)):
        history.liquidations.append(
            Liquidation(
                crash.time + k * 900,
                0,
                "over-levered-1",
                crash.price * WAD // SCALE,
                (40 + k) * WAD,
                whole,
                150 * WAD,
                k * WAD,
            )
        )
    history.totals = Totals(
        volume=9_876_543 * WAD, fees=12_345 * WAD, bad_debt=2 * WAD, failed={"PRICE": 2}, refused={"MARGIN": 1}
    )
    history.checks = [
        Check(1, "Sum of stored cash = deposits - withdrawals.", 24),
        Check(6, "skew = sum of sizes.", 24, "off by 1"),
    ]
    return history


@pytest.fixture
def history() -> History:
    """A made-up run."""
    return made_history()
