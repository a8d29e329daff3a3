"""feed_judge: what makes an observation doubtful, what a doubt changes, and what a window of prices remembers."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.expressions import code_number
from novation.proofs.facts import product_monotone, quotient
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    APART,
    BPS,
    MID,
    NEWER,
    ORACLE,
    PRICES,
    STARTS,
    STORED,
    TIME,
    U15,
    U20,
    U32,
    confidence_summary,
    distance,
    observation,
    packed,
)
from novation.proofs.state import State
from novation.proofs.values import UINT_MAX, Num, Value

SWING = (112, 112, 32)  # low, high, the window's number


def bands(p: Proof) -> Any:
    """`_band` by its lemma: the lower price first, then the upper one."""
    found = [p.number("band_low", 0, 2**224), p.number("band_high", 0, MID)]
    turns = iter(found * 4)

    def summary(translator: Any, arguments: list[Value], state: State) -> Num:
        return next(turns)

    return found, summary


@lemma(
    "unfit-bounds",
    "An observation is fit exactly where its price is strictly inside the band and its interval within the limit; so "
    "it fits 112 bits.",
    "any limits word, band as _check bounds it (high < 2^112); any observation; _band by its lemma",
    "feed_judge._unfit",
    "feed_judge._confidence",
)
def unfit_bounds(p: Proof) -> None:
    limits, fields = p.word("limits", 40, 14, 202)
    seen = {**observation(p), "mid": p.number("seen.mid", 0, UINT_MAX)}
    (low, high), band = bands(p)
    p.assume(low.term < high.term)
    inner = {"feed_words._band": band, "feed_judge._confidence": confidence_summary}
    confidence = p.number("confidence in bps", 0, BPS)
    found = p.run(ORACLE, "feed_judge._unfit", limits, seen, summaries=inner).value.term
    inside = z3.And(seen["mid"].term > low.term, seen["mid"].term < high.term)
    narrow = confidence.term <= fields[1].term
    p.show((found == 0) == z3.And(inside, narrow))
    p.show(z3.Implies(found == 0, z3.And(seen["mid"].term > 0, seen["mid"].term <= MID)), "112 bits")
    p.show((found == code_number("BAND")) == z3.Not(inside), "BAND")
    p.show((found == code_number("WIDE")) == z3.And(inside, z3.Not(narrow)), "WIDE")


@lemma(
    "moved-exact",
    "_moved is true exactly where there is a limit, a stored price, and the new one further from it than the limit.",
    "any limits word, any stored word; " + PRICES,
    "feed_judge._moved",
    "feed_words._is_apart",
)
def moved_exact(p: Proof) -> None:
    limits, fields = p.word("limits", 54, 14, 188)
    stored, before = p.word("stored", 112, 144)
    mid = p.number("mid", 1, MID)
    found = p.run(ORACLE, "feed_judge._moved", limits, stored, mid, summaries=APART).value
    limit, last = fields[1].term, before[0]
    far = distance(mid, last) * BPS > limit * last.term
    p.show(found == z3.And(limit != 0, last.term != 0, far))


@lemma(
    "window-number",
    "A later time is in no earlier window, less than a window later in the same or the next one; no step wraps.",
    "windows of 60 s or longer (_check); times below 2^37 (the year 6325)",
    "feed_judge._window",
)
def window_number(p: Proof) -> None:
    limits, fields = p.word("limits", 96, 20, 140)
    at, later = p.ints("at later", 0, 2**37 - 1)
    window = fields[1].term
    p.assume(window >= 60, at.term <= later.term)
    numbers = []
    for time in (at, later):
        run = p.run(ORACLE, "feed_judge._window", limits, time)
        p.no_wrap(run)
        quotient = time.term / window
        p.use(product_monotone, 60, window, quotient)
        p.have(z3.And(quotient >= 0, quotient <= U32), "32 bits")
        p.have(run.value.term == quotient, "the number")
        numbers.append(quotient)
    first, second = numbers
    p.use(product_monotone, second + 1, first, window)
    p.show(second >= first, "no earlier one")
    p.use(product_monotone, first + 2, second, window)
    p.show(z3.Implies(later.term - at.term < window, second <= first + 1), "the next one")


@lemma(
    "swing-holds",
    "A window's word with a price in it holds that price, the lowest and highest of the same window before it, and "
    "the window's number: it is never narrower. Of an earlier window it keeps nothing.",
    "any word; number < 2^32; " + PRICES,
    "feed_judge._swing",
)
def swing_holds(p: Proof) -> None:
    word, fields = p.word("word", *SWING)
    number_, mid = p.number("number", 0, U32), p.number("mid", 1, MID)
    found = p.run(ORACLE, "feed_judge._swing", word, number_, mid).value.term
    low, high = fields[0].term, fields[1].term
    same = z3.And(fields[2].term == number_.term, low != 0)
    lowest = z3.If(z3.And(same, low < mid.term), low, mid.term)
    highest = z3.If(z3.And(same, high > mid.term), high, mid.term)
    p.show(found == lowest + highest * 2**112 + number_.term * 2**224, "its fields")
    after, parts = p.word("after", *SWING)
    for part, value in zip(parts, (lowest, highest, number_.term), strict=True):
        p.assume(part.term == value)  # its name
    p.show(found == after.term, "the same word")
    p.show(z3.And(parts[0].term <= mid.term, mid.term <= parts[1].term, parts[0].term > 0), "holds it")
    p.show(z3.Implies(same, z3.And(parts[0].term <= low, parts[1].term >= high)), "never narrower")


@lemma(
    "swung-every",
    "Where _swung says no, the price is within the limit of every price of that window; where it says yes, beyond "
    "it for the lowest or the highest. Of another window it says no.",
    "a word as swing-holds leaves it (low <= high); number < 2^32; " + PRICES,
    "feed_judge._swung",
    "feed_words._is_apart",
)
def swung_every(p: Proof) -> None:
    limits, settings = p.word("limits", 68, 14, 174)
    word, fields = p.word("word", *SWING)
    low, high = fields[0], fields[1]
    number_, mid, between = p.number("number", 0, U32), p.number("mid", 1, MID), p.number("between", 1, MID)
    p.assume(low.term <= high.term, low.term <= between.term, between.term <= high.term)
    found = p.run(ORACLE, "feed_judge._swung", limits, word, number_, mid, summaries=APART).value
    limit = settings[1].term
    known = z3.And(fields[2].term == number_.term, low.term != 0)
    apart = {x: distance(mid, x) * BPS > limit * x.term for x in (low, high, between)}
    p.show(found == z3.And(known, z3.Or(apart[low], apart[high])), "both ends")
    p.use(product_monotone, low, between, limit)
    p.use(product_monotone, between, high, limit)
    p.show(z3.Implies(z3.And(known, z3.Not(found)), z3.Not(apart[between])), "every price between")


def moved_at(fields: list[Num], at: z3.ArithRef) -> z3.ArithRef:
    """When the run of a stored word's fields began; `at` where it has none."""
    heard = fields[1].term + z3.If(fields[7].term == 1, fields[2].term, 0)
    before = z3.If(fields[8].term == 0, 0, fields[8].term - 1)
    return z3.If(fields[8].term == 0, at, z3.If(heard >= before, heard - before, 0))


