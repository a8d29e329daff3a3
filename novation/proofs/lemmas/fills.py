"""perp_fill, perp_math._partial: what a fill does to a position."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.facts import product_monotone, product_sign
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import BASIS, DIVISIONS, FUNDING, PRICE, SCALE, SIZE, WAD
from novation.proofs.lemmas.markets import state_of
from novation.proofs.lemmas.requirements import absolute
from novation.proofs.lemmas.risk import PLAIN, WIDTHS, P
from novation.proofs.state import State
from novation.proofs.translate import Run
from novation.proofs.values import UINT_MAX, Num, Value, ranged

FILL = z3.Function("fill_cost", *[z3.IntSort()] * 5)


def any_money(name: str) -> Any:
    def summary(translator: Any, arguments: list[Value], state: State) -> Num:
        return ranged(z3.FreshInt(name), -(2**250), 2**250)

    return summary


def reduction(p: Proof) -> tuple[dict[str, Num], Run, dict[str, Num]]:
    """A step that only reduces, at an accrued state; formulas by their lemmas."""
    v = {
        "size": p.number("size", -SIZE, SIZE),
        "basis": p.number("basis", -BASIS, BASIS),
        "delta": p.number("delta", -SIZE, SIZE),
    }
    v["cost"] = p.number("cost", -(2**240), 2**240)
    v["fee"] = p.number("fee", 0, 2**200)
    v["funding"] = p.number("s.funding", -FUNDING, FUNDING)
    state = {**state_of(p), "funding": v["funding"], "price": p.number("s.price", 0, PRICE)}
    v |= {"long": state["long"], "short": state["short"], "price": state["price"]}
    terms = {
        "delta": v["delta"],
        "price": p.number("price", 0, PRICE),
        "spread": p.number("spread", 0, 10**6),
        "acceptable": p.number("acceptable", 0, PRICE),
        "reduce_only": z3.Bool("reduce_only"),
        "may_open": z3.Bool("may_open"),
        "liquidation": z3.Bool("liquidation"),
    }
    newest = {
        "low": p.number("low", 0, PRICE),
        "mid": state["price"],
        "high": p.number("high", 0, PRICE),
        "published_at": p.number("published_at", 0, 2**40),
        "status": p.number("status", 1, 8),
    }
    limits = {
        "min_notional": p.number("min_notional", 1, 10**24),
        "protocol_share": p.number("protocol_share", 0, 5_000),
        "utilisation": p.number("utilisation", 1, 10_000),
    }
    config, position, book = p.ints("config position book", 0, UINT_MAX)
    cash = p.number("pool_cash", -(2**103), 2**103)

    def cost(translator: Any, arguments: list[Value], s: State) -> Num:
        return ranged(FILL(*(item.term for item in arguments)), -(2**240), 2**240)

    summaries = {
        **PLAIN,
        "market_words._size": lambda *_: v["size"],
        "market_words._basis": lambda *_: v["basis"],
        "market_words._scale": lambda *_: ranged(z3.Int("scale"), 1, SCALE),
        "perp_math._fill_cost": cost,
        "perp_market._trade_fee": lambda *_: v["fee"],
        "perp_market._accrued": lambda _, arguments, __: arguments[1],
        "perp_market._liability": any_money("liability"),
        "perp_market._reserve": any_money("reserve"),
        "perp_math._pnl": any_money("pnl"),
        "perp_fill._capped": lambda *_: z3.Bool("capped"),
    }
    run = p.run(
        P, "perp_fill._simulate", config, state, position, terms, newest, cash, book, limits, summaries=summaries
    )
    return v, run, terms


SIMULATED = (
    WIDTHS
    + "; accrued state; costs, fees, requirements as their own lemmas bound them; outcomes that are applied (no code)"
)


@lemma(
    "flat-no-basis",
    "A position that is closed keeps no basis, and an outcome's size is the old one and the fill.",
    SIMULATED,
    "perp_fill._simulate",
)
def flat_no_basis(p: Proof) -> None:
    v, run, _terms = reduction(p)
    outcome, code = run.value
    p.assume(code.term == 0)
    size, fill = v["size"].term, outcome["fill"]
    p.show(fill["size"].term == size + fill["delta"].term, "the size")
    p.show(z3.Implies(z3.And(fill["size"].term == 0, size != 0), outcome["basis"].term == 0))


@lemma(
    "reduce-only",
    "A reduce-only fill never opens, flips or grows a position, and fills no more than was asked.",
    SIMULATED,
    "perp_fill._simulate",
)
def reduce_only(p: Proof) -> None:
    v, run, terms = reduction(p)
    outcome, code = run.value
    p.assume(code.term == 0, terms["reduce_only"])
    size, after, d = v["size"].term, outcome["fill"]["size"].term, outcome["fill"]["delta"].term
    p.show(z3.If(size > 0, z3.And(after >= 0, after < size), z3.And(size < after, after <= 0)))
    p.show(z3.And(absolute(d) <= absolute(v["delta"].term), z3.Not(outcome["fill"]["opening"])), "what was asked")


@lemma(
    "opening-means",
    "A fill counts as opening exactly where it opens, grows or flips the position; one that does passes "
    "the caps, an open pause and a NORMAL price.",
    SIMULATED,
    "perp_fill._simulate",
)
def opening_means(p: Proof) -> None:
    v, run, terms = reduction(p)
    outcome, code = run.value
    size, after, d = v["size"].term, outcome["fill"]["size"].term, outcome["fill"]["delta"].term
    p.assume(code.term == 0, d != 0)
    grows = z3.Or(size == 0, absolute(after) > absolute(size), z3.And(after != 0, (after > 0) != (size > 0)))
    p.show(outcome["fill"]["opening"] == grows)
    trade = z3.And(outcome["fill"]["opening"], z3.Not(terms["liquidation"]))
    p.show(z3.Implies(trade, z3.And(z3.Not(z3.Bool("capped")), terms["may_open"])), "what it passes")
    p.show(z3.Implies(trade, z3.Int("status") == 1), "NORMAL")
    p.show(z3.Int("status") != 4, "no fill in HALT")


@lemma(
    "partial-basis",
    "A partial close keeps the part of the basis that belongs to what is left, rounded down, whatever "
    "the close cost: b' |z| <= b |z'| < (b' + 1) |z|.",
    SIMULATED,
    "perp_fill._simulate",
)
def partial_basis(p: Proof) -> None:
    v, run, _terms = reduction(p)
    outcome, code = run.value
    p.assume(code.term == 0, z3.Not(outcome["fill"]["opening"]))
    size, after, b = v["size"].term, outcome["fill"]["size"].term, outcome["basis"].term
    p.show(
        z3.And(
            b * absolute(size) <= v["basis"].term * absolute(after),
            v["basis"].term * absolute(after) < (b + 1) * absolute(size),
        )
    )


@lemma(
    "cash-and-basis",
    "Cash and basis tell one story: cash + fee = basis after - basis before - what the fill cost + its "
    "funding; nothing else reaches the account.",
    SIMULATED,
    "perp_fill._simulate",
)
def cash_and_basis(p: Proof) -> None:
    v, run, _terms = reduction(p)
    outcome, code = run.value
    p.assume(code.term == 0)
    d, f = outcome["fill"]["delta"].term, v["funding"].term
    cost = FILL(d, z3.Int("price"), v["long"].term - v["short"].term, z3.Int("scale"))
    fill = outcome["fill"]
    grown = z3.Or(v["size"].term == 0, (v["size"].term > 0) == (d > 0))

    def story(cost: z3.ArithRef, part: z3.ArithRef) -> z3.ArithRef:
        return outcome["basis"].term - v["basis"].term - cost + (part * f) / WAD

    realised = fill["cash"].term + v["fee"].term
    p.show(z3.Implies(z3.And(grown, fill["opening"]), z3.And(realised == 0, story(cost, d) == 0)), "an opening")
    p.show(z3.Implies(z3.Not(fill["opening"]), realised == story(cost, d)), "a reduction")
    p.show(outcome["state"]["basis"].term - z3.Int("s.basis") == outcome["basis"].term - v["basis"].term, "basis_total")


@lemma(
    "owed-part",
    "What is owed to treasury and insurance is at most the protocol's share of the fee, rounded down: "
    "LPs keep the rest.",
    SIMULATED,
    "perp_fill._simulate",
)
def owed_part(p: Proof) -> None:
    v, run, _terms = reduction(p)
    outcome, code = run.value
    fee, owed, part = v["fee"].term, outcome["owed"].term, z3.Int("protocol_share")
    p.assume(code.term == 0)
    p.use(product_sign, fee, part)
    p.show(z3.And(owed >= 0, owed * 10**12 * 10**4 <= fee * part))
    p.use(product_monotone, part, z3.IntVal(5_000), fee)
    p.show(owed * 10**12 * 2 <= fee, "at most half")


@lemma(
    "part-bounds",
    "A partial liquidation closes something and no more than the whole; what it leaves is at least the "
    "smallest position.",
    WIDTHS + "; q of _partial within 1..abs(size) (partial-bounds)",
    "perp_fill._part",
)
def part_bounds(p: Proof) -> None:
    size, mid = p.number("size", -SIZE, SIZE), p.number("mid", 1, PRICE)
    p.assume(size.term != 0)
    margin, maintenance = p.number("margin", 0, 2**103), p.number("maintenance", 1, 2**103)
    q = p.number("q", 1, SIZE)
    p.assume(q.term <= absolute(size.term))
    least = p.number("min_notional", 1, 10**24)
    found = p.run(
        P,
        "perp_fill._part",
        p.number("config", 0, UINT_MAX),
        state_of(p),
        size,
        mid,
        margin,
        maintenance,
        p.number("buffer", 1, 10_000),
        least,
        summaries={**DIVISIONS, "perp_math._partial": lambda *_: q},
    ).value.term
    left = absolute(size.term) - found
    p.show(z3.And(found >= 1, left >= 0))
    p.show(z3.Or(left == 0, left * mid.term >= least.term * WAD), "what is left")


@lemma(
    "partial-bounds",
    "_partial closes something, and no more than the whole.",
    "field widths; shortfall in 1..2^105; K > 0; no revert",
    "perp_math._partial",
)
def partial_bounds(p: Proof) -> None:
    size = p.number("size", -SIZE, SIZE)
    p.assume(size.term != 0)
    found = p.run(
        "MathHarness",
        "perp_math._partial",
        size,
        p.number("price", 1, PRICE),
        p.number("skew", -(2**104), 2**104),
        p.number("scale", 1, SCALE),
        p.number("shortfall", 1, 2**105),
        p.number("ratio8", 0, 2**32),
        p.number("slope8", 0, 2**32),
        p.number("cost8", 0, 2**32),
        summaries=DIVISIONS,
    ).value.term
    p.show(z3.And(found >= 1, found <= absolute(size.term)))
