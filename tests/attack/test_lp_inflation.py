"""The first deposits cannot be robbed by making a share dear."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support.lp import LOCKED, WAD, Rig, build
from tests.support.system import House


@pytest.fixture
def rig() -> Rig:
    return build(RevmChain())


@pytest.mark.parametrize("donation", [1, 1_000 * WAD, 10**9 * WAD])
def test_a_donation_after_the_first_shares_costs_its_donor(rig: Rig, donation: int) -> None:
    """Bootstrap, 1 wei in, then a donation straight into the pool's account: a depositor still gets its worth."""
    rig.fund(rig.attacker, LOCKED)
    rig.shares.transact("bootstrap", rig.attacker, sender=rig.attacker)
    rig.provide(rig.attacker, 1)
    rig.fund(rig.pool.address, donation)
    shares = rig.provide(rig.lp, 10_000 * WAD)
    worth = shares * rig.cash(rig.pool.address) // rig.supply()
    assert 10_000 * WAD - 10**10 <= worth <= 10_000 * WAD
    rig.redeem(rig.lp, shares)
    rig.settle()
    assert 10_000 * WAD - 10**10 <= rig.claim(rig.lp)[1] <= 10_000 * WAD


def test_a_donation_before_the_first_shares_belongs_to_nobody(rig: Rig) -> None:
    rig.fund(rig.pool.address, 10**6 * WAD)
    rig.bootstrap()
    shares = rig.provide(rig.lp, 10_000 * WAD)
    worth = shares * rig.cash(rig.pool.address) // rig.supply()
    assert 10_000 * WAD - 10**10 <= worth <= 10_000 * WAD


def test_the_locked_shares_cannot_be_redeemed(rig: Rig) -> None:
    rig.bootstrap()
    shares = rig.provide(rig.lp, 10_000 * WAD)
    rig.redeem(rig.lp, shares)
    rig.settle()
    rig.claim(rig.lp)
    assert rig.supply() == rig.balance(rig.shares.address) == LOCKED
    assert rig.cash(rig.pool.address) == LOCKED


def test_dust_requests_take_nothing_from_others(rig: Rig) -> None:
    """A hundred requests of a wei in the batch of a large one: what rounding takes is taken from the dust."""
    rig.bootstrap()
    rig.nav(LOCKED * 3)
    rig.deposit(rig.lp, 10_000 * WAD)
    for number in range(20, 120):
        rig.deposit(rig.chain.account(number), 1)
    rig.settle()
    assert rig.claim(rig.lp)[0] >= 10_000 * WAD // 3 - 1
    assert all(rig.claim(rig.chain.account(number))[0] == 0 for number in range(20, 120))


def test_shares_sent_to_the_contract_pay_nobody(system: House) -> None:
    """Its own balance is no account of the queue: who sends shares there gives them to all."""
    system.provide(system.lp, 10_000)
    system.provide(system.attacker, 10_000)
    system.shares.transact("transfer", system.shares.address, 10_000 * WAD, sender=system.attacker)
    for account in (system.attacker, system.shares.address):
        receipt = system.shares.transact("claim", account, sender=system.attacker)
        assert system.shares.returned("claim", receipt) == (0, 0)
    system.shares.transact("request_redeem", 10_000 * WAD, sender=system.lp)
    system.settle()
    system.shares.transact("claim", system.lp, sender=system.lp)
    assert system.cash(system.lp) == 10_000 * WAD
