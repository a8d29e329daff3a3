"""Lemmas and facts: what is claimed, of which functions, under which bounds, and the object that proves it.

A fact is arithmetic alone and is proven for all integers; a proof may use instances of facts, which are registered and
proven as every other lemma. `have` proves something and goes on from it; `show` is what the lemma states.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import z3

from novation.proofs.program import Program, program
from novation.proofs.solve import Answer, Purifier, ask
from novation.proofs.state import State
from novation.proofs.translate import Run, Summary, Translator
from novation.proofs.values import Num, Value, ranged

Patches = Mapping[str, str]
TRIES = 8  # of z3 to find values
FEW_STEPS = 300_000  # of z3; for many facts at once it seldom finds values


class NotProven(Exception):
    """A goal that does not follow, or of which z3 does not say; the answer is kept."""

    def __init__(self, goal: str, answer: Answer, proof: Proof, formula: z3.BoolRef) -> None:
        super().__init__(f"{goal}: {'refuted' if answer.result == 'sat' else 'unknown'}")
        self.answer = answer
        self.proof = proof
        self.formula = formula


@dataclass(frozen=True)
class Fact:
    """Arithmetic for all integers."""

    name: str
    statement: str
    formula: Callable[..., z3.BoolRef]
    prove: Callable[..., None] | None = None  # where z3 needs instances of other facts

    def __call__(self, *terms: Any) -> z3.BoolRef:
        return self.formula(
            *(
                item.term if isinstance(item, Num) else z3.IntVal(item) if isinstance(item, int) else item
                for item in terms
            )
        )


@dataclass(frozen=True)
class Lemma:
    """`covers` are the functions it speaks about, as `module.name`, `group` is the module it is in; what it rests on is
    in its `bounds`, how lemmas join is told in docs/audit/proofs.md."""

    name: str
    statement: str
    bounds: str
    covers: tuple[str, ...]
    prove: Callable[[Proof], None]
    group: str


LEMMAS: dict[str, Lemma] = {}
FACTS: dict[str, Fact] = {}


def lemma(name: str, statement: str, bounds: str, *covers: str) -> Callable[[Callable[[Proof], None]], Lemma]:
    """Registers the function below as a lemma."""

    def register(prove: Callable[[Proof], None]) -> Lemma:
        if name in LEMMAS:
            raise ValueError(f"two lemmas are called {name}")
        LEMMAS[name] = Lemma(name, statement, bounds, covers, prove, prove.__module__.rpartition(".")[2])
        return LEMMAS[name]

    return register


def fact(name: str, statement: str, prove: Callable[..., None] | None = None) -> Callable[[Callable[..., Any]], Fact]:
    """Registers the formula below as a fact."""

    def register(formula: Callable[..., Any]) -> Fact:
        FACTS[name] = Fact(name, statement, formula, prove)
        return FACTS[name]

    return register


@dataclass
class Proof:
    """Assumptions so far, and the questions asked. `patches` are other sources, for the controls."""

    patches: Patches = field(default_factory=dict)
    assumed: list[z3.BoolRef] = field(default_factory=list)
    hypotheses: list[z3.BoolRef] = field(default_factory=list)  # without what has been proven on the way
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)
    questions: int = 0
    loading: float = 0.0  # seconds in the compiler, which are not the lemma's
    purifier: Purifier = field(default_factory=Purifier)

    def number(self, name: str, low: int, high: int) -> Num:
        """A variable within bounds."""
        term = z3.Int(name)
        self.ranges[name] = (low, high)
        self.assume(term >= low, term <= high)
        return ranged(term, low, high)

    def ints(self, names: str, low: int, high: int) -> list[Num]:
        """Several variables within the same bounds."""
        return [self.number(name, low, high) for name in names.split()]

    def word(self, name: str, *widths: int) -> tuple[Num, list[Num]]:
        """A word as the sum of its fields, low bits first: any word of so many bits is one."""
        fields: list[Num] = []
        starts: list[int] = []
        at = 0
        for n, width in enumerate(widths):
            fields.append(self.number(f"{name}[{n}]", 0, 2**width - 1))
            starts.append(at)
            at += width
        word = z3.Sum([part.term * 2**start for part, start in zip(fields, starts, strict=True)])
        above = {
            s: z3.Sum([f.term * 2 ** (t - s) for f, t in zip(fields, starts, strict=True) if t >= s])
            for s in starts[1:]
        }
        for n, s in enumerate(starts[1:], 1):
            self.use(FACTS["quotient"], above[s], word - above[s] * 2**s, 2**s)
            for t in starts[n + 1 : n + 2]:  # a quotient of a quotient: a field is what is above it, less that
                self.use(FACTS["quotient"], above[t], word / 2**s - above[t] * 2 ** (t - s), 2 ** (t - s))
        return ranged(word, 0, 2**at - 1), fields

    def assume(self, *conditions: z3.BoolRef) -> None:
        """A hypothesis of the lemma."""
        self.assumed += conditions
        self.hypotheses += conditions

    def use(self, known: Fact, *terms: Any) -> None:
        """An instance of a fact."""
        self.assumed.append(known(*terms))

    def use_cancel(self, x: Any, y: Any, d: Any) -> None:
        """d x < d y gives x < y."""
        self.use(FACTS["cancel"], x, y, d)

    def opened(self, contract: str) -> Program:
        """The contract in the compiler, whose time is not the lemma's."""
        begun = time.process_time()
        found = program(contract, self.patches)
        self.loading += time.process_time() - begun
        return found

    def run(
        self,
        contract: str,
        function: str,
        *arguments: Value,
        bounds: Mapping[str, tuple[int, int]] | None = None,
        summaries: Mapping[str, Summary] | None = None,
        watches: Any = None,
        state: State | None = None,
        returns: bool = True,
        claims: Mapping[str, tuple[int, int]] | None = None,
        hints: Any = (),
    ) -> Run:
        """A function on these arguments (variables named as its own where none are given). `returns`: the lemma speaks
        of runs that do not revert. `claims` are ranges of locals, proven here with the `hints`. @raises NotProven."""
        translator = Translator(self.opened(contract), bounds, summaries, watches, claims)
        found = translator.run(function, arguments or None, state)
        self.assume(*found.assumed)
        for claim in found.claims:
            self.have(claim, "the range of a local", *hints)
        if returns:
            self.assume(found.ok)
        return found

    def have(self, goal: z3.BoolRef, text: str = "a step", *local: z3.BoolRef) -> None:
        """Proves, and goes on from it; `local` facts serve this step alone. @raises NotProven."""
        self.show(goal, text, *local)
        self.assumed.append(goal)

    def show(self, goal: z3.BoolRef, text: str = "the statement", *local: z3.BoolRef) -> None:
        """Proves what the lemma states. @raises NotProven."""
        self.questions += 1
        answer = ask([*self.assumed, *local], goal, self.purifier)
        if answer.result != "unsat":
            raise NotProven(text, answer, self, goal)

    def no_wrap(self, run: Run) -> None:
        """No unchecked operation of a run wraps: no range leaves its type, and z3 confirms each step of the ranges.

        @raises NotProven."""
        if run.wraps:
            raise NotProven(f"may wrap: {run.wraps[0]}", Answer("unknown"), self, z3.BoolVal(False))
        x, y = z3.Ints("x y")
        for kind, (a, b), (c, d), (low, high) in sorted(run.steps):
            operands = [x >= a, x <= b, y >= c, y <= d]
            if kind == "//":
                if c <= 0:
                    raise NotProven("a divisor that may be 0", Answer("unknown"), self, z3.BoolVal(False))
                # Toward zero, by its definition: |q| * y <= |x|, sign of x.
                q = z3.Int("q")
                size = z3.If(x < 0, -x, x)
                found = z3.If(x < 0, -q, q)
                operands += [q >= 0, q * y <= size, size < q * y + y, z3.Implies(q >= 1, q <= q * y)]
                operands += [z3.Implies(y >= c, q * y >= q * c), z3.Implies(y <= d, (q + 1) * y <= (q + 1) * d)]
            else:
                found = x * y if kind == "*" else x + y if kind == "+" else x - y
                if kind == "*":
                    # Corners: (x - a)(y - c) >= 0 and its kin, instances of product_sign.
                    for p, s in ((x - a, y - c), (x - a, d - y), (b - x, y - c), (b - x, d - y)):
                        operands.append(p * s >= 0)
            self.questions += 1
            goal = z3.And(found >= low, found <= high)
            answer = ask(operands, goal, Purifier())
            if answer.result != "unsat":
                raise NotProven(f"the range of {kind}", answer, self, goal)


