"""A system whose receipts are on tape, with liquidity, and the bots that read the tape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from novation.bots.costs import Costs
from novation.bots.keeper import LONGEST, Keeper
from novation.bots.liquidator import Liquidator
from novation.bots.mirror import Mirror
from novation.bots.outlook import Outlook
from novation.bots.prices import PriceService, Published
from novation.bots.service import costs_of, keeper_of, liquidator_of, mirror_of, outlook_of
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from novation.deployment.parts import bring
from novation.deployment.settings import Parameters
from novation.sim.recorded import Recorded
from novation.upstream import redstone
from tests.support.system import ETH, House, build

LIQUIDITY = 5_000_000
INSURANCE = 100_000
TRADERS = ("maker", "taker", "hedger")
DEPOSIT = 100_000
PROOF = 1_000  # wei
TRADE_AGE = 600  # seconds


@dataclass
class Floor:
    """The house, and what the bots share."""

    house: House
    recorded: Recorded
    mirror: Mirror
    costs: Costs

    def bring(self, market: int) -> None:
        """Somebody brings the newest price."""
        bring(self.house.oracle, market, self.house.feeds[market].update, self.house.roles["outsider"])

    def keeper(self, **options: Any) -> Keeper:
        return keeper_of(self.house.system, self.mirror, self.costs, self.house.roles["keeper"], **options)

    def outlook(self, service: PriceService | None = None) -> Outlook:
        return outlook_of(self.house.system, self.mirror, self.house.roles["liquidator"], service)

    @property
    def published(self) -> Published:
        """The service of the house's networks."""
        return Published(self.house.feeds)

    @property
    def proof(self) -> int:
        """Wei that an update costs."""
        return int(self.house.oracle.call("fee", ETH, b""))

    def publish(self, market: int, usd: float) -> None:
        """A price that nobody has brought yet; of a grid at its next time."""
        feed = self.house.feeds[market]
        self.house.chain.set_time(feed.next_time(max(self.house.now, feed.updated_at + 1)))
        feed.publish(round(usd * 100) * 10**16)

    def liquidator(self, **options: Any) -> Liquidator:
        return liquidator_of(self.house.system, self.mirror, self.costs, self.house.roles["liquidator"], **options)


def furnished(parameters: Parameters | None = None) -> Floor:
    """A house with liquidity, insurance and three traders."""
    recorded = Recorded(RevmChain())
    house = build(parameters, chain=recorded.chain)
    mirror = mirror_of(house.system, recorded.tape.reader())
    house.fund(house.roles["owner"], INSURANCE)
    house.vault.transact(
        "transfer", house.roles["owner"], house.vault.address, INSURANCE * 10**18, sender=house.roles["owner"]
    )
    house.provide(house.roles["lp"], LIQUIDITY)
    for trader in TRADERS:
        house.fund(house.roles[trader], DEPOSIT)
    house.refresh(60)
    return Floor(house, recorded, mirror, costs_of(house.system, mirror))


class Long:
    """A service whose updates are longer than an order or a liquidation takes with it; of RedStone, by metadata."""

    def __init__(self, inner: PriceService) -> None:
        self._inner = inner

    def serves(self, market: int) -> bool:
        return self._inner.serves(market)

    def newest(self, market: int) -> bytes:
        return lengthened(self._inner.newest(market))

    def update_at(self, market: int, time: int) -> bytes:
        return lengthened(self._inner.update_at(market, time))


def lengthened(update: bytes) -> bytes:
    """With metadata; no update stays none."""
    tail = (LONGEST).to_bytes(3) + redstone.MARKER
    return update[: -len(tail)] + bytes(LONGEST) + tail if update else update


@pytest.fixture
def floor() -> Floor:
    """On push feeds."""
    return furnished()


@pytest.fixture(params=["mock-pull", "redstone"])
def pulled(request: pytest.FixtureRequest) -> Floor:
    """On feeds whose prices are brought, at a fee where the source can want one."""
    floor = furnished(load("local").with_sources(request.param, "mock"))
    if request.param == "mock-pull":
        _charge(floor)
    return floor


@pytest.fixture
def aging() -> Floor:
    """On prices that are brought, at a fee, and after `trade_age` open nothing any more."""
    local = load("local").with_sources("mock-pull", "mock")
    markets = [replace(market, feed=replace(market.feed, trade_age=TRADE_AGE)) for market in local.markets]
    floor = furnished(replace(local, markets=tuple(markets)))
    _charge(floor)
    return floor


def _charge(floor: Floor) -> None:
    for feed in floor.house.feeds.values():
        feed.source.transact("set_price", PROOF, sender=floor.house.roles["owner"])
