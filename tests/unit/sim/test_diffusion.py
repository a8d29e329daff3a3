"""The seeded price path."""

from __future__ import annotations

import itertools

from novation.sim.diffusion import diffuse


def test_same_seed_same_path() -> None:
    assert diffuse(5, 24, 0) == diffuse(5, 24, 0)
    assert diffuse(5, 24, 0) != diffuse(6, 24, 0)


def test_candles_are_candles() -> None:
    for candles in diffuse(2, 30, 7_200):
        assert [candle.time for candle in candles] == [7_200 + 3_600 * k for k in range(30)]
        for candle, after in itertools.pairwise(candles):
            assert 0 < candle.low <= min(candle.open, candle.close) <= max(candle.open, candle.close) <= candle.high
            assert after.open == candle.close


def test_crash_and_recovery() -> None:
    for seed in range(20):
        eth, btc = diffuse(seed, 24, 0)
        for candles, depth in ((eth, 86), (btc, 92)):
            top = max(candle.high for candle in candles[10:14])
            bottom = min(candle.low for candle in candles[13:17])
            assert bottom * 100 < top * depth
            assert candles[-1].close > bottom
