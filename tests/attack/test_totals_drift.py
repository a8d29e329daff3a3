"""A market's totals are the sums over its positions, the book those over its markets, also after a skipped price."""

from __future__ import annotations

import random

import pytest

from novation.model.market import liability_of, reserve_of
from tests.support import stored
from tests.support.oracle import FUTURE, HONEST, SILENT
from tests.support.system import BTC, ETH, WAD, House

TRADERS = ("taker", "maker", "hedger", "attacker")


def check(house: House) -> None:
    liability = reserve = 0
    for market in (ETH, BTC):
        positions = [stored.position(house.pool, house.roles[role], market) for role in TRADERS]
        state, config = stored.market(house.pool, market), stored.config(house.pool, market)
        assert state.long == sum(found.size for found in positions if found.size > 0)
        assert state.short == -sum(found.size for found in positions if found.size < 0)
        assert state.basis == sum(found.basis for found in positions)
        liability += liability_of(config, state)
        reserve += reserve_of(config, state)
    book = stored.book(house.pool)
    assert (book.liability, book.reserve) == (liability, reserve)


@pytest.mark.parametrize("seed", range(3))
def test_after_anything(system: House, seed: int) -> None:
    dice = random.Random(seed)
    system.provide(system.lp, 5_000_000)
    for role in TRADERS:
        system.fund(system.roles[role], 20_000)
    prices = {ETH: 4_000, BTC: 110_000}
    for _ in range(40):
        market = dice.choice((ETH, BTC))
        size = dice.randrange(WAD, 9 * WAD) // (1 if market == ETH else 27)
        account = system.roles[dice.choice(TRADERS)]
        other = BTC if market == ETH else ETH
        # A feed of another market may break and heal again.
        broken = system.feeds[other].source
        mode = dice.choice([HONEST, HONEST, SILENT, FUTURE])
        broken.transact("set_modes", mode, HONEST, sender=system.owner)
        system.refresh(dice.randrange(1, 900))
        prices[market] = round(prices[market] * dice.uniform(0.97, 1.03), 2)
        order = (account, market, dice.choice([-1, 1]) * size)
        live = system.orders.attempt(
            "commit", (*order, 0, 0, False, False, WAD, system.now + 10**6, 0, 0), 0, sender=account
        )
        if live.ok:
            committed = tuple(live.one("Committed").args["order"])
            reference = system.round_at(committed, prices[market])
            done = system.orders.attempt("execute", committed, 0, reference, b"", sender=system.keeper)
            if not done.ok:
                assert done.error in ("STALE", "HALTED", "CREDIT")
                broken.transact("set_modes", HONEST, HONEST, sender=system.owner)
                system.warp(system.system.parameters.orders.window + system.system.parameters.orders.grace + 1)
                system.orders.transact("cancel", committed, 0, sender=account)
        else:
            assert live.error in ("MARGIN", "CASH")
        broken.transact("set_modes", HONEST, HONEST, sender=system.owner)
        for role in TRADERS:
            system.liquidation.attempt("liquidate", system.roles[role], market, b"", sender=system.liquidator)
        check(system)
    system.pool.transact("poke", ETH, sender=system.outsider)
    check(system)
