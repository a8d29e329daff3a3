"""feed_words, feed_judge: distances, and what a feed's words hold.

Times are below 2^40, prices below 2^112: the adapter refuses what its band does not hold.
"""

from __future__ import annotations

import z3

from novation.proofs.facts import cancel, product_monotone
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    BPS,
    CONFIG,
    DIFFERENCE,
    MID,
    MOST,
    NEVER,
    NEWER,
    ORACLE,
    PRICES,
    STARTS,
    STORED,
    TIME,
    U14,
    U20,
    distance,
    observation,
    packed,
)
from novation.proofs.values import UINT_MAX, Num, Value, number


def words(p: Proof, function: str, *arguments: Value) -> Value:
    """What a function of `feed_words` returns."""
    return p.run(ORACLE, f"feed_words.{function}", *arguments).value


# ------------------------------------------------------------------ distances


@lemma(
    "apart-exact",
    "_is_apart compares the exact distance with the exact limit; no step wraps.",
    "prices < 2^112, limit < 2^16",
    "feed_words._is_apart",
)
def apart_exact(p: Proof) -> None:
    mid, other, limit = *p.ints("mid other", 0, MID), p.number("limit", 0, 2**16 - 1)
    run = p.run(ORACLE, "feed_words._is_apart", mid, other, limit, claims=DIFFERENCE)
    p.no_wrap(run)
    p.show(run.value == (distance(mid, other) * BPS > limit.term * other.term))


@lemma(
    "apart-up",
    "_apart is the exact distance in bps rounded up, and within a limit exactly where _is_apart says so.",
    "prices < 2^112, the other above 0; limit < 2^16; uses apart-exact",
    "feed_words._apart",
    "feed_words._is_apart",
)
def apart_up(p: Proof) -> None:
    mid, other, limit = p.number("mid", 0, MID), p.number("other", 1, MID), p.number("limit", 0, 2**16 - 1)
    run = p.run(ORACLE, "feed_words._apart", mid, other, claims=DIFFERENCE)
    p.no_wrap(run)
    found, exact = run.value.term, distance(mid, other) * BPS
    p.show(z3.And(found * other.term >= exact, (found - 1) * other.term < exact), "up")
    p.use(product_monotone, found, limit, other)
    p.use(product_monotone, limit.term + 1, found, other)
    is_apart = p.run(ORACLE, "feed_words._is_apart", mid, other, limit, claims=DIFFERENCE).value
    p.show((found <= limit.term) == z3.Not(is_apart), "both alike")


@lemma(
    "confidence-up",
    "_confidence is the interval in bps of the price, rounded up, and 10,000 at most; no step wraps.",
    "a source's confidence < 2^128; " + PRICES,
    "feed_judge._confidence",
)
def confidence_up(p: Proof) -> None:
    seen = observation(p)
    run = p.run(ORACLE, "feed_judge._confidence", seen)
    p.no_wrap(run)
    found, exact, mid = run.value.term, seen["confidence"].term * BPS, seen["mid"].term
    p.show(z3.And(found >= 0, found <= BPS, (found - 1) * mid < exact))
    p.show(z3.Implies(found < BPS, found * mid >= exact), "up")
    p.use(cancel, BPS, found, mid)
    p.show(z3.Implies(exact > MOST * mid, found == BPS), "as wide as the price")


# ------------------------------------------------------------------ words


