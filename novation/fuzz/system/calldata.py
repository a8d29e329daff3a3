"""Calldata as Vyper 0.4.3 takes it, word by word: where each value of a call is, what its type lets it be, and what an
encoding that no library makes is read as.

Static values are clamped when a call enters: a word beyond its type reverts without a code, and so does calldata that
is shorter than the static part. Lists are read leniently: an offset may point anywhere, and what is behind the end of
the calldata is zero; only a length beyond the bound reverts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Items = Sequence[Mapping[str, Any]]
WORD = 32
# Flags are uint256 in an ABI; how many members they have.
FLAGS = {
    ("pause", 0): 3,
    ("unpause", 0): 3,
    ("is_paused", 0): 3,
    ("set_operator", 1): 2,
    ("may", 2): 2,
    ("set_status", 1): 4,
}
# How long lists and byte strings may be, which an ABI does not tell.
BOUNDS = {
    "update": 4096,
    "fee": 4096,
    "execute": 2048,
    "liquidate": 2048,
    "commit_many": 8,
    "execute_many": 8,
    "transfer_many": 8,
    "liquidate_many": 32,
    "account_words": 256,
    "position_words": 256,
    "health_many": 64,
    "unhealthy_bits": 256,
}


class Shape(NamedTuple):
    """What a function takes: its types as words and lists. `head` is the size of the static part in bytes."""

    name: str
    items: Items
    head: int
    bound: int


class Leaf(NamedTuple):
    """A word of one value: where it is in the calldata (selector included), its type; `bits` of a flag, else 0."""

    at: int
    type: str
    bits: int


def shape(entry: Mapping[str, Any]) -> Shape:
    """Of an ABI entry."""
    items = entry["inputs"]
    bound = BOUNDS.get(entry["name"], 0) if any(map(_varies, items)) else 0
    return Shape(str(entry["name"]), items, sum(map(_size, items)), bound)


def _size(item: Mapping[str, Any]) -> int:
    """Bytes in the head."""
    if item["type"] == "tuple":
        return sum(map(_size, item["components"]))
    return WORD


def _varies(item: Mapping[str, Any]) -> bool:
    """Whether it is elsewhere in the calldata, and its offset here: a list or a byte string."""
    name: str = item["type"]
    return name.endswith("[]") or name == "bytes"


def lists(form: Shape) -> list[int]:
    """Where the offsets of its lists and byte strings are in the calldata."""
    found, at = [], 4
    for item in form.items:
        if _varies(item):
            found.append(at)
        at += _size(item)
    return found


def leaves(form: Shape, data: bytes) -> Iterator[Leaf]:
    """Every word with a value in well-formed calldata; offsets and lengths are none."""
    at = 4
    for number, item in enumerate(form.items):
        if item["type"].endswith("[]"):
            start = 4 + _word(data, at)
            inner = {**item, "type": item["type"][:-2]}
            for index in range(_word(data, start)):
                yield from _leaves_of(inner, start + WORD + index * _size(inner), 0)
        elif not _varies(item):
            yield from _leaves_of(item, at, FLAGS.get((form.name, number), 0))
        at += _size(item)


def _leaves_of(item: Mapping[str, Any], at: int, bits: int) -> Iterator[Leaf]:
    if item["type"] == "tuple":
        for part in item["components"]:
            yield from _leaves_of(part, at, 0)
            at += _size(part)
    else:
        yield Leaf(at, item["type"], bits)


def width(leaf: Leaf) -> int:
    """How many low bits of the word its type uses; 256 for one that cannot be dirty."""
    if leaf.bits:
        return leaf.bits
    name = leaf.type
    if name == "bool":
        return 1
    if name == "address":
        return 160
    digits = name.removeprefix("uint").removeprefix("int")
    return int(digits) if digits.isdigit() else 256


def lenient(form: Shape, data: bytes) -> list[Any] | None:
    """The arguments that calldata is read as, None where it reverts. Offsets below 2^64."""
    if len(data) < 4 + form.head:
        return None
    found: list[Any] = []
    at = 4
    for number, item in enumerate(form.items):
        if item["type"].endswith("[]"):
            start = 4 + _word(data, at)
            length = _word(data, start)
            if length > form.bound:
                return None
            inner = {**item, "type": item["type"][:-2]}
            values = [_value(inner, data, start + WORD + index * _size(inner), 0) for index in range(length)]
            if None in values:
                return None
            found.append(values)
        elif _varies(item):
            start = 4 + _word(data, at)
            length = _word(data, start)
            if length > form.bound:
                return None
            found.append(data[start + WORD : start + WORD + length].ljust(length, b"\0"))
        else:
            value = _value(item, data, at, FLAGS.get((form.name, number), 0))
            if value is None:
                return None
            found.append(value)
        at += _size(item)
    return found


def _value(item: Mapping[str, Any], data: bytes, at: int, bits: int) -> Any:
    """A value, None for one that its type does not have."""
    if item["type"] == "tuple":
        values = []
        for part in item["components"]:
            values.append(_value(part, data, at, 0))
            at += _size(part)
        return None if None in values else tuple(values)
    word = _word(data, at)
    if item["type"].startswith("bytes"):
        return word.to_bytes(WORD, "big")
    many = width(Leaf(at, item["type"], bits))
    if item["type"].startswith("int"):
        signed = word - (1 << 256) if word >> 255 else word
        return signed if -(1 << many - 1) <= signed < 1 << many - 1 else None
    if word >> many:
        return None
    return bool(word) if item["type"] == "bool" else word


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + WORD].ljust(WORD, b"\0"), "big")


def with_word(data: bytes, at: int, word: int) -> bytes:
    """Calldata with one word changed."""
    return data[:at] + word.to_bytes(WORD, "big") + data[at + WORD :]


class Kinds(NamedTuple):
    """How values of a type are drawn: by what a caller wants them to be."""

    address: Callable[[], int]
    number: Callable[[], int]
    signed: Callable[[], int]
    flag: Callable[[], bool]
    raw: Callable[[], bytes]
    update: Callable[[], bytes]


def drawn(form: Shape, kinds: Kinds, length: Callable[[int], int]) -> list[Any]:
    """Arguments by their types alone, each within its type; `length` of a list by its bound."""
    found = []
    for number, item in enumerate(form.items):
        if item["type"].endswith("[]"):
            inner = {**item, "type": item["type"][:-2]}
            found.append([_draw(inner, kinds, 0) for _ in range(length(form.bound))])
        else:
            found.append(_draw(item, kinds, FLAGS.get((form.name, number), 0)))
    return found


def _draw(item: Mapping[str, Any], kinds: Kinds, bits: int) -> Any:
    name = item["type"]
    if name == "tuple":
        return tuple(_draw(part, kinds, 0) for part in item["components"])
    if name == "address":
        return kinds.address()
    if name == "bool":
        return kinds.flag()
    if name.startswith("bytes"):
        return kinds.update() if name == "bytes" else kinds.raw()
    if name.startswith("int"):
        return kinds.signed()
    return kinds.number() % (1 << width(Leaf(0, name, bits)))
