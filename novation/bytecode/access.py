"""Who may call what, read from the contracts, and the same from the table of docs/spec.md, section 11."""

from __future__ import annotations

import re
from collections.abc import Iterable

from novation.bytecode.flow import GUARD, UNKNOWN, WRITE, Event, events
from novation.bytecode.sites import MUTABLE
from novation.bytecode.trees import Function, Tree, changes_state, ours
from novation.chain.compiler import ROOT

SPEC = ROOT / "docs" / "spec.md"
OPEN, OWN, OWNER, GUARDIAN = "anyone", "own", "owner", "guardian"
# Said by the sentence before the table: the ownership changes in two steps.
STEPS = {"transfer_ownership": frozenset({OWNER}), "accept_ownership": frozenset({"candidate"})}
# What the table calls those who are one of several.
NAMES = {"registered modules": "module", "CollateralVault": "CollateralVault"}
Roles = dict[str, frozenset[str]]
"""Who may call a function, by its name."""


def guarded(tree: Tree) -> Roles:
    """Every state-changing external of our sources and who passes its checks. `anyone` has none, `own` is held to the
    caller's own account, `unknown` is an AUTH that is not one of the known conditions, or one that comes too late."""
    return {
        function.name: _roles(function) for function in tree.exposed() if changes_state(function) and ours(function)
    }


def inherited(tree: Tree) -> list[str]:
    """State-changing externals that come from a library."""
    return [function.name for function in tree.exposed() if changes_state(function) and not ours(function)]


def _roles(function: Function) -> frozenset[str]:
    found = events(function)
    start = next((at for at, event in enumerate(found) if event.kind in (WRITE, MUTABLE)), len(found))
    guards = [event for event in found[:start] if event.kind == GUARD]
    outside = any(event.kind in (WRITE, MUTABLE) and not event.looped for event in found)
    sure = [event.what for event in guards if event.sure and not (event.looped and outside)]
    if UNKNOWN in sure or (not sure and any(event.kind == GUARD for event in found)):
        return frozenset({UNKNOWN})
    if not sure:
        return frozenset({OWN if _keyed_by_sender(found, function) else OPEN})
    role = sure[0]
    looser = "looser: owner" in sure or any(event.what == OWNER and not event.sure for event in guards)
    return frozenset({role, OWNER}) if role == GUARDIAN and looser else frozenset({role})


def _keyed_by_sender(found: Iterable[Event], function: Function) -> bool:
    """Whether the function itself writes mappings, and all of them under the sender's key."""
    keys = [event.key for event in found if event.kind == WRITE and event.key and event.place.endswith(function.name)]
    return bool(keys) and all("msg.sender" in key for key in keys)


def specified(text: str, functions: Iterable[str], contract: str) -> Roles:
    """What the table says of a contract's functions. @raises ValueError where it has no such row."""
    known = set(functions)
    row = re.search(rf"^\| {contract} \|(.*)\|$", text.split("## 11.")[1].split("## 12.")[0], re.MULTILINE)
    if row is None:
        raise ValueError(f"section 11 of the specification has no row for {contract}")
    owner, guardian, one, anyone = (cell.strip() for cell in row[1].split("|"))
    found: dict[str, set[str]] = {name: set(roles) for name, roles in STEPS.items() if name in known}
    for clause in one.split(";"):
        names, _, who = clause.partition(":")
        for name in _names(names, known):
            found.setdefault(name, set()).add(NAMES.get(who.split(",")[0].strip(), who.split(",")[0].strip()))
    for cell, role in ((owner, OWNER), (guardian, GUARDIAN)):
        for name in _names(cell, known):
            found.setdefault(name, set()).add(role)
    for clause in anyone.split(";"):
        role = OWN if clause.strip().startswith("for ") else OPEN
        for name in _names(clause, known):
            found.setdefault(name, set()).add(role)
    return {name: frozenset(roles) for name, roles in found.items()}


def _names(text: str, known: set[str]) -> list[str]:
    return [word for word in re.findall(r"[a-z_]+", text) if word in known]


def disagreements(tree: Tree, text: str | None = None) -> list[str]:
    """Where contract and specification say something else, a sentence each; `text` in place of the specification."""
    real = guarded(tree)
    said = specified(SPEC.read_text() if text is None else text, real, tree.name)
    lines = []
    for name, roles in real.items():
        if roles != said.get(name):
            who = " and ".join(sorted(said[name])) if name in said else "nothing"
            lines.append(f"{tree.name}.{name}: the contract lets {' and '.join(sorted(roles))}, section 11 says {who}")
    return lines
