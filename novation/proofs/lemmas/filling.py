"""OracleAdapter: the one price that an order fills at."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    APART,
    BPS,
    CLOCK,
    MID,
    ORACLE,
    TIME,
    U20,
    confidence_summary,
    distance,
    observation,
    packed,
    words_at,
)
from novation.proofs.lemmas.prices import HALT, NOW, look_of
from novation.proofs.values import UINT_MAX, Num, same

LATE = 30
OBSERVED = (112, 40, 20, 14, 70)  # mid, at, gap, confidence, others
GAPS = "any words (a gap is the seconds to the predecessor, by gap-known, so not above the time)"


def is_first(fields: list[Num], due: z3.ArithRef, end: z3.ArithRef) -> z3.BoolRef:
    """`_is_first` of a word's fields: its predecessor is before `due`, itself in [due, end]."""
    at, gap = fields[1].term, fields[2].term
    return z3.And(gap != 0, at - gap < due, at >= due, at <= end)


def first(p: Proof, name: str, due: Num, end: Num) -> tuple[z3.BoolRef, list[Num]]:
    """`_is_first` of any word, and its fields."""
    word, fields = p.word(name, *OBSERVED)
    p.assume(fields[2].term <= fields[1].term)
    run = p.run(ORACLE, "OracleAdapter._is_first", word, due, end, claims={"unsafe_sub(at, gap)": (0, TIME)})
    p.no_wrap(run)
    return run.value, fields


@lemma(
    "first-means",
    "An observation is the first for an order exactly where its predecessor is known, published before the order is "
    "due, and itself not before and not after the end; no step wraps.",
    GAPS,
    "OracleAdapter._is_first",
)
def first_means(p: Proof) -> None:
    due, end = p.ints("due end", 0, UINT_MAX)
    found, fields = first(p, "word", due, end)
    p.show(found == is_first(fields, due.term, end.term))


@lemma(
    "first-unique",
    "Of two observations of which the older is not newer than the predecessor of the other one, at most one is first "
    "for an order, however long its window.",
    GAPS + "; a network publishes nothing in (previous_at, published_at), as sources prove it",
    "OracleAdapter._is_first",
)
def first_unique(p: Proof) -> None:
    due = p.number("due", 0, UINT_MAX)
    ends = p.ints("end other_end", 0, UINT_MAX)
    (one, a), (other, b) = (first(p, name, due, end) for name, end in zip(("a", "b"), ends, strict=True))
    p.assume(a[1].term <= b[1].term - b[2].term)
    p.show(z3.Not(z3.And(one, other)))


@lemma(
    "first-of-seen",
    "A brought observation fills exactly the orders due after the predecessor that its source proved, and not after "
    "itself, whose window holds it; none where the predecessor is not known or more than 2^20 - 1 s older.",
    "_gap as gap-known has it; times below 2^40",
    "feed_judge._gap",
    "OracleAdapter._is_first",
)
def first_of_seen(p: Proof) -> None:
    due, end = p.ints("due end", 0, UINT_MAX)
    seen, confidence = observation(p), p.number("confidence", 0, 2**14 - 1)
    gap = p.run(ORACLE, "feed_judge._gap", seen).value
    at, before = seen["published_at"], seen["previous_at"].term
    found, fields = first(p, "word", due, end)
    values = [seen["mid"].term, at.term, gap.term, confidence.term]
    for field, value in zip(fields, values, strict=False):
        p.assume(field.term == value)  # its name
    p.assume(fields[4].term == 0)
    p.show(packed([field.term for field in fields[:4]]) == packed(values), "the brought word")
    known = z3.And(before != 0, at.term - before <= U20)
    p.show(found == z3.And(known, before < due.term, due.term <= at.term, at.term <= end.term))