@lemma(
    "band-word",
    "A band comes out of its word as it went in, and its price is mantissa * 10^exponent; no step wraps.",
    "whatever the packer does not refuse (BOUND)",
    "feed_words._band_word",
    "feed_words._band_of",
    "feed_words._band",
)
def band_word(p: Proof) -> None:
    band = {"mantissa": p.number("mantissa", 0, UINT_MAX), "exponent": p.number("exponent", 0, UINT_MAX)}
    mantissa, exponent = band["mantissa"].term, band["exponent"].term
    word = words(p, "_band_word", band)
    p.show(z3.And(mantissa <= U14, exponent <= 63, word.term < 2**20), "BOUND")
    same, fields = p.word("fields", 14, 6)
    p.assume(fields[0].term == mantissa, fields[1].term == exponent)  # their names
    p.show(word.term == same.term, "the word")
    back = words(p, "_band_of", same)
    p.show(z3.And(back["mantissa"].term == mantissa, back["exponent"].term == exponent), "the fields")
    run = p.run(ORACLE, "feed_words._band", same)
    p.no_wrap(run)
    for n in (0, 1, 14, 31, 63):
        p.show(z3.Implies(exponent == n, run.value.term == mantissa * 10**n), f"10^{n}")


@lemma(
    "heard-at",
    "_heard_at is the time of the stored price, and as much later as the gap says where it is doubted; no step wraps.",
    "any stored word",
    "feed_words._heard_at",
)
def heard_at(p: Proof) -> None:
    word, fields = p.word("stored", *STORED)
    run = p.run(ORACLE, "feed_words._heard_at", word)
    p.no_wrap(run)
    p.show(run.value.term == fields[1].term + z3.If(fields[7].term == 1, fields[2].term, 0))


@lemma(
    "gap-known",
    "_gap is 0 where the predecessor is not known, not older or more than 2^20 - 1 s older; else the seconds between.",
    "any times",
    "feed_judge._gap",
)
def gap_known(p: Proof) -> None:
    seen = {**observation(p), "published_at": p.number("published_at", 0, UINT_MAX)}
    at, before = seen["published_at"].term, seen["previous_at"].term
    found = p.run(ORACLE, "feed_judge._gap", seen).value.term
    known = z3.And(before != 0, before < at, at - before <= U20)
    p.show(z3.And(found == z3.If(known, at - before, 0), found >= 0, found <= U20))


def believed(p: Proof) -> tuple[dict[str, Num], list[Num], list[Num], list[Num], Num, Num, list[Num]]:
    """`_believed` of any words: what was seen, the fields of config, stored and anchor, the breaker, the word, and the
    confidence, gap and distance that are in it."""
    seen = observation(p)
    config, settings = p.word("config", *CONFIG)
    stored, before = p.word("stored", *STORED)
    anchor, reference = p.word("anchor", 112, 40, 40)
    breaker = p.number("breaker", 0, U20)
    p.assume(before[1].term <= seen["published_at"].term, settings[3].term <= MOST)
    inner = [p.number("confidence", 0, BPS), p.number("gap", 0, U20), p.number("apart", 0, MOST)]
    functions = ("feed_judge._confidence", "feed_judge._gap", "feed_words._apart")
    run = p.run(
        ORACLE,
        "feed_judge._believed",
        config,
        stored,
        seen,
        anchor,
        breaker,
        summaries={name: (lambda *_, value=value: value) for name, value in zip(functions, inner, strict=True)},
        claims={
            "left": (0, U20),
            "unsafe_sub(seen.published_at, agreed_at)": (0, TIME),
            "unsafe_sub(ends_at, min(ends_at, seen.published_at))": (0, U20),
        },
    )
    p.no_wrap(run)
    return seen, settings, before, reference, breaker, run.value, inner


def expected(
    seen: dict[str, Num], settings: list[Num], before: list[Num], reference: list[Num], breaker: Num, inner: list[Num]
) -> list[z3.ArithRef]:
    """The fields of a believed observation, as the interface tells them."""
    at, (confidence, gap, apart) = seen["published_at"].term, (item.term for item in inner)
    has_reference = settings[7].term == 1
    agrees = z3.Or(reference[0].term != 0, reference[1].term != 0, reference[2].term != 0)
    spread = z3.If(confidence >= settings[3].term, confidence, settings[3].term)
    spread = z3.If(z3.And(has_reference, agrees, apart > spread), apart, spread)
    before_it = at - z3.If(reference[1].term < at, reference[1].term, at)
    checked = z3.If(has_reference, z3.If(z3.And(agrees, before_it < NEVER), before_it, NEVER), 0)
    left = before[1].term + before[6].term - at
    left = z3.If(left > breaker.term, left, breaker.term)
    return [seen["mid"].term, at, gap, confidence, spread, checked, left, z3.IntVal(0), z3.IntVal(0)]


