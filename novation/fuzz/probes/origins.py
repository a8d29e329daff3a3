"""Where every instruction comes from: the node of the compiler's tree that made it, and the source that node is of.

Vyper's intermediate nodes mostly know their source, their instructions mostly know their node's. What is missing is
filled in here: each node gets a number, which the assembler copies to its instructions, and the source of the nearest
node above that has one. Nothing of this changes a byte of the code.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vyper.compiler import CompilerData


@dataclass
class Origin:
    """An intermediate node: `ast` is its source or that of the nearest node above, `own` whether it is its own."""

    value: str | int
    ast: Any
    own: bool
    error: str | None
    parent: Origin | None
    args: list[Origin] = field(default_factory=list)
    entries: frozenset[str] = frozenset()  # the entry points that are jumped to below

    def above(self) -> Iterator[Origin]:
        """The nodes it is part of, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def below(self) -> Iterator[Origin]:
        """Itself and its parts."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.args))


class Flipped(str):
    """A `JUMPI` whose condition the assembler has negated; `error_msg` as any instruction has."""

    error_msg: str | None = None


class Traced:
    """A contract's assembly and the origins of its instructions."""

    def __init__(self, data: CompilerData) -> None:
        from vyper.ir import compile_ir

        self.origins: list[Origin] = []
        made = data.ir_nodes  # gives the functions their labels
        self.functions = {
            f"{found._ir_info.ir_identifier}": found.ast_def
            for found in data.global_ctx.exposed_functions
            if found._ir_info is not None
        }
        tree = self._number(made, None, None)[0]
        with _kept(compile_ir):
            self.assembly: list[Any] = compile_ir.compile_to_assembly(tree, optimize=data.settings.optimize)
        self.runtime: list[Any] = next(item for item in self.assembly if isinstance(item, list) and _is_code(item))

    def of(self, item: Any) -> Origin | None:
        """The origin of an instruction, None for what the assembler added on its own."""
        tag = getattr(item, "error_msg", None)
        return self.origins[int(tag)] if tag is not None else None

    def function(self, origin: Origin) -> Any:
        """The function an origin is part of, or leads to from the selector; None for the selector's own."""
        if origin.ast is not None:
            from vyper.ast import FunctionDef

            node = origin.ast
            return node if isinstance(node, FunctionDef) else node.get_ancestor(FunctionDef)
        for node in (origin, *origin.above()):
            if node.entries:
                return self.functions.get(next(iter(node.entries))) if len(node.entries) == 1 else None
        return None

    def _number(self, node: Any, ast: Any, parent: Origin | None) -> tuple[Any, Origin]:
        """A copy of a tree with numbers for error messages; no node is in it twice."""
        own = node.ast_source is not None
        origin = Origin(node.value, node.ast_source if own else ast, own, node.error_msg, parent)
        self.origins.append(origin)
        made = copy.copy(node)
        made.error_msg = str(len(self.origins) - 1)
        made.args = []
        for arg in node.args:
            part, of = self._number(arg, origin.ast, origin)
            made.args.append(part)
            origin.args.append(of)
        origin.entries = frozenset().union(*(part.entries for part in origin.args))
        if node.value == "goto" and node.args:
            label = str(node.args[0].value)
            found = [name for name in self.functions if label.startswith(name)]
            origin.entries |= frozenset(found[:1])
        return made, origin


def _is_code(item: list[Any]) -> bool:
    return type(item[0]).__name__ == "RuntimeHeader"


@contextmanager
def _kept(compile_ir: Any) -> Iterator[None]:
    """The one step of the assembler's optimizer that negates a condition and makes its `JUMPI` anew, without a source,
    keeps the source. (`x JUMPI y JUMP x:` becomes `ISZERO y JUMPI x:`; no step makes or moves a `JUMPI` otherwise.)"""
    name = "_optimize_inefficient_jumps"
    step = getattr(compile_ir, name)

    def keeping(assembly: list[Any]) -> bool:
        before = [item for item in assembly if item == "JUMPI"]
        changed = bool(step(assembly))
        places = [index for index, item in enumerate(assembly) if item == "JUMPI"]
        for index, old in zip(places, before, strict=True):
            if assembly[index] is not old:
                made: Any = _flip(old)
                assembly[index] = made
        return changed

    setattr(compile_ir, name, keeping)
    try:
        yield
    finally:
        setattr(compile_ir, name, step)


def _flip(old: Any) -> Any:
    from vyper.ir.compile_ir import Instruction

    if isinstance(old, Flipped):  # twice is not at all
        return Instruction("JUMPI", None, old.error_msg)
    made = Flipped("JUMPI")
    made.error_msg = old.error_msg
    return made
