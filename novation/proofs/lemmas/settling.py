"""settlement: rewards within their caps, the waterfall of a deficit, the sum of cash of a liquidation."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.facts import cancel, product_monotone, product_sign
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.books import ANY, BOOKS, V
from novation.proofs.lemmas.trades import any_word
from novation.proofs.state import State
from novation.proofs.values import Num, Value, ranged

BPS = 10_000


SPANS = {
    "unsafe_sub(block.timestamp, flagged_at)": (0, 2**40),
    "unsafe_sub(maintenance, convert(margin, uint256))": (1, 2**129),
    "unsafe_sub(share_ceiling, share_floor)": (0, BPS),
}


def ramp(p: Proof, suffix: str = "") -> tuple[Any, ...]:
    """`_share` within what the module's constructor and the pool allow."""
    margin, maintenance = p.number(f"margin{suffix}", -(2**128), 2**128), p.number(f"maintenance{suffix}", 1, 2**128)
    flagged = p.number(f"flagged_at{suffix}", 0, 2**40 - 1)
    return margin, maintenance, flagged


@lemma(
    "reward-share",
    "The liquidator's share is between floor and ceiling, never more than the whole penalty; it does not "
    "fall with time or depth.",
    "floor <= ceiling <= 10000 bps, 0 < ramp < 2^32 (constructor); margin < maintenance; flagged before now",
    "settlement._share",
)
def reward_share(p: Proof) -> None:
    low, high = p.ints("floor ceiling", 0, BPS)
    length = p.number("ramp", 1, 2**32 - 1)
    now = z3.Int("block.timestamp")
    margin, maintenance, flagged = ramp(p)
    later, lower = p.number("earlier flag", 0, 2**40 - 1), p.number("lower margin", -(2**128), 2**128)
    p.assume(low.term <= high.term, margin.term < maintenance.term, flagged.term <= now, lower.term <= margin.term)
    p.assume(z3.Or(flagged.term == 0, z3.And(later.term > 0, later.term <= flagged.term)), later.term <= now)
    found, rises = [], []
    for m, f in ((margin, flagged), (lower, later)):
        run = p.run(
            V,
            "settlement._share",
            m,
            maintenance,
            f,
            low,
            high,
            length,
            bounds={"block.timestamp": (0, 2**40 - 1)},
            summaries={},
            claims=SPANS,
        )
        found.append(run.value.term)
        elapsed = now - f.term
        elapsed = z3.If(elapsed <= length.term, elapsed, length.term)
        risen = z3.If(f.term != 0, elapsed * BPS / length.term, 0)
        depth = z3.If(m.term >= 0, (maintenance.term - m.term) * BPS / maintenance.term, BPS)
        rise = z3.If(risen >= depth, risen, depth)
        p.use(cancel, BPS, elapsed * BPS / length.term, length)
        p.use(cancel, elapsed * BPS / length.term, -1, length)
        p.use(cancel, BPS, (maintenance.term - m.term) * BPS / maintenance.term, maintenance)
        p.have(z3.And(rise >= 0, rise <= BPS), "the rise")
        p.use(product_monotone, rise, z3.IntVal(BPS), high.term - low.term)
        p.use(product_sign, high.term - low.term, rise)
        p.have(found[-1] == low.term + (high.term - low.term) * rise / BPS, "the share")
        rises.append((rise, elapsed * BPS / length.term, (maintenance.term - m.term) * BPS / maintenance.term))
        p.show(z3.And(found[-1] >= low.term, found[-1] <= high.term), "floor and ceiling")
    p.use(cancel, rises[1][1] + 1, rises[0][1], length)
    p.use(cancel, rises[1][1], rises[0][1] - 1, length)
    p.use(product_monotone, rises[1][1] + 1, rises[0][1], length)
    p.use(product_monotone, rises[1][2] + 1, rises[0][2], maintenance)
    p.have(rises[0][0] <= rises[1][0], "time and depth raise it")
    p.use(product_monotone, rises[0][0], rises[1][0], high.term - low.term)
    p.show(found[0] <= found[1], "time and depth")


