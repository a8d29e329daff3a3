"""OracleAdapter: which observations are believed, and how long a move must last where nobody vouches for it."""

from __future__ import annotations

from typing import Any, NamedTuple

import z3

from novation.proofs.expressions import code_number
from novation.proofs.facts import product_sign, quotient
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    BPS,
    CLOCK,
    MID,
    MOST,
    NEWER,
    ORACLE,
    STARTS,
    U15,
    U32,
    distance,
    observation,
    packed,
    words_at,
)
from novation.proofs.lemmas.judging import doubted, moved_at
from novation.proofs.lemmas.updating import STATIC
from novation.proofs.state import State
from novation.proofs.translate import Run
from novation.proofs.values import UINT_MAX, Num, Value, number, ranged

JUDGE = "any feed; _unfit, _moved, _moved_at, _swung, _is_apart, _anchor: any answer; " + STATIC


class Judged(NamedTuple):
    """`_judge` of anything: what it found, what it was told, what its parts answered and were asked."""

    run: Run
    stored: Num
    run_less: Num  # the stored word without its run
    seen: dict[str, Num]
    config: list[Num]
    limits: list[Num]
    agreed: Num
    unfit: z3.ArithRef
    began: z3.ArithRef
    moved: z3.BoolRef
    far: z3.BoolRef  # from the reference
    other: z3.BoolRef  # far from the level
    silent: z3.BoolRef  # nothing was heard of for longer than calm
    swung: list[z3.BoolRef]
    asked: dict[str, list[list[Value]]]

    @property
    def reason(self) -> z3.ArithRef:
        """Why it doubts; 0: it does not."""
        return self.run.value["reason"].term

    @property
    def vouched(self) -> z3.BoolRef:
        """Whether a reference speaks."""
        return z3.And(self.config[2].term == 1, self.agreed.term != 0)

    @property
    def apart(self) -> z3.BoolRef:
        """Whether it is doubted as too far from it."""
        return z3.And(self.unfit == 0, self.vouched, self.far)

    @property
    def move(self) -> z3.BoolRef:
        """Whether it is doubted as a move."""
        said_at = z3.If(self.config[1].term == 1, z3.Int("block.timestamp"), self.seen["published_at"].term)
        early = z3.If(said_at > self.began, said_at - self.began, 0) < self.limits[5].term
        return z3.And(self.unfit == 0, z3.Not(self.vouched), self.moved, early)


def judged(p: Proof) -> Judged:
    """`_judge`, of a feed with any words."""
    config, flags = p.word("config", 236, 1, 1, 18)
    stored, parts = p.word("stored", 241, 15)
    limits, settings = p.word("limits", 54, 14, 14, 14, 20, 20, 120)
    feed, level, seen = p.number("feed", 0, UINT_MAX), p.number("level", 0, MID), observation(p)
    agreed, reference = p.word("agreed", 112, 144)
    heard_at = p.number("heard_at", 0, 2**41)
    p.assume(heard_at.term <= seen["published_at"].term)
    unfit, began, window = p.number("unfit", 0, 2**64), p.number("began", 0, 2**41), p.number("window", 0, U32)
    moved, far, other, *swung = z3.Bools("moved far other first second")
    p.assume(z3.Or(*(unfit.term == code_number(text) for text in ("", "BAND", "WIDE"))))
    asked: dict[str, list[list[Value]]] = {}

    def part(name: str, *answers: Value) -> Any:
        asked[name], turns = [], iter(answers)

        def summary(translator: Any, arguments: list[Value], state: State) -> Value:
            asked[name].append(arguments)
            return next(turns)

        return summary

    run = p.run(
        ORACLE,
        "OracleAdapter._judge",
        feed,
        config,
        stored,
        seen,
        state=words_at(p, {"_limits": (feed, limits), "_levels": (feed, level)}),
        bounds=CLOCK,
        summaries={
            "feed_words._is_apart": part("apart", far, other),
            "feed_words._heard_at": part("heard_at", heard_at),
            "feed_judge._unfit": part("unfit", unfit),
            "feed_judge._moved": part("moved", moved),
            "feed_judge._moved_at": part("moved_at", began),
            "feed_judge._window": part("window", window),
            "feed_judge._swung": part("swung", *swung),
            "feed_judge._swing": part("swing", number(7)),
            "feed_judge._believed": part("believed", p.number("believed", 1, 3)),
            "feed_judge._doubted": part("doubted", p.number("doubted", 4, 9)),
            "OracleAdapter._anchor": part("anchor", (agreed, number(5))),
        },
    )
    wanted = ((seen["mid"], reference[0], settings[3]), (seen["mid"], level, settings[1]))
    pairs = [
        (a.term, b.term)
        for given, of in zip(asked["apart"], wanted, strict=True)
        for a, b in zip(given, of, strict=True)
    ]
    p.show(z3.And(*(a == b for a, b in pairs)), "what is far from what")
    p.show(asked["heard_at"][0][0].term == stored.term, "when what was heard of")
    silent = seen["published_at"].term - heard_at.term > settings[5].term
    answers = (unfit.term, began.term, moved, far, other, silent, swung)
    return Judged(run, stored, parts[0], seen, flags, settings, agreed, *answers, asked)


