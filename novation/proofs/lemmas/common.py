"""Bounds that the contracts enforce, and what stands for a function whose lemma is proven.

The bounds are the widths of packed words (`market_words` refuses what does not fit) and of the fields of a config word.
"""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.lemma import Proof
from novation.proofs.state import State
from novation.proofs.translate import Translator
from novation.proofs.values import UINT_MAX, Num, Value, ranged

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


# ------------------------------------------------------------------ feeds

ORACLE = "OracleAdapter"
MID, U14, U15, U20, U32 = 2**112 - 1, 2**14 - 1, 2**15 - 1, 2**20 - 1, 2**32 - 1
NEVER = U20
MOST = BPS - 1  # of a limit in bps: OracleAdapter._check
STORED = (112, 40, 20, 14, 14, 20, 20, 1, 15)  # mid, at, gap, confidence, spread, checked, breaker, doubted, run
STARTS = (0, 112, 152, 172, 186, 200, 220, 240, 241)
CONFIG = (160, 20, 20, 14, 20, 2, 1, 1, 1, 17)  # source, ages, deviation, reference's age, status, flags, unused
LIMITS = (20, 20, 14, 14, 14, 14, 20, 20, 20, 100)  # bands, confidence, move, swing, divergence, window, calm, refresh
DIFFERENCE = {"unsafe_sub(max(mid, other), min(mid, other))": (0, MID)}
PRICES = "prices in (0, 2^112), as the band has them"
NEWER = "times below 2^40, an observation not older than what is stored"


CLOCK = {"block.timestamp": (0, TIME)}


def observation(p: Proof, name: str = "seen", low: int = 1) -> dict[str, Num]:
    """What a source says, once its price is inside the band."""
    return {
        "id": p.number(f"{name}.id", 0, UINT_MAX),
        "mid": p.number(f"{name}.mid", low, MID),
        "confidence": p.number(f"{name}.confidence", 0, 2**128 - 1),
        "published_at": p.number(f"{name}.published_at", 0, TIME),
        "previous_at": p.number(f"{name}.previous_at", 0, UINT_MAX),
    }


def distance(x: Num, y: Num) -> z3.ArithRef:
    """Between two prices."""
    return z3.If(x.term >= y.term, x.term - y.term, y.term - x.term)


def packed(values: list[z3.ArithRef], starts: tuple[int, ...] = STARTS) -> z3.ArithRef:
    """A word of fields."""
    return z3.Sum([value * 2**at for value, at in zip(values, starts, strict=False)])


def is_apart_summary(translator: Any, arguments: list[Value], state: State) -> z3.BoolRef:
    """`_is_apart` by its lemma."""
    mid, other, limit = arguments
    return distance(mid, other) * BPS > limit.term * other.term


def confidence_summary(translator: Any, arguments: list[Value], state: State) -> Num:
    """`_confidence` by its lemma: one number for an observation."""
    return ranged(z3.Int("confidence in bps"), 0, BPS)


APART = {"feed_words._is_apart": is_apart_summary}


def now(p: Proof) -> Num:
    """The block's time."""
    return p.number("block.timestamp", 0, TIME)


def words_at(p: Proof, words: dict[str, tuple[Num, Num]]) -> State:
    """Storage with a word at a feed, by the variable's name, at a time that fits its field."""
    state = Translator(p.opened(ORACLE)).start()
    state.note(now(p))
    for name, (feed, word) in words.items():
        state.store[f"{ORACLE}.{name}"] = z3.Store(z3.Array(name, z3.IntSort(), z3.IntSort()), feed.term, word.term)
    return state
