"""OracleAdapter: what is stored of an observation, and when."""

from __future__ import annotations

from typing import Any, NamedTuple

import z3

from novation.proofs.facts import quotient
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    APART,
    BPS,
    CLOCK,
    MID,
    ORACLE,
    U20,
    now,
    packed,
    words_at,
)
from novation.proofs.state import State
from novation.proofs.values import UINT_MAX, Num, Value, number

STATIC = "what the sources answer is anything of its type"


@lemma(
    "anchor-fresh",
    "_anchor answers a price of the reference published at most reference_age ago, not of the future, or none; what "
    "it asked anew fits its word, bears the block's time, and is what it answers.",
    "any settings; a stored anchor is not of the future; " + STATIC,
    "OracleAdapter._anchor",
)
def anchor_fresh(p: Proof) -> None:
    time = now(p).term
    config, fields = p.word("config", 214, 20, 22)
    held, parts = p.word("anchor", 112, 40, 40, 64)
    p.assume(parts[1].term <= time, parts[2].term <= time)
    feed, limits, mid = p.number("feed", 0, UINT_MAX), p.number("limits", 0, UINT_MAX), p.number("mid", 1, MID)
    state = words_at(p, {"_anchors": (feed, held)})
    run = p.run(
        ORACLE,
        "OracleAdapter._anchor",
        feed,
        config,
        limits,
        mid,
        z3.Bool("is_urgent"),
        state=state,
        summaries=APART,
        bounds=CLOCK,
    )
    answered, kept = (item.term for item in run.value)
    seen = {name: item.term for name, item in run.returned["latest"][0].items()}
    age = fields[1].term
    asked = seen["mid"] + seen["published_at"] * 2**112 + time * 2**152
    p.show(z3.Or(answered == 0, answered == held.term, answered == asked), "one of three")
    p.show(z3.Implies(z3.And(answered == held.term, kept == 0, answered != 0), time - parts[1].term <= age), "held")
    good = z3.And(seen["mid"] > 0, seen["mid"] <= MID, seen["published_at"] <= time, time - seen["published_at"] <= age)
    p.show(z3.Implies(kept != 0, z3.And(good, kept == asked, answered == kept)), "asked anew")


class Verdict(NamedTuple):
    """`_judge` by its lemmas: the word that it makes with its fields, and why it doubts (0: it does not)."""

    word: Num
    fields: list[Num]
    reason: z3.ArithRef
    summary: Any


def verdict_of(p: Proof, before: list[Num]) -> Verdict:
    """A believed word has what was seen, a doubted one the price that was stored."""
    after, fields = p.word("after", 112, 40, 104)
    reason = p.number("reason", 0, 2**64)
    anchor, swing = p.ints("anchor swing", 0, UINT_MAX)
    price, at, _ = (field.term for field in fields)

    def summary(translator: Any, arguments: list[Value], state: State) -> Value:
        seen, seen_at = arguments[3]["mid"].term, arguments[3]["published_at"].term
        believed = z3.And(seen > 0, price == seen, at == seen_at)
        doubted = z3.And(price == before[0].term, at == before[1].term)
        p.assume(after.term > 0, z3.If(reason.term == 0, believed, doubted))  # a doubt's flag is set
        return {"stored": after, "anchor": anchor, "swing": swing, "reason": reason}

    return Verdict(after, fields, reason.term, summary)


def price_of(
    p: Proof, word: z3.ArithRef, old: Num, before: list[Num], found: Verdict, judged: z3.BoolRef
) -> tuple[z3.ArithRef, z3.ArithRef]:
    """Price and time of the word that is stored afterwards: the old one, or the verdict's."""
    p.have(z3.Or(word == old.term, z3.And(judged, word == found.word.term)), "what is stored")
    last = p.number("last", 0, UINT_MAX).term
    p.assume(last == word)  # its name
    price, at = last % 2**112, (last / 2**112) % 2**40
    for one, fields in ((old, before), (found.word, found.fields)):
        above = one.term / 2**152
        upper = fields[1].term + above * 2**40
        p.use(quotient, upper, last - upper * 2**112, 2**112)
        p.use(quotient, above, last / 2**112 - above * 2**40, 2**40)
        p.have(z3.Implies(last == one.term, z3.And(price == fields[0].term, at == fields[1].term)), "its fields")
    return price, at


HEARD = (112, 40, 20, 68, 1, 15)  # mid, at, gap, others, doubted, unused
JUDGED = "any feed; what is stored is not of the future; _judge by doubted-word, believed-fields and judge-reasons"


