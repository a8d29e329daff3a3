"""OracleAdapter: what may be done at a price, and the one price of an order."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.facts import product_sign
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    BPS,
    CLOCK,
    CONFIG,
    MID,
    MOST,
    NEVER,
    ORACLE,
    STORED,
    TIME,
    U20,
    confidence_summary,
    words_at,
)
from novation.proofs.translate import Run
from novation.proofs.values import ADDRESS_MAX, UINT_MAX, Num, number

NORMAL, REDUCE_ONLY, HALT, AGED = 1, 2, 4, 8
NOW = z3.Int("block.timestamp")


def look_of(p: Proof, name: str = "look") -> dict[str, Any]:
    """Any price that may be looked at."""
    return {
        "status": p.number(f"{name}.status", NORMAL, AGED),
        "mid": p.number(f"{name}.mid", 0, MID),
        "at": p.number(f"{name}.at", 0, TIME),
        "spread": p.number(f"{name}.spread", 0, MOST),
        "source": p.number(f"{name}.source", 0, ADDRESS_MAX),
        "is_fallback": z3.Bool(f"{name}.is_fallback"),
    }


@lemma(
    "price-sides",
    "low <= mid <= high, low exactly rounded down and high up; no step wraps. Time and status are the look's.",
    "mid < 2^112, spread < 10,000 (believed-unwidened)",
    "OracleAdapter._price",
)
def price_sides(p: Proof) -> None:
    look = look_of(p)
    run = p.run(ORACLE, "OracleAdapter._price", look)
    p.no_wrap(run)
    low, mid, high = (run.value[name].term for name in ("low", "mid", "high"))
    spread = look["spread"].term
    p.use(product_sign, mid, spread)
    p.use(product_sign, mid, BPS - spread)
    p.show(z3.And(low >= 0, low <= mid, mid <= high, mid == look["mid"].term))
    down, up = mid * (BPS - spread), mid * (BPS + spread)
    p.show(z3.And(low * BPS <= down, (low + 1) * BPS > down), "down")
    p.show(z3.And(high * BPS >= up, (high - 1) * BPS < up), "up")
    p.show(z3.And(run.value["published_at"].term == look["at"].term, run.value["status"].term == look["status"].term))


# ------------------------------------------------------------------ status


def looked(p: Proof, has_fallback: bool) -> tuple[Run, list[Num], list[Num], z3.BoolRef, z3.BoolRef]:
    """`_look` at any words: the run, the fields of config and stored, whether the source is silent and the chain up."""
    config, settings = p.word("config", *CONFIG)
    word, fields = p.word("stored", *STORED)
    p.assume(fields[1].term <= NOW, settings[5].term <= 1)
    p.assume(z3.Implies(fields[0].term == 0, fields[1].term == 0), NOW > U20)
    if not has_fallback:
        p.assume(settings[8].term == 0)
    silent, other = z3.Bool("is_silent"), look_of(p, "other")
    run = p.run(
        ORACLE,
        "OracleAdapter._look",
        number(0),
        config,
        word,
        silent,
        state=words_at(p, {}),
        bounds=CLOCK,
        summaries={"OracleAdapter._look_at_fallback": lambda *_: other},
    )
    up = z3.Or(z3.Int("OracleAdapter.UPTIME") == 0, run.returned["is_up"][0])
    return run, settings, fields, silent, up


ANY_LOOK = (
    "any words (the floor status is 0 or 1); what is stored is not of the future; any answer of the sequencer's feed"
)


@lemma(
    "halt-exact",
    "Without a fallback the status is HALT exactly where the sequencer is down, there is no price, it is older than "
    "close_age, it is doubted or its source is silent; else it is AGED exactly where it is older than trade_age. The "
    "price is the stored one, whatever the status.",
    ANY_LOOK,
    "OracleAdapter._look",
)
def halt_exact(p: Proof) -> None:
    run, settings, fields, silent, up = looked(p, False)
    found = {name: item.term for name, item in run.value.items() if isinstance(item, Num)}
    old = NOW - fields[1].term > settings[2].term
    halted = z3.Or(z3.Not(up), fields[0].term == 0, old, fields[7].term == 1, silent)
    p.show((found["status"] == HALT) == halted, "HALT")
    aged = z3.And(z3.Not(halted), NOW - fields[1].term > settings[1].term)
    p.show((found["status"] == AGED) == aged, "AGED")
    p.show(z3.And(found["mid"] == fields[0].term, found["at"] == fields[1].term, found["spread"] == fields[4].term))


@lemma(
    "normal-means",
    "The status is NORMAL only where the floor is, the sequencer is up, the source speaks and is not doubted, the "
    "price is no older than trade_age, its breaker is over, and a reference agreed with it no longer than "
    "reference_age before now; and then always, of the stored price.",
    ANY_LOOK + "; the fallback by fallback-reduces; trade_age <= close_age (_check)",
    "OracleAdapter._look",
)
def normal_means(p: Proof) -> None:
    run, settings, fields, silent, up = looked(p, True)
    p.assume(settings[1].term <= settings[2].term, z3.Int("other.status") != NORMAL)
    age = NOW - fields[1].term
    agreed = z3.And(fields[5].term != NEVER, age + fields[5].term <= settings[4].term)
    means = z3.And(
        up,
        z3.Not(silent),
        fields[0].term != 0,
        fields[7].term == 0,
        age <= settings[1].term,
        age >= fields[6].term,
        z3.Or(settings[7].term == 0, agreed),
        settings[5].term == 0,
    )
    p.show((run.value["status"].term == NORMAL) == means)
    p.show(z3.Implies(means, z3.And(run.value["mid"].term == fields[0].term, z3.Not(run.value["is_fallback"]))))


@lemma(
    "fallback-waits",
    "The fallback is asked exactly where there is one, the sequencer is up, the last good price is none or older than "
    "close_age, and nothing was heard of the source for as long, also nothing that it doubts.",
    ANY_LOOK + "; what was heard at most 2^20 - 1 s after the stored price (doubted-word)",
    "OracleAdapter._look",
    "feed_words._heard_at",
)
def fallback_waits(p: Proof) -> None:
    run, settings, fields, _, up = looked(p, True)
    p.assume(z3.Bool("other.is_fallback"))
    heard = fields[1].term + z3.If(fields[7].term == 1, fields[2].term, 0)
    close_age = settings[2].term
    old = z3.Or(fields[0].term == 0, NOW - fields[1].term > close_age)
    quiet = z3.And(heard <= NOW, NOW - heard > close_age)
    p.show(run.value["is_fallback"] == z3.And(up, settings[8].term == 1, old, quiet))


@lemma(
    "fallback-reduces",
    "A fallback's price is AGED, newer than the source's last good one, no older than fallback_age, fit, "
    "and no narrower than its deviation and its own interval; else what was found in HALT stays.",
    "any settings, any look; _unfit, _confidence by their lemmas; what the fallback answers is anything of its type",
    "OracleAdapter._look_at_fallback",
)
def fallback_reduces(p: Proof) -> None:
    word, parts = p.word("fallback", 160, 20, 14, 62)
    feed, unfit = p.number("feed", 0, UINT_MAX), p.number("unfit", 0, 2**64)
    confidence = p.number("confidence in bps", 0, BPS)
    found = look_of(p)
    p.assume(found["status"].term == HALT, z3.Not(found["is_fallback"]))
    run = p.run(
        ORACLE,
        "OracleAdapter._look_at_fallback",
        feed,
        found,
        state=words_at(p, {"_fallbacks": (feed, word)}),
        bounds=CLOCK,
        summaries={"feed_judge._unfit": lambda *_: unfit, "feed_judge._confidence": confidence_summary},
    )
    seen = {name: item.term for name, item in run.returned["latest"][0].items()}
    at, look = seen["published_at"], run.value
    good = z3.And(seen["id"] != 0, at <= NOW, at > found["at"].term, NOW - at <= parts[1].term, unfit.term == 0)
    p.show(look["is_fallback"] == good, "where it is used")
    p.show(look["status"].term == z3.If(good, AGED, HALT), "the status")
    p.show(z3.Implies(good, z3.And(look["mid"].term == seen["mid"], look["at"].term == at)), "its price")
    spread = look["spread"].term
    p.show(z3.Implies(good, z3.And(spread >= parts[2].term, spread >= confidence.term)), "its spread")
    same = [look[name].term == found[name].term for name in ("mid", "at", "spread", "source")]
    p.show(z3.Implies(z3.Not(good), z3.And(*same)), "what was found")
