"""Bounds that the contracts enforce, and what stands for a function whose lemma is proven.

The bounds are the widths of packed words (`market_words` refuses what does not fit) and of the fields of a config word.
"""

from __future__ import annotations

import z3

from novation.proofs.lemma import Proof
from novation.proofs.state import State
from novation.proofs.translate import Translator
from novation.proofs.values import Num, Value, ranged

WAD, BPS, PPM, RATE_ONE = 10**18, 10**4, 10**6, 10**36

SIZE = 2**103 - 1  # |size|: position word
SIDE = 2**104 - 1  # long, short: interest word
SKEW = 2**104 - 1  # their difference
SCALE = (2**56 - 1) * 10**15  # K: config word
PRICE = 2**112 - 1  # mark word
FUNDING = 2**135 - 1  # |F|: funding word
BASIS = 2**111 - 1  # |basis|: position word
BASIS_TOTAL = 2**143 - 1  # |basis_total|: mark word
CASH = 2**103 - 1  # |cash|: account word
FIELD = 2**16 - 1  # a field in bps or ppm: config word
RATE_MAX = (2**24 - 1) * 10**24  # rate_max: config word
VELOCITY = (2**24 - 1) * 10**21  # velocity: config word
TIME = 2**40 - 1

WIDTHS = "field widths: abs(size) < 2^103, abs(skew) < 2^104, 0 < K < 2^106, P < 2^112"


def floor_summary(translator: Translator, arguments: list[Value], state: State) -> Num:
    """`_floor_div` by its lemma: z3's own division, for y > 0; where y > 0 is not a matter of ranges, any q that is the
    floor if y > 0."""
    x, y = arguments
    y = state.narrow(y)
    if y.low > 0:
        return ranged(x.term / y.term, *_corners(x, y, lambda a, b: a // b))
    q = z3.FreshInt("floor")
    inside = z3.And(q * y.term <= x.term, x.term < q * y.term + y.term)
    return _between(translator, q, y, inside, x)


def ceil_summary(translator: Translator, arguments: list[Value], state: State) -> Num:
    """`_ceil_div` by its lemma, likewise."""
    x, y = arguments
    y = state.narrow(y)
    if y.low > 0:
        return ranged(-((-x.term) / y.term), *_corners(x, y, lambda a, b: -(-a // b)))
    q = z3.FreshInt("ceil")
    inside = z3.And(q * y.term >= x.term, q * y.term - y.term < x.term)
    return _between(translator, q, y, inside, x)


def _between(translator: Translator, q: z3.ArithRef, y: Num, inside: z3.BoolRef, x: Num) -> Num:
    """A quotient is no larger than what is divided."""
    size = max(abs(x.low), abs(x.high), 1)
    translator.assumed.append(z3.Implies(y.term > 0, z3.And(inside, -size <= q, q <= size)))
    return ranged(q, -size, size)


def _corners(x: Num, y: Num, of: object) -> tuple[int, int]:
    values = [of(a, b) for a in (x.low, x.high) for b in (y.low, y.high)]  # type: ignore[operator]
    return min(values), max(values)


DIVISIONS = {"perp_math._floor_div": floor_summary, "perp_math._ceil_div": ceil_summary}


def maths(proof: Proof, function: str, *arguments: Num, returns: bool = True) -> Num:
    """A function of `perp_math` with its divisions by their lemmas."""
    run = proof.run("MathHarness", f"perp_math.{function}", *arguments, summaries=DIVISIONS, returns=returns)
    return run.value  # type: ignore[no-any-return]


def z(value: Num) -> z3.ArithRef:
    """The term."""
    return value.term
