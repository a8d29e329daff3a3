"""`request_deposit`: cash into the queue."""

from __future__ import annotations

from tests.support.lp import EPOCH, WAD, Rig
from tests.unit.shares.test_bootstrap import sub_account

USD = 500 * WAD


def test_pulls_cash_into_the_open_batch(rig: Rig) -> None:
    receipt = rig.deposit(rig.lp, USD)
    assert receipt.one("DepositRequested").args == {"account": rig.lp, "batch": 1, "assets": USD}
    assert rig.cash(rig.lp) == 0
    assert rig.cash(rig.shares.address) == USD
    closes_at = (rig.chain.now // EPOCH + 1) * EPOCH
    assert rig.shares.call("batches") == (0, 1, closes_at, USD, 0, 0)
    assert rig.shares.call("requests", rig.lp) == (1, USD, 0, 0)
    assert rig.balance(rig.lp) == 0


def test_is_raised_within_its_batch(rig: Rig) -> None:
    rig.deposit(rig.lp, USD)
    rig.deposit(rig.other_lp, 7)
    receipt = rig.deposit(rig.lp, 3)
    assert receipt.one("DepositRequested").args["assets"] == USD + 3
    assert rig.shares.call("batches")[3] == USD + 10
    assert rig.shares.call("requests", rig.lp) == (1, USD + 3, 0, 0)


def test_in_the_last_second_is_of_the_epoch_and_at_its_end_of_the_next(rig: Rig) -> None:
    rig.deposit(rig.lp, USD)
    closes_at = rig.shares.call("batches")[2]
    rig.chain.set_time(closes_at - 1)
    assert rig.deposit(rig.other_lp, USD).one("DepositRequested").args["batch"] == 1
    rig.chain.set_time(closes_at)
    assert rig.deposit(rig.attacker, USD).one("DepositRequested").args["batch"] == 2


def test_after_the_end_starts_the_next_batch_while_one_is_unsettled(rig: Rig) -> None:
    rig.deposit(rig.lp, USD)
    rig.end_epoch()
    rig.chain.warp(5 * EPOCH)
    rig.deposit(rig.other_lp, 2 * USD)
    settled, newest, _, assets, _, _ = rig.shares.call("batches")
    assert (settled, newest, assets) == (0, 2, USD)
    rig.settle()
    closes_at = (rig.chain.now // EPOCH + 1) * EPOCH
    assert rig.shares.call("batches") == (1, 2, closes_at, 2 * USD, 0, 0)


def test_claims_what_was_settled_before(rig: Rig) -> None:
    rig.deposit(rig.lp, USD)
    rig.settle()
    receipt = rig.deposit(rig.lp, 9)
    assert receipt.one("DepositClaimed").args == {"account": rig.lp, "batch": 1, "shares": USD, "refund": 0}
    assert rig.balance(rig.lp) == USD
    assert rig.shares.call("requests", rig.lp) == (2, 9, 0, 0)


def test_is_the_accounts_own(rig: Rig) -> None:
    rig.fund(rig.lp, USD)
    assert rig.refusal("request_deposit", rig.lp, USD, sender=rig.attacker) == "AUTH"


def test_of_a_sub_account_would_lock_its_shares_up(rig: Rig) -> None:
    account = sub_account(rig.lp)
    rig.fund(account, USD)
    assert rig.refusal("request_deposit", account, USD, sender=rig.lp) == "AUTH"


def test_of_an_operator_is_refused(rig: Rig) -> None:
    rig.fund(rig.lp, USD)
    rig.vault.transact("set_operator", rig.attacker, 3, rig.lp, rig.chain.now + 99, sender=rig.lp)
    assert rig.refusal("request_deposit", rig.lp, USD, sender=rig.attacker) == "AUTH"


def test_before_bootstrap_is_refused(closed_rig: Rig) -> None:
    closed_rig.fund(closed_rig.lp, USD)
    assert closed_rig.refusal("request_deposit", closed_rig.lp, USD, sender=closed_rig.lp) == "CLOSED"


def test_is_paused_by_the_guardian(rig: Rig) -> None:
    rig.fund(rig.lp, USD)
    rig.pause()
    assert rig.refusal("request_deposit", rig.lp, USD, sender=rig.lp) == "PAUSED"


def test_of_nothing_is_refused(rig: Rig) -> None:
    assert rig.refusal("request_deposit", rig.lp, 0, sender=rig.lp) == "ZERO"


def test_waits_for_an_unsettled_older_request(rig: Rig) -> None:
    rig.deposit(rig.lp, USD)
    rig.end_epoch()
    rig.fund(rig.lp, USD)
    assert rig.refusal("request_deposit", rig.lp, USD, sender=rig.lp) == "WAIT"


def test_would_start_a_third_unsettled_batch(rig: Rig) -> None:
    rig.deposit(rig.lp, USD)
    rig.chain.warp(EPOCH)
    rig.deposit(rig.other_lp, USD)
    rig.chain.warp(EPOCH)
    rig.fund(rig.attacker, USD)
    assert rig.refusal("request_deposit", rig.attacker, USD, sender=rig.attacker) == "SETTLE"
    rig.settle()
    assert rig.refusal("request_deposit", rig.attacker, USD, sender=rig.attacker) is None


def test_needs_the_cash(rig: Rig) -> None:
    rig.fund(rig.lp, USD)
    assert rig.refusal("request_deposit", rig.lp, USD + 1, sender=rig.lp) == "CASH"
    assert rig.refusal("request_deposit", rig.lp, 2**104, sender=rig.lp) is not None
    assert rig.refusal("request_deposit", rig.lp, 2**256 - 1, sender=rig.lp) is not None
    assert rig.shares.call("batches") == (0, 0, 0, 0, 0, 0)