@lemma(
    "collect-conserves",
    "Collecting splits what the pool owed: its cash falls by what insurance and treasury gain.",
    ANY,
    "settlement._collect",
    "settlement.collect",
)
def collect_conserves(p: Proof) -> None:
    credits: list[list[Num]] = []

    def credit(translator: Any, arguments: list[Value], state: State) -> Num:
        credits.append([item for item in arguments if isinstance(item, Num)])
        return ranged(z3.FreshInt("word"), 0, 2**256 - 1)

    run = p.run(
        V,
        "settlement._collect",
        p.number("pool", 0, 2**160 - 1),
        summaries={**BOOKS, "ledger._credit": credit},
        bounds={"settlement.INSURANCE_SHARE": (0, BPS)},
    )
    paid, insurance, treasury = (item[1].term for item in credits)
    amount = run.returned["collect"][0].term
    share = z3.Int("settlement.INSURANCE_SHARE")
    p.show(paid + insurance + treasury == 0, "the sum")
    p.use(product_sign, amount, share)
    p.use(product_monotone, share, z3.IntVal(BPS), amount)
    p.show(z3.And(insurance >= 0, treasury >= 0, insurance * BPS <= amount * share), "the parts")


def settled(
    p: Proof, returns: bool = True, **bounds: tuple[int, int]
) -> tuple[Any, list[tuple[Num, Num]], dict[str, Num]]:
    """`liquidate` with every booking in a list; the account is neither the pool nor insurance."""
    credits: list[tuple[Num, Num]] = []
    stores: list[Num] = []
    others: dict[str, Num] = {}

    def credit(translator: Any, arguments: list[Value], state: State) -> Num:
        key, amount = arguments
        credits.append((key, amount))
        total = state.ghosts["booked"]
        state.ghosts = {**state.ghosts, "booked": Num(total.term + amount.term, -(2**300), 2**300)}
        return ranged(z3.FreshInt("word"), 0, 2**256 - 1)

    def store(translator: Any, arguments: list[Value], state: State) -> Num:
        stores.append(arguments[2])
        return arguments[2]  # type: ignore[no-any-return]

    def cash(translator: Any, arguments: list[Value], state: State) -> Num:
        return ranged(CASH_OF(arguments[0].term), -(2**103), 2**103 - 1)

    def with_cash(translator: Any, arguments: list[Value], state: State) -> Num:
        others["cash"] = arguments[1]
        return ranged(z3.FreshInt("word"), 0, 2**256 - 1)

    def collect(translator: Any, arguments: list[Value], state: State) -> None:
        return None  # its own lemma; the account is not the treasury here

    def close_others(translator: Any, arguments: list[Value], state: State) -> Value:
        _, _word, before, penalty = arguments
        after, more = ranged(z3.Int("others.cash"), -(2**110), 2**110), ranged(z3.Int("others.penalty"), 0, 2**110)
        # close-others: what the account pays or gets and the penalties are booked against the pools.
        total = state.ghosts["booked"]
        moved_there = before.term - after.term + penalty.term - more.term
        state.ghosts = {**state.ghosts, "booked": Num(total.term + moved_there, -(2**300), 2**300)}
        p.assume(more.term >= penalty.term)
        return ranged(z3.FreshInt("word"), 0, 2**256 - 1), after, more

    share = p.number("share", 0, BPS)
    summaries = {
        "ledger._credit": credit,
        "ledger._store": store,
        "ledger._cash": cash,
        "ledger._with_cash": with_cash,
        "settlement._collect": collect,
        "settlement._close_others": close_others,
        "settlement._share": lambda *_: share,
        "pools._pool_of": any_word,
        "pools._address": lambda *_: ranged(z3.Int("pool"), 0, 2**160 - 1),
        "margin._markets": lambda *_: ranged(z3.FreshInt("markets"), 0, 2**32 - 1),
        "margin._with_market": lambda *_: ranged(z3.FreshInt("word"), 0, 2**256 - 1),
        "margin._totals": sums(p),
    }
    run = p.run(
        V,
        "settlement.liquidate",
        bounds={
            "market": (0, 31),
            "block.timestamp": (0, 2**40 - 1),
            "liquidate#0.2.cash": (-(2**110), 2**110),
            "liquidate#0.2.penalty": (0, 2**110),
            "liquidate#0.3.equity": (-(2**185), 2**185),
            **bounds,
        },
        summaries=summaries,
        returns=returns,
        watches={"none": ("booked", lambda *_: Num(z3.IntVal(0), 0, 0))},
    )
    return run, credits, others


CASH_OF = z3.Function("cash_of", z3.IntSort(), z3.IntSort())


def sums(p: Proof) -> Any:
    from novation.proofs.lemmas.rules import totals

    count = iter(range(100))
    return lambda *_: totals(p, f"totals{next(count)}")


