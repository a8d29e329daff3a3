"""The arithmetic helpers against their definitions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, trunc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novation.fixed import (
    ceil_div,
    clamp,
    fits,
    floor_div,
    isqrt,
    mul_div_down,
    mul_div_up,
    pack,
    sign,
    trunc_div,
    unpack,
)

signed = st.integers(-(10**60), 10**60)
divisor = signed.filter(bool)


@given(signed, divisor)
def test_divisions_round_as_their_names_say(x: int, y: int) -> None:
    exact = Fraction(x, y)
    assert floor_div(x, y) == floor(exact)
    assert ceil_div(x, y) == ceil(exact)
    assert trunc_div(x, y) == trunc(exact)


@given(signed, signed, divisor)
def test_products_round_once(x: int, y: int, z: int) -> None:
    exact = Fraction(x * y, z)
    assert mul_div_down(x, y, z) == floor(exact)
    assert mul_div_up(x, y, z) == ceil(exact)


@given(st.integers(0, 10**80))
def test_isqrt_is_the_floor(x: int) -> None:
    root = isqrt(x)
    assert root * root <= x < (root + 1) ** 2


@given(signed, signed, signed)
def test_clamp_stays_within(x: int, a: int, b: int) -> None:
    low, high = min(a, b), max(a, b)
    assert clamp(x, low, high) == sorted((low, x, high))[1]


@given(signed)
def test_sign(x: int) -> None:
    assert x == sign(x) * abs(x)


@given(st.lists(st.tuples(st.integers(1, 80), st.booleans()), min_size=1, max_size=8), st.data())
def test_words_come_back(layout: list[tuple[int, bool]], data: st.DataObject) -> None:
    values = []
    for bits, is_signed in layout:
        low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if is_signed else (0, (1 << bits) - 1)
        value = data.draw(st.integers(low, high))
        assert fits(value, bits, is_signed)
        assert not fits(low - 1, bits, is_signed)
        assert not fits(high + 1, bits, is_signed)
        values.append(value)
    word = pack(values, layout)
    assert 0 <= word < 1 << sum(bits for bits, _ in layout)
    assert unpack(word, layout) == tuple(values)


def test_pack_refuses_what_does_not_fit() -> None:
    with pytest.raises(OverflowError):
        pack((256,), ((8, False),))
    with pytest.raises(OverflowError):
        pack((128,), ((8, True),))


def test_pack_puts_low_bits_first() -> None:
    assert pack((1, -1, 2), ((8, False), (8, True), (8, False))) == 0x02FF01
