"""A system whose receipts are on tape, with liquidity, and the bots that read the tape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from novation.bots.costs import Costs
from novation.bots.keeper import Keeper
from novation.bots.liquidator import Liquidator
from novation.bots.mirror import Mirror
from novation.bots.service import costs_of, keeper_of, liquidator_of, mirror_of
from novation.chain.revm import RevmChain
from novation.sim.recorded import Recorded
from tests.support.system import House, build

LIQUIDITY = 5_000_000
INSURANCE = 100_000
TRADERS = ("maker", "taker", "hedger")
DEPOSIT = 100_000


@dataclass
class Floor:
    """The house, and what the bots share."""

    house: House
    recorded: Recorded
    mirror: Mirror
    costs: Costs

    def keeper(self, **options: Any) -> Keeper:
        return keeper_of(self.house.system, self.mirror, self.costs, self.house.roles["keeper"], **options)

    def liquidator(self, **options: Any) -> Liquidator:
        return liquidator_of(self.house.system, self.mirror, self.costs, self.house.roles["liquidator"], **options)


@pytest.fixture
def floor() -> Floor:
    recorded = Recorded(RevmChain())
    house = build(chain=recorded.chain)
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
