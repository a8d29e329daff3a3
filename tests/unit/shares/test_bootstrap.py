"""`bootstrap`: the first 1,000 shares, locked for ever."""

from __future__ import annotations

from tests.support.lp import LOCKED, Rig


def sub_account(owner: str) -> str:
    """Another account of the same owner."""
    return owner[:-2] + ("00" if owner[-2:] != "00" else "01")


def test_locks_a_thousand_shares_for_a_thousand_dollars(closed_rig: Rig) -> None:
    rig = closed_rig
    rig.fund(rig.lp, LOCKED + 5)
    receipt = rig.shares.transact("bootstrap", rig.lp, sender=rig.lp)
    assert rig.cash(rig.lp) == 5
    assert rig.cash(rig.pool.address) == LOCKED
    assert rig.cash(rig.shares.address) == 0
    assert rig.supply() == rig.balance(rig.shares.address) == LOCKED
    assert receipt.one("Transfer").args["value"] == LOCKED
    assert rig.shares.call("batches") == (0, 0, 0, 0, 0, 0)


def test_pays_from_a_sub_account_of_the_caller(closed_rig: Rig) -> None:
    rig = closed_rig
    account = sub_account(rig.lp)
    rig.fund(account, LOCKED)
    rig.shares.transact("bootstrap", account, sender=rig.lp)
    assert rig.cash(account) == 0


def test_is_the_account_owners(closed_rig: Rig) -> None:
    rig = closed_rig
    rig.fund(rig.lp, LOCKED)
    assert rig.refusal("bootstrap", rig.lp, sender=rig.attacker) == "AUTH"


def test_happens_once(rig: Rig) -> None:
    rig.fund(rig.lp, LOCKED)
    assert rig.refusal("bootstrap", rig.lp, sender=rig.lp) == "ONCE"


def test_needs_the_cash(closed_rig: Rig) -> None:
    rig = closed_rig
    rig.fund(rig.lp, LOCKED - 1)
    assert rig.refusal("bootstrap", rig.lp, sender=rig.lp) == "CASH"
    assert rig.supply() == 0