@lemma(
    "moved-at",
    "_moved_at is the time that was heard of less the run, of no run the observation's own; never before 1970.",
    "any stored word",
    "feed_judge._moved_at",
)
def moved_at_(p: Proof) -> None:
    word, fields = p.word("stored", *STORED)
    at = p.number("at", 0, TIME)
    found = p.run(ORACLE, "feed_judge._moved_at", word, at).value.term
    p.show(z3.And(found == moved_at(fields, at.term), found >= 0, found <= 2**40 + 2**20))


def doubted(p: Proof) -> tuple[Num, list[Num], Num, z3.BoolRef, Num, list[z3.ArithRef]]:
    """`_doubted` of any word, the time, whether it is a move, when the run began, and the fields of what it makes."""
    word, fields = p.word("stored", *STORED)
    at, is_move, began = p.number("at", 0, TIME), z3.Bool("is_move"), p.number("began", 0, 2**41)
    p.assume(at.term >= fields[1].term)
    run = p.run(
        ORACLE,
        "feed_judge._doubted",
        word,
        at,
        is_move,
        summaries={"feed_judge._moved_at": lambda *_: began},
        claims={
            "unsafe_sub(max(at, words.U20), words.U20)": (0, TIME),
            "unsafe_sub(at, kept_at)": (0, U20),
            "unsafe_sub(at, min(at, first_at))": (0, TIME),
        },
    )
    p.no_wrap(run)
    above = packed([field.term for field in fields[3:7]], tuple(start - STARTS[3] for start in STARTS[3:7]))
    for mask, term in run.masks:
        if mask == UINT_MAX - U20 * 2 ** STARTS[2] - TIME * 2 ** STARTS[1]:  # all but time and gap
            p.use(quotient, above, term - above * 2 ** STARTS[3], 2 ** STARTS[3])
    kept_at = z3.If(at.term - fields[1].term <= U20, fields[1].term, at.term - U20)
    length = z3.If(at.term >= began.term, at.term - began.term, 0) + 1
    lasts = z3.If(z3.Or(is_move, fields[8].term != 0), z3.If(length <= U15, length, U15), 0)
    values = [field.term for field in fields]
    made = [values[0], kept_at, at.term - kept_at, *values[3:7], z3.IntVal(1), lasts]
    return run.value, fields, at, is_move, began, made


@lemma(
    "doubted-word",
    "A doubt keeps the price, confidence, spread, check and breaker; it sets the flag and what was heard of to the "
    "doubted time. The price's time stays, or is 2^20 - 1 s before that where it is older. A move begins a run, any "
    "doubt goes on with one.",
    "any stored word; _moved_at by its lemma; " + NEWER,
    "feed_judge._doubted",
    "feed_words._heard_at",
)
def doubted_word(p: Proof) -> None:
    found, fields, at, _, _, values = doubted(p)
    p.show(found.term == packed(values), "the fields")
    after, changed = p.word("after", *STORED)
    for field, value in zip(changed, values, strict=True):
        p.assume(field.term == value)  # its name
    heard = p.run(ORACLE, "feed_words._heard_at", after).value.term
    p.show(heard == at.term, "what was heard")
    p.show(z3.And(values[1] >= fields[1].term, values[1] <= at.term), "the price's time")


@lemma(
    "run-kept",
    "While moves are doubted, the run's beginning stays the time of the first of them, or is so long ago that any "
    "calm is over.",
    "an observation not older than what was heard of; calm < 2^15 - 1; _doubted, _moved_at by their lemmas",
    "feed_judge._doubted",
    "feed_judge._moved_at",
)
def run_kept(p: Proof) -> None:
    found, fields, at, is_move, began, values = doubted(p)
    p.have(found.term == packed(values), "its fields")
    calm = p.number("calm", 0, U15 - 1)
    heard = fields[1].term + z3.If(fields[7].term == 1, fields[2].term, 0)
    p.assume(is_move, at.term >= heard, began.term == moved_at(fields, at.term))
    p.assume(fields[8].term <= heard + 1)  # a run is no longer than the time that is known
    after = [Num(value, 0, UINT_MAX) for value in values]
    later = moved_at(after, at.term)
    p.show(z3.Or(later == began.term, z3.And(later > began.term, at.term - later >= calm.term)))
