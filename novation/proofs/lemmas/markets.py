"""perp_market: what a market asks of a position, and its fees."""

from __future__ import annotations

import z3

from novation.proofs.facts import product_monotone
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import DIVISIONS, PRICE, SCALE, SIDE, SIZE, SKEW
from novation.proofs.lemmas.requirements import absolute
from novation.proofs.values import Num


def market_requirement(p: Proof, name: str, config: Num, scale: Num, *rest: object) -> z3.ArithRef:
    return p.run(
        "MathHarness",
        f"perp_market.{name}",
        config,
        scale,
        *rest,
        summaries={**DIVISIONS, "perp_math._requirement": opaque},
    ).value.term


CALLS: list[list[Num]] = []


def opaque(translator: object, arguments: list[Num], state: object) -> Num:
    """`_requirement` by name alone: its lemmas are applied to its arguments."""
    CALLS.append(arguments)
    size, price, ratio, slope, load, scale = (item.term for item in arguments)
    return Num(REQUIREMENT(absolute(size), price, ratio, slope, load, scale), 0, 2**250)


REQUIREMENT = z3.Function("requirement", *[z3.IntSort()] * 7)


def monotone(a: list[Num], b: list[Num]) -> z3.BoolRef:
    """`requirement-monotone` for two calls."""
    x, y = ([absolute(side[0].term), *(item.term for item in side[1:])] for side in (a, b))
    rises = z3.And(*(i <= j for i, j in zip(x[:5], y[:5], strict=True)), x[5] == y[5])
    return z3.Implies(rises, REQUIREMENT(*x) <= REQUIREMENT(*y))


def state_of(p: Proof) -> dict[str, Num]:
    """A market's state with the open interest that a word holds."""
    fields = {
        name: p.number(f"s.{name}", -(2**143), 2**143) for name in ("accrued_at", "rate", "funding", "price", "basis")
    }
    return {"long": p.number("s.long", 0, SIDE), "short": p.number("s.short", 0, SIDE), **fields}


WORD = "any config word, K > 0; abs(size) < 2^103, P < 2^112; uses requirement-monotone"


@lemma(
    "maintenance-monotone",
    "An account's maintenance does not fall when its position grows on either side or the price rises.",
    WORD,
    "perp_market._maintenance",
    "perp_math._requirement",
)
def maintenance_monotone(p: Proof) -> None:
    CALLS.clear()
    config, scale = p.number("config", 0, 2**256 - 1), p.number("scale", 1, SCALE)
    size, more = p.ints("size more", -SIZE, SIZE)
    price, higher = p.ints("price higher", 0, PRICE)
    p.assume(absolute(size.term) <= absolute(more.term), price.term <= higher.term)
    low = market_requirement(p, "_maintenance", config, scale, size, price)
    high = market_requirement(p, "_maintenance", config, scale, more, higher)
    p.assumed.append(monotone(CALLS[0], CALLS[1]))
    p.show(low <= high)


@lemma(
    "initial-monotone",
    "Initial margin does not fall when a position grows on its side, the price rises or the side's open interest does.",
    WORD,
    "perp_market._initial",
    "perp_math._requirement",
)
def initial_monotone(p: Proof) -> None:
    CALLS.clear()
    config, scale, state = p.number("config", 0, 2**256 - 1), p.number("scale", 1, SCALE), state_of(p)
    later = {**state, "long": p.number("long'", 0, SIDE), "short": p.number("short'", 0, SIDE)}
    size, more = p.ints("size more", -SIZE, SIZE)
    price, higher = p.ints("price higher", 0, PRICE)
    p.assume(absolute(size.term) <= absolute(more.term), (size.term > 0) == (more.term > 0), price.term <= higher.term)
    p.assume(state["long"].term <= later["long"].term, state["short"].term <= later["short"].term)
    low = market_requirement(p, "_initial", config, scale, state, size, price)
    high = market_requirement(p, "_initial", config, scale, later, more, higher)
    p.assumed.append(monotone(CALLS[0], CALLS[1]))
    p.show(low <= high)


@lemma(
    "maintenance-below-initial",
    "Maintenance is at most initial margin, for every position.",
    WORD + "; maintenance <= initial in the word (set_market, _change)",
    "perp_market._maintenance",
    "perp_market._initial",
)
def maintenance_below_initial(p: Proof) -> None:
    CALLS.clear()
    config, scale, state = p.number("config", 0, 2**256 - 1), p.number("scale", 1, SCALE), state_of(p)
    size, price = p.number("size", -SIZE, SIZE), p.number("price", 0, PRICE)
    p.assume((config.term / 2**72) % 2**16 <= (config.term / 2**56) % 2**16)
    low = market_requirement(p, "_maintenance", config, scale, size, price)
    high = market_requirement(p, "_initial", config, scale, state, size, price)
    p.assumed.append(monotone(CALLS[0], CALLS[1]))
    p.show(low <= high)


@lemma(
    "size-moves-skew",
    "Moving a position from one size to another moves long - short by the difference, and each side by its own part.",
    "abs(sizes) < 2^103, sides < 2^104",
    "perp_market._with_size",
)
def size_moves_skew(p: Proof) -> None:
    state = state_of(p)
    size, after = p.ints("size after", -SIZE, SIZE)
    run = p.run("MathHarness", "perp_market._with_size", state, size, after)
    p.no_wrap(run)
    moved = run.value
    p.show(
        moved["long"].term - moved["short"].term == state["long"].term - state["short"].term + after.term - size.term
    )
    p.show(
        moved["long"].term + moved["short"].term
        == state["long"].term + state["short"].term + absolute(after.term) - absolute(size.term)
    )


@lemma(
    "trade-fee",
    "The maker's rate counts for what lowers the skew alone, and for nothing in a liquidation; no fee is "
    "above the taker's on all.",
    "any config word with maker <= taker; abs(delta) < 2^103, abs(skew) < 2^104, P < 2^112, spread <= 1e6 ppm",
    "perp_market._trade_fee",
)
def trade_fee(p: Proof) -> None:
    config = p.number("config", 0, 2**256 - 1)
    delta, skew = p.number("delta", -SIZE, SIZE), p.number("skew", -SKEW, SKEW)
    price, spread, liquidation = p.number("price", 0, PRICE), p.number("spread", 0, 10**6), z3.Bool("liquidation")
    seen: list[list[Num]] = []

    def fee(translator: object, arguments: list[Num], state: object) -> Num:
        seen.append(arguments)
        return Num(z3.Int("fee"), 0, 2**200)

    p.run(
        "MathHarness",
        "perp_market._trade_fee",
        config,
        delta,
        price,
        skew,
        spread,
        liquidation,
        summaries={"perp_math._fee": fee},
    )
    size, lowering, _, maker, taker, _ = (item.term for item in seen[0])
    p.assume(maker <= taker)
    after = absolute(skew.term + delta.term)
    p.show(z3.And(size == absolute(delta.term), lowering >= 0, lowering <= size))
    p.show(z3.Implies(lowering > 0, after < absolute(skew.term) + size), "only what lowers")
    p.show(z3.Implies(liquidation, lowering == 0), "a liquidation")
    p.use(product_monotone, maker, taker, lowering)
    p.show(lowering * maker + (size - lowering) * taker <= size * taker, "at most the taker's")