@lemma(
    "update-newer",
    "A brought observation changes the price only where it is believed and newer than all that was heard, or of the "
    "time that was doubted; update tells whether it does. The price's time never goes back, nor into the future. One "
    "that is older leaves the price's word as it is; where it is fit and its predecessor known, the brought word says "
    "its price, time, gap and confidence.",
    JUDGED + "; sources answer prices in their words",
    "OracleAdapter.update",
    "OracleAdapter._keep",
)
def update_newer(p: Proof) -> None:
    feed, (word, before) = p.number("feed", 0, UINT_MAX), p.word("stored", *HEARD)
    time = z3.Int("block.timestamp")
    p.assume(before[1].term <= time)
    verdict = verdict_of(p, before)
    gap, confidence, unfit = p.number("gap", 0, U20), p.number("confidence", 0, BPS), p.number("unfit", 0, 2**64)
    run = p.run(
        ORACLE,
        "OracleAdapter.update",
        feed,
        None,
        state=words_at(p, {"_stored": (feed, word)}),
        bounds={**CLOCK, "prove#0.mid": (0, MID)},
        summaries={
            "OracleAdapter._judge": verdict.summary,
            "feed_judge._unfit": lambda *_: unfit,
            "feed_judge._gap": lambda *_: gap,
            "feed_judge._confidence": lambda *_: confidence,
        },
    )
    seen_at, seen = (run.returned["prove"][0][name].term for name in ("published_at", "mid"))
    heard = before[1].term + z3.If(before[4].term == 1, before[2].term, 0)
    judged = z3.Or(seen_at > heard, z3.And(seen_at == heard, before[4].term == 1))
    after = z3.Select(run.state.store["OracleAdapter._stored"], feed.term)
    price, at = price_of(p, after, word, before, verdict, judged)
    told = z3.And(judged, verdict.reason == 0)
    p.show(run.value == told, "what it tells")
    p.have(z3.Implies(told, z3.And(price == seen, at == seen_at)), "believed")
    p.have(z3.Implies(z3.Not(told), z3.And(price == before[0].term, at == before[1].term)), "doubted or older")
    p.show(z3.And(at >= before[1].term, at <= time), "neither back nor of the future")
    p.show(z3.Implies(z3.Not(judged), after == word.term), "the price's word")
    old = z3.Array("OracleAdapter._brought", z3.IntSort(), z3.IntSort())
    brought = [z3.Select(array, feed.term) for array in (run.state.store["OracleAdapter._brought"], old)]
    kept = z3.And(z3.Not(judged), gap.term != 0, unfit.term == 0)
    says = packed([seen, seen_at, gap.term, confidence.term])
    p.show(brought[0] == z3.If(kept, says, brought[1]), "the brought word")


@lemma(
    "observed-newer",
    "Of a push source the price changes only where what it says is believed and not older than all that was heard; "
    "the price's time never goes back, nor into the future; what is looked at is what is stored, and silent where "
    "the source says nothing. A pull feed's words stay.",
    JUDGED + "; any source",
    "OracleAdapter._observed",
    "OracleAdapter._keep",
    "OracleAdapter._is_published",
)
def observed_newer(p: Proof) -> None:
    feed, (config, flags) = p.number("feed", 0, UINT_MAX), p.word("config", 236, 1, 19)
    word, before = p.word("stored", *HEARD)
    time = z3.Int("block.timestamp")
    p.assume(before[1].term <= time)
    verdict = verdict_of(p, before)
    asked: list[Any] = []

    def look(translator: Any, arguments: list[Value], state: State) -> Value:
        asked.extend(arguments)
        return number(0)

    run = p.run(
        ORACLE,
        "OracleAdapter._observed",
        feed,
        config,
        state=words_at(p, {"_stored": (feed, word)}),
        bounds={**CLOCK, "latest#0.mid": (0, MID)},
        summaries={"OracleAdapter._judge": verdict.summary, "OracleAdapter._look": look},
    )
    seen = {name: item.term for name, item in run.returned["latest"][0].items()}
    heard = before[1].term + z3.If(before[4].term == 1, before[2].term, 0)
    speaks = z3.And(seen["id"] != 0, seen["published_at"] <= time)
    judged = z3.And(flags[1].term == 1, speaks, seen["published_at"] >= heard)
    after = z3.Select(run.state.store["OracleAdapter._stored"], feed.term)
    price, at = price_of(p, after, word, before, verdict, judged)
    told = z3.And(judged, verdict.reason == 0)
    p.have(z3.Implies(told, z3.And(price == seen["mid"], at == seen["published_at"])), "believed")
    p.have(z3.Implies(z3.Not(told), z3.And(price == before[0].term, at == before[1].term)), "doubted or older")
    p.show(z3.And(at >= before[1].term, at <= time), "neither back nor of the future")
    p.show(asked[2].term == after, "what is looked at")
    p.show(asked[3] == z3.And(flags[1].term == 1, z3.Not(speaks)), "silent")