@lemma(
    "known-first",
    "Of a pull feed that observation is known to be an order's which is the first for it: the newest where it is not "
    "doubted (its gap is another one then), else the one that is kept beside it; else none.",
    GAPS,
    "OracleAdapter._first_known",
    "OracleAdapter._is_first",
)
def known_first(p: Proof) -> None:
    feed, due, end = p.ints("feed due end", 0, UINT_MAX)
    (newest, a), (older, b) = (p.word(name, *WIDTHS) for name in ("newest", "older"))
    for fields in (a, b):
        p.assume(fields[2].term <= fields[1].term)
    found = p.run(
        ORACLE,
        "OracleAdapter._first_known",
        feed,
        due,
        end,
        state=words_at(p, {"_stored": (feed, newest), "_brought": (feed, older)}),
        claims={"unsafe_sub(at, gap)": (0, TIME)},
    ).value.term
    first_, second = z3.And(a[4].term == 0, is_first(a, due.term, end.term)), is_first(b, due.term, end.term)
    p.show(found == z3.If(first_, newest.term, z3.If(second, older.term, 0)))


WIDTHS = (112, 40, 20, 68, 1, 15)  # mid, at, gap, others, doubted, run


@lemma(
    "brought-first",
    "An order on a pull feed fills at the observation that is known to be the first for it, at its price; later "
    "than 30 s after it was due only where the newest price is later than that too, and no older than 30 s, or the "
    "fallback's. Its spread is its confidence, at least the deviation where it fills more than 30 s after it or "
    "beside a fallback, and beside that at least the fallback's deviation too.",
    "known-first; nothing stored is of the future; due in time (the order was committed); runs that do not revert",
    "OracleAdapter._brought_for",
)
def brought_first(p: Proof) -> None:
    end = p.number("end", 0, UINT_MAX)
    due, (config, settings) = p.number("due", 0, TIME), p.word("config", 200, 14, 42)
    feed, (fallback, other) = p.number("feed", 0, UINT_MAX), p.word("fallback", 180, 14, 62)
    known, fields = p.word("known", *OBSERVED)
    look = look_of(p)
    p.assume(fields[1].term <= NOW, NOW >= LATE)
    run = p.run(
        ORACLE,
        "OracleAdapter._brought_for",
        feed,
        config,
        look,
        known,
        due,
        end,
        state=words_at(p, {"_fallbacks": (feed, fallback)}),
        bounds={"block.timestamp": (LATE, TIME)},
        claims={"unsafe_sub(block.timestamp, words._at(known))": (0, TIME)},
    )
    p.no_wrap(run)
    mid, spread = (item.term for item in run.value)
    p.show(z3.And(known.term != 0, mid == fields[0].term), "its price")
    newer = z3.And(look["at"].term > due.term + LATE, look["at"].term > NOW - LATE)
    p.show(z3.Implies(due.term + LATE < NOW, z3.Or(newer, look["is_fallback"])), "a newer price beside it")
    own, deviation, beside = fields[3].term, settings[1].term, other[1].term
    late = z3.Or(look["is_fallback"], NOW - fields[1].term > LATE)
    wide = z3.If(z3.And(late, deviation > own), deviation, own)
    p.show(spread == z3.If(z3.And(look["is_fallback"], beside > wide), beside, wide), "its spread")