@lemma(
    "liquidation-conserves",
    "A liquidation books nothing out of nothing: what the pools, insurance and the liquidator get is "
    "what the account pays, deficit and top-up included.",
    "any storage; the account is neither the pool, INSURANCE nor the treasury; uses close-others, "
    "collect-conserves; runs that do not revert",
    "settlement.liquidate",
)
def liquidation_conserves(p: Proof) -> None:
    run, _credits, others = settled(p)
    account = z3.Int("account")
    word = z3.Select(z3.Array("ledger._words", z3.IntSort(), z3.IntSort()), account)
    p.show(run.state.ghosts["booked"].term + others["cash"].term - CASH_OF(word) == 0)


@lemma(
    "reward-capped",
    "The reward is at most the penalties plus a top-up of at most 50 USD.",
    "as liquidation-conserves",
    "settlement.liquidate",
)
def reward_capped(p: Proof) -> None:
    run, _credits, _others = settled(p)
    reward = run.value.term
    charged = z3.If(
        z3.Int("others.penalty") > run.returned["liquidate"][0][2]["penalty"].term,
        z3.Int("others.penalty"),
        run.returned["liquidate"][0][2]["penalty"].term,
    )
    p.use(product_monotone, z3.Int("share"), z3.IntVal(BPS), z3.Int("others.penalty"))
    p.use(product_monotone, z3.Int("share"), z3.IntVal(BPS), run.returned["liquidate"][0][2]["penalty"].term)
    p.show(reward <= charged + 50 * 10**18)


@lemma(
    "close-others",
    "Each further market that is closed books against its pool exactly what the account's cash and the "
    "penalties change by.",
    "one turn of the loop (by induction all 32); runs that do not revert",
    "settlement._close_others",
)
def close_others(p: Proof) -> None:
    cash, penalty, _paid, charged = (
        p.number(name, -(2**110), 2**110) for name in ("cash", "penalty", "paid", "charged")
    )
    p.assume(charged.term >= 0)
    credited: list[Num] = []

    def credit(translator: Any, arguments: list[Value], state: State) -> Num:
        credited.append(arguments[1])
        state.ghosts = {
            **state.ghosts,
            "booked": Num(state.ghosts["booked"].term + arguments[1].term, -(2**300), 2**300),
        }
        return ranged(z3.FreshInt("word"), 0, 2**256 - 1)

    # Two turns: one market held, then none.
    markets = iter([1, *[0] * 40])
    from novation.proofs.values import number

    run = p.run(
        V,
        "settlement._close_others",
        p.number("account", 0, 2**160 - 1),
        p.number("word", 0, 2**256 - 1),
        cash,
        penalty,
        bounds={"liquidate#0.2.cash": (-(2**110), 2**110), "liquidate#0.2.penalty": (0, 2**110)},
        summaries={
            "ledger._credit": credit,
            "margin._markets": lambda *_: number(next(markets)),
            "pools._pool_of": any_word,
            "margin._totals": sums(p),
            "margin._with_market": lambda *_: ranged(z3.FreshInt("word"), 0, 2**256 - 1),
        },
        watches={"none": ("booked", lambda *_: number(0))},
    )
    _, after, more = run.value
    p.show(run.state.ghosts["booked"].term + after.term - cash.term + more.term - penalty.term == 0)


@lemma(
    "waterfall",
    "Insurance pays a deficit and a top-up only out of what it holds: its cash does not fall below zero; "
    "the pool pays the rest of the deficit and gains nothing by it.",
    "as liquidation-conserves; INSURANCE's cash is not negative before; penalties below 2^110",
    "settlement.liquidate",
)
def waterfall(p: Proof) -> None:
    run, credits, _others = settled(p)
    vault = z3.Int("self")
    held = CASH_OF(z3.Select(z3.Array("ledger._words", z3.IntSort(), z3.IntSort()), vault))
    p.assume(held >= 0)
    insurance = next(amount for key, amount in credits if key.term.eq(vault))
    penalties = [run.returned["liquidate"][0][2]["penalty"].term, z3.Int("others.penalty")]
    share = z3.Int("share")
    for penalty in penalties:
        p.use(product_monotone, share, z3.IntVal(BPS), penalty)
    p.show(held + insurance.term >= 0, "insurance")
    p.show(credits[1][1].term <= 0, "the pool")
