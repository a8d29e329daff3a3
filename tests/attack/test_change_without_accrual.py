"""A rate, a cap or a scale changes after what was owed under the old one has accrued."""

from __future__ import annotations

import pytest

from novation.model.market import accrue
from tests.support import stored
from tests.support.system import ETH, WAD, House

HOUR = 3_600
FIELDS = {"rate_max": 10, "velocity": 11}


@pytest.mark.parametrize(("field", "value"), [("velocity", 0), ("velocity", 2**24 - 1), ("rate_max", 1)])
def test_the_past_keeps_its_rate(system: House, field: str, value: int) -> None:
    system.provide(system.lp, 2_000_000)
    system.fund(system.taker, 50_000)
    system.trade(system.taker, ETH, 20 * WAD)
    config, start = stored.config(system.pool), stored.market(system.pool)
    system.refresh(HOUR)
    struct = list(system.market(ETH).struct())
    struct[FIELDS[field]] = value
    before = tuple(system.lens.call("health", system.taker))
    system.pool.transact("set_market", ETH, tuple(struct), sender=system.owner)
    found = stored.market(system.pool)
    assert found.funding == accrue(config, start, system.now)[1]
    assert found.accrued_at == system.now
    assert tuple(system.lens.call("health", system.taker)) == before
    # From here on the new one holds.
    system.refresh(HOUR)
    system.pool.transact("poke", ETH, sender=system.outsider)
    new = stored.config(system.pool)
    assert stored.market(system.pool).funding == accrue(new, found, system.now)[1]


def test_a_tightening_charges_nobody_for_the_past(system: House) -> None:
    system.provide(system.lp, 2_000_000)
    system.fund(system.taker, 50_000)
    system.trade(system.taker, ETH, 20 * WAD)
    system.refresh(HOUR)
    margin = system.lens.call("health", system.taker)[1]
    system.pool.transact("tighten", ETH, 900, 50, 10, sender=system.guardian)
    assert system.lens.call("health", system.taker)[1] == margin
