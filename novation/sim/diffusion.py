"""A price path where there is no file: two correlated markets, jumps, a slide into a crash that half recovers.

The path depends on the seed and the hours alone. Floats are used to draw it; what comes out are integer prices.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from novation.sim.prices import HOUR, SCALE, Candle

STEPS = 12  # of five minutes, an hour
VOLATILITY = 0.005  # an hour
CORRELATION = 0.85
JUMPS = 0.15  # an hour, of either sign
JUMP_SIZE = 0.012
CRASH_AT = 0.5  # of the whole time
# A slide of three hours, an hour's plunge, and two in which half of it comes back: steps, and parts of the depth.
CRASH = ((36, -0.4), (12, -0.6), (24, 0.5))


@dataclass(frozen=True)
class Walk:
    """A market of the path: its first price in dollars, its volatility and its crash as multiples of the first's."""

    start: int
    beta: float
    crash: float


WALKS = (Walk(4_200, 1.0, 0.2), Walk(121_000, 0.65, 0.13))


def diffuse(seed: int, hours: int, begin: int, walks: Sequence[Walk] = WALKS) -> list[list[Candle]]:
    """Candles of every market from `begin` (Unix seconds)."""
    dice = random.Random(f"novation {seed}")
    logs = [math.log(walk.start) for walk in walks]
    crash = int(hours * STEPS * CRASH_AT)
    candles: list[list[Candle]] = [[] for _ in walks]
    for hour in range(hours):
        paths = [[log] for log in logs]
        for step in range(hour * STEPS, (hour + 1) * STEPS):
            common = dice.gauss(0, 1)
            jump = dice.gauss(0, JUMP_SIZE) if dice.random() < JUMPS / STEPS else 0.0
            for number, walk in enumerate(walks):
                own = dice.gauss(0, 1)
                shock = CORRELATION * common + math.sqrt(1 - CORRELATION**2) * own
                drift = walk.beta * (VOLATILITY / math.sqrt(STEPS) * shock + jump)
                logs[number] += drift + walk.crash * _crash(step - crash)
                paths[number].append(logs[number])
        for path, made in zip(paths, candles, strict=True):
            prices = [round(math.exp(log) * 100) * (SCALE // 100) for log in path]  # full cents
            made.append(Candle(begin + hour * HOUR, prices[0], max(prices), min(prices), prices[-1]))
    return candles


def _crash(step: int) -> float:
    """The part of the crash that falls on a step, counted from its beginning."""
    for steps, part in CRASH:
        if 0 <= step < steps:
            return part / steps
        step -= steps
    return 0.0
