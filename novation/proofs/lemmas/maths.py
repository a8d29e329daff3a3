"""perp_math: divisions, funding, fills, pnl, fees."""

from __future__ import annotations

import z3

from novation.proofs.facts import cancel, product_monotone, product_sign, zero_product
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    BASIS_TOTAL,
    BPS,
    FIELD,
    FUNDING,
    PPM,
    PRICE,
    SCALE,
    SIZE,
    SKEW,
    WAD,
    WIDTHS,
    maths,
)
from novation.proofs.values import INT_MAX, INT_MIN, Num, number, ranged


@lemma(
    "floor-div",
    "_floor_div never reverts and is the largest integer q with q y <= x.",
    "all int256 x; 0 < y",
    "perp_math._floor_div",
)
def floor_div(p: Proof) -> None:
    x, y = p.number("x", INT_MIN, INT_MAX), p.number("y", 1, INT_MAX)
    run = p.run("MathHarness", "perp_math._floor_div", x, y, returns=False)
    p.show(run.ok, "no revert")
    p.show(run.value.term == x.term / y.term)


@lemma(
    "ceil-div",
    "_ceil_div never reverts and is the smallest integer q with q y >= x.",
    "all int256 x; 0 < y",
    "perp_math._ceil_div",
)
def ceil_div(p: Proof) -> None:
    x, y = p.number("x", INT_MIN, INT_MAX), p.number("y", 1, INT_MAX)
    run = p.run("MathHarness", "perp_math._ceil_div", x, y, returns=False)
    p.show(run.ok, "no revert")
    p.show(run.value.term == -((-x.term) / y.term))


@lemma(
    "clamp",
    "_clamp is x within [-bound, bound], and the bound that x is beyond.",
    "all int256 x; 0 <= bound",
    "perp_math._clamp",
)
def clamp(p: Proof) -> None:
    x, bound = p.number("x", INT_MIN, INT_MAX), p.number("bound", 0, INT_MAX)
    c = maths(p, "_clamp", x, bound).term
    p.show(z3.And(-bound.term <= c, c <= bound.term))
    p.show(z3.Implies(z3.And(-bound.term <= x.term, x.term <= bound.term), c == x.term))
    p.show(z3.Implies(x.term > bound.term, c == bound.term), "above")
    p.show(z3.Implies(x.term < -bound.term, c == -bound.term), "below")


def fill_inputs(p: Proof) -> tuple[Num, Num, Num]:
    return p.number("price", 0, PRICE), p.number("skew", -SKEW, SKEW), p.number("scale", 1, SCALE)


@lemma(
    "fill-split",
    "A size filled in two parts costs as much as at once, or one wei more: never less. By induction n "
    "parts cost 0 to n - 1 wei more.",
    f"{WIDTHS}; both parts of any sign; fills that do not revert",
    "perp_math._fill_cost",
)
def fill_split(p: Proof) -> None:
    d, e = p.ints("d e", -SIZE, SIZE)
    price, skew, scale = fill_inputs(p)
    first = maths(p, "_fill_cost", d, price, skew, scale)
    second = maths(p, "_fill_cost", e, price, plus(skew, d), scale)
    whole = maths(p, "_fill_cost", plus(d, e), price, skew, scale)
    more = first.term + second.term - whole.term
    unit = 2 * scale.term * WAD
    p.use(cancel, more, 2, unit)
    p.use(cancel, -1, more, unit)
    p.show(z3.And(more >= 0, more <= 1))


@lemma(
    "fill-round-trip",
    "Opening and closing the same size at one price costs 0 or 1 wei: a round trip never earns.",
    f"{WIDTHS}; fills that do not revert",
    "perp_math._fill_cost",
)
def fill_round_trip(p: Proof) -> None:
    d = p.number("d", -SIZE, SIZE)
    price, skew, scale = fill_inputs(p)
    there = maths(p, "_fill_cost", d, price, skew, scale)
    back = maths(p, "_fill_cost", minus(d), price, plus(skew, d), scale)
    total = there.term + back.term
    p.use(cancel, total, 2, 2 * scale.term * WAD)
    p.use(cancel, -1, total, 2 * scale.term * WAD)
    p.show(z3.And(total >= 0, total <= 1))


@lemma(
    "fill-up",
    "_fill_cost is the exact cost rounded up by less than a wei.",
    f"{WIDTHS}; fills that do not revert",
    "perp_math._fill_cost",
)
def fill_up(p: Proof) -> None:
    d = p.number("d", -SIZE, SIZE)
    price, skew, scale = fill_inputs(p)
    cost = maths(p, "_fill_cost", d, price, skew, scale).term
    exact = d.term * price.term * (2 * scale.term + 2 * skew.term + d.term)
    unit = 2 * scale.term * WAD
    p.show(z3.And(cost * unit >= exact, (cost - 1) * unit < exact))


