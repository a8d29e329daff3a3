"""The numbered invariants of the design: registry and runner.

`check_state(view)` and `check_step(before, after, step)` raise `Violation`; `INVARIANTS` lists what they check.
`before` is a copy (`View.copy`) from before the call, in the same block as `after`. 11 and parts of 14, 19 and 24 are
properties of many calls (tests/unit/test_model.py); 23 comes with deleveraging.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from novation.model.view import Step, View

StateCheck = Callable[[View], Iterator[str]]
StepCheck = Callable[[View, View, Step], Iterator[str]]


class Invariant(NamedTuple):
    """A numbered statement with its check: of one state, or of a step. `by_pool`: of each pool by itself, and a
    pool's words alone decide (its book, markets, configs, ramps, positions; neither accounts nor prices nor time)."""

    number: int
    statement: str
    state: StateCheck | None
    step: StepCheck | None
    by_pool: bool = False


class Violation(AssertionError):
    """An invariant that does not hold."""

    def __init__(self, invariant: Invariant, detail: str) -> None:
        super().__init__(f"invariant {invariant.number} ({invariant.statement}): {detail}")
        self.number = invariant.number


INVARIANTS: list[Invariant] = []


def invariant(number: int, statement: str, by_pool: bool = False) -> Callable[[StateCheck], StateCheck]:
    """Registers a check of a state; it yields what is wrong."""

    def register(check: StateCheck) -> StateCheck:
        INVARIANTS.append(Invariant(number, statement, check, None, by_pool))
        return check

    return register


def step_invariant(number: int, statement: str) -> Callable[[StepCheck], StepCheck]:
    """Registers a check of a step; it yields what is wrong."""

    def register(check: StepCheck) -> StepCheck:
        INVARIANTS.append(Invariant(number, statement, None, check))
        return check

    return register


def check_state(view: View, touched: View | None = None) -> None:
    """@param touched The same state with those pools alone of which a word has changed since it was checked the last
        time: what held of the others then holds now, so what is `by_pool` is asked of these only.

    @raises Violation.
    """
    for item in INVARIANTS:
        if item.state is not None:
            for detail in item.state(view if touched is None or not item.by_pool else touched):
                raise Violation(item, detail)


def check_step(before: View, after: View, step: Step) -> None:
    """@raises Violation."""
    for item in INVARIANTS:
        if item.step is not None:
            for detail in item.step(before, after, step):
                raise Violation(item, detail)


def total_cash(view: View) -> int:
    """Sum of all cash (WAD USD)."""
    return sum(account.cash for account in view.accounts.values())
