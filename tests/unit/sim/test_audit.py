"""The audit must see what is wrong: each test breaks one thing that events tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from novation.bots.mirror import addresses
from novation.bots.service import costs_of, keeper_of
from novation.chain.protocol import Event
from novation.chain.revm import RevmChain
from novation.sim.audit import Audit
from novation.sim.checks import Checks
from novation.sim.recorded import Recorded
from novation.sim.watch import Watch
from tests.support.system import ETH, WAD, House, build

Change = Callable[[dict[str, Any]], None]


@dataclass
class Tampered:
    """Events as they come, one kind of them changed."""

    events: Any
    name: str = ""
    change: Change = lambda args: None

    def read(self) -> list[Event]:
        found: list[Event] = self.events.read()
        for event in found:
            if event.name == self.name:
                self.change(event.args)
        return found


@dataclass
class Scene:
    house: House
    watch: Watch
    source: Tampered
    checks: Checks

    def broken(self) -> set[int]:
        """Numbers of what does not hold."""
        self.checks.run()
        return {check.number for check in self.checks.results() if not check.holds}


@pytest.fixture
def scene() -> Scene:
    recorded = Recorded(RevmChain())
    house = build(chain=recorded.chain)
    source = Tampered(recorded.tape.reader())
    watch = Watch(addresses(house.system), source, audit=Audit(house.system.parameters), names={})
    watch.prices = {number: house.price(number) for number in (0, 1)}
    house.provide(house.lp, 5_000_000)
    house.fund(house.taker, 100_000)
    house.refresh(60)
    for number in (0, 1):
        house.pool.transact("poke", number, sender=house.outsider)
    watch.refresh()
    return Scene(house, watch, source, Checks(house.system, watch, [house.keeper]))


def trade(scene: Scene, size: int) -> None:
    house = scene.house
    house.trade(house.taker, ETH, size, 4_000)


def test_nothing_is_broken(scene: Scene) -> None:
    trade(scene, 10 * WAD)
    trade(scene, -4 * WAD)
    trade(scene, -8 * WAD)
    assert scene.broken() == set()
    checked = {check.number for check in scene.checks.results() if check.times}
    assert {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 21, 22, 24, 26} <= checked


def more(key: str, amount: int) -> Change:
    """Adds to an argument."""

    def change(args: dict[str, Any]) -> None:
        args[key] += amount

    return change


CASES: dict[str, tuple[str, Change, set[int]]] = {
    "cash out of nothing": ("Traded", more("word", 1 << 152), {0, 3}),
    "the pool pays a wei": ("Traded", more("pool_cash", -1), {0, 3, 10}),
    "a fee that reaches nobody": ("Filled", more("charge", 10**9), {10}),
    "funding that did not accrue": ("Filled", more("funding", 1 << 120), {0, 15}),
    "a basis too low": ("Filled", more("position", -(10**12 << 104)), {0, 11}),
    "a price from the past": ("Observed", more("stored", -(10**6 << 112)), {22}),
    "a price outside the band": ("Observed", more("stored", 10**24), {26}),
    "a price that its source is not sure of": ("Observed", more("stored", 51 << 172), {26}),
    "a price without its spread": ("Observed", more("stored", -(1 << 186)), {26}),
}


@pytest.mark.parametrize(("name", "change", "numbers"), CASES.values(), ids=CASES)
def test_what_is_wrong_is_seen(scene: Scene, name: str, change: Change, numbers: set[int]) -> None:
    scene.source.name, scene.source.change = name, change
    trade(scene, 10 * WAD)
    assert numbers <= scene.broken()


def test_a_keepers_run_is_audited(scene: Scene) -> None:
    house, watch = scene.house, scene.watch
    house.order(house.taker, ETH, WAD)
    house.warp(5)
    house.set_price(ETH, 4_000)
    done = keeper_of(house.system, watch, costs_of(house.system, watch), house.keeper).step()
    assert [deed.code for deed in done] == [""]
    assert scene.broken() == set()
    assert watch.totals.filled == 1
    assert watch.totals.volume == 4_000 * WAD
