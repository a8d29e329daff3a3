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
FEED: Layout = ((160, False), (20, False), (14, False), (6, False), (14, False), (2, False), (20, False), (20, False))
"""source, heartbeat, deviation, decimals, divergence, floor index, band_low, band_high"""
REFERENCE: Layout = ((160, False), (20, False), (6, False), (16, False))
"""source, heartbeat, decimals, phase"""
STORED: Layout = ((112, False), (40, False), (80, False))
"""mid, published_at, round (24 bits of `gap` follow)"""
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
