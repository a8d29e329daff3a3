"""Exact integer arithmetic: the twins of what the contracts compute.

Python's `//` floors, Vyper's signed division truncates toward zero: every rounding here has its name. Nothing
overflows; where a contract would revert on a range, `fits` and the packers say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt as _isqrt

WAD = 10**18
BPS = 10**4
PPM = 10**6


def floor_div(x: int, y: int) -> int:
    """`x / y` toward minus infinity; y != 0."""
    return x // y


def ceil_div(x: int, y: int) -> int:
    """`x / y` toward plus infinity; y != 0."""
    return -(-x // y)


def trunc_div(x: int, y: int) -> int:
    """`x / y` toward zero: Vyper's `//` of signed numbers; y != 0."""
    quotient = abs(x) // abs(y)
    return quotient if (x < 0) == (y < 0) else -quotient


def mul_div_down(x: int, y: int, z: int) -> int:
    """`x * y / z` toward minus infinity; z != 0."""
    return x * y // z


def mul_div_up(x: int, y: int, z: int) -> int:
    """`x * y / z` toward plus infinity; z != 0."""
    return -(-x * y // z)


def isqrt(x: int) -> int:
    """Floor of the square root. @raises ValueError for x < 0."""
    return _isqrt(x)


def clamp(x: int, low: int, high: int) -> int:
    """x, or the bound that it is beyond; low <= high."""
    return max(low, min(high, x))


def sign(x: int) -> int:
    """-1, 0 or 1."""
    return (x > 0) - (x < 0)


def fits(x: int, bits: int, signed: bool = False) -> bool:
    """Whether x is a value of `uint<bits>` (`int<bits>` if signed)."""
    return -(1 << (bits - 1)) <= x < (1 << (bits - 1)) if signed else 0 <= x < (1 << bits)


Layout = Sequence[tuple[int, bool]]
"""Fields of a word, low bits first: (bits, signed)."""


def pack(values: Sequence[int], layout: Layout) -> int:
    """Packs fields into a word, low bits first. @raises OverflowError if a value does not fit its field."""
    word = shift = 0
    for value, (bits, signed) in zip(values, layout, strict=True):
        if not fits(value, bits, signed):
            raise OverflowError(f"{value} does not fit {'int' if signed else 'uint'}{bits}")
        word |= (value & ((1 << bits) - 1)) << shift
        shift += bits
    return word


def unpack(word: int, layout: Layout) -> tuple[int, ...]:
    """Fields of a word, low bits first; bits beyond the layout are ignored."""
    values = []
    for bits, signed in layout:
        value = word & ((1 << bits) - 1)
        if signed and value >> (bits - 1):
            value -= 1 << bits
        values.append(value)
        word >>= bits
    return tuple(values)
