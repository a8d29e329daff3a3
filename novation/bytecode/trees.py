"""Walking the compiler's annotated tree: exposed functions, what they reach, and what an expression calls.

Trees and function types are Vyper's own (`vyper.ast`, `vyper.semantics`), which has no types for mypy: they are `Any`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from vyper import ast

from novation.chain.compiler import CONTRACTS, ROOT, open_contract, source_hash

Node = Any
Function = Any


class Tree:
    """An annotated contract. `patches` are whole sources in place of those on disk, by their path from the root.

    @raises KeyError for an unknown contract; Vyper's exceptions where it does not compile.
    """

    def __init__(self, name: str, patches: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.module: Node = open_contract(name, patches).annotated_vyper_module
        self.type: Any = self.module._metadata["type"]

    def exposed(self) -> list[Function]:
        """What can be called from outside, getters included, in the order of the source."""
        return list(self.type.exposed_functions)

    def function(self, name: str) -> Function:
        """@raises KeyError where nothing of that name is exposed."""
        for function in self.exposed():
            if function.name == name:
                return function
        raise KeyError(f"{self.name} exposes no {name}")

    def roots(self) -> list[Function]:
        """What is exposed, and the constructor."""
        return [*self.exposed(), *([self.type.init_function] if self.type.init_function is not None else [])]

    def reached(self) -> list[Function]:
        """Functions that are in the code, each once: exposed ones, the constructor and all that they call."""
        found: list[Function] = []
        waiting = self.roots()[::-1]
        while waiting:
            function = waiting.pop()
            if function not in found and function.decl_node is not None:
                found.append(function)
                waiting += [call for call in (internal(node) for node in calls(function.decl_node)) if call is not None]
        return found


def shipped(name: str) -> Tree:
    """The contract as it is on disk, annotated once for every state of the sources. @raises KeyError."""
    return _tree(name, source_hash())


@lru_cache(maxsize=32)
def _tree(name: str, state: str) -> Tree:
    return Tree(name)


def changes_state(function: Function) -> bool:
    """Whether a transaction to it can change anything."""
    return bool(function.is_mutable)


def ours(function: Function) -> bool:
    """Whether its source is one of the project's, not a library's."""
    return place(function).startswith(f"{CONTRACTS}/")


def place(function: Function) -> str:
    """The source's path from the root, or from the library's folder."""
    path = Path(function.decl_node.module_node.resolved_path)
    if path.is_relative_to(ROOT / CONTRACTS):
        return path.relative_to(ROOT).as_posix()
    return Path(*path.parts[path.parts.index("site-packages") + 1 :]).as_posix()


def where(function: Function) -> str:
    """Source and function, without the line: `contracts/modules/margin.vy withdraw`."""
    return f"{place(function)} {function.name}"


def calls(node: Node) -> list[Node]:
    """All calls below a node, in the order of the source."""
    return list(node.get_descendants(ast.Call))


def internal(call: Node) -> Function | None:
    """The internal function that a call calls, None for builtins, structs and external calls."""
    kind = call.func._metadata.get("type")
    return kind if getattr(kind, "is_internal", False) or getattr(kind, "is_constructor", False) else None


def builtin(call: Node) -> str:
    """The builtin's name, empty for anything else."""
    return str(call.func.id) if isinstance(call.func, ast.Name) and internal(call) is None else ""


def interface_of(node: Node) -> str:
    """The interface that an expression is of, without the folder it comes from."""
    return str(node._metadata["type"]).replace("\\", "/").split("/")[-1].removesuffix(".vyi")


def text(node: Node) -> str:
    """The source of a node on one line."""
    return " ".join(str(node.node_source_code).split()).replace("( ", "(").replace(", )", ")").replace(" )", ")")


def number(node: Node) -> int | None:
    """The value of a constant expression, None where it is none."""
    if isinstance(node, ast.Int):
        return int(node.value)
    if node.has_folded_value:
        return int(node.get_folded_value().value)
    return None