BELIEVED = (
    f"{NEWER}; deviation, divergence and breaker as _check bounds them (a distance from an anchor beyond the "
    "divergence is no agreement, by apart-up); _confidence, _gap and _apart by their lemmas"
)


@lemma(
    "believed-fields",
    "A believed observation's word holds price, time, gap, confidence, the largest of the three spreads, how long "
    "before it the reference spoke (NEVER where it agreed with none) and what is left of the breaker: no field spills "
    "into another, no step wraps.",
    BELIEVED,
    "feed_judge._believed",
)
def believed_fields(p: Proof) -> None:
    seen, settings, before, reference, breaker, found, inner = believed(p)
    values = expected(seen, settings, before, reference, breaker, inner)
    for value, width in zip(values, STORED, strict=True):
        p.have(z3.And(value >= 0, value < 2**width), "its width")
    p.show(found.term == packed(values))


@lemma(
    "stored-round-trip",
    "Every field comes out of the stored word as it went in, so no two observations have the same word.",
    "fields within their widths, as believed-fields has them",
    "feed_words._mid",
    "feed_words._at",
    "feed_words._seconds",
    "feed_words._bps",
    "feed_words._flag",
)
def stored_round_trip(p: Proof) -> None:
    word, fields = p.word("stored", *STORED)
    p.show(z3.And(words(p, "_mid", word).term == fields[0].term, words(p, "_at", word).term == fields[1].term))
    for n, name in ((2, "_seconds"), (3, "_bps"), (4, "_bps"), (5, "_seconds"), (6, "_seconds")):
        p.show(words(p, name, word, number(STARTS[n])).term == fields[n].term, f"at {STARTS[n]}")
    p.show(words(p, "_flag", word, number(STARTS[7])) == (fields[7].term == 1), "the flag")


@lemma(
    "believed-unwidened",
    "The spread of a believed observation is never below its confidence, the deviation or its distance from the "
    "anchor that vouches for it, and below 10,000 where all of them are.",
    BELIEVED,
    "feed_judge._believed",
)
def believed_unwidened(p: Proof) -> None:
    seen, settings, before, reference, breaker, found, inner = believed(p)
    values = expected(seen, settings, before, reference, breaker, inner)
    p.have(found.term == packed(values), "its fields")
    confidence, apart, spread = inner[0].term, inner[2].term, values[4]
    vouched = z3.And(settings[7].term == 1, reference[0].term != 0)
    p.show(z3.And(spread >= confidence, spread >= settings[3].term, z3.Implies(vouched, spread >= apart)))
    p.show(z3.Implies(confidence <= MOST, spread <= MOST), "below 10,000")


@lemma(
    "breaker-lasts",
    "A breaker ends when the last trip's time is over, whatever is observed meanwhile: never sooner, no later than "
    "the newest trip's own.",
    BELIEVED,
    "feed_judge._believed",
)
def breaker_lasts(p: Proof) -> None:
    seen, settings, before, reference, breaker, found, inner = believed(p)
    values = expected(seen, settings, before, reference, breaker, inner)
    p.have(found.term == packed(values), "its fields")
    at, ends, old = values[1], values[1] + values[6], before[1].term + before[6].term
    p.show(z3.And(ends >= old, ends >= at + breaker.term, z3.Or(ends == old, ends == at + breaker.term)))
    p.show(z3.Implies(z3.And(breaker.term == 0, old <= at), values[6] == 0), "over")
