"""perp_risk, perp_fill: what a position means, and what a fill does to it."""

from __future__ import annotations

from typing import Any

import z3

from novation.proofs.facts import product_monotone
from novation.proofs.lemma import Proof, lemma
from novation.proofs.lemmas.common import BASIS, DIVISIONS, FUNDING, PRICE, SIZE
from novation.proofs.lemmas.markets import state_of
from novation.proofs.state import State
from novation.proofs.values import UINT_MAX, Num, Value, number, ranged

P = "ClearingPool"
WIDTHS = "field widths: abs(size) < 2^103, abs(basis) < 2^111, abs(F) < 2^135, P < 2^112"


def any_requirement(name: str) -> Any:
    """A requirement: not negative (requirement-up)."""

    def summary(translator: Any, arguments: list[Value], state: State) -> Num:
        found = ranged(z3.FreshInt(name), 0, 2**240)
        translator.assumed.append(z3.And(found.term >= 0, found.term <= 2**240))
        return found

    return summary


PLAIN = {
    **DIVISIONS,
    "perp_market._maintenance": any_requirement("maintenance"),
    "perp_market._initial": any_requirement("initial"),
}


def view(p: Proof, status: tuple[int, int]) -> dict[str, Value]:
    """A market as risk sees it, low <= mid <= high (price-sides)."""
    low, mid, high = p.ints("low mid high", 0, PRICE)
    p.assume(low.term <= mid.term, mid.term <= high.term)
    state = {**state_of(p), "funding": p.number("s.funding", -FUNDING, FUNDING)}
    return {
        "config": p.number("config", 0, UINT_MAX),
        "state": state,
        "low": low,
        "mid": mid,
        "high": high,
        "status": p.number("status", *status),
    }


def added(p: Proof, seen: dict[str, Value]) -> tuple[dict[str, z3.ArithRef], Num, Num]:
    """What one position adds to the risk."""
    size, basis = p.number("size", -SIZE, SIZE), p.number("basis", -BASIS, BASIS)
    risk = {name: p.number(f"risk.{name}", 0, 2**245) for name in ("gains", "losses", "initial", "maintenance")}
    risk["equity"], risk["status"] = p.number("risk.equity", -(2**245), 2**245), p.number("risk.status", 0, 15)
    run = p.run(P, "perp_risk._add_position", risk, seen, size, basis, summaries=PLAIN)
    p.no_wrap(run)
    return {name: run.value[name].term - risk[name].term for name in risk}, size, basis


@lemma(
    "adverse-side",
    "At a price that is not in HALT gains - losses of a position (its adverse side) is at most its equity at mid: "
    "-losses <= equity; requirements only grow.",
    WIDTHS + "; low <= mid <= high (price-sides)",
    "perp_risk._add_position",
    "perp_risk._equity_price",
)
def adverse_side(p: Proof) -> None:
    seen = view(p, (1, 8))
    p.assume(seen["status"].term != 4)
    change, size, _ = added(p, seen)
    for a, b in (("low", "mid"), ("mid", "high")):
        p.use(product_monotone, seen[a], seen[b], size)
        p.use(product_monotone, seen[a], seen[b], -size.term)
    p.show(change["gains"] - change["losses"] <= change["equity"])
    p.show(
        z3.And(change["initial"] >= 0, change["maintenance"] >= 0, change["gains"] >= 0, change["losses"] >= 0),
        "no sum falls",
    )


@lemma(
    "halt-favours",
    "In HALT a position's equity is at the side that favours it: never below that at mid.",
    WIDTHS + "; low <= mid <= high",
    "perp_risk._equity_price",
)
def halt_favours(p: Proof) -> None:
    low, mid, high = p.ints("low mid high", 0, PRICE)
    size = p.number("size", -SIZE, SIZE)
    p.assume(low.term <= mid.term, mid.term <= high.term)
    price = p.run(P, "perp_risk._equity_price", number(4), size, low, mid, high).value.term
    p.use(product_monotone, mid, price, size)
    p.use(product_monotone, price, mid, -size.term)
    p.show(size.term * price >= size.term * mid.term)
