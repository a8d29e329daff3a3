"""Traders of four habits. They know past prices and their own account, nothing else, and count in integers.

Sizes are WAD base units, prices and money WAD USD, leverage is in hundredths.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Protocol

WAD = 10**18
LOT = 10**15  # sizes are whole lots
BPS = 10_000


@dataclass(frozen=True)
class View:
    """What a trader sees of a market before it decides."""

    market: int
    prices: Sequence[int]  # rounds so far, the newest last
    size: int  # its own position, > 0 is long
    entry: int  # average price of it, 0 without one
    equity: int  # of its whole account, at the newest prices


@dataclass(frozen=True)
class Wish:
    """An order that a trader wants to commit."""

    market: int
    size: int
    reduce_only: bool = False
    trigger: int = 0
    trigger_above: bool = False


class Habit(Protocol):
    """A way to trade one market."""

    @property
    def name(self) -> str:
        """One word."""

    def decide(self, view: View, dice: Random) -> Wish | None:
        """The order to commit now, if any."""


@dataclass(frozen=True)
class Trend:
    """Long above its average, short below, and out at a stop when the price turns on it."""

    window: int = 10
    leverage: int = 300
    band: int = 20  # bps around the average where it does nothing
    stop: int = 250  # bps from the price
    name: str = "trend"

    def decide(self, view: View, dice: Random) -> Wish | None:
        """Follows; one stop order protects what it has."""
        if len(view.prices) < self.window:
            return None
        price, average = view.prices[-1], mean(view.prices[-self.window :])
        away = (price - average) * BPS // average
        if abs(away) < self.band:
            return None
        wanted = exposure(view.equity, self.leverage, price) * (1 if away > 0 else -1)
        return move(view, wanted)

    def protect(self, view: View) -> Wish | None:
        """A stop, reduce-only, for the position that it has."""
        if view.size == 0:
            return None
        side = 1 if view.size > 0 else -1
        trigger = view.prices[-1] * (BPS - side * self.stop) // BPS
        return Wish(view.market, -view.size, True, trigger, trigger_above=side < 0)


@dataclass(frozen=True)
class Contrarian:
    """Sells what has risen and buys what has fallen; takes the profit when it has come back."""

    window: int = 6
    leverage: int = 200
    threshold: int = 90  # bps
    name: str = "contrarian"

    def decide(self, view: View, dice: Random) -> Wish | None:
        """Against the last move."""
        if len(view.prices) < self.window:
            return None
        price, before = view.prices[-1], view.prices[-self.window]
        moved = (price - before) * BPS // before
        if abs(moved) >= self.threshold:
            return move(view, exposure(view.equity, self.leverage, price) * (-1 if moved > 0 else 1))
        gain = (price - view.entry) * (1 if view.size > 0 else -1)
        if view.size and gain * BPS > view.entry * self.threshold // 2:
            return Wish(view.market, -view.size, reduce_only=True)
        return None


@dataclass(frozen=True)
class Overlevered:
    """Buys the dip as large as margin lets it, adds to what wins, never sells."""

    leverage: int = 1_200
    side: int = 1
    name: str = "over-levered"

    def decide(self, view: View, dice: Random) -> Wish | None:
        """Keeps its leverage up; once it is broke it stays away."""
        wanted = self.side * exposure(view.equity, self.leverage, view.prices[-1])
        if view.equity < 100 * WAD or abs(wanted) <= abs(view.size) * 12 // 10:
            return None
        # Not all at once: it warms to its idea.
        step = wanted if view.size else wanted * dice.randint(50, 90) // 100
        return move(view, step)


@dataclass(frozen=True)
class Hedger:
    """Holds coins elsewhere and is short against them: wholly when the price falls, by half when it rises."""

    holding: int  # WAD base units
    window: int = 16
    name: str = "hedger"

    def decide(self, view: View, dice: Random) -> Wish | None:
        """Keeps the hedge near its target."""
        recent = view.prices[-self.window :]
        falling = view.prices[-1] < mean(recent)
        return move(view, -self.holding if falling else -self.holding // 2)


def mean(values: Sequence[int]) -> int:
    """The average, rounded down."""
    return sum(values) // len(values)


def exposure(equity: int, leverage: int, price: int) -> int:
    """Base units worth `leverage` hundredths of the equity, zero of nothing."""
    return max(0, equity) * leverage // 100 * WAD // price


def move(view: View, wanted: int) -> Wish | None:
    """The order from the present size to a wanted one, unless the difference is small."""
    delta = wanted - view.size
    delta = delta // LOT * LOT if delta > 0 else -(-delta // LOT * LOT)
    if abs(delta) * 5 < max(abs(wanted), abs(view.size)) or delta == 0:
        return None
    smaller = view.size * delta < 0 and abs(delta) <= abs(view.size)
    return Wish(view.market, delta, reduce_only=smaller)
