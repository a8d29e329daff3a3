"""The four habits: what each does with what it sees."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from novation.sim.traders import LOT, WAD, Contrarian, Habit, Hedger, Overlevered, Trend, View, Wish, exposure, move

RISING = [100 + k for k in range(20)]
FALLING = [120 - k for k in range(20)]
FLAT = [100] * 20


def seen(prices: Sequence[int], size: int = 0, entry: int = 100, equity: int = 10_000) -> View:
    return View(3, [price * WAD for price in prices], size * WAD, entry * WAD, equity * WAD)


def decide(habit: Habit, view: View) -> Wish | None:
    return habit.decide(view, Random(1))


def test_trend_follows() -> None:
    assert decide(Trend(), seen(FLAT)) is None
    up, down = decide(Trend(), seen(RISING)), decide(Trend(), seen(FALLING))
    assert up is not None
    assert up.size > 0
    assert not up.reduce_only
    assert down is not None
    assert down.size < 0
    assert abs(up.size) * 119 // 10_000 == pytest.approx(3 * WAD, rel=1e-3)


def test_trend_waits_for_history() -> None:
    assert decide(Trend(window=30), seen(RISING)) is None


def test_trend_turns() -> None:
    wish = decide(Trend(), seen(FALLING, size=90))
    assert wish is not None
    assert wish.size < -90 * WAD
    assert not wish.reduce_only


def test_trend_protects_with_a_stop() -> None:
    trend = Trend(stop=200)
    assert trend.protect(seen(FLAT)) is None
    long, short = trend.protect(seen(FLAT, size=5)), trend.protect(seen(FLAT, size=-5))
    assert long == Wish(3, -5 * WAD, True, 98 * WAD, False)
    assert short == Wish(3, 5 * WAD, True, 102 * WAD, True)


def test_contrarian_goes_against() -> None:
    assert decide(Contrarian(), seen(FLAT)) is None
    up, down = decide(Contrarian(), seen(RISING)), decide(Contrarian(), seen(FALLING))
    assert up is not None
    assert up.size < 0
    assert down is not None
    assert down.size > 0


def test_contrarian_takes_profit() -> None:
    wish = decide(Contrarian(threshold=300), seen([102] * 20, size=10, entry=100))
    assert wish == Wish(3, -10 * WAD, reduce_only=True)
    assert decide(Contrarian(threshold=300), seen([102] * 20, size=-10, entry=100)) is None


def test_overlevered_adds_and_never_sells() -> None:
    habit = Overlevered(leverage=1_000)
    first = decide(habit, seen(FLAT))
    assert first is not None
    assert 500 * WAD <= first.size <= 900 * WAD
    assert decide(habit, seen(FLAT, size=1_000)) is None
    richer = decide(habit, seen(FLAT, size=1_000, equity=15_000))
    assert richer is not None
    assert richer.size == 500 * WAD
    assert decide(habit, seen(FALLING, size=1_000, equity=2_000)) is None
    assert decide(habit, seen(FLAT, equity=50)) is None


def test_hedger_hedges_more_when_it_falls() -> None:
    habit = Hedger(holding=40 * WAD)
    assert decide(habit, seen(RISING)) == Wish(3, -20 * WAD)
    assert decide(habit, seen(FALLING, size=-20)) == Wish(3, -20 * WAD)
    assert decide(habit, seen(RISING, size=-40)) == Wish(3, 20 * WAD, reduce_only=True)
    assert decide(habit, seen(RISING, size=-20)) is None


def test_small_moves_are_left() -> None:
    assert move(seen(FLAT, size=100), 119 * WAD) is None
    assert move(seen(FLAT), LOT - 1) is None
    assert move(seen(FLAT), 0) is None
    assert move(seen(FLAT), -3 * LOT - 1) == Wish(3, -3 * LOT)


def test_no_exposure_without_equity() -> None:
    assert exposure(-5 * WAD, 300, WAD) == 0