@lemma(
    "pushed-first",
    "An order on a push feed fills at an observation that is fit and the first for it; or, when its window is over, "
    "at the one in force: older than the order, no older than trade_age at the end (of a fallback its own age), and "
    "the next one later than the end or none, it being the newest. While the fallback prices the feed only when the "
    "window is over.",
    "any settings, any look; what the source answers is anything of its type; runs that do not revert",
    "OracleAdapter._pushed_for",
)
def pushed_first(p: Proof) -> None:
    feed, due, end, id_ = p.ints("feed due end id", 0, UINT_MAX)
    config, settings = p.word("config", 160, 20, 20, 14, 42)
    fallback, other = p.word("fallback", 160, 20, 14, 62)
    look, unfit = look_of(p), p.number("unfit", 0, 2**64)
    confidence = p.number("confidence in bps", 0, BPS)
    p.assume(due.term <= end.term)
    run = p.run(
        ORACLE,
        "OracleAdapter._pushed_for",
        feed,
        config,
        look,
        due,
        end,
        id_,
        state=words_at(p, {"_fallbacks": (feed, fallback)}),
        bounds=CLOCK,
        summaries={"feed_judge._unfit": lambda *_: unfit, "feed_judge._confidence": confidence_summary},
    )
    mid, spread = (item.term for item in run.value)
    seen = {name: item.term for name, item in run.returned["observation"][0].items()}
    at, following = seen["published_at"], run.returned["following"][0].term
    p.show(z3.And(seen["id"] == id_.term, mid == seen["mid"], unfit.term == 0, at <= NOW), "a price")
    is_first_ = z3.And(at >= due.term, at <= end.term, seen["previous_at"] != 0, seen["previous_at"] < due.term)
    spare = look["is_fallback"]
    oldest, deviation = (z3.If(spare, other[n].term, settings[m].term) for n, m in ((1, 1), (2, 3)))
    closed, last = end.term < NOW, z3.And(following == 0, at == look["at"].term)
    in_force = z3.And(at < due.term, closed, end.term - at <= oldest, z3.Or(following > end.term, last))
    p.show(z3.Or(is_first_, in_force), "the one")
    p.show(z3.Implies(spare, closed), "a fallback")
    own = confidence.term
    wide = z3.If(deviation > own, deviation, own)
    narrow = z3.And(is_first_, NOW - at <= LATE, z3.Not(spare))
    p.show(spread == z3.If(narrow, own, wide), "its spread")


SOURCES = ("brought", "pushed")


@lemma(
    "fill-bound",
    "observe_at answers in no HALT. An order on a pull feed fills at the observation that is known to be its own; "
    "one on a push feed, or with none known while the fallback prices it, at the one that is asked for. A price "
    "that is not the newest is within the move's limit of the newest, of a feed with a reference within twice the "
    "divergence. The newest is what observe answers.",
    "any settings; _observed, _first_known, _brought_for, _pushed_for: any answer; runs that do not revert",
    "OracleAdapter.observe_at",
)
def fill_bound(p: Proof) -> None:
    config, flags = p.word("config", 236, 1, 1, 18)
    limits, settings = p.word("limits", 54, 14, 14, 14, 160)
    feed, due, window, id_ = p.ints("feed due window id", 0, UINT_MAX)
    look, known = look_of(p), p.number("known", 0, UINT_MAX)
    brought, pushed = ((p.number(f"{name}.mid", 0, MID), p.number(f"{name}.spread", 0, BPS)) for name in SOURCES)
    price = {name: p.number(f"price.{name}", 0, MID) for name in ("low", "mid", "high", "published_at", "status")}
    asked: list[Any] = []

    def prices(translator: Any, arguments: list[Any], state: Any) -> Any:
        asked.append(arguments[0])
        return price

    run = p.run(
        ORACLE,
        "OracleAdapter.observe_at",
        feed,
        due,
        window,
        id_,
        state=words_at(p, {"_feeds": (feed, config), "_limits": (feed, limits)}),
        summaries={
            **APART,
            "OracleAdapter._observed": lambda *_: look,
            "OracleAdapter._first_known": lambda *_: known,
            "OracleAdapter._brought_for": lambda *_: brought,
            "OracleAdapter._pushed_for": lambda *_: pushed,
            "OracleAdapter._price": prices,
        },
    )
    newest, mid, spread = run.value
    p.show(look["status"].term != HALT, "no HALT")
    p.assume(z3.Or(look["source"].term != 0, flags[1].term == 0))
    is_brought = z3.And(flags[1].term == 0, z3.Or(known.term != 0, look["source"].term == 0))
    by, of = (z3.If(is_brought, one.term, other.term) for one, other in zip(brought, pushed, strict=True))
    p.show(z3.And(mid.term == by, spread.term == 100 * of), "the fill")
    p.show(z3.And(same(newest, price), same(asked[0], look)), "the newest")
    limit = z3.If(flags[2].term == 1, 2 * settings[3].term, settings[1].term)
    near = distance(mid, look["mid"]) * BPS <= limit * look["mid"].term
    p.show(z3.Or(mid.term == look["mid"].term, limit == 0, near), "its distance")
