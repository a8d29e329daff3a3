"""`settle`: prices, room, roll-over."""

from __future__ import annotations

import pytest

from tests.support.lp import EPOCH, LOCKED, UTILISATION, WAD, Rig

HELD = 3_000 * WAD


@pytest.fixture
def held(rig: Rig) -> Rig:
    """An LP with 3,000 shares of 4,000."""
    rig.provide(rig.lp, HELD)
    return rig


def test_deposits_at_the_high_nav(rig: Rig) -> None:
    rig.books(low=-500 * WAD, high=300 * WAD, owed=100 * WAD)
    rig.deposit(rig.lp, 700 * WAD)
    receipt = rig.settle()
    minted = 700 * WAD * LOCKED // (1_400 * WAD)
    assert receipt.one("Settled").args == {
        "batch": 1,
        "assets_in": 700 * WAD,
        "shares_minted": minted,
        "shares_burned": 0,
        "assets_out": 0,
        "nav_low": 600 * WAD,
        "nav_high": 1_400 * WAD,
        "supply": LOCKED + minted,
    }
    assert rig.cash(rig.pool.address) == 1_700 * WAD
    assert rig.cash(rig.shares.address) == 0
    assert rig.supply() == rig.balance(rig.shares.address) == LOCKED + minted


def test_redemptions_at_the_low_nav(held: Rig) -> None:
    held.books(low=-500 * WAD, high=1_000 * WAD, owed=200 * WAD)
    held.redeem(held.lp, HELD)
    receipt = held.settle()
    payout = HELD * 2_800 * WAD // (4_000 * WAD)
    args = receipt.one("Settled").args
    assert (args["shares_burned"], args["assets_out"], args["supply"]) == (HELD, payout, LOCKED)
    assert held.cash(held.pool.address) == 4_000 * WAD - payout
    assert held.cash(held.shares.address) == payout


def test_both_sides_at_the_books_before_in_one_booking(held: Rig) -> None:
    held.books(low=-400 * WAD, high=400 * WAD)
    held.deposit(held.other_lp, 1_100 * WAD)
    held.redeem(held.lp, 1_000 * WAD)
    receipt = held.settle()
    args = receipt.one("Settled").args
    assert args["shares_minted"] == 1_100 * WAD * 4_000 // 4_400
    assert args["assets_out"] == 1_000 * WAD * 3_600 // 4_000
    moved = receipt.one("Transferred").args
    assert (moved["source"], moved["target"], moved["amount"]) == (
        held.shares.address,
        held.pool.address,
        1_100 * WAD - args["assets_out"],
    )


def test_asks_for_prices_since_the_end_of_the_epoch(rig: Rig) -> None:
    rig.deposit(rig.lp, WAD)
    closes_at = rig.shares.call("batches")[2]
    rig.chain.set_time(closes_at + 5 * EPOCH)
    rig.settle()
    assert rig.pool.call("since") == closes_at


def test_takes_the_oldest_batch_first(rig: Rig) -> None:
    rig.deposit(rig.lp, WAD)
    rig.chain.warp(EPOCH)
    rig.deposit(rig.other_lp, WAD)
    rig.chain.warp(EPOCH)
    assert rig.settle().one("Settled").args["batch"] == 1
    assert rig.settle().one("Settled").args["batch"] == 2
    assert rig.refusal("settle", sender=rig.anyone) == "EMPTY"


def test_refunds_deposits_below_a_cent_a_share(rig: Rig) -> None:
    rig.deposit(rig.lp, 500 * WAD)
    rig.nav(10 * WAD - 1)
    args = rig.settle().one("Settled").args
    assert (args["assets_in"], args["shares_minted"], args["supply"]) == (0, 0, LOCKED)
    assert rig.claim(rig.lp) == (0, 500 * WAD)
    assert rig.cash(rig.lp) == 500 * WAD


@pytest.mark.parametrize("nav", [0, -1, -5_000 * WAD])
def test_refunds_deposits_into_a_broken_pool(rig: Rig, nav: int) -> None:
    rig.deposit(rig.lp, 500 * WAD)
    rig.nav(nav)
    assert rig.settle().one("Settled").args["assets_in"] == 0
    assert rig.claim(rig.lp) == (0, 500 * WAD)


def test_takes_deposits_at_a_cent_a_share(rig: Rig) -> None:
    rig.deposit(rig.lp, 500 * WAD)
    rig.nav(10 * WAD)
    assert rig.settle().one("Settled").args["shares_minted"] == 50_000 * WAD


def test_refunds_what_buys_no_share(rig: Rig) -> None:
    rig.deposit(rig.lp, 5)
    rig.nav(10_000 * WAD)
    assert rig.settle().one("Settled").args["assets_in"] == 0
    assert rig.claim(rig.lp) == (0, 5)


