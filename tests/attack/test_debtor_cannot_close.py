"""Closing is always possible: also for an account with margin whose cash is used up."""

from __future__ import annotations

import pytest

from tests.support.system import BTC, ETH, WAD, House


def hedged(house: House) -> None:
    """Long ETH has won 25,000, long BTC has lost 15,000; margin is far above maintenance."""
    house.provide(house.lp, 5_000_000)
    house.fund(house.taker, 14_000)
    house.set_price(ETH, 4_000)
    house.set_price(BTC, 110_000)
    house.trade(house.taker, ETH, 30 * WAD, 4_000)
    house.trade(house.taker, BTC, WAD, 110_000)
    house.set_price(ETH, 5_000)
    house.set_price(BTC, 95_000)


@pytest.mark.parametrize("deposits", ["open", "paused"])
def test_a_stranger_cannot_lock_a_winner_by_realising_his_loss(system: House, deposits: str) -> None:
    hedged(system)
    if deposits == "paused":
        system.vault.transact("pause", 1, sender=system.guardian)
    system.vault.transact("realise", system.taker, BTC, sender=system.attacker)
    # The loss is larger than the cash: 0 is left, the fee of a closing order cannot be paid.
    system.trade(system.taker, ETH, -30 * WAD, 5_000, reduce_only=True, fee=0)


def test_who_closed_the_losing_leg_first_can_close_the_winning_one(system: House) -> None:
    hedged(system)
    system.trade(system.taker, BTC, -WAD, 95_000, reduce_only=True)
    assert system.cash(system.taker) < 0
    system.trade(system.taker, ETH, -30 * WAD, 5_000, reduce_only=True, fee=0)
