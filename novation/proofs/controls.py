"""Negative controls: lemmas about sources with a planted mistake, which z3 must refute with a counterexample.

A proof that could not fail would prove nothing. Each control patches the text of a module, translates the patched
source, and asks for the same lemma.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import z3

from novation.chain.compiler import ROOT
from novation.console import CheckFailed
from novation.proofs import feed_mistakes, mistakes, oracle_mistakes
from novation.proofs.evaluate import evaluate
from novation.proofs.lemma import LEMMAS, NotProven, Proof, attempt
from novation.proofs.mistakes import Control
from novation.proofs.points import column
from novation.proofs.program import program
from novation.proofs.solve import Purifier, ask

CONTROLS = (*mistakes.CONTROLS, *feed_mistakes.CONTROLS, *oracle_mistakes.CONTROLS)
TRIES = 4_000
SMALL = (4, 64, 10**19)  # bounds of the variables within which z3 is asked for an example
SEARCH = 2_000_000  # of z3's steps
SHOWN = 4  # variables of a counterexample


@dataclass(frozen=True)
class Refutation:
    """What came of a control; `example` is empty where it was not refuted."""

    control: Control
    result: str
    ms: float
    example: str


def refute(control: Control) -> Refutation:
    """Asks for the lemma about the wrong source. @raises CheckFailed where the text to patch is not in the source."""
    text = (ROOT / control.path).read_text()
    if control.old not in text:
        raise CheckFailed(f"{control.path} has no text {control.old!r}: the control of {control.lemma} is out of date")
    begun = time.perf_counter()
    found = attempt(LEMMAS[control.lemma], {control.path: text.replace(control.old, control.new)})
    example = "" if found.failure is None else counterexample(found.failure)
    ms = (time.perf_counter() - begun) * 1000
    if found.result == "proven":
        return Refutation(control, "not refuted", ms, "")
    return Refutation(control, "refuted" if example else "unknown", ms, example)


def counterexample(failure: NotProven) -> str:
    """Values of the lemma's variables at which its statement is wrong: z3's, or found among points."""
    proof, model = failure.proof, failure.answer.model
    if model is not None:
        named = {item.name(): model[item] for item in model.decls() if item.arity() == 0 and "!" not in item.name()}
        values = {name: str(value) for name, value in named.items() if name in proof.ranges and z3.is_int_value(value)}
        others = {name: str(value) for name, value in named.items() if z3.is_int_value(value) or z3.is_bool(value)}
        return _told(values or others or {"z3": "a model"})
    return _searched(proof, failure.formula)


def _searched(proof: Proof, formula: z3.BoolRef) -> str:
    """Points within the bounds that meet the hypotheses and not the statement."""
    wrong = z3.And(*proof.hypotheses, z3.Not(formula))
    names = sorted(_variables(wrong))
    for most in SMALL:
        near = [z3.And(z3.Int(name) >= -most, z3.Int(name) <= most) for name in proof.ranges]
        model = ask([*proof.hypotheses, *near], formula, Purifier(), SEARCH).model
        if model is not None:
            return _told({name: str(model[z3.Int(name)]) for name in proof.ranges if model[z3.Int(name)] is not None})
    if any("!" in name for name in names):
        return ""
    random = Random("controls")
    points = {name: column(name, *proof.ranges.get(name, (0, 2**256 - 1)), TRIES, random) for name in names}
    for n, bad in enumerate(evaluate([wrong], points, TRIES)[0]):
        if bad:
            return _told({name: str(points[name][n]) for name in names})
    return ""


def _variables(term: z3.ExprRef) -> set[str]:
    found, stack, seen = set(), [term], set()
    while stack:
        item = stack.pop()
        if item.get_id() in seen:
            continue
        seen.add(item.get_id())
        if z3.is_const(item) and item.decl().kind() == z3.Z3_OP_UNINTERPRETED:
            found.add(item.decl().name())
        stack.extend(item.children())
    return found


def _told(values: dict[str, str]) -> str:
    shown = list(values.items())[:SHOWN]
    return ", ".join(f"{name} = {value}" for name, value in shown) + (", ..." if len(values) > SHOWN else "")


def controls() -> Iterator[Refutation]:
    """All of them. The patched sources are compiled on the way, half a second each."""
    program("MathHarness")
    for control in CONTROLS:
        yield refute(control)
