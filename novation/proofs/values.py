"""What an expression of a contract is in the model: a z3 integer with a range that it is known to lie in.

The range is computed beside the term (interval arithmetic), from the bounds that a lemma states for its variables. It
decides where an operation needs no revert condition and where an unchecked one cannot wrap; so the terms that z3 sees
are plain sums and products wherever the stated bounds allow it. `bits` are the bits that may be set, as an infinite
two's complement mask: two values without a common bit are or-ed by adding them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import z3

UINT_MAX = 2**256 - 1
INT_MIN, INT_MAX = -(2**255), 2**255 - 1
ADDRESS_MAX = 2**160 - 1

TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)


class Unsupported(Exception):
    """The model has no meaning for this piece of source; the message names it."""


@dataclass(frozen=True, slots=True)
class Num:
    """An integer (also an address, a flag, 32 bytes as an unsigned number, a revert code by its number)."""

    term: z3.ArithRef
    low: int
    high: int
    bits: int = -1

    @property
    def known(self) -> int | None:
        """The value where there is only one."""
        return self.low if self.low == self.high else None


# A struct is a dict, a tuple or an array of fixed length a tuple or list, a truth value z3's.
Value = Any


def number(value: int) -> Num:
    """A constant."""
    return Num(z3.IntVal(value), value, value, value)


def ranged(term: z3.ArithRef, low: int, high: int, bits: int = -1) -> Num:
    """A term within a range; a constant where the range has one value."""
    if low == high:
        return number(low)
    if low >= 0:
        bits &= (1 << high.bit_length()) - 1
    return Num(term, low, high, bits)


def negated(condition: z3.BoolRef) -> z3.BoolRef:
    """Not, with constants folded."""
    if z3.is_true(condition):
        return FALSE
    if z3.is_false(condition):
        return TRUE
    if z3.is_not(condition):
        return condition.arg(0)
    return z3.Not(condition)


def all_of(*conditions: z3.BoolRef) -> z3.BoolRef:
    """And, with constants folded."""
    left = [item for item in conditions if not z3.is_true(item)]
    if any(z3.is_false(item) for item in left):
        return FALSE
    if not left:
        return TRUE
    return left[0] if len(left) == 1 else z3.And(*left)


def any_of(*conditions: z3.BoolRef) -> z3.BoolRef:
    """Or, with constants folded."""
    left = [item for item in conditions if not z3.is_false(item)]
    if any(z3.is_true(item) for item in left):
        return TRUE
    if not left:
        return FALSE
    return left[0] if len(left) == 1 else z3.Or(*left)


def choose(condition: z3.BoolRef, one: Value, other: Value) -> Value:
    """One value where the condition holds, else the other; field by field in structs and tuples."""
    if z3.is_true(condition) or one is other:
        return one
    if z3.is_false(condition):
        return other
    if isinstance(one, Num):
        if one.term.eq(other.term):
            return Num(one.term, min(one.low, other.low), max(one.high, other.high), one.bits | other.bits)
        return Num(
            z3.If(condition, one.term, other.term),
            min(one.low, other.low),
            max(one.high, other.high),
            one.bits | other.bits,
        )
    if isinstance(one, dict):
        return {name: choose(condition, one[name], other[name]) for name in one}
    if isinstance(one, (tuple, list)):
        return type(one)(choose(condition, a, b) for a, b in zip(one, other, strict=True))
    if one is None:
        return None
    if one.eq(other):
        return one
    if z3.is_bool(one):
        if z3.is_true(one) and z3.is_false(other):
            return condition
        if z3.is_false(one) and z3.is_true(other):
            return negated(condition)
    return z3.If(condition, one, other)


def same(one: Value, other: Value) -> z3.BoolRef:
    """Whether two values are equal, field by field."""
    if isinstance(one, Num):
        return one.term == other.term if not one.term.eq(other.term) else TRUE
    if isinstance(one, dict):
        return all_of(*(same(one[name], other[name]) for name in one))
    if isinstance(one, (tuple, list)):
        return all_of(*(same(a, b) for a, b in zip(one, other, strict=True)))
    return one == other
