"""One question to z3: does the goal follow? Single-threaded, with a fixed seed.

Divisions are taken apart first: a quotient becomes a variable between its bounds. Products of variables are given to
z3 as they are; it is asked without its own nonlinear reasoning first, for most goals follow from the stated facts by
linear arithmetic over the products.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import z3

from novation.proofs.expressions import ISQRT

LIMIT = 1_500_000  # of z3's own steps for one attempt, about a second; no clock, so that a busy machine changes nothing
SEED = 7


@dataclass(frozen=True)
class Answer:
    """`result` is unsat (it follows), sat (it does not: `model`) or unknown."""

    result: str
    model: z3.ModelRef | None = None


# Monomials (the numbers of their atoms, sorted) with their coefficients: equal ones are one quotient's.
Polynomial = frozenset[tuple[tuple[int, ...], int]]


def _polynomial(term: z3.ArithRef) -> Polynomial:
    """A term multiplied out."""
    return frozenset(_monomials(term).items())


def _monomials(term: z3.ArithRef) -> dict[tuple[int, ...], int]:
    if z3.is_int_value(term):
        return {(): term.as_long()} if term.as_long() else {}
    found: dict[tuple[int, ...], int] = {}
    if z3.is_add(term) or z3.is_sub(term) or z3.is_app_of(term, z3.Z3_OP_UMINUS):
        for n, part in enumerate(term.children()):
            sign = -1 if (n and z3.is_sub(term)) or z3.is_app_of(term, z3.Z3_OP_UMINUS) else 1
            for key, value in _monomials(part).items():
                found[key] = found.get(key, 0) + sign * value
    elif z3.is_mul(term):
        found = {(): 1}
        for part in term.children():
            other = _monomials(part)
            product: dict[tuple[int, ...], int] = {}
            for a, x in found.items():
                for b, y in other.items():
                    key = tuple(sorted(a + b))
                    product[key] = product.get(key, 0) + x * y
            found = product
    else:
        found = {(term.get_id(),): 1}
    return {key: value for key, value in found.items() if value}


class Purifier:
    """Replaces divisions by variables and says what is known of them."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[z3.ExprRef, z3.ExprRef]] = {}
        self._quotients: dict[tuple[Polynomial, Polynomial], z3.ArithRef] = {}
        self._keep: list[z3.ExprRef] = []
        self.facts: list[z3.BoolRef] = []

    def pure(self, root: z3.ExprRef) -> z3.ExprRef:
        """The same without div, mod and isqrt."""
        stack = [root]
        while stack:
            term = stack[-1]
            if term.get_id() in self._seen:
                stack.pop()
                continue
            missing = [child for child in term.children() if child.get_id() not in self._seen]
            if missing:
                stack.extend(missing)
                continue
            parts = [self._seen[child.get_id()][1] for child in term.children()]
            self._seen[term.get_id()] = (term, self._replaced(term, parts))
            stack.pop()
        return self._seen[root.get_id()][1]

    def _replaced(self, term: z3.ExprRef, parts: list[z3.ExprRef]) -> z3.ExprRef:
        if not z3.is_app(term) or not parts:
            return term
        kind = term.decl().kind()
        if kind == z3.Z3_OP_IDIV:
            return self._quotient(parts[0], parts[1])
        if kind == z3.Z3_OP_MOD:
            return parts[0] - parts[1] * self._quotient(parts[0], parts[1])
        if term.decl().eq(ISQRT):
            root = z3.FreshInt("root")
            x = parts[0]
            self.facts.append(z3.Implies(x >= 0, z3.And(root >= 0, root * root <= x, x < (root + 1) * (root + 1))))
            return root
        if kind == z3.Z3_OP_ADD:
            return z3.Sum(parts)
        if kind == z3.Z3_OP_MUL:
            return z3.Product(parts)
        if kind == z3.Z3_OP_AND:
            return z3.And(parts)
        if kind == z3.Z3_OP_OR:
            return z3.Or(parts)
        return term.decl()(*parts)

    def _quotient(self, x: z3.ArithRef, y: z3.ArithRef) -> z3.ArithRef:
        dividend, divisor = z3.simplify(x, som=True), z3.simplify(y, som=True)
        if z3.is_int_value(dividend) and z3.is_int_value(divisor):
            return z3.simplify(dividend / divisor)
        key = (_polynomial(dividend), _polynomial(divisor))
        if key not in self._quotients:
            q = z3.FreshInt("q")
            self._keep += [dividend, divisor]
            self._quotients[key] = q
            inside = z3.And(y * q <= x, x <= y * q + y - 1)
            self.facts.append(inside if z3.is_int_value(divisor) else z3.Implies(y > 0, inside))
            if not z3.is_int_value(divisor):
                self.facts.append(z3.Implies(y < 0, z3.And(y * q <= x, x <= y * q - y - 1)))
        return self._quotients[key]


def _renamed(terms: list[z3.BoolRef]) -> list[z3.BoolRef]:
    """The same, with fresh variables numbered as they appear here and not as they were made in the process."""
    seen: set[int] = set()
    names: list[tuple[z3.ExprRef, z3.ExprRef]] = []
    stack = list(reversed(terms))
    while stack:
        term = stack.pop()
        if term.get_id() in seen:
            continue
        seen.add(term.get_id())
        if z3.is_const(term) and "!" in term.decl().name():
            names.append((term, z3.Const(f"{term.decl().name().split('!')[0]}!!{len(names)}", term.sort())))
        stack.extend(reversed(term.children()))
    return [z3.substitute(term, *names) for term in terms] if names else terms


def ask(
    assumed: Iterable[z3.BoolRef], goal: z3.BoolRef, purifier: Purifier, limit: int = LIMIT, seed: int = SEED
) -> Answer:
    """Whether the goal follows from what is assumed."""
    given = [purifier.pure(item) for item in assumed]
    wrong = z3.Not(purifier.pure(goal))
    everything = _renamed([*given, *purifier.facts, wrong])
    answer = Answer("unknown")
    for nonlinear in (False, True):
        # What z3 finds depends on all that its context has seen: with one of its own, a question has one answer.
        context = z3.Context()
        solver = z3.Solver(ctx=context) if nonlinear else z3.SimpleSolver(ctx=context)
        solver.set("random_seed", seed)
        solver.set("rlimit", limit)
        if not nonlinear:
            solver.set("arith.nl", False)
        solver.add(*(z3.simplify(item.translate(context), som=True) for item in everything))
        found = solver.check()
        if found == z3.unsat:
            return Answer("unsat")
        if found == z3.sat and nonlinear:
            answer = Answer("sat", solver.model().translate(z3.main_ctx()))
    return answer
