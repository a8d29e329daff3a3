"""perp_math._accrue and _between, perp_market._accrued: funding within its cap."""

from __future__ import annotations

import z3

from novation.proofs.facts import cancel, product_monotone, product_sign
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    DIVISIONS,
    FIELD,
    FUNDING,
    PRICE,
    RATE_MAX,
    SCALE,
    SKEW,
    TIME,
    VELOCITY,
)
from novation.proofs.translate import Run
from novation.proofs.values import Num

BOUNDS = (
    "field widths: rate_max < 2^24 * 1e24, velocity < 2^24 * 1e21, dt < 2^40, abs(skew) < 2^104; abs(rate) <= rate_max"
)


def accrual(p: Proof, dt: Num | None = None) -> tuple[dict[str, Num], Run]:
    """`_accrue` within the widths."""
    v = {
        "funding": p.number("funding", -FUNDING, FUNDING),
        "rate": p.number("rate", -RATE_MAX, RATE_MAX),
        "price": p.number("price", 0, PRICE),
        "skew": p.number("skew", -SKEW, SKEW),
        "scale": p.number("scale", 1, SCALE),
        "velocity": p.number("velocity", 0, VELOCITY),
        "rate_max": p.number("rate_max", 1, RATE_MAX),
        "dt": p.number("dt", 0, TIME) if dt is None else dt,
    }
    p.assume(-v["rate_max"].term <= v["rate"].term, v["rate"].term <= v["rate_max"].term)
    skew, scale, velocity = v["skew"].term, v["scale"].term, v["velocity"].term
    hints = []
    for side in (skew, -skew, scale):
        hints += [product_sign(velocity, side), product_monotone(side, scale, velocity)]
        quotient = velocity * side / scale
        hints += [cancel(velocity, quotient, scale), cancel(quotient, z3.IntVal(0), scale)]
    run = p.run(
        "MathHarness",
        "perp_math._accrue",
        *v.values(),
        summaries=DIVISIONS,
        claims={"acceleration": (-VELOCITY, VELOCITY)},
        hints=hints,
    )
    return v, run


@lemma("accrue-clamp", "The funding rate stays within its cap.", BOUNDS, "perp_math._accrue", "perp_math._clamp")
def accrue_clamp(p: Proof) -> None:
    v, run = accrual(p)
    after, cap = run.value[1].term, v["rate_max"].term
    p.show(z3.And(-cap <= after, after <= cap))


@lemma("accrue-direction", "The rate rises where longs prevail and falls where shorts do.", BOUNDS, "perp_math._accrue")
def accrue_direction(p: Proof) -> None:
    v, run = accrual(p)
    skew, rate, after, velocity = v["skew"].term, v["rate"].term, run.value[1].term, v["velocity"].term
    for side in (1, -1):
        clamped = z3.If(side * skew > v["scale"].term, v["scale"].term, side * skew)
        p.use(product_sign, velocity, clamped)
        p.use(product_sign, velocity * clamped / v["scale"].term, v["dt"])
    p.show(z3.Implies(skew >= 0, after >= rate))
    p.show(z3.Implies(skew <= 0, after <= rate))


@lemma("accrue-still", "Without time or, at rate 0, without skew nothing accrues.", BOUNDS, "perp_math._accrue")
def accrue_still(p: Proof) -> None:
    v, run = accrual(p)
    funding, rate = run.value
    still = z3.Or(v["dt"].term == 0, z3.And(v["skew"].term == 0, v["rate"].term == 0))
    p.show(z3.Implies(still, z3.And(funding.term == v["funding"].term, rate.term == v["rate"].term)))


@lemma(
    "accrue-widths",
    "No unchecked operation of an accrual wraps.",
    BOUNDS + "; P < 2^112, abs(F) < 2^135",
    "perp_math._accrue",
)
def accrue_widths(p: Proof) -> None:
    _, run = accrual(p)
    p.no_wrap(run)


@lemma(
    "ramp-between",
    "_between is between the old value and the new one, the old at 0.",
    "16-bit values, 0 <= elapsed < duration < 2^40",
    "perp_market._between",
)
def ramp_between(p: Proof) -> None:
    old, new = p.ints("old new", 0, FIELD)
    elapsed, duration = p.number("elapsed", 0, TIME), p.number("duration", 1, TIME)
    p.assume(elapsed.term < duration.term)
    run = p.run("MathHarness", "perp_market._between", old, new, elapsed, duration)
    value = run.value.term
    p.no_wrap(run)
    gap = new.term - old.term
    for g in (gap, -gap):
        p.use(product_sign, g, elapsed)
        p.use(product_monotone, elapsed, duration, g)
        p.use(product_monotone, g * elapsed.term / duration.term, g, duration)
    p.use_cancel(gap * elapsed.term / duration.term, gap + 1, duration.term)
    p.use_cancel(-gap * elapsed.term / duration.term, -gap + 1, duration.term)
    p.use_cancel(-1, gap * elapsed.term / duration.term, duration.term)
    p.use_cancel(-1, -gap * elapsed.term / duration.term, duration.term)
    p.show(z3.If(gap >= 0, z3.And(old.term <= value, value <= new.term), z3.And(new.term <= value, value <= old.term)))
    p.show(z3.Implies(elapsed.term == 0, value == old.term), "at the start")
