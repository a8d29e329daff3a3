"""margin_rules, roles: what an account may do, and who may govern."""

from __future__ import annotations

import z3

from novation.proofs.lemma import Proof, lemma
from novation.proofs.values import Value

V = "CollateralVault"
MONEY = 2**200
BOUNDS = "abs(cash) < 2^103, sums over all positions below 2^200 (16 positions of words, perp_math's widths)"


def totals(p: Proof, name: str = "totals") -> Value:
    """Any sums that positions can have."""
    found = {field: p.number(f"{name}.{field}", 0, MONEY) for field in ("counted", "losses", "initial", "maintenance")}
    found["equity"] = p.number(f"{name}.equity", -MONEY, MONEY)
    found["status"] = p.number(f"{name}.status", 0, 15)
    return found


@lemma(
    "withdraw-rule",
    "_may_withdraw says yes exactly where cash >= 0, every price is NORMAL and cash - losses >= initial.",
    BOUNDS,
    "margin_rules._may_withdraw",
    "margin_rules._doubtful",
)
def withdraw_rule(p: Proof) -> None:
    cash, t = p.number("cash", -(2**103), 2**103), totals(p)
    run = p.run(V, "margin_rules._may_withdraw", cash, t, returns=False)
    p.show(run.ok, "no revert")
    fine = z3.And(
        cash.term >= 0,
        (t["status"].term / 2) % 2 == 0,
        t["status"].term / 4 == 0,
        cash.term - t["losses"].term >= t["initial"].term,
    )
    p.show((run.value.term == 0) == fine)


@lemma(
    "withdraw-is-stricter",
    "Who may withdraw may open: unrealised gains count for nothing in a withdrawal.",
    BOUNDS,
    "margin_rules._may_withdraw",
    "margin_rules._may_open",
)
def withdraw_is_stricter(p: Proof) -> None:
    cash, t = p.number("cash", -(2**103), 2**103), totals(p)
    out = p.run(V, "margin_rules._may_withdraw", cash, t).value.term
    opening = p.run(V, "margin_rules._may_open", cash, t).value.term
    p.show(z3.Implies(out == 0, opening == 0))


@lemma(
    "withdraw-healthy",
    "After an allowed withdrawal the account is not liquidatable: margin >= maintenance.",
    BOUNDS
    + "; maintenance <= initial (maintenance-below-initial), -losses <= equity (adverse-side), summed over positions",
    "margin_rules._may_withdraw",
)
def withdraw_healthy(p: Proof) -> None:
    cash, t = p.number("cash", -(2**103), 2**103), totals(p)
    p.assume(t["maintenance"].term <= t["initial"].term, -t["losses"].term <= t["equity"].term)
    out = p.run(V, "margin_rules._may_withdraw", cash, t).value.term
    p.show(z3.Implies(out == 0, cash.term + t["equity"].term >= t["maintenance"].term))


@lemma(
    "gains-counted",
    "A pool's gains count by their weight, rounded down, never beyond what the pool can pay; other sums "
    "are added exactly.",
    BOUNDS + "; gain weight <= 10000 bps, credit < 2^100",
    "margin_rules._add",
)
def gains_counted(p: Proof) -> None:
    t = totals(p)
    risk = {name: p.number(f"risk.{name}", 0, MONEY) for name in ("gains", "losses", "initial", "maintenance")}
    risk["equity"], risk["status"] = p.number("risk.equity", -MONEY, MONEY), p.number("risk.status", 0, 15)
    weight, cash, credit = (
        p.number("weight", 0, 10_000),
        p.number("cash", -(2**103), 2**103),
        p.number("credit", 0, 2**100),
    )
    run = p.run(V, "margin_rules._add", t, risk, weight, cash, credit, returns=False)
    p.show(run.ok, "no revert")
    added = run.value["counted"].term - t["counted"].term
    payable = cash.term + credit.term
    p.show(
        z3.And(added >= 0, added <= z3.If(payable > 0, payable, 0), added * 10_000 <= risk["gains"].term * weight.term)
    )
    p.show(
        added <= risk["gains"].term,
        "no more than the gains",
        z3.Implies(
            z3.And(weight.term <= 10_000, risk["gains"].term >= 0),
            risk["gains"].term * weight.term <= risk["gains"].term * 10_000,
        ),
    )
    for name in ("losses", "equity", "initial", "maintenance"):
        p.show(run.value[name].term == t[name].term + risk[name].term, name)


