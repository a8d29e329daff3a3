"""`request_redeem`: shares into the queue."""

from __future__ import annotations

import pytest

from tests.support.lp import EPOCH, LOCKED, WAD, Rig

HELD = 500 * WAD


@pytest.fixture
def rig(rig: Rig) -> Rig:
    """With two LPs."""
    rig.deposit(rig.lp, HELD)
    rig.deposit(rig.other_lp, HELD)
    rig.settle()
    rig.claim(rig.lp)
    rig.claim(rig.other_lp)
    return rig


def test_locks_the_shares(rig: Rig) -> None:
    receipt = rig.redeem(rig.lp, 200 * WAD)
    assert receipt.one("RedeemRequested").args == {"holder": rig.lp, "batch": 2, "shares": 200 * WAD}
    assert rig.balance(rig.lp) == HELD - 200 * WAD
    assert rig.balance(rig.shares.address) == LOCKED + 200 * WAD
    assert rig.supply() == LOCKED + 2 * HELD
    assert rig.shares.call("requests", rig.lp)[2:] == (2, 200 * WAD)
    assert rig.shares.call("batches")[4] == 200 * WAD


def test_is_raised_within_its_batch(rig: Rig) -> None:
    rig.redeem(rig.lp, 5)
    rig.redeem(rig.other_lp, 7)
    assert rig.redeem(rig.lp, 1).one("RedeemRequested").args["shares"] == 6
    assert rig.shares.call("batches")[4] == 13


def test_shares_a_batch_with_deposits(rig: Rig) -> None:
    rig.redeem(rig.lp, 5)
    rig.deposit(rig.lp, 9)
    assert rig.shares.call("requests", rig.lp) == (2, 9, 2, 5)
    assert rig.shares.call("batches")[3:5] == (9, 5)


def test_claims_what_was_settled_before(rig: Rig) -> None:
    rig.redeem(rig.lp, 100 * WAD)
    rig.settle()
    receipt = rig.redeem(rig.lp, 50 * WAD)
    assert receipt.one("RedeemClaimed").args == {"holder": rig.lp, "shares": 0, "assets": 100 * WAD}
    assert rig.cash(rig.lp) == 100 * WAD
    assert rig.shares.call("requests", rig.lp)[2:] == (3, 50 * WAD)


def test_is_possible_while_lp_deposits_are_paused(rig: Rig) -> None:
    rig.pause()
    rig.redeem(rig.lp, HELD)
    rig.settle()
    assert rig.claim(rig.lp) == (0, HELD)


def test_before_bootstrap_is_refused(closed_rig: Rig) -> None:
    assert closed_rig.refusal("request_redeem", 1, sender=closed_rig.lp) == "CLOSED"


def test_of_nothing_is_refused(rig: Rig) -> None:
    assert rig.refusal("request_redeem", 0, sender=rig.lp) == "ZERO"


def test_needs_the_shares(rig: Rig) -> None:
    assert rig.refusal("request_redeem", HELD + 1, sender=rig.lp) == "SHARES"
    assert rig.refusal("request_redeem", 2**256 - 1, sender=rig.lp) == "SHARES"
    rig.redeem(rig.lp, HELD)
    assert rig.refusal("request_redeem", 1, sender=rig.lp) == "SHARES"


def test_waits_for_an_unsettled_older_request(rig: Rig) -> None:
    rig.redeem(rig.lp, 5)
    rig.end_epoch()
    assert rig.refusal("request_redeem", 5, sender=rig.lp) == "WAIT"


def test_waits_while_the_older_one_rolls_over(rig: Rig) -> None:
    rig.redeem(rig.lp, 100 * WAD)
    rig.books(reserve=1_600 * WAD)  # wants all of NAV
    rig.settle()
    assert rig.refusal("request_redeem", 5, sender=rig.lp) == "WAIT"
    rig.books()
    rig.settle()
    assert rig.refusal("request_redeem", 5, sender=rig.lp) is None


def test_would_start_a_third_unsettled_batch(rig: Rig) -> None:
    rig.redeem(rig.lp, 5)
    rig.chain.warp(EPOCH)
    rig.redeem(rig.other_lp, 5)
    rig.chain.warp(EPOCH)
    rig.shares.transact("transfer", rig.attacker, 5, sender=rig.lp)
    assert rig.refusal("request_redeem", 5, sender=rig.attacker) == "SETTLE"
