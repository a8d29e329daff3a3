"""Faults in an expression."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import cast

from novation.mutation.parsing import Places

Fault = tuple[str, int, int, str]
"""Operator, span, text."""

ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: (r"-", "+"),
    ast.Mult: (r"\*", "//"),
    ast.FloorDiv: (r"//", "*"),
    ast.Mod: (r"%", "//"),
    ast.Pow: (r"\*\*", "*"),
    ast.LShift: (r"<<", ">>"),
    ast.RShift: (r">>", "<<"),
    ast.BitAnd: (r"&", "|"),
    ast.BitOr: (r"\|", "&"),
    ast.BitXor: (r"\^", "|"),
}
COMPARISON: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: (r"<", "<="),
    ast.LtE: (r"<=", "<"),
    ast.Gt: (r">", ">="),
    ast.GtE: (r">=", ">"),
    ast.Eq: (r"==", "!="),
    ast.NotEq: (r"!=", "=="),
    ast.In: (r"in", "not in"),
    ast.NotIn: (r"not +in", "in"),
}
NAMES = {
    "min": "max",
    "max": "min",
    "_floor_div": "_ceil_div",
    "_ceil_div": "_floor_div",
    "unsafe_add": "unsafe_sub",
    "unsafe_sub": "unsafe_add",
    "unsafe_mul": "unsafe_div",
    "unsafe_div": "unsafe_mul",
}
_PAIRS = (("low", "high"), ("long", "short"), ("initial", "maintenance"), ("maker", "taker"), ("gains", "losses"))
FIELDS = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
# Arguments whose order is no matter, or that are types.
ORDERLESS = {"min", "max", "unsafe_add", "unsafe_mul", "convert", "empty", "range", "slice"}
ROUNDED = {"_floor_div", "_ceil_div", "min", "max"}


def of_expression(node: ast.expr, text: str, places: Places, arguments: dict[str, str]) -> Iterator[Fault]:
    """The faults of an expression and of all within it; `arguments` are the function's, with their types."""
    if isinstance(node, ast.Constant) or _literal(node):
        yield from _constant(node, text, places)
        return
    if isinstance(node, ast.BinOp):
        pattern, other = ARITHMETIC[type(node.op)]
        yield from _token("arithmetic", pattern, other, node.left, node.right, text, places)
    elif isinstance(node, ast.Compare):
        pattern, other = COMPARISON[type(node.ops[0])]
        yield from _token("comparison", pattern, other, node.left, node.comparators[0], text, places)
    elif isinstance(node, ast.BoolOp):
        yield from _boolean(node, text, places)
    elif isinstance(node, ast.UnaryOp) and not _is_log(node, text, places):
        start, end = places.start(node), places.end(node)
        yield "sign", start, end, text[places.start(node.operand) : places.end(node.operand)]
    elif isinstance(node, ast.Call):
        yield from _call(node, text, places)
    elif isinstance(node, ast.Attribute) and node.attr in FIELDS:
        end = places.end(node)
        yield "field", end - len(node.attr), end, FIELDS[node.attr]
    elif isinstance(node, ast.Subscript):
        yield from _key(node, text, places, arguments)
    elif isinstance(node, ast.Tuple):
        yield from _swaps(node.elts, text, places)
    elif isinstance(node, ast.IfExp):
        yield from forced(node.test, places)
    for child in _children(node):
        yield from of_expression(child, text, places, arguments)


def _children(node: ast.expr) -> Iterator[ast.expr]:
    """The parts of an expression; types are none."""
    if isinstance(node, ast.Call):
        if not (isinstance(node.func, ast.Name) and node.func.id == "empty"):
            yield node.func
            kind = isinstance(node.func, ast.Name) and node.func.id == "convert"
            yield from node.args[:1] if kind else node.args
            for keyword in node.keywords:
                if keyword.arg not in ("method_id", "bound", "default_return_value", "max_outsize"):
                    yield keyword.value
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            yield child


def _literal(node: ast.expr) -> bool:
    """Whether it is made of numbers alone."""
    if isinstance(node, ast.BinOp):
        return _literal(node.left) and _literal(node.right)
    return isinstance(node, ast.Constant) and type(node.value) is int


def _constant(node: ast.expr, text: str, places: Places) -> Iterator[Fault]:
    start, end = places.start(node), places.end(node)
    here = text[start:end]
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield "constant", start, end, str(not value)
        elif isinstance(value, int) and not here.startswith("0x"):
            yield "constant", start, end, "0" if value == 1 else str(value + 1)
        return
    mask = re.fullmatch(r"2 ?\*\* ?(\d+) - 1", here)
    if mask:
        yield "constant", start, end, f"2**{int(mask[1]) - 1} - 1"
        return
    yield "constant", start, end, f"({here} + 1)"


def _token(
    operator: str, pattern: str, other: str, left: ast.expr, right: ast.expr, text: str, places: Places
) -> Iterator[Fault]:
    """Another operator between two operands."""
    found = re.compile(rf"[)\s]*({pattern})[(\s]*").match(text, places.end(left), places.start(right))
    if found is None:
        raise ValueError(f"no {pattern} in {text[places.start(left) : places.end(right)]}")
    yield operator, found.start(1), found.end(1), other


def forced(test: ast.expr, places: Places) -> Iterator[Fault]:
    """A condition that is always the same."""
    for value in ("True", "False"):
        yield "condition", places.start(test), places.end(test), value


def _boolean(node: ast.BoolOp, text: str, places: Places) -> Iterator[Fault]:
    both = isinstance(node.op, ast.And)
    word, other, neutral = ("and", "or", "True") if both else ("or", "and", "False")
    for left, right in pairwise(node.values):
        yield from _token("boolean", word, other, left, right, text, places)
    for value in node.values:
        yield "boolean", places.start(value), places.end(value), neutral


def _is_log(node: ast.UnaryOp, text: str, places: Places) -> bool:
    return text.startswith("log", places.start(node))


def _call(node: ast.Call, text: str, places: Places) -> Iterator[Fault]:
    func = node.func
    name = func.id if isinstance(func, ast.Name) else cast(ast.Attribute, func).attr
    end = places.end(func)
    if name in NAMES:
        yield "rounding" if name in ROUNDED else "arithmetic", end - len(name), end, NAMES[name]
    if name == "abs":
        yield "sign", places.start(node), places.end(node), text[places.start(node.args[0]) : places.end(node.args[0])]
    if name not in ORDERLESS:
        yield from _swaps(node.args, text, places)
        values = [keyword.value for keyword in node.keywords]
        yield from _swaps(values, text, places)


def _swaps(nodes: list[ast.expr], text: str, places: Places) -> Iterator[Fault]:
    """Neighbours swapped."""
    for left, right in pairwise(nodes):
        start, end = places.start(left), places.end(right)
        a, b = text[start : places.end(left)], text[places.start(right) : end]
        if a != b:
            yield "swap", start, end, b + text[places.end(left) : places.start(right)] + a


def _key(node: ast.Subscript, text: str, places: Places, arguments: dict[str, str]) -> Iterator[Fault]:
    """Another key: another argument of the same type; the sender for the contract itself and the other way round."""
    start, end = places.start(node.slice), places.end(node.slice)
    key = text[start:end]
    if key in ("self", "msg.sender"):
        yield "key", start, end, "msg.sender" if key == "self" else "self"
    elif key in arguments:
        others = [name for name, kind in arguments.items() if kind == arguments[key] and name != key]
        for other in others[:1] or (["msg.sender"] if arguments[key] == "address" else []):
            yield "key", start, end, other
