"""Vyper's integer operations on ranged terms.

A checked operation is the integer result together with the condition under which it does not revert; an unchecked one
wraps, which leaves no trace in the term where the ranges exclude it. Signed division truncates toward zero. `wraps`
collects every unchecked operation that may wrap under the bounds at hand, `steps` every range that was concluded from
the ranges of operands, so that a lemma can have z3 confirm each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import z3

from novation.proofs.values import (
    INT_MAX,
    INT_MIN,
    TRUE,
    UINT_MAX,
    Num,
    Unsupported,
    all_of,
    choose,
    number,
    ranged,
)

TABLE = 128  # the most values of a shift or exponent that is not constant
SMALL = 8  # the most bits of an operand of | or & whose partner is not constant

# Without meaning to z3, known to the evaluator: bits of two varying words, shifts by a varying number.
AND = z3.Function("and", z3.IntSort(), z3.IntSort(), z3.IntSort())
SHIFT_LEFT = z3.Function("shift_left", z3.IntSort(), z3.IntSort(), z3.IntSort())
SHIFT_RIGHT = z3.Function("shift_right", z3.IntSort(), z3.IntSort(), z3.IntSort())

# An operation, the ranges of its operands, the range of its result.
Step = tuple[str, tuple[int, int], tuple[int, int], tuple[int, int]]


def limits(signed: bool) -> tuple[int, int]:
    """The range of int256 or uint256."""
    return (INT_MIN, INT_MAX) if signed else (0, UINT_MAX)


def truncated(x: int, y: int) -> int:
    """x / y toward zero, 0 for y = 0 as the EVM has it."""
    if y == 0:
        return 0
    quotient = abs(x) // abs(y)
    return quotient if (x < 0) == (y < 0) else -quotient


class Arithmetic:
    """The operations, and what they noticed."""

    def __init__(self) -> None:
        self.wraps: list[str] = []
        self.steps: set[Step] = set()
        self.masks: list[tuple[int, z3.ArithRef]] = []  # what was taken from which word

    def exact(self, kind: str, x: Num, y: Num) -> Num:
        """The integer result of +, - or *."""
        if kind == "*":
            corners = [a * b for a, b in product((x.low, x.high), (y.low, y.high))]
            low, high, term = min(corners), max(corners), x.term * y.term
        elif kind == "+":
            low, high, term = x.low + y.low, x.high + y.high, x.term + y.term
        else:
            low, high, term = x.low - y.high, x.high - y.low, x.term - y.term
        if x.known is not None and y.known is not None:
            return number(low)
        if (kind == "*" and 0 in (x.known, y.known)) or low == high:
            return number(low)
        if kind == "*" and 1 in (x.known, y.known):
            return x if y.known == 1 else y
        if kind in "+-" and y.known == 0:
            return x
        if kind == "+" and x.known == 0:
            return y
        self.steps.add((kind, (x.low, x.high), (y.low, y.high), (low, high)))
        return ranged(term, low, high)

    def checked(self, kind: str, x: Num, y: Num, signed: bool) -> tuple[Num, z3.BoolRef]:
        """The result of +, -, *, // or %, and when it does not revert."""
        low, high = limits(signed)
        if kind in ("//", "%"):
            fine = TRUE if y.low > 0 or y.high < 0 else y.term != 0
            if kind == "%":
                return self.remainder(x, y), fine
            if signed and x.low == INT_MIN and y.low <= -1 <= y.high:
                fine = all_of(fine, z3.Not(z3.And(x.term == INT_MIN, y.term == -1)))
            found = self.quotient(x, y)
            return ranged(found.term, max(low, found.low), min(high, found.high), found.bits), fine
        found = self.exact(kind, x, y)
        conditions = []
        if found.low < low:
            conditions.append(found.term >= low)
        if found.high > high:
            conditions.append(found.term <= high)
        if found.high < low or found.low > high:
            return number(0), z3.BoolVal(False)
        return ranged(found.term, max(low, found.low), min(high, found.high), found.bits), all_of(*conditions)

    def wrapped(self, x: Num, signed: bool, where: str = "") -> Num:
        """A result as the word holds it."""
        low, high = limits(signed)
        if low <= x.low and x.high <= high:
            return x
        if where:
            self.wraps.append(where)
        if signed:
            return ranged((x.term - INT_MIN) % 2**256 + INT_MIN, low, high)
        return ranged(x.term % 2**256, low, high)

    def quotient(self, x: Num, y: Num) -> Num:
        """Toward zero, 0 for a divisor of 0; z3's division of an x that is not negative by a y > 0 is the floor."""
        if x.known is not None and y.known is not None:
            return number(truncated(x.known, y.known))
        if y.known == 1:
            return x
        if y.low < 0 < y.high or y.high <= 0:
            if y.high <= 0 and y.low < 0:
                flipped = self.exact("-", number(0), x)
                found = self.quotient(flipped, self.exact("-", number(0), y))
                return found if y.high < 0 else choose(y.term == 0, number(0), found)
            positive = self.quotient(x, ranged(y.term, 1, y.high))
            negative = self.quotient(self.exact("-", number(0), x), ranged(-y.term, 1, -y.low))
            found = choose(y.term > 0, positive, choose(y.term == 0, number(0), negative))
            return found if isinstance(found, Num) else number(0)
        if y.low == 0:
            if y.high == 0:
                return number(0)
            found = choose(y.term == 0, number(0), self.quotient(x, ranged(y.term, 1, y.high)))
            return found if isinstance(found, Num) else number(0)
        corners = [truncated(a, b) for a, b in product((x.low, x.high), (y.low, y.high))]
        low, high = min(corners), max(corners)
        if x.low >= 0:
            term = x.term / y.term
        elif x.high <= 0:
            term = -((-x.term) / y.term)
        else:
            term = z3.If(x.term >= 0, x.term / y.term, -((-x.term) / y.term))
        self.steps.add(("//", (x.low, x.high), (y.low, y.high), (low, high)))
        return ranged(term, low, high)

    def remainder(self, x: Num, y: Num) -> Num:
        """With the sign of x; y > 0 here, x not negative."""
        if x.low < 0 or y.low < 0:
            raise Unsupported("% of a signed number")
        if x.known is not None and y.known:
            return number(x.known % y.known)
        return ranged(x.term % y.term, 0, max(0, min(x.high, y.high - 1)))

    # ---------------------------------------------------------------- bits

    def shifted_left(self, x: Num, by: Num, signed: bool) -> Num:
        """`<<`: what leaves the word is lost."""
        if by.known is None and by.high - by.low >= TABLE:
            return self.wrapped(Num(SHIFT_LEFT(x.term, by.term), -(2**512), 2**512), signed)
        if by.known is None:
            return self.table(by, lambda n: self.shifted_left(x, number(n), signed))
        n = by.known
        if n >= 256:
            return number(0)
        low, high = limits(signed)
        if low <= x.low << n and x.high << n <= high:
            return ranged(x.term * 2**n, x.low << n, x.high << n, x.bits << n)
        width = 256 - n
        if signed:
            half = 2 ** (width - 1)
            return ranged(((x.term + half) % 2**width - half) * 2**n, INT_MIN, INT_MAX, -1 << n)
        kept = self.masked(x, 2**width - 1)
        return ranged(kept.term * 2**n, 0, UINT_MAX, kept.bits << n)

    def shifted_right(self, x: Num, by: Num) -> Num:
        """`>>`: the floor, for signed numbers too."""
        if by.known is None and by.high - by.low >= TABLE:
            return ranged(SHIFT_RIGHT(x.term, by.term), min(x.low, 0), max(x.high, 0))
        if by.known is None:
            return self.table(by, lambda n: self.shifted_right(x, number(n)))
        n = by.known
        if n >= 256:
            return number(0) if x.low >= 0 else choose(x.term < 0, number(-1), number(0))
        if n == 0 or x.known is not None:
            return x if n == 0 else number(x.low >> n)
        return ranged(x.term / 2**n, x.low >> n, x.high >> n, x.bits >> n)

    def masked(self, x: Num, mask: int) -> Num:
        """x & mask, a run of ones after another: x = 2^lo * field + what is below."""
        if x.known is not None:
            return number(x.known & mask)
        bits = x.bits & mask
        if bits == 0:
            return number(0)
        if x.low >= 0 and bits == x.bits:
            return x
        self.masks.append((mask, x.term))
        terms: list[z3.ArithRef] = []
        at = 0
        left = mask if mask >= 0 else mask % 2**256
        while left:
            skip = (left & -left).bit_length() - 1
            at, left = at + skip, left >> skip
            width = ((left + 1) & -(left + 1)).bit_length() - 1
            if x.bits & (((1 << width) - 1) << at):
                part = x.term / 2**at if at else x.term
                if x.low < 0 or x.high >= 1 << (at + width):
                    part = part % 2**width
                terms.append(part * 2**at if at else part)
            at, left = at + width, left >> width
        return ranged(z3.Sum(terms) if len(terms) > 1 else terms[0], 0, bits % 2**256, bits % 2**256)

    def both(self, x: Num, y: Num) -> Num:
        """`&`."""
        if y.known is not None:
            return self.masked(x, y.known)
        if x.known is not None:
            return self.masked(y, x.known)
        return self._bitwise(x, y, "&")

    def either(self, x: Num, y: Num) -> Num:
        """`|`: a sum where no bit is common."""
        if x.known is not None and y.known is not None:
            return number(x.known | y.known)
        if x.bits & y.bits == 0:
            return ranged(x.term + y.term, x.low + y.low, x.high + y.high, x.bits | y.bits)
        if x.known is not None:
            x, y = y, x
        if y.known is not None and y.known >= 0 and x.low >= 0:
            common = self.masked(x, y.known)
            added = self.exact("-", y, common)
            return ranged(x.term + added.term, x.low, x.bits | y.bits, x.bits | y.bits)
        return self._bitwise(x, y, "|")

    def _bitwise(self, x: Num, y: Num, kind: str) -> Num:
        """Of two values that are not constant: one is a choice of constants, or both are small."""
        operation = self.both if kind == "&" else self.either
        for one, other in ((x, y), (y, x)):
            spread = _leaves(one, lambda leaf, other=other: operation(other, number(leaf)))  # type: ignore[misc]
            if spread is not None:
                return spread
        if min(x.low, y.low) < 0 or (x.bits | y.bits).bit_length() > SMALL:
            return self._wide(x, y, kind)
        terms, bits = [], (x.bits & y.bits) if kind == "&" else (x.bits | y.bits)
        for n in range(bits.bit_length()):
            if (bits >> n) & 1:
                a, b = (x.term / 2**n) % 2 == 1, (y.term / 2**n) % 2 == 1
                terms.append(z3.If(z3.And(a, b) if kind == "&" else z3.Or(a, b), z3.IntVal(2**n), z3.IntVal(0)))
        return ranged(z3.Sum(terms) if terms else z3.IntVal(0), 0, bits, bits)

    def _wide(self, x: Num, y: Num, kind: str) -> Num:
        """x | y = x + y - (x & y), in two's complement without end."""
        common = AND(x.term, y.term)
        bits = (x.bits & y.bits) if kind == "&" else (x.bits | y.bits)
        term = common if kind == "&" else x.term + y.term - common
        if min(x.low, y.low) >= 0:
            return ranged(term, 0, bits, bits)
        return Num(term, INT_MIN, INT_MAX)

    def exclusive(self, x: Num, y: Num) -> Num:
        """`^` of unsigned words."""
        if x.known is not None and y.known is not None:
            return number(x.known ^ y.known)
        return ranged(x.term + y.term - 2 * AND(x.term, y.term), 0, x.bits | y.bits, x.bits | y.bits)

    def inverted(self, x: Num) -> Num:
        """`~` of an unsigned word."""
        if x.known is not None:
            return number(UINT_MAX - x.known)
        return ranged(UINT_MAX - x.term, UINT_MAX - x.high, UINT_MAX - x.low)

    def table(self, x: Num, of: Callable[[int], Num]) -> Num:
        """A function of few values, one by one."""
        if x.high - x.low >= TABLE:
            raise Unsupported("a shift or an exponent of many values")
        found = of(x.high)
        for value in range(x.high - 1, x.low - 1, -1):
            found = choose(x.term == value, of(value), found)
        return found


def _leaves(x: Num, of: Callable[[int], Num]) -> Num | None:
    """A function of a choice of constants, taken leaf by leaf; None where x is no such choice."""
    if z3.is_int_value(x.term):
        return of(x.term.as_long())
    if not z3.is_app_of(x.term, z3.Z3_OP_ITE):
        return None
    condition, one, other = x.term.children()
    first = _leaves(Num(one, x.low, x.high), of)
    second = _leaves(Num(other, x.low, x.high), of)
    if first is None or second is None:
        return None
    found = choose(condition, first, second)
    return found if isinstance(found, Num) else None