@lemma(
    "fill-price",
    "A buy costs no less at a higher price, a sale brings no less (skew after and before within K).",
    f"{WIDTHS}; abs(skew), abs(skew + d) <= K; fills that do not revert",
    "perp_math._fill_cost",
)
def fill_price(p: Proof) -> None:
    d = p.number("d", -SIZE, SIZE)
    price, skew, scale = fill_inputs(p)
    higher = p.number("higher", 0, PRICE)
    for s in (skew.term, skew.term + d.term):
        p.assume(s >= -scale.term, s <= scale.term)
    p.assume(price.term <= higher.term)
    low = maths(p, "_fill_cost", d, price, skew, scale).term
    high = maths(p, "_fill_cost", d, higher, skew, scale).term
    premium = 2 * scale.term + 2 * skew.term + d.term
    p.have(premium >= 0, "the premium's sign")
    size = z3.If(d.term >= 0, d.term, -d.term)
    unit = 2 * scale.term * WAD
    p.use(product_sign, size, premium)
    p.use(product_monotone, price, higher, size * premium)
    p.use(cancel, high + 1, low + 1, unit)
    p.use(cancel, low, high + 1, unit)
    p.use(cancel, high, low + 1, unit)
    p.show(z3.If(d.term >= 0, low <= high, high <= low))


def plus(x: Num, y: Num) -> Num:
    return ranged(x.term + y.term, x.low + y.low, x.high + y.high)


def minus(x: Num) -> Num:
    return ranged(-x.term, -x.high, -x.low)


@lemma(
    "liability-fill",
    "At a fixed price and F a fill changes L by what it adds to the bases, or up to 2 wei less: the "
    "pool's NAV changes by fees and 0 to 2 wei, never down.",
    f"{WIDTHS}, abs(F) < 2^135, abs(basis) < 2^143; no reverts",
    "perp_math._fill_cost",
    "perp_math._liability",
)
def liability_fill(p: Proof) -> None:
    d = p.number("d", -SIZE, SIZE)
    price, skew, scale = fill_inputs(p)
    funding, basis = p.number("funding", -FUNDING, FUNDING), p.number("basis", -BASIS_TOTAL, BASIS_TOTAL)
    before = maths(p, "_liability", skew, price, funding, basis, scale)
    cost = maths(p, "_fill_cost", d, price, skew, scale)
    added = maths(p, "_floor_div", ranged(d.term * funding.term, -SIZE * FUNDING, SIZE * FUNDING), number(WAD))
    change = cost.term - added.term
    after = maths(p, "_liability", plus(skew, d), price, funding, ranged(basis.term + change, -(2**200), 2**200), scale)
    # L is - (sum of bases) + worth; NAV is cash - L.
    step = after.term - before.term
    unit = 2 * scale.term * WAD
    worth = [-((-s * price.term * (2 * scale.term + s)) / unit) for s in (skew.term, skew.term + d.term)]
    p.have(z3.Implies(skew.term == 0, worth[0] == 0), "no skew before")
    p.have(z3.Implies(skew.term + d.term == 0, worth[1] == 0), "no skew after")
    premium = worth[0] + cost.term - worth[1]
    p.use(cancel, premium, 2, unit)
    p.use(cancel, -1, premium, unit)
    p.have(z3.And(premium >= 0, premium <= 1), "the worth")
    for none in (skew.term, skew.term + d.term):
        p.use(zero_product, none, funding)
    p.show(z3.And(step <= 0, step >= -2))


@lemma(
    "pnl-down",
    "_pnl is no more than the exact pnl, and less by under 2 wei.",
    f"{WIDTHS}, abs(F) < 2^135, abs(basis) < 2^143",
    "perp_math._pnl",
)
def pnl_down(p: Proof) -> None:
    size, price = p.number("size", -SIZE, SIZE), p.number("price", 0, PRICE)
    funding, basis = p.number("funding", -FUNDING, FUNDING), p.number("basis", -BASIS_TOTAL, BASIS_TOTAL)
    value = maths(p, "_pnl", size, basis, price, funding).term
    exact = size.term * price.term - size.term * funding.term - basis.term * WAD
    p.show(z3.And(value * WAD <= exact, exact < (value + 2) * WAD))


