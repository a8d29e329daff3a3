"""margin: orders, trades and losses, and what they book."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.books import ANY, WORD_OF, booked, cash_of, moved, word_after
from novation.proofs.lemmas.rules import totals
from novation.proofs.state import State
from novation.proofs.values import UINT_MAX, Num, Value, ranged


@lemma(
    "orders-conserve",
    "Reserving and releasing a keeper fee leaves the sum of cash as it is.",
    ANY + "; the account is not the order module's own",
    "margin.reserve",
    "margin.release",
)
def orders_conserve(p: Proof) -> None:
    p.assume(z3.Int("account") != z3.Int("msg.sender"))
    skip = {"pools._pool_of": any_word, "margin_rules._count": any_count}
    p.show(moved(booked(p, "margin.reserve", summaries=skip)) == 0, "reserve")
    p.show(moved(booked(p, "margin.release")) == 0, "release")


def any_word(translator: Any, arguments: list[Value], state: State) -> Num:
    """A pool's word, whatever it is."""
    return ranged(z3.FreshInt("pool"), 0, UINT_MAX)


def any_count(translator: Any, arguments: list[Value], state: State) -> Num:
    return ranged(z3.FreshInt("count"), 0, 17)


@lemma(
    "trade-conserves",
    "A trade moves cash between the account and the pool alone: what one gets the other pays.",
    ANY + "; the account is not the pool (who cannot commit orders)",
    "margin.trade",
)
def trade_conserves(p: Proof) -> None:
    pool = z3.Int("pool")
    run = booked(
        p,
        "margin.trade",
        summaries={
            "pools._pool_of": any_word,
            "margin_rules._count": any_count,
            "margin._with_market": other_bits,
            "pools._address": lambda *_: ranged(pool, 0, 2**160 - 1),
        },
    )
    account = z3.Int("account")
    p.assume(pool >= 0, pool < 2**160, pool != account)
    paid = run.returned["fill"][0][0]["cash"].term
    for who, change in ((account, paid), (pool, -paid)):
        p.show(cash_of(word_after(run, who)) == cash_of(z3.Select(WORD_OF, who)) + change, "who pays whom")


def other_bits(translator: Any, arguments: list[Value], state: State) -> Num:
    """A word of the same cash: bits of the markets alone change."""
    low = z3.FreshInt("low")
    translator.assumed.append(z3.And(low >= 0, low < 2**152))
    return ranged(arguments[0].term / 2**152 * 2**152 + low, 0, UINT_MAX)


@lemma(
    "trade-judged",
    "After an opening cash + counted - losses >= initial, after a reduction margin >= 0 and health >= 0, "
    "or it reverts.",
    "any storage, any caller; runs that do not revert; the account is not the pool; counted as gains-counted bounds it",
    "margin.trade",
    "margin_rules._may_open",
    "margin_rules._may_close",
)
def trade_judged(p: Proof) -> None:
    pool, account = z3.Int("pool"), z3.Int("account")
    sums = totals(p, "after")
    run = booked(
        p,
        "margin.trade",
        summaries={
            "pools._pool_of": any_word,
            "margin_rules._count": any_count,
            "margin._with_market": other_bits,
            "margin_rules._add": lambda *_: sums,
            "pools._address": lambda *_: ranged(pool, 0, 2**160 - 1),
        },
    )
    p.assume(pool >= 0, pool < 2**160, pool != account)
    fill = run.returned["fill"][0][0]
    cash, opening = cash_of(word_after(run, account)), fill["opening"]
    p.show(z3.Implies(opening, cash + sums["counted"].term - sums["losses"].term >= sums["initial"].term), "an opening")
    p.show(
        z3.Implies(z3.Not(opening), z3.And(cash + sums["equity"].term >= 0, fill["health"].term >= 0)), "a reduction"
    )


@lemma(
    "realise-conserves",
    "Realising a loss moves it from the account to the pool, no more than its cash: cash stays >= 0.",
    ANY + "; the account is not the pool; the pool realises at most the cash (realise-bounded)",
    "margin.realise",
)
def realise_conserves(p: Proof) -> None:
    pool, account = z3.Int("pool"), z3.Int("account")
    run = booked(
        p,
        "margin.realise",
        summaries={"pools._pool_of": any_word, "pools._address": lambda *_: ranged(pool, 0, 2**160 - 1)},
        bounds={"market": (0, 31)},
    )
    p.assume(pool >= 0, pool < 2**160, pool != account)
    p.show(moved(run) == 0, "the sum")
    loss = run.returned["realise"][0].term
    before = cash_of(z3.Select(WORD_OF, account))
    p.show(z3.Implies(loss <= before, cash_of(word_after(run, account)) >= 0), "no debt")