@lemma(
    "judge-reasons",
    "An observation is doubted exactly where it is unfit, further than the divergence from a reference that speaks, "
    "or a move with no reference to vouch, less than calm after the first such one in a row (by move-clock). Else it "
    "is believed with what the reference said, and the breaker lasts calm where it moved or swung, 0 s where not.",
    JUDGE,
    "OracleAdapter._judge",
)
def judge_reasons(p: Proof) -> None:
    found = judged(p)
    reason, doubts, beliefs = found.reason, found.asked["doubted"][0], found.asked["believed"][0]
    p.show((reason == code_number("APART")) == found.apart, "APART")
    p.show((reason == code_number("MOVE")) == found.move, "MOVE")
    p.show(z3.Implies(found.unfit != 0, reason == found.unfit), "unfit")
    p.show((reason == 0) == z3.Not(z3.Or(found.unfit != 0, found.apart, found.move)), "believed")
    words = z3.Int("believed"), z3.Int("doubted")
    p.show(found.run.value["stored"].term == z3.If(reason == 0, *words), "the word")
    p.show(z3.Implies(reason != 0, doubts[2] == found.move), "the run")
    anchor, breaker = beliefs[3].term, beliefs[4].term
    p.show(z3.Implies(reason == 0, anchor == z3.If(found.vouched, found.agreed.term, 0)), "what the reference said")
    trips = z3.Or(found.moved, z3.And(found.limits[2].term != 0, z3.Or(*found.swung)))
    p.show(z3.Implies(reason == 0, breaker == z3.If(trips, found.limits[5].term, 0)), "the breaker")


@lemma(
    "move-clock",
    "The clock of a move that nobody vouches for is that of the run of doubted ones where its price is within the "
    "move's limit of the run's level; further from it the run is forgotten, and the move's own time is the first. "
    "What is doubted for another reason leaves the run as it is. Where nothing was heard of for longer than calm the "
    "run is forgotten, whatever comes.",
    JUDGE,
    "OracleAdapter._judge",
)
def move_clock(p: Proof) -> None:
    found = judged(p)
    kept = z3.If(found.silent, found.run_less.term, found.stored.term)
    heard = z3.If(found.other, found.run_less.term, kept)
    (of, at), doubts = found.asked["moved_at"][0], found.asked["doubted"][0]
    p.show(z3.And(of.term == heard, at.term == found.seen["published_at"].term), "whose clock")
    before = z3.If(found.move, heard, kept)
    p.show(z3.Implies(found.reason != 0, doubts[0].term == before), "which run")


@lemma(
    "run-level",
    "A run's level is the price of its first: it is written exactly where a doubted move begins a run, there being "
    "none, another level's or one that is forgotten. So every doubted move is within the move's limit of the level "
    "that is kept, and the clock's beginning is the time of the price that the level is. Other doubts, and what leaves "
    "the stored word as it is (a price of the second in which its run began), leave the level as it is.",
    "an observation not older than what was heard of; _judge by move-clock, _doubted and _moved_at by their lemmas; "
    + NEWER,
    "OracleAdapter._keep",
    "feed_judge._doubted",
    "feed_judge._moved_at",
)
def run_level(p: Proof) -> None:
    word, fields, at, is_move, began, values = doubted(p)
    p.have(word.term == packed(values), "its fields")
    heard, run = fields[1].term + z3.If(fields[7].term == 1, fields[2].term, 0), fields[8].term
    p.assume(at.term >= heard, began.term == moved_at(fields, at.term), run <= heard + 1)
    p.assume(z3.Implies(run != 0, fields[7].term == 1))  # believed-fields, feed-words
    limit, level, forgotten = p.number("limit", 0, MOST), p.number("level", 0, MID), p.number("forgotten", 0, U15)
    seen, feed = {**observation(p), "published_at": at}, p.number("feed", 0, UINT_MAX)
    far = distance(seen["mid"], level) * BPS > limit.term * level.term
    forgets = z3.Or(z3.And(is_move, far), z3.Bool("silent"))
    p.assume(z3.If(forgets, run == 0, forgotten.term == 0))
    before = packed([field.term for field in fields]) + forgotten.term * 2 ** STARTS[8]
    reason = p.number("reason", 1, 2**64)
    verdict = {"stored": word, "anchor": number(0), "swing": number(0), "reason": reason}
    kept = p.run(
        ORACLE,
        "OracleAdapter._keep",
        feed,
        ranged(before, 0, UINT_MAX),
        seen,
        verdict,
        state=words_at(p, {"_levels": (feed, level)}),
        bounds=CLOCK,
    )
    after = z3.Select(kept.state.store["OracleAdapter._levels"], feed.term)
    p.use(quotient, values[8], word.term - values[8] * 2 ** STARTS[8], 2 ** STARTS[8])
    begins = z3.And(is_move, run == 0)
    other = z3.And(values[8] == 1, word.term != before)
    p.have(z3.And(z3.Implies(begins, values[8] == 1), z3.Implies(other, begins)), "a run begins")
    p.show(after == z3.If(z3.And(begins, word.term != before), seen["mid"].term, level.term), "where it is written")
    later = moved_at([Num(value, 0, UINT_MAX) for value in values], at.term)
    p.show(z3.Implies(begins, later == at.term), "its time")
    p.use(product_sign, limit, seen["mid"])
    near = distance(seen["mid"], Num(after, 0, MID)) * BPS <= limit.term * after
    p.show(z3.Implies(z3.And(is_move, word.term != before), near), "its limit")