@pytest.mark.parametrize("nav", [0, -1, -9_000 * WAD])
def test_fills_no_redemption_of_a_broken_pool(held: Rig, nav: int) -> None:
    held.redeem(held.lp, HELD)
    held.nav(nav)
    args = held.settle().one("Settled").args
    assert (args["shares_burned"], args["assets_out"]) == (0, 0)
    held.books()
    held.settle()
    assert held.claim(held.lp) == (0, HELD)


def test_keeps_the_reserve_covered(held: Rig) -> None:
    reserve = 2_000 * WAD
    held.books(reserve=reserve)
    held.redeem(held.lp, HELD)
    args = held.settle().one("Settled").args
    room = 4_000 * WAD - reserve * 10_000 // UTILISATION
    assert args["assets_out"] == args["shares_burned"] == room
    nav = held.cash(held.pool.address)
    assert reserve * 10_000 <= UTILISATION * nav


def test_pays_no_more_than_the_pool_has_in_cash(held: Rig) -> None:
    held.books(low=-4_000 * WAD)  # as much again is unrealised
    held.redeem(held.lp, HELD)
    args = held.settle().one("Settled").args
    assert args["assets_out"] == 4_000 * WAD
    assert args["shares_burned"] == 2_000 * WAD
    assert held.cash(held.pool.address) == 0


def test_deposits_of_the_batch_make_room(held: Rig) -> None:
    held.books(reserve=3_200 * WAD)
    held.redeem(held.lp, HELD)
    held.deposit(held.other_lp, 250 * WAD)
    args = held.settle().one("Settled").args
    assert (args["assets_in"], args["assets_out"]) == (250 * WAD, 250 * WAD)
    assert held.cash(held.pool.address) == 4_000 * WAD


def test_refunded_deposits_make_no_room(held: Rig) -> None:
    held.books(low=held.cash(held.pool.address) - 30 * WAD, reserve=24 * WAD)
    held.redeem(held.lp, HELD)
    held.deposit(held.other_lp, 250 * WAD)
    args = held.settle().one("Settled").args
    assert (args["assets_in"], args["assets_out"]) == (0, 0)


def test_what_rolls_over_opens_the_next_batch_by_itself(held: Rig) -> None:
    held.books(reserve=2_400 * WAD)
    held.redeem(held.lp, HELD)
    held.settle()
    settled, newest, closes_at, assets, added, rolled = held.shares.call("batches")
    assert (settled, newest, assets, added, rolled) == (2, 3, 0, 0, 2_000 * WAD)
    assert closes_at == held.chain.now + EPOCH
    assert held.refusal("settle", sender=held.anyone) == "EARLY"
    held.books()
    args = held.settle().one("Settled").args
    assert (args["shares_burned"], args["assets_out"]) == (2_000 * WAD, 2_000 * WAD)
    assert held.refusal("settle", sender=held.anyone) == "EMPTY"


def test_what_rolls_over_joins_a_batch_that_is_open_already(held: Rig) -> None:
    held.books(reserve=2_400 * WAD)
    held.redeem(held.lp, HELD)
    held.end_epoch()
    held.deposit(held.other_lp, 100 * WAD)
    closes_at = held.chain.now + EPOCH
    held.settle()
    assert held.shares.call("batches") == (2, 3, closes_at, 100 * WAD, 0, 2_000 * WAD)


def test_dust_that_is_worth_nothing_is_burned(held: Rig) -> None:
    held.nav(2_000 * WAD)
    held.redeem(held.lp, 1)
    args = held.settle().one("Settled").args
    assert (args["shares_burned"], args["assets_out"]) == (1, 0)


def test_before_the_end_of_the_epoch_is_too_early(rig: Rig) -> None:
    rig.deposit(rig.lp, WAD)
    rig.chain.set_time(rig.shares.call("batches")[2] - 1)
    assert rig.refusal("settle", sender=rig.anyone) == "EARLY"
    rig.chain.warp(1)
    assert rig.refusal("settle", sender=rig.anyone) is None


def test_of_no_batch_is_refused(rig: Rig, closed_rig: Rig) -> None:
    assert closed_rig.refusal("settle", sender=rig.anyone) == "EMPTY"
    closed_rig.bootstrap()
    assert rig.refusal("settle", sender=rig.anyone) == "EMPTY"


def test_waits_for_fresh_prices(rig: Rig) -> None:
    rig.deposit(rig.lp, WAD)
    rig.end_epoch()
    rig.pool.transact("set_failure", "STALE", sender=rig.owner)
    assert rig.refusal("settle", sender=rig.anyone) == "STALE"
