"""Nobody comes or leaves at a price that is known when the request is made, nor at the better side of it."""

from __future__ import annotations

import pytest

from tests.support.system import BTC, ETH, WAD, House

LIQUIDITY = 1_000_000


@pytest.fixture
def crowded(system: House) -> House:
    """Two LPs, and a trader that is long: the pool loses when the price rises."""
    system.provide(system.lp, LIQUIDITY)
    system.provide(system.attacker, LIQUIDITY)
    system.fund(system.taker, 200_000)
    system.trade(system.taker, ETH, 200 * WAD)
    return system


def test_leaving_ahead_of_a_known_loss_is_no_escape(crowded: House) -> None:
    """The jump is published after the request: both LPs bear it alike."""
    shares = crowded.balance(crowded.attacker)
    crowded.shares.transact("request_redeem", shares, sender=crowded.attacker)
    closes_at = crowded.shares.call("batches")[2]
    crowded.chain.set_time(closes_at - 1)
    crowded.set_price(ETH, 5_000)  # known before the epoch ends
    crowded.chain.set_time(closes_at)
    assert crowded.shares.attempt("settle", sender=crowded.attacker).error == "STALE"
    crowded.refresh()
    crowded.shares.transact("settle", sender=crowded.attacker)
    crowded.shares.transact("claim", crowded.attacker, sender=crowded.attacker)
    loss = 200 * 1_000 * WAD
    got = crowded.cash(crowded.attacker)
    assert got <= LIQUIDITY * WAD - loss * 49 // 100


def test_coming_behind_a_known_gain_is_no_gift(crowded: House) -> None:
    """The price has fallen, the trader's loss is the pool's: who comes after pays for it."""
    crowded.fund(crowded.outsider, 100_000)
    crowded.set_price(ETH, 3_500)
    crowded.shares.transact("request_deposit", crowded.outsider, 100_000 * WAD, sender=crowded.outsider)
    receipt = crowded.settle()
    args = receipt.one("Settled").args
    before = args["supply"] - args["shares_minted"]
    assert args["nav_high"] > before
    assert args["shares_minted"] == 100_000 * WAD * before // args["nav_high"]


def test_a_price_from_before_the_end_does_not_settle(crowded: House) -> None:
    crowded.shares.transact("request_redeem", WAD, sender=crowded.attacker)
    closes_at = crowded.shares.call("batches")[2]
    crowded.chain.set_time(closes_at - 1)
    crowded.refresh()
    crowded.chain.set_time(closes_at + 600)
    assert crowded.shares.attempt("settle", sender=crowded.keeper).error == "STALE"
    crowded.set_price(ETH)
    assert crowded.shares.attempt("settle", sender=crowded.keeper).error is None


def test_a_market_without_positions_need_not_be_fresh(crowded: House) -> None:
    """One stale feed of an empty market holds nobody."""
    crowded.shares.transact("request_redeem", WAD, sender=crowded.attacker)
    crowded.chain.set_time(crowded.shares.call("batches")[2])
    crowded.set_price(ETH)
    assert crowded.oracle.call("read", BTC)[3] < crowded.now
    crowded.shares.transact("settle", sender=crowded.keeper)


def test_each_side_gets_the_worse_price(crowded: House) -> None:
    """In at the high NAV and out at the low one in a row, at one price: the spread is lost, to those who stay."""
    crowded.fund(crowded.outsider, 100_000)
    crowded.shares.transact("request_deposit", crowded.outsider, 100_000 * WAD, sender=crowded.outsider)
    args = crowded.settle().one("Settled").args
    assert args["nav_low"] < args["nav_high"]
    crowded.shares.transact("claim", crowded.outsider, sender=crowded.outsider)
    held = crowded.balance(crowded.outsider)
    crowded.shares.transact("request_redeem", held, sender=crowded.outsider)
    crowded.settle()
    crowded.shares.transact("claim", crowded.outsider, sender=crowded.outsider)
    assert crowded.cash(crowded.outsider) < 100_000 * WAD


def test_who_settles_and_when_changes_the_price_for_all_alike(crowded: House) -> None:
    """A late settlement is at a late price; a request made meanwhile is of the next batch, at a later one."""
    crowded.shares.transact("request_redeem", 1_000 * WAD, sender=crowded.attacker)
    closes_at = crowded.shares.call("batches")[2]
    crowded.chain.set_time(closes_at + 5_000)
    crowded.fund(crowded.outsider, 10)
    receipt = crowded.shares.transact("request_deposit", crowded.outsider, 10 * WAD, sender=crowded.outsider)
    assert receipt.one("DepositRequested").args["batch"] > crowded.shares.call("batches")[0] + 1
    crowded.refresh()
    assert crowded.shares.attempt("settle", sender=crowded.attacker).ok
    assert crowded.shares.attempt("settle", sender=crowded.attacker).error == "EARLY"
