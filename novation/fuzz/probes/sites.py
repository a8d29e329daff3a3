"""What a branch is in the source: every `JUMPI` with its place, its kind, and words for both of its outcomes.

Level USER is what somebody wrote: asserts, if and elif, ternaries, the short circuits of and/or, loops. Level COMPILER
is what Vyper adds: checks of arithmetic, conversions, calldata, return data, indices, locks, the selector.
"""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from novation.chain.compiler import ROOT
from novation.fuzz.probes.origins import Flipped, Origin, Traced

USER, COMPILER = "user", "compiler"
HOLDS = ("holds", "fails")
TAKEN = ("taken", "not taken")
TRUE = ("true", "false")
PASSES = ("passes", "reverts")
EXCERPT = 160  # characters
STATEMENTS = ("If", "For", "Assert", "Return", "Assign", "AnnAssign", "AugAssign", "Expr", "Log", "FunctionDef")
HEAD = re.compile(r":\s*(?:#[^\n]*)?\n")  # ends the head of a statement with a body
ARITHMETIC = ("safeadd", "safesub", "safemul", "safepow")
DIVISION = ("safediv", "safemod", "clamp gt 0")


class Site(NamedTuple):
    """A branch of a contract. `id` is its first outcome's, `id + 1` the second's; `words` says what each of them is."""

    contract: str
    id: int
    level: str
    kind: str
    file: str  # from the root; of a library from where it is installed
    function: str
    line: int  # 0 for the selector
    column: int
    end_line: int
    end_column: int
    text: str
    within: str  # of an operand, a ternary or a loop: what it is part of
    words: tuple[str, str]

    def __str__(self) -> str:
        return f"{self.contract} {self.file}:{self.line} {self.kind} `{self.text}`"


def site(traced: Traced, contract: str, number: int, item: Any, before: list[Any]) -> Site:
    """A `JUMPI` and the instructions before it."""
    origin = traced.of(item)
    if origin is None:
        raise ValueError(f"{contract}: a JUMPI of no node, after {before}")
    level, kind, words = _judge(origin, before)
    if isinstance(item, Flipped):
        words = (words[1], words[0])
    if kind == "for":
        origin.ast = _loop_of(origin) or origin.ast
    node = origin.ast.get_original_node() if origin.ast is not None else None
    shown = _operand(origin) if kind in ("and", "or") else node
    function = traced.function(origin)
    if node is None and function is not None:
        node = shown = function.get_original_node()
    if shown is None:
        return Site(contract, number, level, kind, "", "", 0, 0, 0, 0, "", "", words)
    text = _excerpt(shown, kind)
    place = (shown.lineno, shown.col_offset, shown.end_lineno, shown.end_col_offset)
    name = getattr(function, "name", "") if function is not None else ""
    return Site(contract, number, level, kind, path_of(node), name, *place, text, _within_what(node, kind), words)


def path_of(node: Any) -> str:
    """The file a node is in."""
    path = Path(node.module_node.resolved_path)
    for folder in (ROOT, Path(sysconfig.get_path("purelib"))):
        if path.is_relative_to(folder) and "site-packages" not in path.relative_to(folder).parts:
            return path.relative_to(folder).as_posix()
    return path.name


def _excerpt(node: Any, kind: str) -> str:
    """A node's source on one line; of a statement with a body its head."""
    if kind == "if":
        return _flat(node.test.node_source_code)
    if kind == "for":
        return _flat(HEAD.split(node.node_source_code)[0])
    if kind == "assert":
        return _flat(node.node_source_code)
    source = node.node_source_code or ""
    if type(node).__name__ in ("FunctionDef", "If", "For"):
        source = HEAD.split(source)[0]
    return _flat(source)[:EXCERPT]


def _within_what(node: Any, kind: str) -> str:
    """The statement around an operand or a ternary, the loop around a loop."""
    if kind == "for":
        from vyper.ast import For

        outer = node.get_ancestor(For)
        return _excerpt(outer, "for") if outer is not None else ""
    if kind not in ("and", "or", "ternary"):
        return ""
    while type(node).__name__ not in STATEMENTS:
        node = node._parent
    return _excerpt(node, "if" if type(node).__name__ == "If" else "")


def _flat(source: str) -> str:
    """A source on one line, without comments."""
    return " ".join(" ".join(line.split("#")[0].split()) for line in source.splitlines()).strip()


def _operand(origin: Origin) -> Any:
    """The operand of and/or that a branch asks for."""
    depth = sum(1 for node in origin.above() if node.value == "if" and node.ast is origin.ast)
    return origin.ast.values[depth].get_original_node()


def _judge(origin: Origin, before: list[Any]) -> tuple[str, str, tuple[str, str]]:
    """Level, kind, and the words for (jumps, goes on)."""
    ast = type(origin.ast).__name__
    if origin.value == "repeat":
        return _loop(origin, before)
    if ast == "Assert" and origin.own:
        # Both `assert` and `if` without a message test for the failure.
        jumps_when_it_fails = origin.value == "assert"
        return USER, "assert", (HOLDS[1], HOLDS[0]) if jumps_when_it_fails else HOLDS
    if ast == "If" and origin.own and origin.value == "if":
        return USER, "if", _sides(origin, origin.ast.body, origin.ast.orelse, TAKEN)
    if ast == "IfExp" and origin.own:
        return USER, "ternary", _sides(origin, [origin.ast.body], [origin.ast.orelse], TRUE)
    if ast == "BoolOp" and origin.value == "if":
        return _short_circuit(origin)
    return COMPILER, *_check(origin)


