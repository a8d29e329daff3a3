"""The model's terms on many points at once, in Python's integers.

This evaluates the very terms that the proofs are about, by the meaning that z3 gives them (its `div` leaves a remainder
that is not negative), node by node over whole columns of values: some ten million operations a second.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from math import isqrt
from typing import Any

import z3

from novation.proofs.arithmetic import AND, SHIFT_LEFT, SHIFT_RIGHT
from novation.proofs.expressions import ISQRT

Column = list[Any]


def _div(x: int, y: int) -> int:
    return 0 if y == 0 else x // y if y > 0 else -(x // -y)


def _mod(x: int, y: int) -> int:
    return x if y == 0 else x % abs(y)


def _shift_left(x: int, n: int) -> int:
    return x << n if 0 <= n < 256 else 0


def _shift_right(x: int, n: int) -> int:
    return x >> n if 0 <= n < 256 else (-1 if x < 0 else 0)


_BINARY: dict[int, Callable[[Any, Any], Any]] = {
    z3.Z3_OP_SUB: operator.sub,
    z3.Z3_OP_IDIV: _div,
    z3.Z3_OP_MOD: _mod,
    z3.Z3_OP_LE: operator.le,
    z3.Z3_OP_LT: operator.lt,
    z3.Z3_OP_GE: operator.ge,
    z3.Z3_OP_GT: operator.gt,
    z3.Z3_OP_EQ: operator.eq,
    z3.Z3_OP_DISTINCT: operator.ne,
    z3.Z3_OP_ADD: operator.add,
    z3.Z3_OP_MUL: operator.mul,
    z3.Z3_OP_SELECT: lambda array, key: array.get(key, 0),
    z3.Z3_OP_IMPLIES: lambda a, b: not a or b,
}
_NAMED: dict[str, Callable[..., Any]] = {
    AND.name(): operator.and_,
    SHIFT_LEFT.name(): _shift_left,
    SHIFT_RIGHT.name(): _shift_right,
    ISQRT.name(): lambda x: isqrt(max(x, 0)),
}


def evaluate(terms: Sequence[z3.ExprRef], points: Mapping[str, Column], count: int) -> list[Column]:
    """Every term's value at each of `count` points; `points` has a column for each variable. @raises KeyError for a
    variable without one."""
    values: dict[int, Column] = {}
    for term in terms:
        _fill(term, points, count, values)
    return [values[term.get_id()] for term in terms]


def _fill(root: z3.ExprRef, points: Mapping[str, Column], count: int, values: dict[int, Column]) -> None:
    """Children before parents, each once."""
    stack = [root]
    while stack:
        term = stack[-1]
        key = term.get_id()
        if key in values:
            stack.pop()
            continue
        children = term.children()
        missing = [child for child in children if child.get_id() not in values]
        if missing:
            stack.extend(missing)
            continue
        values[key] = _value(term, [values[child.get_id()] for child in children], points, count)
        stack.pop()


def _value(term: z3.ExprRef, parts: list[Column], points: Mapping[str, Column], count: int) -> Column:
    if z3.is_int_value(term):
        return [term.as_long()] * count
    kind, name = term.decl().kind(), term.decl().name()
    if kind in (z3.Z3_OP_TRUE, z3.Z3_OP_FALSE):
        return [kind == z3.Z3_OP_TRUE] * count
    if not parts:
        return points[name]
    if kind == z3.Z3_OP_ITE:
        return [a if c else b for c, a, b in zip(*parts, strict=True)]
    if kind == z3.Z3_OP_AND:
        return [all(row) for row in zip(*parts, strict=True)]
    if kind == z3.Z3_OP_OR:
        return [any(row) for row in zip(*parts, strict=True)]
    if kind == z3.Z3_OP_NOT:
        return [not x for x in parts[0]]
    if kind == z3.Z3_OP_UMINUS:
        return [-x for x in parts[0]]
    if kind == z3.Z3_OP_STORE:
        return [{**array, key: value} for array, key, value in zip(*parts, strict=True)]
    function: Callable[..., Any] | None = _BINARY.get(kind) or _NAMED.get(name)
    if function is None:
        raise ValueError(f"no value for {term.decl()}")
    found = parts[0] if len(parts) > 1 else list(map(function, parts[0]))
    for part in parts[1:]:
        found = list(map(function, found, part))
    return found
