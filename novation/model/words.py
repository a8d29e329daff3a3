"""The packed words of the contracts, low bits first, as docs/spec.md draws them."""

from __future__ import annotations

from novation.fixed import Layout, pack, unpack
from novation.model.errors import Revert

ACCOUNT: Layout = ((8, False), (8, False), (32, False), (40, False), (64, False), (104, True))
"""flags, collaterals, markets, flagged_at, debt_index, cash"""
POSITION: Layout = ((104, True), (112, True), (40, False))
"""size, basis, changed_at"""
INTEREST: Layout = ((104, False), (104, False), (40, False))
"""long, short, accrued_at"""
FUNDING: Layout = ((120, True), (136, True))
"""rate, F"""
MARK: Layout = ((112, False), (144, True))
"""price, basis_total"""
BOOK: Layout = ((104, True), (96, False), (56, False))
"""liability_sum, reserve, owed in units of 1e12 wei"""
CONFIG: Layout = ((56, False), *(((16, False),) * 9), (24, False), (24, False), (8, False))
"""K in 1e15, initial, maintenance, slope, maker, taker, interest cap, position cap, reserve factor, penalty, rate_max,
velocity, flags"""
RAMP: Layout = ((16, False), (16, False), (40, False), (40, False))
"""old maintenance, old penalty, start, end"""
FEED: Layout = (
    (160, False), (20, False), (20, False), (14, False), (20, False), (2, False), (1, False), (1, False), (1, False),
)  # fmt: skip
"""source, trade_age, close_age, deviation, reference_age, floor index, is push, has a reference, has a fallback"""
LIMITS: Layout = (
    (20, False), (20, False), (14, False), (14, False), (14, False), (14, False), (20, False), (20, False), (20, False),
)  # fmt: skip
"""band_low, band_high, confidence, move, swing, divergence, window, calm, refresh"""
FALLBACK: Layout = ((160, False), (20, False), (14, False))
"""source, age, deviation"""
STORED: Layout = (
    (112, False), (40, False), (20, False), (14, False), (14, False), (20, False), (20, False), (1, False), (15, False),
)  # fmt: skip
"""mid, published_at, gap, confidence, spread, checked, breaker, doubted, run"""
ANCHOR: Layout = ((112, False), (40, False), (40, False))
"""mid, published_at, asked_at"""
BROUGHT: Layout = ((112, False), (40, False), (20, False), (14, False))
"""mid, published_at, gap, confidence"""
SWING: Layout = ((112, False), (112, False), (32, False))
"""low, high, number of the window"""
BAND: Layout = ((14, False), (6, False))
"""mantissa, exponent"""

LISTED = 1
RAMPING = 2
PENDING = 1


def band_value(word: int) -> int:
    """WAD price that a 20-bit band end stands for."""
    mantissa, exponent = unpack(word, BAND)
    return int(mantissa * 10**exponent)


def band_word(mantissa: int, exponent: int) -> int:
    """A 20-bit band end worth `mantissa * 10**exponent` wei. @raises OverflowError."""
    return pack((mantissa, exponent), BAND)


def within(value: int, bits: int) -> int:
    """A signed value that must fit `bits`, as the contracts take it. @raises Revert RANGE."""
    bound = 1 << (bits - 1)
    if -bound < value < bound:
        return value
    raise Revert("RANGE")
