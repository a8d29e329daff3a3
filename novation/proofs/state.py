"""What a symbolic execution carries along a path, and how two paths become one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import z3

from novation.proofs.values import Num, Value, all_of, any_of, choose, negated, ranged

# What follows when a storage word of a mapping is written: key, old word, new word.
Watch = Callable[[Num, Num, Num], Num]


@dataclass
class State:
    """Locals, storage (a term or an array of terms by `module.name`), the conditions under which nothing has reverted,
    what the path's conditions say about ranges (beside the term, whose number z3 would use again otherwise), and sums
    that watches keep beside the storage."""

    names: dict[str, Value] = field(default_factory=dict)
    store: dict[str, Value] = field(default_factory=dict)
    ok: list[z3.BoolRef] = field(default_factory=list)
    known: dict[int, tuple[int, int, z3.ExprRef]] = field(default_factory=dict)
    ghosts: dict[str, Num] = field(default_factory=dict)

    def fork(self) -> State:
        """The same with no conditions of its own yet."""
        return State(dict(self.names), dict(self.store), [], dict(self.known), dict(self.ghosts))

    @property
    def fine(self) -> z3.BoolRef:
        """Nothing has reverted since the fork."""
        return all_of(*self.ok)

    def narrow(self, x: Num) -> Num:
        """A number with the range that the path gives it."""
        found = self.known.get(x.term.get_id())
        if found is None:
            return x
        low, high = max(x.low, found[0]), min(x.high, found[1])
        return x if low > high else ranged(x.term, low, high, x.bits)

    def note(self, *values: Num) -> None:
        """What the ranges of compared values are, so that a comparison teaches something of each."""
        for value in values:
            if not z3.is_int_value(value.term) and value.term.get_id() not in self.known:
                self.known[value.term.get_id()] = (value.low, value.high, value.term)

    def require(self, condition: z3.BoolRef) -> None:
        """Reverts unless the condition holds; what follows may rely on it."""
        if not z3.is_true(condition):
            self.ok.append(condition)
            self.learn(condition)

    def learn(self, condition: z3.BoolRef, holds: bool = True) -> None:
        """Ranges from a comparison that holds (or does not)."""
        if z3.is_not(condition):
            self.learn(condition.arg(0), not holds)
        elif (z3.is_and(condition) and holds) or (z3.is_or(condition) and not holds):
            for part in condition.children():
                self.learn(part, holds)
        elif z3.is_app(condition) and condition.num_args() == 2 and z3.is_int(condition.arg(0)):
            self._compare(condition, holds)

    def _compare(self, condition: z3.BoolRef, holds: bool) -> None:
        x, y = condition.arg(0), condition.arg(1)
        kind = condition.decl().kind()
        if kind == z3.Z3_OP_EQ:
            if holds:
                self._at_most(x, y, 0)
                self._at_most(y, x, 0)
            elif z3.is_int_value(y):
                found = self.known.get(x.get_id())
                if found is not None and y.as_long() == found[0]:
                    self.known[x.get_id()] = (found[0] + 1, found[1], x)
            return
        # x <= y is x <= y - 0, x < y is x <= y - 1; negated the other way round.
        table = {z3.Z3_OP_LE: (x, y, 0), z3.Z3_OP_LT: (x, y, 1), z3.Z3_OP_GE: (y, x, 0), z3.Z3_OP_GT: (y, x, 1)}
        if kind in table:
            smaller, larger, gap = table[kind]
            if holds:
                self._at_most(smaller, larger, gap)
            else:
                self._at_most(larger, smaller, 1 - gap)

    def _at_most(self, smaller: z3.ExprRef, larger: z3.ExprRef, gap: int) -> None:
        inside = _absolute(smaller)
        if inside is not None and z3.is_int_value(larger):
            bound = larger.as_long() - gap
            low, high = _range(self, inside, (-bound, bound))
            self.known[inside.get_id()] = (max(low, -bound), min(high, bound), inside)
        wide = (-(2**600), 2**600)
        low, high = _range(self, smaller, wide)
        low2, high2 = _range(self, larger, wide)
        if not z3.is_int_value(smaller):
            self.known[smaller.get_id()] = (low, min(high, high2 - gap), smaller)
        if not z3.is_int_value(larger):
            self.known[larger.get_id()] = (max(low2, low + gap), high2, larger)


def _absolute(term: z3.ExprRef) -> z3.ExprRef | None:
    """x of |x| as `abs` writes it."""
    if not z3.is_app_of(term, z3.Z3_OP_ITE):
        return None
    condition, negative, x = term.children()
    return x if condition.eq(x < 0) and negative.eq(-x) else None


def _range(state: State, term: z3.ExprRef, wide: tuple[int, int]) -> tuple[int, int]:
    if z3.is_int_value(term):
        value = term.as_long()
        return value, value
    found = state.known.get(term.get_id())
    return wide if found is None else (found[0], found[1])


@dataclass
class Exit:
    """Where a function ends: its state and what it returns."""

    state: State
    value: Value


def merge(before: State, condition: z3.BoolRef, one: State, other: State) -> None:
    """Both paths of a fork into the state that they came from."""
    first, second = one.fine, other.fine
    before.ok.extend(
        item for item in (any_of(negated(condition), first), any_of(condition, second)) if not z3.is_true(item)
    )
    if z3.is_false(first) or z3.is_false(second):
        taken = other if z3.is_false(first) else one
        before.names, before.store, before.ghosts, before.known = taken.names, taken.store, taken.ghosts, taken.known
        return
    before.names = {
        name: choose(condition, value, other.names[name]) for name, value in one.names.items() if name in other.names
    }
    before.store = joined(condition, one.store, other.store)
    before.ghosts = joined(condition, one.ghosts, other.ghosts)


def joined(condition: z3.BoolRef, one: dict[str, Value], other: dict[str, Value]) -> dict[str, Value]:
    """Storage after a fork."""
    return {name: choose(condition, one[name], other[name]) for name in one}


def ends(condition: z3.BoolRef, before: State, one: Exit, other: Exit) -> Exit:
    """Two ends of a function as one."""
    state = before.fork()
    failed = [z3.is_false(item.state.fine) for item in (one, other)]
    merge(state, condition, one.state, other.state)
    state.ok = [*before.ok, *state.ok]
    if failed[0] or failed[1]:
        return Exit(state, (other if failed[0] else one).value)
    return Exit(state, choose(condition, one.value, other.value))