@lemma(
    "close-rule",
    "A reduction passes exactly where neither margin - maintenance falls nor margin is below zero.",
    "all int256",
    "margin_rules._may_close",
)
def close_rule(p: Proof) -> None:
    health, margin = p.ints("health margin", -(2**255), 2**255 - 1)
    run = p.run(V, "margin_rules._may_close", health, margin, returns=False)
    p.show(z3.And(run.ok, (run.value.term == 0) == z3.And(health.term >= 0, margin.term >= 0)))


@lemma(
    "owner-alone",
    "Only the owner offers the ownership and names the guardian; it passes to the offered candidate "
    "alone, who must take it.",
    "any caller, any state",
    "roles.transfer_ownership",
    "roles.accept_ownership",
    "roles.set_guardian",
    "roles._only_owner",
)
def owner_alone(p: Proof) -> None:
    sender, owner, pending, guardian = (
        z3.Int("msg.sender"),
        z3.Int("roles.owner"),
        z3.Int("roles.pending_owner"),
        z3.Int("roles.guardian"),
    )
    for name in ("transfer_ownership", "set_guardian"):
        run = p.run(V, f"roles.{name}", returns=False)
        p.show(run.ok == (sender == owner), name)
        p.show(z3.Implies(run.ok, run.state.store["roles.owner"].term == owner), "the owner stays")
    taken = p.run(V, "roles.accept_ownership", returns=False)
    p.show(taken.ok == (sender == pending))
    p.show(
        z3.Implies(
            taken.ok,
            z3.And(
                taken.state.store["roles.owner"].term == sender, taken.state.store["roles.guardian"].term == guardian
            ),
        )
    )


@lemma(
    "guardian-tightens",
    "Who is not the owner lowers a pool's credit only, and adds to what is paused only.",
    "any caller, any state",
    "pools.set_credit",
    "pools.pause",
    "pools.unpause",
    "roles._only_guardian",
)
def guardian_tightens(p: Proof) -> None:
    sender, owner, guardian = z3.Int("msg.sender"), z3.Int("roles.owner"), z3.Int("roles.guardian")
    run = p.run(V, "pools.set_credit", returns=False)
    index = z3.Int("index")
    word = z3.Select(z3.Array("pools._pools", z3.IntSort(), z3.IntSort()), index)
    after = z3.Select(run.state.store["pools._pools"], index)

    def credit(w: z3.ArithRef) -> z3.ArithRef:
        return (w / 2**208) % 2**40

    p.have(z3.Implies(run.ok, z3.Or(sender == owner, sender == guardian)), "AUTH")
    p.have(z3.Implies(run.ok, credit(after) == z3.Int("credit") / 10**18), "the credit")
    p.show(z3.Implies(z3.And(run.ok, sender != owner), credit(after) <= credit(word)))
    paused = z3.Int("ledger._paused")
    run = p.run(V, "pools.pause", returns=False)
    after_pause = run.state.store["ledger._paused"].term
    p.show(z3.Implies(run.ok, z3.Or(sender == owner, sender == guardian)), "pause")
    for bit in range(8):
        was, stays = (paused / 2**bit) % 2, (after_pause / 2**bit) % 2
        p.show(z3.Implies(run.ok, stays >= was), f"pause keeps bit {bit}")
    run = p.run(V, "pools.unpause", returns=False)
    p.show(z3.Implies(run.ok, sender == owner), "unpause")
