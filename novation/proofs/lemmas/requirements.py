"""Margin requirements and trading fees: perp_math._requirement, perp_market."""

from __future__ import annotations

import z3

from novation.proofs.facts import cancel, product_monotone, product_sign
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import BPS, FIELD, PRICE, SCALE, SIZE, SKEW, WAD
from novation.proofs.values import Num

BOUNDS = (
    "field widths: abs(size) < 2^103, P < 2^112, 0 < K < 2^106, ratio, slope < 2^16, load < 2^105; no "
    "revert (listing-no-overflow)"
)


def absolute(x: z3.ArithRef) -> z3.ArithRef:
    return z3.If(x < 0, -x, x)


def parts(p: Proof, suffix: str = "") -> list[Num]:
    """size, price, ratio, slope, load, scale."""
    return [
        p.number(f"size{suffix}", -SIZE, SIZE),
        p.number(f"price{suffix}", 0, PRICE),
        p.number(f"ratio{suffix}", 0, FIELD),
        p.number(f"slope{suffix}", 0, FIELD),
        p.number(f"load{suffix}", 0, 2 * SKEW),
    ]


def requirement(p: Proof, values: list[Num], scale: Num) -> z3.ArithRef:
    """`_requirement`, with what is known of its product's sign."""
    run = p.run("MathHarness", "perp_math._requirement", *values, scale)
    p.have(product_of(values, scale) >= 0, "the product's sign", *signs(values, scale))
    return run.value.term


def signs(values: list[Num], scale: Num) -> list[z3.BoolRef]:
    size, price, ratio, slope, load = (item.term for item in values)
    notional, weight = absolute(size) * price, ratio * scale.term + slope * load
    return [
        product_sign(absolute(size), price),
        product_sign(ratio, scale.term),
        product_sign(slope, load),
        product_sign(notional, weight),
    ]


def product_of(values: list[Num], scale: Num) -> z3.ArithRef:
    size, price, ratio, slope, load = (item.term for item in values)
    return absolute(size) * price * (ratio * scale.term + slope * load)


@lemma(
    "requirement-up",
    "_requirement is not negative and the exact requirement rounded up by less than a wei.",
    BOUNDS,
    "perp_math._requirement",
)
def requirement_up(p: Proof) -> None:
    values, scale = parts(p), p.number("scale", 1, SCALE)
    found = requirement(p, values, scale)
    unit = BPS * WAD * scale.term
    p.use(cancel, -1, found, unit)
    p.show(
        z3.And(found >= 0, found * unit >= product_of(values, scale), (found - 1) * unit < product_of(values, scale))
    )


@lemma(
    "requirement-monotone",
    "A requirement does not fall when size, price, ratio, slope or load rises: any of them, all at once.",
    BOUNDS,
    "perp_math._requirement",
)
def requirement_monotone(p: Proof) -> None:
    one, other, scale = parts(p), parts(p, "'"), p.number("scale", 1, SCALE)
    p.assume(absolute(one[0].term) <= absolute(other[0].term))
    for a, b in zip(one[1:], other[1:], strict=True):
        p.assume(a.term <= b.term)
    low, high = requirement(p, one, scale), requirement(p, other, scale)
    (s, pr, r, sl, n), (t, qr, u, tl, m) = ([item.term for item in side] for side in (one, other))
    s, t, k = absolute(s), absolute(t), scale.term
    notional, more = s * pr, t * qr
    weight, heavier = r * k + sl * n, u * k + tl * m
    p.have(notional <= more, "the notional", product_monotone(pr, qr, s), product_monotone(s, t, qr))
    p.have(
        weight <= heavier,
        "the weight",
        product_monotone(r, u, k),
        product_monotone(n, m, sl),
        product_monotone(sl, tl, m),
    )
    p.have(
        notional * weight <= more * heavier,
        "the product",
        product_sign(s, pr),
        product_sign(u, k),
        product_sign(tl, m),
        product_monotone(weight, heavier, notional),
        product_monotone(notional, more, heavier),
    )
    unit = BPS * WAD * k
    p.use(cancel, high + 1, low + 1, unit)
    p.use(cancel, high, low, unit)
    p.show(low <= high)


@lemma(
    "listing-no-overflow",
    "A listed market's requirement for a position within its caps and prices does not revert.",
    "the bound of set_market less 1e18 (it forgets the divisor that rounds up): floor(cap * K / 1e4) * P_max + 1e18 < "
    "floor(floor((2^256 - 1) / 2 / K) / (1e4 + slope)); size, load <= floor(cap * K / 1e4), P <= P_max",
    "perp_math._requirement",
    "market_registry._pack_config",
)
def listing_no_overflow(p: Proof) -> None:
    scale, slope = p.number("scale", 1, SCALE), p.number("slope", 0, FIELD)
    interest, highest = p.number("interest", 0, SIZE), p.number("highest", 1, PRICE)
    ratio = p.number("ratio", 0, BPS)
    size, load, price = p.number("size", -SIZE, SIZE), p.number("load", 0, SIZE), p.number("price", 0, PRICE)
    room = (2**255 - 1) / scale.term / (BPS + slope.term)
    p.assume(
        interest.term * highest.term + WAD < room, absolute(size.term) <= interest.term, load.term <= interest.term
    )
    p.assume(price.term <= highest.term, load.term <= scale.term)
    weight = ratio.term * scale.term + slope.term * load.term
    notional, most = absolute(size.term) * price.term, interest.term * highest.term
    k, s = scale.term, BPS + slope.term
    p.have(
        notional <= most,
        "the notional",
        product_monotone(price.term, highest.term, absolute(size.term)),
        product_monotone(absolute(size.term), interest.term, highest.term),
    )
    p.have(
        weight <= k * s,
        "the weight",
        product_monotone(ratio.term, z3.IntVal(BPS), k),
        product_monotone(load.term, k, slope.term),
    )
    p.have(weight >= 0, "its sign", product_sign(ratio.term, k), product_sign(slope.term, load.term))
    p.have((room + 0) * s <= (2**255 - 1) / k, "the room")
    p.have(room * s * k <= 2**255 - 1, "the room of all", product_monotone(room * s, (2**255 - 1) / k, k))
    spare = z3.IntVal(WAD)
    p.have(
        (most + spare) * (k * s) <= 2**255 - 1,
        "most",
        product_monotone(most + spare, room, k * s),
        product_sign(k, s),
    )
    p.have(
        notional * weight <= most * (k * s),
        "the product",
        product_monotone(weight, k * s, notional),
        product_monotone(notional, most, k * s),
        product_sign(absolute(size.term), price.term),
        product_sign(k, s),
    )
    p.have(
        notional * weight >= 0,
        "its sign",
        product_sign(notional, weight),
        product_sign(absolute(size.term), price.term),
    )
    p.use(product_sign, k, slope)
    p.have(notional * weight + BPS * WAD * k <= 2**255 - 1, "room for the rounding")
    run = p.run("MathHarness", "perp_math._requirement", size, price, ratio, slope, load, scale, returns=False)
    p.show(run.ok, "no revert")
