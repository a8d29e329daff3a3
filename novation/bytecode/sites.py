"""Where a contract does what deserves a look: external calls with what bounds them, loops with their bounds, and
unchecked arithmetic. Nothing here has line numbers, so that an edit elsewhere changes nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from vyper import ast

from novation.bytecode.trees import Node, Tree, builtin, calls, interface_of, number, ours, text, where

LOW_LEVEL = ("raw_call", "send", "raw_create", "create_copy_of", "create_from_blueprint", "create_minimal_proxy_to")
UNCHECKED = "unsafe_"
STATIC, MUTABLE = "static", "call"
ALL = "all"  # 63/64 of what is left


class Call(NamedTuple):
    """An external call site. `gas` is its limit or `all`; `bounds` says what happens to failure and to return data."""

    place: str
    target: str
    function: str
    kind: str
    gas: str
    bounds: str

    def shown(self) -> str:
        """A line."""
        return f"{self.place}: {self.kind} {self.target}.{self.function}, gas {self.gas}{self.bounds}"


class Loop(NamedTuple):
    """A loop and how often its body runs at most."""

    place: str
    over: str
    bound: int

    def shown(self) -> str:
        """A line."""
        return f"{self.place}: {self.over}: {self.bound}"


def external_calls(tree: Tree) -> list[Call]:
    """Every external call that is in the contract's code."""
    found = []
    for function in tree.reached():
        for node in function.decl_node.get_descendants((ast.ExtCall, ast.StaticCall)):
            called = node.value.func
            kind = STATIC if isinstance(node, ast.StaticCall) else MUTABLE
            found.append(Call(where(function), _target(called.value), called.attr, kind, *_limits(node.value)))
        for node in calls(function.decl_node):
            if builtin(node) in LOW_LEVEL:
                static = _keyword(node, "is_static_call")
                kind = STATIC if static is not None and text(static) == "True" else MUTABLE
                found.append(Call(where(function), text(node.args[0]), _selector(node), kind, *_limits(node)))
    return found


def loops(tree: Tree) -> list[Loop]:
    """Every loop of our sources that is in the contract's code. @raises ValueError for one without a bound."""
    found = []
    for function in tree.reached():
        for node in function.decl_node.get_descendants(ast.For):
            found.append(Loop(where(function), text(node.iter), _bound(node.iter)))
    return found


def unchecked(tree: Tree) -> dict[str, list[str]]:
    """The outermost `unsafe_*` expressions by function, libraries' left out."""
    found: dict[str, list[str]] = {}
    for function in filter(ours, tree.reached()):
        for node in calls(function.decl_node):
            if _is_unchecked(node) and not _is_unchecked(node.get_ancestor(ast.Call)):
                expressions = found.setdefault(where(function), [])
                if text(node) not in expressions:
                    expressions.append(text(node))
    return found


def _is_unchecked(node: Node | None) -> bool:
    return node is not None and builtin(node).startswith(UNCHECKED)


def _target(node: Node) -> str:
    """The interface that is called; those of the token are one."""
    name = interface_of(node)
    return "IERC20" if name == "IERC20Detailed" else name


def _keyword(node: Node, name: str) -> Any:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _limits(node: Node) -> tuple[str, str]:
    gas = _keyword(node, "gas")
    limit = ALL if gas is None else f"{number(gas):,}" if number(gas) is not None else text(gas)
    bounds = ""
    for name in ("value", "max_outsize", "revert_on_failure", "default_return_value", "skip_contract_check"):
        value = _keyword(node, name)
        if value is not None:
            known = number(value) if not isinstance(value, ast.NameConstant) else None
            bounds += f", {name}={known if known is not None else text(value)}"
    return limit, bounds


def _selector(node: Node) -> str:
    """The function that calldata of a low-level call names, as far as it stands there."""
    if len(node.args) < 2:
        return "?"
    for inner in [node.args[1], *calls(node.args[1])]:
        if isinstance(inner, ast.Call) and builtin(inner) == "method_id":
            return str(inner.args[0].value).split("(")[0]
    return text(node.args[1])


def _bound(node: Node) -> int:
    if isinstance(node, ast.Call) and builtin(node) == "range":
        bound = _keyword(node, "bound")
        ends = [number(arg) for arg in node.args] if bound is None else [number(bound)]
        if None in ends:
            raise ValueError(f"a loop whose bound is not constant: {text(node)}")
        known = [end for end in ends if end is not None]
        return known[-1] - (known[0] if len(known) > 1 else 0)
    return int(node._metadata["type"].count)