def _sides(origin: Origin, body: list[Any], other: list[Any], words: tuple[str, str]) -> tuple[str, str]:
    """The words for (jumps, goes on) of an `if`: the optimizer may have swapped its sides."""
    if len(origin.args) == 2:
        return words[1], words[0]
    for side, (jumps, goes_on) in ((1, (words[1], words[0])), (2, words)):
        found = [node.ast for node in origin.args[side].below() if node.own]
        if any(_within(node, body) for node in found):
            return jumps, goes_on
        if any(_within(node, other) for node in found):
            return goes_on, jumps
    raise ValueError(f"neither side is known of {origin.ast.node_source_code}")


def _within(node: Any, parts: list[Any]) -> bool:
    span = _span(node)
    return any(_span(part)[0] <= span[0] and span[1] <= _span(part)[1] for part in parts)


def _span(node: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    first = node.get_original_node()
    return (first.lineno, first.col_offset), (first.end_lineno, first.end_col_offset)


def _short_circuit(origin: Origin) -> tuple[str, str, tuple[str, str]]:
    """The side that is a number is the one that asks for no more operands."""
    kind = "and" if type(origin.ast.op).__name__ == "And" else "or"
    ends = TRUE[1] if kind == "and" else TRUE[0]
    more = TRUE[0] if kind == "and" else TRUE[1]
    sides = [isinstance(_bare(arg).value, int) for arg in origin.args[1:]]
    if sum(sides) != 1:
        raise ValueError(f"neither operand of {origin.ast.node_source_code} ends it")
    return USER, kind, (more, ends) if sides[0] else (ends, more)


def _bare(origin: Origin) -> Origin:
    while origin.value == "seq" and len(origin.args) == 1:
        origin = origin.args[0]
    return origin


def _loop(origin: Origin, before: list[Any]) -> tuple[str, str, tuple[str, str]]:
    """The up to three branches of a loop."""
    written = str(origin.args[0].value).startswith(("range_ix", "for_list_ix"))
    level = USER if written else COMPILER
    if before[-2] == "XOR":
        return level, "for" if written else "copying", ("another round", "ended")
    if before[-2] == "ISZERO":
        return level, "for" if written else "copying", ("no rounds", "some rounds")
    if before[-2] == "GT":
        return COMPILER, "loop bound" if written else "length", (PASSES[1], PASSES[0])
    raise ValueError(f"a loop with {before}")


def _loop_of(origin: Origin) -> Any:
    """The loop in the source: the compiler gives some loops another source. It is the innermost one that all of the
    body is in."""
    from vyper.ast import For

    body = [node.ast for node in origin.args[4].below() if node.own and not isinstance(node.ast, For)]
    around = [found for node in body if (found := list(_around(node, For)))]
    return next((loop for loop in around[0] if all(loop in found for found in around)), None) if around else origin.ast


def _around(node: Any, kind: type) -> Iterator[Any]:
    """The nodes of a kind that a node is in, the nearest first."""
    while (node := node.get_ancestor(kind)) is not None:
        yield node


def _check(origin: Origin) -> tuple[str, tuple[str, str]]:
    """Kind and words of what the compiler adds."""
    ast, error = type(origin.ast).__name__, origin.error or ""
    if origin.value == "if":
        if origin.ast is None:
            return "selector", ("another function", "this function")
        if ast == "Call" and _name(origin.ast) in ("abs", "isqrt"):
            return "builtin", _builtin(origin)
        if any(node.value == "revert" for node in origin.args[1].below()):
            return "call fails", PASSES
        return "no return data", ("some", "none")
    reverts = (PASSES[1], PASSES[0]) if origin.value == "assert" else PASSES
    if origin.ast is None or error in ("nonpayable check", "calldatasize check"):
        return "calldata size or value", reverts
    if ast == "FunctionDef" and any(node.value == "tload" for node in origin.below()):
        return "lock", reverts
    if error in ARITHMETIC or ast == "UnaryOp":
        return "arithmetic", reverts
    if error in DIVISION:
        return "division", reverts
    if error in ("extcodesize is zero", "returndatasize too small"):
        return "no contract" if error.startswith("ext") else "return data", reverts
    if ast in ("arg", "FunctionDef"):
        return "calldata", reverts
    if _returned(origin):
        return "return data", reverts
    if ast == "Call":
        names = {"convert": "conversion", "abs": "arithmetic"}
        return names.get(_name(origin.ast), "bytes"), reverts
    return "index" if "bounds check" in error else "other", reverts


def _builtin(origin: Origin) -> tuple[str, str]:
    """The sides of `abs`, one of which negates, and the steps of `isqrt`."""
    if _name(origin.ast) == "isqrt":
        return "skipped", "done"
    negates = [any(node.value == "sub" for node in arg.below()) for arg in origin.args[1:]]
    return ("not negative", "negative") if negates[0] else ("negative", "not negative")


def _returned(origin: Origin) -> bool:
    """Whether it decodes what another contract returned."""
    ast = origin.ast
    if type(ast).__name__ == "Expr":  # what is returned is not used
        ast = ast.value
    if type(ast).__name__ in ("StaticCall", "ExtCall"):
        return True
    return type(ast).__name__ == "Call" and _name(ast) not in BUILTINS and not _is_internal(ast)


BUILTINS = ("convert", "abs", "isqrt", "extract32", "slice", "abi_decode", "ecrecover", "concat", "raw_call")


def _name(call: Any) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def _is_internal(call: Any) -> bool:
    return hasattr(call.func, "attr")
