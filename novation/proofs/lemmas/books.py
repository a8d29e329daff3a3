"""ledger, margin: what is booked, and what a withdrawal leaves.

The sum of cash over all accounts is kept beside the storage: every write of an account's word adds the change of its
cash. So it is exact whatever accounts are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from novation.proofs.facts import top_after_flag, top_after_pending
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.rules import totals
from novation.proofs.state import State
from novation.proofs.translate import Run
from novation.proofs.values import UINT_MAX, Num, Value, ranged

V = "CollateralVault"
SUM = "sum of cash"
WORD_OF = z3.Array("ledger._words", z3.IntSort(), z3.IntSort())
ANY = "any storage, any caller; runs that do not revert"


def cash_of(word: z3.ArithRef) -> z3.ArithRef:
    """The signed top 104 bits."""
    top = word / 2**152
    return z3.If(top >= 2**103, top - 2**104, top)


def watch_cash(key: Num, old: Num, new: Num) -> Num:
    """The change of an account's cash."""
    return Num(cash_of(new.term) - cash_of(old.term), -(2**105), 2**105)


WATCH = {"ledger._words": (SUM, watch_cash)}


def cash_summary(translator: Any, arguments: list[Value], state: State) -> Num:
    """`_cash` by its lemma: the signed top 104 bits."""
    return ranged(cash_of(arguments[0].term), -(2**103), 2**103 - 1)


def with_cash_summary(translator: Any, arguments: list[Value], state: State) -> Num:
    """`_with_cash` by its lemma: the low 152 bits and the cash, or RANGE."""
    word, cash = arguments
    inside = z3.And(cash.term > -(2**103), cash.term < 2**103)
    state.require(inside)
    top = z3.If(cash.term < 0, cash.term + 2**104, cash.term)
    found = z3.FreshInt("word")
    parts = z3.And(found / 2**152 == top, found % 2**152 == word.term % 2**152)
    translator.assumed.append(z3.Implies(inside, z3.And(parts, found >= 0, found <= UINT_MAX)))
    return ranged(found, 0, UINT_MAX)


def totals_of(p: Proof) -> Callable[..., Value]:
    """`_totals`: any sums, the same wherever it is asked of the same account within one call."""
    found: dict[str, Value] = {}

    def summary(translator: Any, arguments: list[Value], state: State) -> Value:
        key = f"totals{len(found)}"
        found[key] = totals(p, key)
        return found[key]

    summary.found = found  # type: ignore[attr-defined]
    return summary


BOOKS = {"ledger._cash": cash_summary, "ledger._with_cash": with_cash_summary}


def booked(p: Proof, name: str, *arguments: Value, **more: Any) -> Run:
    """A function of the vault with the sum of cash beside it."""
    summaries = {**BOOKS, "margin._totals": totals_of(p), **more.pop("summaries", {})}
    run = p.run(V, name, *arguments, summaries=summaries, watches=WATCH, **more)
    for mask, word in run.masks:
        if mask == UINT_MAX - 1:
            p.use(top_after_pending, word)
        elif mask == UINT_MAX - (2**40 - 1) * 2**48:
            p.use(top_after_flag, word)
    return run


def moved(run: Run) -> z3.ArithRef:
    """The change of the sum of cash."""
    return run.state.ghosts[SUM].term


def word_after(run: Run, account: z3.ArithRef) -> z3.ArithRef:
    return z3.Select(run.state.store["ledger._words"], account)


@lemma(
    "cash-word",
    "Cash comes out of an account's word as it went in; flags, markets, flag time and index stay.",
    "abs(cash) < 2^103, else RANGE",
    "ledger._cash",
    "ledger._with_cash",
)
def cash_word(p: Proof) -> None:
    word, cash = p.number("word", 0, UINT_MAX), p.number("cash", -(2**255), 2**255 - 1)
    after = p.run(V, "ledger._with_cash", word, cash)
    p.show(after.value.term % 2**152 == word.term % 2**152, "the other fields")
    p.show(p.run(V, "ledger._cash", after.value).value.term == cash.term, "cash")
    p.show(z3.And(cash.term > -(2**103), cash.term < 2**103), "RANGE")
    p.show(p.run(V, "ledger._cash", word).value.term == cash_of(word.term), "the summary of _cash")
    p.show(
        after.value.term == word.term % 2**152 + z3.If(cash.term < 0, cash.term + 2**104, cash.term) * 2**152,
        "the summary of _with_cash",
    )


@lemma(
    "deposit-down",
    "A deposit credits no more than what came, less by under one of the smaller unit.",
    "UP, DOWN as the constructor sets them: one of them is 1; amount < 2^256",
    "ledger.deposit",
)
def deposit_down(p: Proof) -> None:
    credits: list[Num] = []

    def credit_summary(translator: Any, arguments: list[Value], state: State) -> Num:
        credits.append(arguments[1])
        return ranged(z3.FreshInt("word"), 0, UINT_MAX)

    p.run(V, "ledger.deposit", summaries={**BOOKS, "ledger._credit": credit_summary})
    up, down, amount = z3.Int("ledger.UP"), z3.Int("ledger.DOWN"), z3.Int("amount")
    p.assume(up >= 1, down >= 1)
    credit = credits[0].term
    p.show(z3.And(credit * down <= amount * up, (credit + 1) * down > amount * up, credit > 0))


@lemma(
    "withdraw-up",
    "A withdrawal debits no less than what goes, so what is deposited and withdrawn again is never more.",
    "UP, DOWN >= 1, no revert",
    "ledger._debit_of",
)
def withdraw_up(p: Proof) -> None:
    up, down = z3.Int("ledger.UP"), z3.Int("ledger.DOWN")
    p.assume(up >= 1, down >= 1)
    amount = p.number("amount", 0, UINT_MAX)
    debit = p.run(V, "ledger._debit_of", amount).value.term
    p.show(z3.And(debit * down >= amount.term * up, (debit - 1) * down < amount.term * up))


