"""Houses on feeds whose prices are brought, set as the drills on the fork set them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from novation.deployment.parameters import load
from tests.support import system as houses
from tests.support.system import BTC, ETH, WAD, House

PULLED: dict[str, Any] = {
    "source": "mock-pull",
    "trade_age": 60,
    "close_age": 300,
    "deviation_bps": 10,
    "confidence_bps": 50,
}


def pulled_house(**changes: Any) -> House:
    """Two pull feeds: a price trades for 60 s, closes for 300 s; orders have a window of 60 s and 600 s of grace."""
    parameters = load("local").with_feeds(**(PULLED | changes))
    orders = replace(parameters.orders, window=60, grace=600)
    return houses.build(replace(parameters, orders=orders))


def exposed(house: House, usd: int, size: int) -> None:
    """A pool of five millions, and a taker with `usd` and `size` ETH of 4,000, which its fallback says too."""
    house.provide(house.lp, 5_000_000)
    house.fund(house.taker, usd)
    if ETH in house.system.fallbacks:
        house.system.fallbacks[ETH].publish(4_000 * WAD)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, size * WAD, 4_000)


def hedged(house: House, usd: int = 60_000) -> str:
    """Long 100 ETH, short as much money of BTC: what both lose and win together is nothing. @return the account."""
    house.fund(house.hedger, usd)
    house.set_price(ETH, 4_000)
    house.set_price(BTC, 100_000)
    house.trade(house.hedger, ETH, 100 * WAD, 4_000)
    house.set_price(ETH)
    house.trade(house.hedger, BTC, -4 * WAD, 100_000)
    return str(house.hedger)


def tell(house: House, market: int, usd: float) -> None:
    """The network publishes a price; nobody brings it."""
    house.feeds[market].publish(round(usd * 100) * 10**16)


def newest(house: House, market: int) -> bytes:
    """What the network signed last."""
    return bytes(house.feeds[market].update)


def worth(house: House, account: str) -> int:
    """Cash and profit at the newest prices, WAD USD."""
    return int(house.lens.call("health_many", [account])[0][1])
