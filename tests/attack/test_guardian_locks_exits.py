"""Exits stay open whatever the guardian does: LPs leave."""

from __future__ import annotations

from tests.support.system import ETH, WAD, House

REDUCE_ONLY = 2


def test_reduce_only_does_not_lock_the_lps(system: House) -> None:
    house = system
    house.provide(house.lp, 1_000_000)
    house.fund(house.attacker, 100)
    house.set_price(ETH, 4_000)
    house.trade(house.attacker, ETH, WAD // 20, 4_000)
    house.shares.transact("request_redeem", house.balance(house.lp), sender=house.lp)
    house.oracle.transact("set_status", ETH, REDUCE_ONLY, sender=house.guardian)
    house.end_epoch()
    # A position of 200 dollars and a guardian: no LP leaves until the owner loosens.
    assert house.shares.attempt("settle", sender=house.keeper).error is None
