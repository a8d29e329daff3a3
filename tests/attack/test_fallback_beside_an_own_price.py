"""An order's own price beside a fallback's newest: as far as the fallback walks unseen, the fill pays for the look."""

from __future__ import annotations

from tests.support.pulled import pulled_house, tell
from tests.support.system import DUE, ETH, WAD, House

SIZE = 250 * WAD


def quiet() -> House:
    """A pull source (10 bps) with a fallback that publishes every hour or at 50 bps."""
    house = pulled_house(fallback="mock", fallback_age=3_660, fallback_deviation_bps=50)
    house.provide(house.lp, 5_000_000)
    house.system.fallbacks[ETH].publish(4_000 * WAD)
    return house


def test_its_spread_is_the_threshold_of_what_the_newest_price_is_of() -> None:
    """T's own price is known; the newest there is may be off by 50 bps, and the fill pays 10."""
    house = quiet()
    house.fund(house.taker, 100_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, 20 * WAD, 4_000)
    order = house.order(house.taker, ETH, -20 * WAD, reduce_only=True)
    house.chain.set_time(order[DUE])
    house.set_price(ETH, 4_000)
    house.warp(5)
    house.system.fallbacks[ETH].publish(4_000 * WAD)
    house.warp(301)
    receipt = house.oracle.transact("observe_at", ETH, order[DUE], 60, 0, sender=house.outsider)
    newest, mid, spread = house.oracle.returned("observe_at", receipt)
    assert (newest[1], mid) == (4_000 * WAD, 4_000 * WAD)
    assert spread == 5_000, f"{spread} ppm"


def test_a_straddle_does_not_win_by_the_look() -> None:
    """Long and short in two accounts, a free close of one moment each; after five minutes one of them is taken."""
    house = quiet()
    for account in (house.attacker, house.hedger):
        house.fund(account, 100_000)
    house.set_price(ETH, 4_000)
    before = house.cash(house.attacker) + house.cash(house.hedger)
    house.trade(house.attacker, ETH, SIZE, 4_000)
    house.trade(house.hedger, ETH, -SIZE, 4_000)
    orders = {
        account: house.order(account, ETH, size, reduce_only=True, fee=0)
        for account, size in ((house.attacker, -SIZE), (house.hedger, SIZE))
    }
    closing = orders[house.attacker]
    house.chain.set_time(closing[DUE])
    tell(house, ETH, 4_000)
    own = house.feeds[ETH].update_at(closing[DUE])
    house.warp(1)
    house.system.fallbacks[ETH].publish(4_000 * WAD)
    house.warp(301)
    # By now the market has walked 49 of the fallback's 50 bps; the long closes at 4,000, had it risen the short would.
    tell(house, ETH, 3_980.4)
    receipt = house.orders.attempt("execute", closing, 0, 0, own, sender=house.attacker)
    if receipt.ok:
        assert receipt.one("Executed").args["code"] == ""
        other = house.order(house.hedger, ETH, SIZE, reduce_only=True, fee=0, slot=1)
        house.chain.set_time(other[DUE])
        tell(house, ETH, 3_980.4)
        update = house.feeds[ETH].update_at(other[DUE])
        house.orders.transact("execute", other, 1, 0, update, sender=house.hedger)
    gain = (house.cash(house.attacker) + house.cash(house.hedger) - before) / WAD
    assert gain <= 0, f"{gain} USD of nothing"
