"""Revert codes: those in the contracts, those of docs/spec.md, section 10, and those of the model."""

from __future__ import annotations

import re
from collections.abc import Mapping

from vyper import ast

from novation.bytecode.access import SPEC
from novation.bytecode.trees import Tree, ours
from novation.model.errors import CODES

CODE = re.compile(r"[A-Z]{3,8}")
# Why the adapter doubts an observation: told by an event, nothing reverts with them.
DOUBTS = frozenset({"BAND", "WIDE", "APART", "MOVE"})


def used(tree: Tree) -> dict[str, set[str]]:
    """Codes that the contract can refuse with, and the functions of ours that hold them; comparisons with a code are
    left out. A code may be an assertion's own text or a string that a rule returns."""
    found: dict[str, set[str]] = {}
    for function in filter(ours, tree.reached()):
        for node in function.decl_node.get_descendants(ast.Str):
            if CODE.fullmatch(node.value) and node.value not in DOUBTS and node.get_ancestor(ast.Compare) is None:
                found.setdefault(node.value, set()).add(function.name)
    return found


def sentences(tree: Tree) -> list[str]:
    """Reasons of assertions in our sources that are no code."""
    found = []
    for function in filter(ours, tree.reached()):
        for node in function.decl_node.get_descendants((ast.Assert, ast.Raise)):
            reason = node.msg if isinstance(node, ast.Assert) else node.exc
            if reason is None or (isinstance(reason, ast.Str) and not CODE.fullmatch(reason.value)):
                found.append(f"{function.name}: {node.node_source_code}")
    return found


def specified(text: str | None = None) -> set[str]:
    """The codes of the table and of the sentence below it (the sources'); `text` in place of the specification."""
    section = (SPEC.read_text() if text is None else text).split("## 10.")[1].split("## 11.")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| ")]
    cells = [cell.strip() for row in rows for cell in (row[1], row[3])]
    told = re.findall(r"^A source's codes .*?\((.*?)\)", section, re.MULTILINE)
    return {code for code in (*cells, *(code for names in told for code in names.split(", "))) if CODE.fullmatch(code)}


def disagreements(contracts: Mapping[str, set[str]], text: str | None = None) -> list[str]:
    """Codes that are not in all three places, a sentence each. `contracts` is the union of `used`."""
    places = {"the contracts": set(contracts), "section 10": specified(text), "the model": set(CODES) - {""}}
    lines = []
    for code in sorted(set().union(*places.values())):
        absent = [place for place, codes in places.items() if code not in codes]
        if absent:
            lines.append(f"{code} is not in {' or '.join(absent)}")
    return lines