@lemma(
    "pnl-price",
    "A long's pnl does not fall with the price, a short's does not rise.",
    f"{WIDTHS}, abs(F) < 2^135, abs(basis) < 2^143",
    "perp_math._pnl",
)
def pnl_price(p: Proof) -> None:
    size, price, higher = p.number("size", -SIZE, SIZE), p.number("price", 0, PRICE), p.number("higher", 0, PRICE)
    funding, basis = p.number("funding", -FUNDING, FUNDING), p.number("basis", -BASIS_TOTAL, BASIS_TOTAL)
    p.assume(price.term <= higher.term)
    low = maths(p, "_pnl", size, basis, price, funding).term
    high = maths(p, "_pnl", size, basis, higher, funding).term
    p.use(product_monotone, price, higher, size)
    p.use(product_monotone, price, higher, -size.term)
    p.show(z3.If(size.term >= 0, low <= high, high <= low))


@lemma(
    "pnl-zero-sum",
    "The pnl of a long and of the opposite short together never exceed what their bases give: rounding makes no money.",
    f"{WIDTHS}, abs(F) < 2^135",
    "perp_math._pnl",
)
def pnl_zero_sum(p: Proof) -> None:
    size, price, funding = (
        p.number("size", -SIZE, SIZE),
        p.number("price", 0, PRICE),
        p.number("funding", -FUNDING, FUNDING),
    )
    b, c = p.ints("b c", -BASIS_TOTAL, BASIS_TOTAL)
    one, other = maths(p, "_pnl", size, b, price, funding).term, maths(p, "_pnl", minus(size), c, price, funding).term
    p.show(z3.And(one + other <= -b.term - c.term, one + other >= -b.term - c.term - 2))


def fee_inputs(p: Proof) -> tuple[Num, Num, Num, Num, Num, Num]:
    size, lowering = p.ints("size lowering", 0, SIZE)
    maker, taker = p.ints("maker taker", 0, FIELD)
    p.assume(lowering.term <= size.term, maker.term <= taker.term)
    return size, lowering, p.number("price", 0, PRICE), maker, taker, p.number("spread", 0, 100 * BPS)


FEES = "0 <= lowering <= size < 2^103, P < 2^112, maker <= taker < 2^16 ppm, spread <= 1e6 ppm"


@lemma("fee-up", "_fee is not negative and the exact fee rounded up by less than a wei.", FEES, "perp_math._fee")
def fee_up(p: Proof) -> None:
    size, lowering, price, maker, taker, spread = fee_inputs(p)
    left = ranged(size.term - lowering.term, 0, SIZE)
    fee = p.run("MathHarness", "perp_math._fee", size, lowering, price, maker, taker, spread).value.term
    weighted = lowering.term * maker.term + left.term * taker.term + size.term * spread.term
    for a, b in ((lowering, maker), (left, taker), (size, spread)):
        p.use(product_sign, a, b)
    p.have(weighted >= 0)
    p.use(product_sign, price, weighted)
    p.show(z3.And(fee >= 0, fee * PPM * WAD >= price.term * weighted, (fee - 1) * PPM * WAD < price.term * weighted))


@lemma("fee-split", "Two parts pay together as much as the whole or one wei more.", FEES, "perp_math._fee")
def fee_split(p: Proof) -> None:
    s, t = p.ints("s t", 0, SIZE // 2)
    n, m = p.ints("n m", 0, SIZE // 2)
    price, maker, taker = p.number("price", 0, PRICE), p.number("maker", 0, FIELD), p.number("taker", 0, FIELD)
    spread = p.number("spread", 0, 100 * BPS)
    p.assume(n.term <= s.term, m.term <= t.term)
    one = maths(p, "_fee", s, n, price, maker, taker, spread).term
    two = maths(p, "_fee", t, m, price, maker, taker, spread).term
    both = maths(p, "_fee", plus(s, t), plus(n, m), price, maker, taker, spread).term
    p.show(z3.And(one + two >= both, one + two <= both + 1))


@lemma(
    "share-up",
    "_share (reserve, penalty) is the exact part rounded up by less than a wei.",
    "0 <= size < 2^104, P < 2^112, factor < 2^16 bps",
    "perp_math._share",
)
def share_up(p: Proof) -> None:
    size, price, factor = p.number("size", 0, SKEW), p.number("price", 0, PRICE), p.number("factor", 0, FIELD)
    share = p.run("MathHarness", "perp_math._share", size, price, factor).value.term
    exact = factor.term * price.term * size.term
    p.use(product_sign, factor, price)
    p.use(product_sign, factor.term * price.term, size)
    p.show(z3.And(share >= 0, share * BPS * WAD >= exact, (share - 1) * BPS * WAD < exact))
