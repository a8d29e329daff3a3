"""A partial close credits what it won and keeps the entry price of the rest."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("usd", [3_900, 4_000, 4_100])
def test_the_entry_of_the_rest_stays(system: House, sign: int, usd: int) -> None:
    system.provide(system.lp, 2_000_000)
    system.fund(system.taker, 50_000)
    system.trade(system.taker, ETH, sign * 10 * WAD, usd=4_000)
    size, basis, _ = system.lens.call("position", system.taker, ETH)
    margin = system.lens.call("health", system.taker)[1]
    system.set_price(ETH, usd)
    margin = system.lens.call("health", system.taker)[1]
    cash = system.cash(system.taker)
    system.trade(system.taker, ETH, -sign * 3 * WAD, usd=usd)
    left, kept, _ = system.lens.call("position", system.taker, ETH)
    assert kept * size == pytest.approx(basis * left, rel=10**-12)
    won = 3 * sign * (usd - 4_000) * WAD
    assert system.cash(system.taker) - cash == pytest.approx(won, abs=10 * WAD)
    assert system.lens.call("health", system.taker)[1] == pytest.approx(margin, abs=10 * WAD)
