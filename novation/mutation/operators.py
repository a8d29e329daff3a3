"""The faults that are planted: what mistakes in a contract look like, one at a time.

Types are not looked at: what does not compile is left out when it is compiled.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from novation.mutation.expressions import Fault, forced, of_expression
from novation.mutation.mutant import MODULE, Mutant
from novation.mutation.parsing import Places, parse

PRAGMA = "# pragma nonreentrancy on"


def mutants_of(file: str, text: str) -> list[Mutant]:
    """All mutants of a source in its order, each text once."""
    places = Places(text)
    found: dict[tuple[int, int, str], Mutant] = {}
    for function, operator, start, end, after in _all(text, places):
        before = text[start:end]
        if before == after:
            continue
        line, column = places.of(start)
        mutant = Mutant(file, function, line, column, start, end, before, after, operator)
        found.setdefault((start, end, after), mutant)
    return sorted(found.values(), key=lambda mutant: (mutant.start, mutant.end, mutant.after))


def _all(text: str, places: Places) -> Iterator[tuple[str, str, int, int, str]]:
    for node in parse(text).body:
        if isinstance(node, ast.FunctionDef):
            arguments = {each.arg: ast.unparse(each.annotation) for each in node.args.args if each.annotation}
            for operator, start, end, after in _function(node, text, places, arguments):
                yield node.name, operator, start, end, after
        elif _is_constant(node) and isinstance(node, ast.AnnAssign) and node.value is not None:
            for operator, start, end, after in of_expression(node.value, text, places, {}):
                if operator == "constant":
                    yield MODULE, operator, start, end, after


def _is_constant(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.AnnAssign)
        and isinstance(node.annotation, ast.Call)
        and "constant" in ast.unparse(node.annotation)
    )


def _function(node: ast.FunctionDef, text: str, places: Places, arguments: dict[str, str]) -> Iterator[Fault]:
    names = [ast.unparse(each) for each in node.decorator_list]
    if PRAGMA in text and "external" in names and "reentrant" not in names:
        at = places.start(node.decorator_list[0]) - 1
        yield "lock", at, at, "@reentrant\n"
    for statement in node.body:
        yield from _statement(statement, text, places, arguments)


def _statement(node: ast.stmt, text: str, places: Places, arguments: dict[str, str]) -> Iterator[Fault]:
    start, end = places.start(node), places.end(node)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Assert):
        yield "assert", start, end, "pass"
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.Continue | ast.Break) or (
        isinstance(node, ast.Return) and node.value is None
    ):
        yield "statement", start, end, "pass"
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) and node.value is not None:
        value = node.value
        at, to = places.start(value), places.end(value)
        if not isinstance(value, ast.Constant | ast.Tuple | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.List):
            yield "sign", at, to, f"-({text[at:to]})"
    if isinstance(node, ast.If):
        yield from forced(node.test, places)
    if isinstance(node, ast.AugAssign):
        yield from _augmented(node, text, places)
    for expression in _expressions(node):
        yield from of_expression(expression, text, places, arguments)
    for body in ("body", "orelse"):
        for child in getattr(node, body, []):
            yield from _statement(child, text, places, arguments)


_OTHER = {"+=": "-=", "-=": "+=", "*=": "//=", "//=": "*=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<="}


def _augmented(node: ast.AugAssign, text: str, places: Places) -> Iterator[Fault]:
    at = places.end(node.target)
    found = re.compile(r"\s*(\S+)\s").match(text, at)
    if found and found[1] in _OTHER:
        yield "arithmetic", found.start(1), found.end(1), _OTHER[found[1]]


def _expressions(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement without those of the statements in it, and without types and messages."""
    if isinstance(node, ast.AnnAssign | ast.Return) and node.value is not None:
        yield node.value
    elif isinstance(node, ast.Assign):
        yield from (target for target in node.targets if isinstance(target, ast.Subscript))
        yield node.value
    elif isinstance(node, ast.AugAssign):
        if isinstance(node.target, ast.Subscript):
            yield node.target
        yield node.value
    elif isinstance(node, ast.Expr):
        yield node.value
    elif isinstance(node, ast.Assert | ast.If):
        yield node.test
    elif isinstance(node, ast.For):
        yield node.iter
