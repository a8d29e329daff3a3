"""The packed words, compiled, against the model's layouts: values, ends of the widths, and one beyond them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from novation.fixed import Layout, pack, unpack
from novation.model import words

POINTS = 3_000
STATE = ("long", "short", "accrued_at", "rate", "funding", "price", "basis")


@pytest.fixture(scope="module")
def harness() -> Contract:
    chain = RevmChain()
    return chain.deploy("MathHarness", sender=chain.account(0))


def ends(bits: int, signed: bool) -> tuple[int, int]:
    """What a field takes: two's complement has one more below, which the contracts refuse."""
    return (-(1 << bits - 1) + 1, (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


def draw(random: Random, layout: Layout) -> list[int]:
    """A value for each field; the ends are likely."""
    values = []
    for bits, signed in layout:
        low, high = ends(bits, signed)
        inner = random.getrandbits(random.randrange(1, bits)) * (random.choice((1, -1)) if signed else 1)
        values.append(random.choice((low, high, 0, inner, inner)))
    return values


def arguments(name: str, values: list[int]) -> tuple[Any, ...]:
    """How a packer takes its fields."""
    state = dict.fromkeys(STATE, 0)
    fields = {
        "pack_interest": ("long", "short", "accrued_at"),
        "pack_funding": ("rate", "funding"),
        "pack_mark": ("price", "basis"),
    }.get(name)
    if fields is None:
        return tuple(values)
    state.update(zip(fields, values, strict=True))
    return (tuple(state.values()),)


PACKERS = [
    ("pack_interest", words.INTEREST, 2),
    ("pack_funding", words.FUNDING, 2),
    ("pack_mark", words.MARK, 2),
    ("pack_position", words.POSITION, 2),
    ("pack_book", words.BOOK, 3),
]


@pytest.mark.parametrize(("name", "layout", "checked"), PACKERS, ids=[name for name, _, _ in PACKERS])
def test_packing(harness: Contract, name: str, layout: Layout, checked: int) -> None:
    """The word is the model's; a value beyond its field is refused (times are blocks' and are not checked)."""
    random = Random(name)
    for _ in range(POINTS):
        values = draw(random, layout)
        assert harness.call(name, *arguments(name, values)) == pack(values, layout)
        at = random.randrange(checked)
        low, high = ends(*layout[at])
        values[at] = random.choice((high + 1, high + 1 + random.getrandbits(100), low - 1 - (low < 0)))
        with pytest.raises(Reverted, match="RANGE"):
            harness.call(name, *arguments(name, values))


def test_unpacking(harness: Contract) -> None:
    random = Random(1)
    for _ in range(POINTS):
        interest, funding, mark, word = (random.getrandbits(bits) for bits in (248, 256, 256, 256))
        long, short, at = unpack(interest, words.INTEREST)
        rate, total = unpack(funding, words.FUNDING)
        price, basis = unpack(mark, words.MARK)
        assert harness.call("unpack_state", interest, funding, mark) == (long, short, at, rate, total, price, basis)
        assert harness.call("unpack_position", word) == unpack(word, words.POSITION)[:2]
        assert harness.call("unpack_book", word) == unpack(word, words.BOOK)
        scale, *fields = unpack(word, words.CONFIG)
        assert harness.call("scale", word) == scale * 10**15
        shift = words.CONFIG[0][0]
        for (bits, _), field in zip(words.CONFIG[1:10], fields[:9], strict=True):
            assert harness.call("config_field", word, shift) == field
            shift += bits
