"""OracleAdapter: how a feed is set, and what its settings bound."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.facts import cancel, product_monotone, quotient
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import (
    BPS,
    CONFIG,
    LIMITS,
    MID,
    MOST,
    ORACLE,
    U14,
    U15,
    U20,
    packed,
    words_at,
)
from novation.proofs.lemmas.prices import look_of
from novation.proofs.values import ADDRESS_MAX, UINT_MAX, Num, same

AGES = ("trade_age", "close_age", "reference_age", "window", "calm", "refresh", "fallback_age")
FALLBACK = ("fallback", "fallback_age", "fallback_deviation")
BANDS = ("band_low", "band_high")
PARTS = ("deviation", "confidence", "move", "swing", "divergence", "fallback_deviation")  # bps


def settings_of(p: Proof) -> dict[str, Any]:
    """Anything that `set_feed` may be given."""
    found: dict[str, Any] = {name: p.number(name, 0, UINT_MAX) for name in (*AGES, *PARTS)}
    found |= {name: p.number(name, 0, ADDRESS_MAX) for name in ("source", "reference", "fallback")}
    for name in BANDS:
        found[name] = {part: p.number(f"{name}.{part}", 0, UINT_MAX) for part in ("mantissa", "exponent")}
    return {**found, "is_push": z3.Bool("is_push")}


def narrow(settings: dict[str, Any]) -> z3.BoolRef:
    """What `_check` lets pass, of fields and their widths."""
    part = {name: settings[name].term for name in (*AGES, *PARTS)}
    addresses = {name: settings[name].term for name in ("source", "reference", "fallback")}
    bands = [settings[name] for name in BANDS]
    return z3.And(
        *(part[name] <= MOST for name in PARTS),
        *(part[name] <= U20 for name in AGES),
        *(z3.And(band["mantissa"].term <= U14, band["exponent"].term <= 63) for band in bands),
        part["trade_age"] > 0,
        part["trade_age"] <= part["close_age"],
        (part["swing"] == 0) == (part["window"] == 0),
        z3.Or(part["window"] == 0, part["window"] >= 60),
        part["calm"] < U15,
        (part["calm"] == 0) == z3.And(part["move"] == 0, part["swing"] == 0),
        (addresses["reference"] == 0) == (part["divergence"] == 0),
        (addresses["reference"] == 0) == (part["reference_age"] == 0),
        (addresses["fallback"] == 0) == (part["fallback_age"] == 0),
        z3.Implies(addresses["fallback"] == 0, part["fallback_deviation"] == 0),
        z3.Or(addresses["reference"] == 0, addresses["reference"] != addresses["source"]),
        z3.Or(addresses["fallback"] == 0, addresses["fallback"] != addresses["source"]),
    )


@lemma(
    "check-bounds",
    "Settings that _check lets pass fit their fields: limits below 10,000 bps, times below 2^20 s, a band in which "
    "prices are above 0 and below 2^112; reference and fallback are not the source.",
    "any settings; _band by its lemma, _band_word refuses what does not fit (band-word); what sources answer is "
    "anything of its type",
    "OracleAdapter._check",
)
def check_bounds(p: Proof) -> None:
    settings = settings_of(p)
    prices: list[Num] = []

    def word(translator: Any, arguments: list[Any], state: Any) -> Num:
        band = arguments[0]
        state.require(z3.And(band["mantissa"].term <= U14, band["exponent"].term <= 63))
        return p.number(f"word{len(prices)}", 0, 2**20 - 1)

    def band(translator: Any, arguments: list[Any], state: Any) -> Num:
        prices.append(p.number(f"price{len(prices)}", 0, 2**224))
        return prices[-1]

    p.run(ORACLE, "OracleAdapter._check", settings, summaries={"feed_words._band_word": word, "feed_words._band": band})
    low, high = (price.term for price in prices)
    p.show(narrow(settings), "the fields")
    p.show(z3.And(low > 0, low < high, high <= MID), "the band")


def fitting(p: Proof) -> dict[str, Any]:
    """Settings that `_check` lets pass."""
    found = settings_of(p)
    found |= {name: p.number(name, 0, U20) for name in AGES} | {name: p.number(name, 0, MOST) for name in PARTS}
    for name in BANDS:
        found[name] = {"mantissa": p.number(f"{name}.m", 0, U14), "exponent": p.number(f"{name}.e", 0, 63)}
    p.assume(narrow(found), found["source"].term != 0)
    return found


def words_of(p: Proof, settings: dict[str, Any], status: z3.ArithRef) -> dict[str, Num]:
    """The three words that hold them, by the variable's name."""
    part = {name: settings[name].term for name in (*AGES, *PARTS, "source", "fallback")}
    bands = [settings[name][half].term for name in BANDS for half in ("mantissa", "exponent")]
    flags = (settings["is_push"], settings["reference"].term != 0, settings["fallback"].term != 0)
    config = [part[name] for name in ("source", "trade_age", "close_age", "deviation", "reference_age")]
    limits = [part[name] for name in ("confidence", "move", "swing", "divergence", "window", "calm", "refresh")]
    fields = {
        "_feeds": (CONFIG, [*config, status, *(z3.If(flag, 1, 0) for flag in flags), z3.IntVal(0)]),
        "_limits": ((14, 6, 14, 6, *LIMITS[2:]), [*bands, *limits, z3.IntVal(0)]),
        "_fallbacks": ((160, 20, 14, 62), [part[name] for name in FALLBACK] + [z3.IntVal(0)]),
    }
    found = {}
    for variable, (widths, values) in fields.items():
        found[variable], names = p.word(variable, *widths)
        for name, value in zip(names, values, strict=True):
            p.assume(name.term == value)  # its name
    return found


