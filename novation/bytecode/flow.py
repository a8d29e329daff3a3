"""What a function does in order: who it refuses, what it writes, what it calls. Internal calls are followed; both
branches of an `if` come one after the other, and a loop's body comes twice, so that what it does last is seen before
what it does first in the next round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from vyper import ast
from vyper.semantics.data_locations import DataLocation

from novation.bytecode.sites import LOW_LEVEL, MUTABLE, STATIC
from novation.bytecode.trees import Function, Node, builtin, interface_of, internal, text, where

AUTH = "AUTH"
# Who passes an assertion with AUTH, by its condition.
_ACCOUNT_KEY = r"convert\(\w+(\.\w+)?, uint256\) >> 8 == convert\(msg\.sender, uint256\) >> 8"
_OWNS = r"(self|ledger)\._owns\(msg\.sender, \w+(\.\w+)?\)"
ROLES = (
    ("owner", r"msg\.sender == self\.owner"),
    ("guardian", r"msg\.sender == self\.guardian or msg\.sender == self\.owner"),
    ("looser: owner", r"msg\.sender == roles\.owner or credit <= self\._credit_of\(word\)"),
    ("candidate", r"msg\.sender == self\.pending_owner"),
    ("CollateralVault", r"msg\.sender == VAULT"),
    ("OrderModule", r"msg\.sender == ORDER_MODULE"),
    ("LiquidationModule", r"msg\.sender == LIQUIDATION_MODULE"),
    ("module", r"ledger\.is_module\[msg\.sender\]"),
    ("shares", r"msg\.sender == shares"),
    ("own", rf"{_OWNS}|{_ACCOUNT_KEY}|account == msg\.sender"),
)
# A branch that only others than the account's owner reach; an assertion there, or after it, lets operators pass.
_OTHERS = rf"not {_OWNS}"
_OWNER = rf"{_OWNS}|{_ACCOUNT_KEY}"
UNKNOWN = "unknown"


class Event(NamedTuple):
    """One thing that a function does. `kind` is guard, write, call or static; `what` the role, the variable or
    `target.function`; `sure` is False below an `if`; `looped` is True in a loop."""

    kind: str
    what: str
    sure: bool
    looped: bool
    place: str
    key: str = ""


GUARD, WRITE = "guard", "write"


def events(function: Function) -> list[Event]:
    """All of them, from the function's beginning."""
    return list(_block(function.decl_node.body, True, False, where(function)))


def _block(body: list[Node], sure: bool, looped: bool, place: str) -> Iterator[Event]:
    operators = False  # after a branch that returned for the owner
    for statement in body:
        if isinstance(statement, ast.If):
            yield from _expression(statement.test, sure, looped, place)
            test = text(statement.test)
            if re.fullmatch(_OTHERS, test):
                yield from _operator(statement.body, sure, looped, place)
                continue
            operators |= bool(re.fullmatch(_OWNER, test)) and isinstance(statement.body[-1], ast.Return)
            yield from _block(statement.body, False, looped, place)
            yield from _block(statement.orelse, False, looped, place)
        elif isinstance(statement, ast.For):
            yield from _expression(statement.iter, sure, looped, place)
            for _ in range(2):
                yield from _block(statement.body, sure, True, place)
        elif isinstance(statement, ast.Assert):
            yield from _expression(statement.test, sure, looped, place)
            if is_guard(statement):
                role = _role(text(statement.test))
                if operators and role == UNKNOWN and "msg.sender" in text(statement.test):
                    role = "own"
                yield Event(GUARD, role, sure, looped, place)
        else:
            yield from _statement(statement, sure, looped, place)


def _operator(body: list[Node], sure: bool, looped: bool, place: str) -> Iterator[Event]:
    """The branch for others than the owner: an AUTH at its end refuses all but operators."""
    last = body[-1]
    yield from _block(body[:-1], False, looped, place)
    if isinstance(last, ast.Assert) and is_guard(last) and len(text(last.test)) > len("True"):
        yield from _expression(last.test, False, looped, place)
        yield Event(GUARD, "own", sure, looped, place)
    else:
        yield from _block([last], False, looped, place)


def is_guard(statement: Node) -> bool:
    """Whether it is an assertion with AUTH."""
    return isinstance(statement.msg, ast.Str) and statement.msg.value == AUTH


def _role(test: str) -> str:
    return next((role for role, pattern in ROLES if re.fullmatch(pattern, test)), UNKNOWN)


def _statement(statement: Node, sure: bool, looped: bool, place: str) -> Iterator[Event]:
    """Values first, then what is assigned."""
    target = getattr(statement, "target", None)
    value = getattr(statement, "value", None)
    for part in (value, target) if target is not None else statement.get_children():
        if part is not None:
            yield from _expression(part, sure, looped, place)
    if isinstance(statement, ast.Assign | ast.AugAssign):
        for one in target.elements if isinstance(target, ast.Tuple) else [target]:
            yield from _written(one, sure, looped, place)


def _written(target: Node, sure: bool, looped: bool, place: str) -> Iterator[Event]:
    info = getattr(target, "_expr_info", None)
    if info is not None and info.location in (DataLocation.STORAGE, DataLocation.TRANSIENT):
        base, key = target, ""
        while isinstance(base, ast.Subscript) or (isinstance(base, ast.Attribute) and _inner(base)):
            if isinstance(base, ast.Subscript):
                key = text(base.slice) if "HashMap" in str(base.value._metadata["type"]) else key
            base = base.value
        yield Event(WRITE, base.attr if isinstance(base, ast.Attribute) else text(base), sure, looped, place, key)


def _inner(node: Node) -> bool:
    """Whether it is a member of a stored struct, not the variable itself."""
    return isinstance(node.value, ast.Subscript) or (
        isinstance(node.value, ast.Attribute) and getattr(node.value, "_expr_info", None) is not None
        and node.value._expr_info.location == DataLocation.STORAGE
    )  # fmt: skip


def _expression(node: Node, sure: bool, looped: bool, place: str) -> Iterator[Event]:
    """What happens below a node first, then at it."""
    for child in node.get_children():
        yield from _expression(child, sure, looped, place)
    if isinstance(node, ast.ExtCall | ast.StaticCall):
        called = node.value.func
        kind = STATIC if isinstance(node, ast.StaticCall) else MUTABLE
        yield Event(kind, f"{interface_of(called.value)}.{called.attr}", sure, looped, place)
    elif isinstance(node, ast.Call):
        if builtin(node) in LOW_LEVEL:
            static = any(k.arg == "is_static_call" and text(k.value) == "True" for k in node.keywords)
            yield Event(STATIC if static else MUTABLE, f"{text(node.args[0])}.raw", sure, looped, place)
        elif (inner := internal(node)) is not None:
            yield from _block(inner.decl_node.body, sure, looped, where(inner))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "pop"):
            yield from _written(node.func.value, sure, looped, place)
