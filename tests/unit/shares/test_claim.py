"""`claim`: what was settled, however often it is asked for."""

from __future__ import annotations

import pytest

from tests.support.lp import LOCKED, WAD, Rig

HELD = 3_000 * WAD


@pytest.fixture
def queued(rig: Rig) -> Rig:
    """Two LPs, 3,000 and 1,000 shares in the queue of a pool without room."""
    rig.deposit(rig.lp, HELD)
    rig.deposit(rig.other_lp, WAD * 1_000)
    rig.settle()
    rig.claim(rig.lp)
    rig.claim(rig.other_lp)
    rig.redeem(rig.lp, HELD)
    rig.redeem(rig.other_lp, 1_000 * WAD)
    return rig


def room(rig: Rig, usd: int) -> None:
    """Sets the reserve so that `usd` may leave."""
    rig.books(reserve=(rig.cash(rig.pool.address) - usd) * 8 // 10)


def test_hands_over_shares(rig: Rig) -> None:
    rig.deposit(rig.lp, 70 * WAD)
    rig.settle()
    receipt = rig.shares.transact("claim", rig.lp, sender=rig.anyone)
    assert rig.shares.returned("claim", receipt) == (70 * WAD, 0)
    assert receipt.one("DepositClaimed").args == {"account": rig.lp, "batch": 1, "shares": 70 * WAD, "refund": 0}
    assert rig.balance(rig.lp) == 70 * WAD
    assert rig.balance(rig.shares.address) == LOCKED
    assert rig.shares.call("requests", rig.lp) == (1, 0, 0, 0)


def test_divides_a_batch_by_assets_rounding_down(rig: Rig) -> None:
    rig.nav(LOCKED * 7)
    rig.deposit(rig.lp, 10)
    rig.deposit(rig.other_lp, 5)
    rig.settle()  # 15 // 7 = 2 shares
    assert rig.claim(rig.lp) == (10 * 2 // 15, 0)
    assert rig.claim(rig.other_lp) == (0, 0)
    assert rig.balance(rig.shares.address) == LOCKED + 1


def test_hands_over_a_refund(rig: Rig) -> None:
    rig.deposit(rig.lp, 70 * WAD)
    rig.nav(0)
    rig.settle()
    receipt = rig.shares.transact("claim", rig.lp, sender=rig.anyone)
    assert receipt.one("DepositClaimed").args == {"account": rig.lp, "batch": 1, "shares": 0, "refund": 70 * WAD}
    assert rig.cash(rig.lp) == 70 * WAD
    assert rig.cash(rig.shares.address) == 0


def test_hands_over_the_assets_of_a_redemption(queued: Rig) -> None:
    queued.settle()
    receipt = queued.shares.transact("claim", queued.lp, sender=queued.anyone)
    assert receipt.one("RedeemClaimed").args == {"holder": queued.lp, "shares": 0, "assets": HELD}
    assert queued.cash(queued.lp) == HELD
    assert queued.shares.call("requests", queued.lp)[3] == 0


def test_twice_pays_once(queued: Rig) -> None:
    queued.settle()
    assert queued.claim(queued.lp) == (0, HELD)
    assert queued.claim(queued.lp) == (0, 0)
    assert queued.cash(queued.shares.address) == 1_000 * WAD


def test_of_nothing_is_no_error(rig: Rig) -> None:
    assert rig.claim(rig.attacker) == (0, 0)
    rig.deposit(rig.lp, WAD)
    assert rig.claim(rig.lp) == (0, 0)
    assert rig.shares.call("requests", rig.lp)[1] == WAD


def test_pays_each_part_of_what_rolls_over(queued: Rig) -> None:
    room(queued, 400 * WAD)
    queued.settle()
    receipt = queued.shares.transact("claim", queued.lp, sender=queued.anyone)
    assert receipt.one("RedeemClaimed").args == {"holder": queued.lp, "shares": 2_700 * WAD, "assets": 300 * WAD}
    room(queued, 1_800 * WAD)
    queued.settle()
    assert queued.claim(queued.lp) == (0, 1_350 * WAD)
    assert queued.shares.call("claimable", queued.lp) == (0, 0, 0, 1_350 * WAD)
    queued.books()
    queued.settle()
    assert queued.claim(queued.lp) == (0, 1_350 * WAD)
    assert queued.claim(queued.other_lp) == (0, 1_000 * WAD)
    assert queued.cash(queued.shares.address) == 0
    assert queued.supply() == queued.balance(queued.shares.address) == LOCKED


def test_late_pays_the_same(queued: Rig) -> None:
    for usd in (400, 1_200, 333):
        room(queued, usd * WAD)
        queued.settle()
        queued.claim(queued.lp)
    early = queued.cash(queued.lp)
    late = queued.claim(queued.other_lp)[1]
    assert abs(early - 3 * late) <= 3


def test_who_joins_later_has_no_part_in_what_was_paid(queued: Rig) -> None:
    room(queued, 2_000 * WAD)
    queued.settle()
    queued.provide(queued.attacker, 2_000 * WAD)  # half of the queue is served by it, the rest waits
    queued.redeem(queued.attacker, 2_000 * WAD)
    before = queued.shares.call("claimable", queued.attacker)
    assert before == (0, 0, 0, 2_000 * WAD)
    queued.books()
    queued.settle()
    assert queued.claim(queued.attacker) == (0, 2_000 * WAD)
    assert queued.claim(queued.lp) == (0, HELD)
    assert queued.claim(queued.other_lp) == (0, 1_000 * WAD)


def test_a_queue_served_in_part_for_ever_never_stops(queued: Rig) -> None:
    """Of what waits 60 percent is served each epoch while somebody joins: after 45 the part left is below 1e-18."""
    paid: dict[str, int] = {}
    queued.provide(queued.attacker, 60 * 10 * WAD)
    for number in range(60):
        joiner = queued.chain.account(10 + number)
        queued.shares.transact("transfer", joiner, 10 * WAD, sender=queued.attacker)
        queued.redeem(joiner, 10 * WAD)
        _, _, _, _, added, rolled = queued.shares.call("batches")
        room(queued, (added + rolled) * 6 // 10)
        args = queued.settle().one("Settled").args
        assert abs(args["assets_out"] - (added + rolled) * 6 // 10) <= 2
        if number % 3:
            paid[joiner] = queued.claim(joiner)[1]
    queued.books()
    queued.settle()
    for number in range(60):
        joiner = queued.chain.account(10 + number)
        assert 10 * WAD - 100 <= paid.get(joiner, 0) + queued.claim(joiner)[1] <= 10 * WAD
    assert queued.claim(queued.lp)[1] == HELD
    assert queued.claim(queued.other_lp)[1] == 1_000 * WAD
    assert queued.cash(queued.shares.address) < 1_000
    assert queued.supply() == LOCKED


def test_of_both_sides_at_once(queued: Rig) -> None:
    queued.deposit(queued.lp, 60 * WAD)
    queued.settle()
    assert queued.claim(queued.lp) == (60 * WAD, HELD)