SET = "settings as check-bounds has them; any feed and storage"


@lemma(
    "feed-words",
    "set_feed writes each setting into its own field, keeps the floor status, forgets what the reference said and "
    "what was brought, and doubts the stored price: its price, time and breaker stay.",
    SET + "; runs that do not revert",
    "OracleAdapter.set_feed",
)
def feed_words(p: Proof) -> None:
    settings = fitting(p)
    feed, (config, before) = p.number("feed", 0, UINT_MAX), p.word("config", 160, 74, 2, 20)
    word, fields = p.word("stored", 112, 40, 20, 68, 1, 15)
    run = p.run(
        ORACLE,
        "OracleAdapter.set_feed",
        feed,
        settings,
        state=words_at(p, {"_feeds": (feed, config), "_stored": (feed, word)}),
        summaries={"OracleAdapter._check": lambda *_: None, "roles._only_owner": lambda *_: None},
    )
    after = {name: z3.Select(run.state.store[f"{ORACLE}.{name}"], feed.term) for name in WRITTEN}
    for name, wanted in words_of(p, settings, before[2].term).items():
        p.show(after[name] == wanted.term, name)
    p.show(z3.And(after["_references"] == settings["reference"].term, after["_anchors"] == 0, after["_brought"] == 0))
    values = [field.term for field in fields]
    gap = z3.If(values[4] == 1, values[2], 0)
    same_source = before[0].term == settings["source"].term
    kept = z3.If(same_source, packed([*values[:2], gap, values[3]], (0, 112, 152, 172)), values[0])
    above = z3.If(same_source, values[4] + 2 * values[5], 0)
    for mask, term in run.masks:
        if mask == 2**240 - 1:  # all but the doubt and the run
            p.use(quotient, above, term - above * 2**240, 2**240)
    p.show(after["_stored"] == z3.If(word.term == 0, 0, kept + 2**240), "the stored price")


WRITTEN = ("_feeds", "_limits", "_fallbacks", "_references", "_anchors", "_brought", "_stored")


@lemma(
    "feed-told",
    "feed_at tells the settings that the words of feed-words hold, and the floor status.",
    SET + "; the floor status is 0 or 1",
    "OracleAdapter.feed_at",
)
def feed_told(p: Proof) -> None:
    settings, feed, floor = fitting(p), p.number("feed", 0, UINT_MAX), p.number("floor", 0, 1)
    held = words_of(p, settings, floor.term)
    held["_references"] = settings["reference"]
    state = words_at(p, {name: (feed, word) for name, word in held.items()})
    told, status = p.run(ORACLE, "OracleAdapter.feed_at", feed, state=state).value
    for names in (("source", "is_push", *AGES[:3]), ("reference", *FALLBACK), BANDS):
        p.show(z3.And(*(same(told[name], settings[name]) for name in names)), ", ".join(names))
    p.show(z3.And(*(same(told[name], settings[name]) for name in (*PARTS[:5], *AGES[3:6]))), "the limits")
    p.show(status.term == z3.If(floor.term == 0, 1, 2), "the floor")


