"""No size at the oracle price: a premium in proportion to the skew, and caps on position, side and reserve."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 5_000_000)
    for role in ("attacker", "taker", "maker", "hedger", "outsider"):
        system.fund(system.roles[role], 200_000)
    return system


@pytest.mark.parametrize("sign", [1, -1])
def test_a_round_trip_at_one_price_costs(house: House, sign: int) -> None:
    """However large, and however it is split."""
    for parts in (1, 4):
        before = house.lens.call("health", house.attacker)[1]
        for _ in range(parts):
            house.trade(house.attacker, ETH, sign * 200 * WAD // parts, usd=4_000)
        for _ in range(parts):
            house.trade(house.attacker, ETH, -sign * 200 * WAD // parts, usd=4_000)
        # Taker in, maker out: 0.07%.
        lost = before - house.lens.call("health", house.attacker)[1]
        assert lost > 200 * 4_000 * 7 * WAD // 10_000


@pytest.mark.parametrize("sign", [1, -1])
def test_the_premium_rises_with_the_size(house: House, sign: int) -> None:
    """Each 100 ETH cost 0.1% of themselves more than the 100 before."""
    impacts = [house.lens.call("preview_trade", house.attacker, ETH, sign * n * WAD)[2] for n in (50, 100, 200)]
    assert impacts == [50 * WAD, 200 * WAD, 800 * WAD]


def test_a_pumped_price_is_worth_at_most_the_caps(house: House) -> None:
    """All sub-accounts together fill one side, and no more."""
    filled = 0
    for role in ("attacker", "taker", "maker", "hedger"):
        house.trade(house.roles[role], ETH, 250 * WAD)
        filled += 250
    order = house.order(house.outsider, ETH, WAD)
    assert house.fill(order).one("Executed").args["code"] == "CAPPED"
    # The cover: pushed from one end of the skew to the other, the premium alone makes nobody insolvent.
    for role in ("attacker", "taker", "maker", "hedger"):
        assert not house.lens.call("health", house.roles[role])[5]
    assert house.lens.call("market_state", ETH)[0] == filled * WAD