@lemma(
    "debts-exact",
    "D changes by exactly the change of max(0, -cash) of an account, and not at all for a pool.",
    ANY,
    "ledger._store",
)
def debts_exact(p: Proof) -> None:
    account, before, after = p.number("account", 0, 2**160 - 1), *p.ints("before after", 0, UINT_MAX)
    run = p.run(V, "ledger._store", account, before, after, summaries=BOOKS)

    def debt(word: z3.ArithRef) -> z3.ArithRef:
        return z3.If(cash_of(word) < 0, -cash_of(word), 0)

    pool = z3.Select(z3.Array("ledger.shares_of", z3.IntSort(), z3.IntSort()), account.term) != 0
    change = run.state.store["ledger.debts"].term - z3.Int("ledger.debts")
    p.show(change == z3.If(pool, 0, debt(after.term) - debt(before.term)))


@lemma(
    "credit-one",
    "Booking an amount changes one account's cash by exactly it, no other word, and none of its other fields.",
    ANY,
    "ledger._credit",
    "ledger._store",
)
def credit_one(p: Proof) -> None:
    account, other = p.ints("account other", 0, 2**160 - 1)
    amount = p.number("amount", -(2**255), 2**255 - 1)
    run = booked(p, "ledger._credit", account, amount)
    word, after = z3.Select(WORD_OF, account.term), word_after(run, account.term)
    p.show(cash_of(after) == cash_of(word) + amount.term)
    p.show(after % 2**152 == word % 2**152, "other fields")
    p.show(
        z3.Implies(other.term != account.term, word_after(run, other.term) == z3.Select(WORD_OF, other.term)), "others"
    )
    p.show(moved(run) == amount.term, "the sum")


@lemma(
    "transfer-conserves",
    "A transfer leaves the sum of cash as it is, also to oneself.",
    ANY,
    "margin.transfer",
    "margin._move",
    "ledger._store",
)
def transfer_conserves(p: Proof) -> None:
    p.show(moved(booked(p, "margin.transfer")) == 0)


@lemma(
    "transfer-judged",
    "After a transfer to another account the source has cash >= 0 and cash - losses >= initial, or it reverts.",
    ANY + "; source is not target",
    "margin.transfer",
)
def transfer_judged(p: Proof) -> None:
    judged(p, "margin.transfer", z3.Int("source"), z3.Int("source") != z3.Int("target"), z3.Int("amount"))


@lemma(
    "withdraw-judged",
    "A withdrawal leaves the account cash >= 0 and cash - losses >= initial, or it reverts; nobody else's cash moves.",
    ANY,
    "margin.withdraw",
    "margin._judged_less",
    "margin_rules._may_withdraw",
)
def withdraw_judged(p: Proof) -> None:
    up, down = z3.Int("ledger.UP"), z3.Int("ledger.DOWN")
    p.assume(up >= 1, down >= 1)
    judged(p, "margin.withdraw", z3.Int("account"), z3.BoolVal(True), None)


def judged(p: Proof, name: str, account: z3.ArithRef, where: z3.BoolRef, amount: z3.ArithRef | None) -> None:
    """The check implies the post-condition, of the word as stored."""
    summary = totals_of(p)
    run = booked(p, name, summaries={"margin._totals": summary})
    sums = next(iter(summary.found.values()))  # type: ignore[attr-defined]
    p.assume(where)
    cash = cash_of(word_after(run, account))
    p.show(z3.And(cash >= 0, cash - sums["losses"].term >= sums["initial"].term), "the account after")
    p.show(z3.Select(WORD_OF, account) % 2 == 0, "no pending order")
    if amount is not None:
        p.show(cash == cash_of(z3.Select(WORD_OF, account)) - amount, "the debit")
    else:
        p.show(cash - cash_of(z3.Select(WORD_OF, account)) == moved(run), "nobody else")


@lemma(
    "exit-cash",
    "exit pays an account without positions what its cash covers, rounded down: its cash does not fall below zero.",
    "UP, DOWN >= 1 (one of them is 1); runs that do not revert",
    "ledger.exit",
    "ledger._debit_of",
    "ledger._pay_out",
)
def exit_cash(p: Proof) -> None:
    up, down = z3.Int("ledger.UP"), z3.Int("ledger.DOWN")
    p.assume(up >= 1, down >= 1, z3.Or(up == 1, down == 1))
    paid: list[Num] = []

    def pay_out(translator: Any, arguments: list[Value], state: State) -> None:
        paid.extend(arguments)

    booked(p, "ledger.exit", summaries={"ledger._pay_out": pay_out})
    word, cash = z3.Select(WORD_OF, z3.Int("account")), cash_of(z3.Select(WORD_OF, z3.Int("account")))
    _, after, amount, debit, _ = (item.term for item in paid)
    p.show((word / 2**16) % 2**32 == 0, "no positions")
    p.show(z3.And(debit >= 0, debit <= cash, amount * up <= debit * down), "what is paid")
    p.show(cash_of(after) == cash - debit, "the word")


@lemma(
    "push-conserves",
    "push and pull of modules leave the sum of cash as it is; the paying module stays at cash >= 0.",
    ANY,
    "margin.push",
    "margin.pull",
)
def push_conserves(p: Proof) -> None:
    p.show(moved(booked(p, "margin.pull")) == 0, "pull")
    run = booked(p, "margin.push")
    p.show(moved(run) == 0, "push")
    p.show(
        z3.Implies(z3.Int("msg.sender") != z3.Int("account"), cash_of(word_after(run, z3.Int("msg.sender"))) >= 0),
        "the module",
    )