@lemma(
    "status-tightens",
    "set_status changes the floor status alone, to NORMAL or REDUCE_ONLY; who is not the owner never lowers it.",
    "any feed word whose floor is 0 or 1, any caller; runs that do not revert",
    "OracleAdapter.set_status",
    "roles._only_guardian",
    "roles._only_owner",
)
def status_tightens(p: Proof) -> None:
    feed, (config, fields) = p.number("feed", 0, UINT_MAX), p.word("config", 234, 2, 20)
    p.assume(fields[1].term <= 1)
    run = p.run(
        ORACLE,
        "OracleAdapter.set_status",
        feed,
        p.number("status", 0, 15),
        state=words_at(p, {"_feeds": (feed, config)}),
    )
    after, floor = z3.Select(run.state.store["OracleAdapter._feeds"], feed.term), z3.If(z3.Int("status") == 2, 1, 0)
    p.show(after == packed([fields[0].term, floor, fields[2].term], (0, 234, 236)), "the word")
    p.show(z3.Or(z3.Int("status") == 1, z3.Int("status") == 2), "BOUND")
    owner, sender = z3.Int("roles.owner"), z3.Int("msg.sender")
    p.show(z3.Implies(sender != owner, z3.And(floor >= fields[1].term, sender == z3.Int("roles.guardian"))), "AUTH")


@lemma(
    "bounds-hold",
    "No price of a believed observation or of a fallback has a side above what bounds tells, and no order's spread is "
    "larger; bounds never reverts and rounds up by less than a wei.",
    "settings as check-bounds has them (band_high by its lemma); a fit price (unfit-bounds), a spread that is none "
    "of deviation, confidence, fallback's deviation, distance from an agreeing reference (believed-unwidened, "
    "judge-reasons)",
    "OracleAdapter.bounds",
    "OracleAdapter._price",
)
def bounds_hold(p: Proof) -> None:
    config, settings = p.word("config", 200, 14, 42)
    limits, fields = p.word("limits", 40, 14, 14, 14, 14, 160)
    fallback, other = p.word("fallback", 160, 20, 14, 62)
    feed, highest = p.number("feed", 0, UINT_MAX), p.number("band_high", 0, MID)
    parts = [settings[1].term, fields[1].term, other[2].term, fields[4].term]
    p.assume(*(part <= MOST for part in parts))
    run = p.run(
        ORACLE,
        "OracleAdapter.bounds",
        feed,
        state=words_at(p, {"_feeds": (feed, config), "_limits": (feed, limits), "_fallbacks": (feed, fallback)}),
        summaries={"feed_words._band": lambda *_: highest},
        returns=False,
    )
    p.show(run.ok, "no revert")
    told, spread = run.value[0].term, run.value[1].term
    look = look_of(p)
    p.assume(look["mid"].term < highest.term, z3.Or(*(look["spread"].term <= part for part in parts)))
    high = p.run(ORACLE, "OracleAdapter._price", look).value["high"].term
    p.show(z3.And(*(100 * part <= spread for part in parts[:3]), z3.Or(*(100 * part == spread for part in parts[:3]))))
    wide = p.number("wide", 0, MOST).term
    p.assume(*(wide >= part for part in parts), z3.Or(*(wide == part for part in parts)))  # its name
    exact = highest.term * (BPS + wide)
    p.have(z3.And(told * BPS >= exact, (told - 1) * BPS < exact), "up")
    p.use(product_monotone, look["spread"], wide, look["mid"])
    p.use(product_monotone, look["mid"], highest, BPS + wide)
    p.use(cancel, told, high, BPS)
    p.show(high <= told, "the sides")
