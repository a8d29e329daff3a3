"""margin, settlement, price_updates, LiquidationModule: the flag, and when an old price waits for it."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.books import BOOKS, WORD_OF, V, cash_of
from novation.proofs.lemmas.common import TIME
from novation.proofs.lemmas.rules import totals
from novation.proofs.lemmas.settling import settled
from novation.proofs.state import State
from novation.proofs.translate import Translator
from novation.proofs.values import ADDRESS_MAX, UINT_MAX, Value

FLAG_LIFE = 1800
HALT, AGED = 4, 8
ACCOUNT = (48, 40, 168)  # flags, collaterals and markets; flagged_at; debt index and cash
MARKETS, COUNT = 16, 32
L = "LiquidationModule"
CLOCK = {"block.timestamp": (2**30, TIME)}  # from 2004 on
NOW = z3.Int("block.timestamp")


@lemma(
    "flag-means",
    "flag sets the flag's time to now exactly where the margin is below the maintenance and there is no flag or one "
    "older than 1,800 s, clears it exactly where the margin is not and there is one, and reverts else; no other field "
    "and no other account's word changes.",
    "any storage, any caller; a flag is not of the future, times from 2^30 to 2^40 s; _totals: any sums",
    "margin.flag",
)
def flag_means(p: Proof) -> None:
    account, other = p.ints("account other", 0, ADDRESS_MAX)
    word, fields = p.word("word", *ACCOUNT)
    p.assume(fields[1].term <= NOW)
    sums = totals(p, "totals")
    state = Translator(p.opened(V)).start()
    words = z3.Array("words", z3.IntSort(), z3.IntSort())
    state.store["ledger._words"] = z3.Store(words, account.term, word.term)
    summaries = {**BOOKS, "margin._totals": lambda *_: sums}
    run = p.run(V, "margin.flag", account, state=state, bounds=CLOCK, summaries=summaries, returns=False)
    unhealthy = cash_of(word.term) + sums["equity"].term < sums["maintenance"].term
    flagged_at = fields[1].term
    starts = z3.And(unhealthy, z3.Or(flagged_at == 0, NOW - flagged_at > FLAG_LIFE))
    clears = z3.And(z3.Not(unhealthy), flagged_at != 0)
    p.show(run.ok == z3.Or(starts, clears), "NOFLAG")
    after = run.state.store["ledger._words"]
    told = fields[0].term + z3.If(unhealthy, NOW, 0) * 2**48 + fields[2].term * 2**88
    p.show(z3.Implies(run.ok, z3.Select(after, account.term) == told), "the word")
    p.assume(other.term != account.term)
    p.show(z3.Select(after, other.term) == z3.Select(words, other.term), "the other words")


@lemma(
    "early-means",
    "At a price in HALT or AGED a liquidation asks, beside all that it asks at others, exactly for a flag that is ramp "
    "seconds old: what wraps on the way does no harm.",
    "as liquidation-conserves; ramp at most 900 s (the module's bound); times from 2^30 to 2^40 s",
    "settlement.liquidate",
)
def early_means(p: Proof) -> None:
    run = settled(p, False, ramp=(0, 900), **CLOCK)[0]
    word, ramp = z3.Select(WORD_OF, z3.Int("account")), z3.Int("ramp")
    flagged_at = word / 2**48 % 2**40
    p.assume(flagged_at <= NOW)
    others, status = z3.Int("totals0.status"), run.returned["liquidate"][0][3]["status"].term
    outdated = z3.Or(*((found / value) % 2 == 1 for found in (others, status) for value in (HALT, AGED)))
    fine = z3.substitute(run.ok, (others, z3.IntVal(1)), (status, z3.IntVal(1)))
    p.show(run.ok == z3.And(fine, z3.Implies(outdated, z3.And(flagged_at != 0, NOW - flagged_at >= ramp))))


@lemma(
    "outdated-markets",
    "_has_outdated is true exactly where the adapter says so (outdated-means) of a market whose bit is set, of any of "
    "the 32.",
    "any word, any time; the adapter's answers are anything",
    "price_updates._has_outdated",
)
def outdated_markets(p: Proof) -> None:
    word, time = p.ints("word time", 0, UINT_MAX)
    run = p.run(L, "price_updates._has_outdated", word, time)
    markets = word.term / 2**MARKETS % 2**COUNT * 2**MARKETS / 2**MARKETS
    shifted = [markets, *(markets / 2**n for n in range(1, COUNT)), z3.IntVal(0)]
    # Of any numbers of which each is twice the next one and a bit, and of the shifted markets, which are such.
    rests = [*(p.number(f"rest{n}", 0, 2 ** (COUNT - n) - 1).term for n in range(COUNT)), z3.IntVal(0)]
    bits = [p.number(f"bit{n}", 0, 1).term for n in range(COUNT)]
    p.assume(*(rests[n] == 2 * rests[n + 1] + bit for n, bit in enumerate(bits)))
    halves = Proof()
    x = halves.number("x", 0, 2**COUNT - 1).term
    halves.show(z3.And(*(x / 2**n == 2 * (x / 2 ** (n + 1)) + x / 2**n % 2 for n in range(COUNT))), "halves")
    p.questions += halves.questions
    last = z3.substitute(run.value, *((at % 2, bit) for at, bit in zip(shifted, bits, strict=False)))
    found = z3.substitute(last, *zip(shifted[:-1], rests[:-1], strict=True))
    answers = run.returned["outdated_since"]
    p.show(found == z3.Or(*(z3.And(bit == 1, answer) for bit, answer in zip(bits, answers, strict=True))))


@lemma(
    "early-flag",
    "_is_early is true exactly where the account's flag is RAMP seconds old and a market of its word has an outdated "
    "price that was published after the flag, or one of any time where the flag is older than 1,800 s; the module "
    "liquidates no account of which it is; no step wraps.",
    "any word; RAMP at most 900 s (constructor); _has_outdated: any answer (outdated-markets); runs that do not revert",
    "LiquidationModule._is_early",
    "LiquidationModule.liquidate",
)
def early_flag(p: Proof) -> None:
    account, market = p.number("account", 0, ADDRESS_MAX), p.number("market", 0, UINT_MAX)
    outdated, asked = z3.Bool("outdated"), []

    def has_outdated(translator: Any, arguments: list[Value], state: State) -> Value:
        asked.extend(arguments)
        return outdated

    run = p.run(
        L,
        "LiquidationModule._is_early",
        account,
        bounds={"LiquidationModule.RAMP": (1, 900), "block.timestamp": (0, TIME)},
        summaries={"price_updates._has_outdated": has_outdated},
    )
    p.no_wrap(run)
    word = run.returned["account_word"][0].term
    flagged_at = word / 2**48 % 2**40
    old = z3.And(flagged_at != 0, NOW - flagged_at >= z3.Int("LiquidationModule.RAMP"))
    p.show(run.value == z3.And(old, outdated), "where")
    since = z3.If(NOW - flagged_at > FLAG_LIFE, 0, flagged_at + 1)
    p.show(z3.Implies(old, z3.And(asked[0].term == word, asked[1].term == since)), "after the flag")
    early, rest = z3.Bool("early"), p.number("rest", 0, UINT_MAX)
    summaries = {
        "LiquidationModule._is_early": lambda *_: early,
        "price_updates._bring": lambda *_: rest,
        "price_updates._refund": lambda *_: None,
    }
    p.run(L, "LiquidationModule.liquidate", account, market, None, summaries=summaries)
    p.show(z3.Not(early), "EARLY")
