"""Raising the maintenance margin, or the penalty, liquidates nobody in that block: both ramp."""

from __future__ import annotations

from itertools import pairwise

from tests.support.system import ETH, WAD, House


def test_it_ramps(system: House) -> None:
    system.provide(system.lp, 2_000_000)
    accounts = [system.taker, system.maker, system.hedger]
    for account, usd in zip(accounts, (2_300, 2_500, 2_700), strict=True):
        system.fund(account, usd)
        system.trade(account, ETH, 10 * WAD)
    struct = list(system.market(ETH).struct())
    struct[1], struct[2], struct[9] = 800, 700, 140
    system.refresh()
    needs = [system.lens.call("health", account)[3] for account in accounts]
    system.pool.transact("set_market", ETH, tuple(struct), sender=system.owner)
    assert [system.lens.call("health", account)[3] for account in accounts] == needs
    assert system.lens.call("unhealthy_bits", accounts) == 0
    for account in accounts:
        receipt = system.liquidation.attempt("liquidate", account, ETH, b"", sender=system.liquidator)
        assert receipt.error == "HEALTHY"
    # They have the ramp to act in: one after the other comes due, and who reduced in time is not among them.
    system.refresh(600)
    system.trade(system.maker, ETH, -8 * WAD, reduce_only=True)
    found = []
    for _ in range(4):
        system.refresh(900)
        found.append(system.lens.call("unhealthy_bits", accounts))
    assert found[0] != found[-1] == 0b101
    assert all(now & before == before for before, now in pairwise(found))


def test_no_second_change_jumps_the_ramp(system: House) -> None:
    """Set anew half-way, it starts from where it is and takes its whole time again."""
    for elapsed in (600, 600, 600):
        struct = list(system.market(ETH).struct())
        before = system.lens.call("market_config", ETH)[2]
        struct[1], struct[2] = 800, 700
        system.pool.transact("set_market", ETH, tuple(struct), sender=system.owner)
        assert system.lens.call("market_config", ETH)[2] == before
        system.refresh(elapsed)
        assert system.lens.call("market_config", ETH)[2] <= before + (700 - before) * elapsed // 3_600
