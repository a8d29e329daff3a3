"""Arithmetic that the lemmas use by instances. Each is proven for all integers."""

from __future__ import annotations

import z3

from novation.proofs.lemma import fact


@fact("product_sign", "A product of two numbers that are not negative is not negative.")
def product_sign(x: z3.ArithRef, y: z3.ArithRef) -> z3.BoolRef:
    return z3.Implies(z3.And(x >= 0, y >= 0), x * y >= 0)


@fact("product_monotone", "x <= y and c >= 0: c * x <= c * y.")
def product_monotone(x: z3.ArithRef, y: z3.ArithRef, c: z3.ArithRef) -> z3.BoolRef:
    return z3.Implies(z3.And(x <= y, c >= 0), c * x <= c * y)


@fact("cancel", "d > 0 and d * x < d * y: x < y.")
def cancel(x: z3.ArithRef, y: z3.ArithRef, d: z3.ArithRef) -> z3.BoolRef:
    return z3.Implies(z3.And(d > 0, d * x < d * y), x < y)


@fact("zero_product", "A product with zero is zero.")
def zero_product(x: z3.ArithRef, y: z3.ArithRef) -> z3.BoolRef:
    return z3.Implies(x == 0, x * y == 0)


@fact("quotient", "q is the quotient of q * y + r by y where 0 <= r < y.")
def quotient(q: z3.ArithRef, r: z3.ArithRef, y: z3.ArithRef) -> z3.BoolRef:
    return z3.Implies(z3.And(r >= 0, r < y), (q * y + r) / y == q)


@fact("top_after_pending", "Clearing bit 0 of a word keeps its top 104 bits.")
def top_after_pending(w: z3.ArithRef) -> z3.BoolRef:
    return w / 2 * 2 / 2**152 == w / 2**152


@fact("top_after_flag", "Clearing bits 48 to 87 of a word keeps its top 104 bits.")
def top_after_flag(w: z3.ArithRef) -> z3.BoolRef:
    return (w % 2**48 + w / 2**88 * 2**88) / 2**152 == w / 2**152