@dataclass(frozen=True)
class Outcome:
    """What came of a lemma: proven, refuted, unknown or vacuous, and the goal's text; ms of processor time."""

    name: str
    result: str
    ms: float
    questions: int
    text: str = ""
    failure: NotProven | None = None
    proof: Proof | None = None


def attempt(found: Lemma, patches: Patches | None = None) -> Outcome:
    """Proves a lemma."""
    proof = Proof(dict(patches or {}))
    begun = time.process_time()
    try:
        found.prove(proof)
    except NotProven as error:
        ms = (time.process_time() - begun - proof.loading) * 1000
        result = "refuted" if error.answer.result == "sat" else "unknown"
        return Outcome(found.name, result, ms, proof.questions, str(error), error, proof)
    ms = (time.process_time() - begun - proof.loading) * 1000
    return Outcome(found.name, "proven", ms, proof.questions, "", None, proof)


def vacuous(proof: Proof) -> bool:
    """Whether hypotheses may contradict each other, so that anything would follow from them: z3 finds no values for
    which they hold, or finds that they cannot hold together with what was proven and used on the way."""
    never = z3.BoolVal(False)
    # Where z3 finds no values, it looks elsewhere.
    return (
        all(ask(proof.hypotheses, never, Purifier(), seed=seed).result != "sat" for seed in range(TRIES))
        or ask(proof.assumed, never, proof.purifier, FEW_STEPS).result == "unsat"
    )


def checked(found: Outcome) -> Outcome:
    """A lemma counts as proven where its hypotheses can hold, else as `vacuous`."""
    if found.result != "proven" or found.proof is None or not vacuous(found.proof):
        return found
    return replace(found, result="vacuous", text="no values are found for which its hypotheses hold")


def attempt_fact(found: Fact) -> Outcome:
    """Proves a fact for all integers."""
    count = found.formula.__code__.co_argcount
    names = found.formula.__code__.co_varnames[:count]
    proof = Proof()
    begun = time.process_time()
    terms = [z3.Int(name) for name in names]
    try:
        if found.prove:
            found.prove(proof, *terms)
        proof.show(found(*terms))
    except NotProven as error:
        return Outcome(found.name, "unknown", (time.process_time() - begun) * 1000, 1, str(error), error, proof)
    return Outcome(found.name, "proven", (time.process_time() - begun) * 1000, proof.questions, "", None, proof)
