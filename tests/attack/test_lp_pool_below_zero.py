"""A pool whose cash is below zero (winners left before losers) takes deposits, owes nobody, and is no trader's debt."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House

LIQUIDITY = 600_000


@pytest.fixture
def drained(system: House) -> House:
    """The long has won and left with its gain, the short is still there with its loss."""
    system.provide(system.lp, LIQUIDITY)
    system.fund(system.taker, 400_000)
    system.fund(system.maker, 1_500_000)
    for account, size in ((system.taker, 240), (system.maker, -240)):
        system.trade(account, ETH, size * WAD)
    for usd in (4_800, 5_600, 6_400, 7_000):
        system.refresh(900)
        system.set_price(ETH, usd)
    system.trade(system.taker, ETH, -240 * WAD)
    assert system.cash(system.pool.address) < 0
    return system


def test_deposits_settle(drained: House) -> None:
    before = drained.cash(drained.pool.address)
    debts = drained.vault.call("debts")
    drained.fund(drained.other_lp, 200_000)
    drained.shares.transact("request_deposit", drained.other_lp, 200_000 * WAD, sender=drained.other_lp)
    drained.settle()
    assert drained.cash(drained.pool.address) == before + 200_000 * WAD
    assert drained.vault.call("debts") == debts == 0


def test_a_payment_into_the_pool_is_no_traders_debt(drained: House) -> None:
    drained.fund(drained.attacker, 1_000)
    drained.system.mint(drained.attacker, 500 * WAD)
    receipt = drained.token.attempt("approve", drained.vault.address, 10**9, sender=drained.attacker)
    assert receipt.ok
    drained.vault.attempt("deposit", drained.pool.address, 500 * 10**6, sender=drained.attacker)
    assert drained.vault.call("debts") == 0


def test_nothing_leaves_before_the_losers_have_paid(drained: House) -> None:
    drained.shares.transact("request_redeem", LIQUIDITY * WAD, sender=drained.lp)
    args = drained.settle().one("Settled").args
    assert args["assets_out"] == 0
    drained.vault.transact("realise", drained.maker, ETH, sender=drained.keeper)
    args = drained.settle().one("Settled").args
    assert args["assets_out"] == 0  # the reserve of the position that is left
    drained.trade(drained.maker, ETH, 240 * WAD)
    args = drained.settle().one("Settled").args
    assert args["shares_burned"] == LIQUIDITY * WAD
    assert drained.cash(drained.pool.address) >= 0
