"""The median of push feeds, some of which fail or lie."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from novation.chain.protocol import Contract, Reverted
from tests.sources.ground import CENTS, WAD, Ground, prove, starved

AGE = 600
NOTHING = (0, 0, 0, 0, 0)


class Panel:
    """Feeds, and their median."""

    def __init__(self, ground: Ground, dollars: Sequence[int]) -> None:
        self.ground = ground
        self.feeds = [ground.chain.deploy("MockAggregatorProxy", 8, sender=ground.me) for _ in dollars]
        for feed, price in zip(self.feeds, dollars, strict=True):
            feed.transact("push", price * CENTS, sender=ground.me)
        deploy = ground.chain.deploy
        self.parts = [deploy("ChainlinkSource", feed.address, sender=ground.me) for feed in self.feeds]
        self.source: Contract = deploy("MedianSource", [part.address for part in self.parts], AGE, sender=ground.me)

    def latest(self) -> tuple[int, int]:
        """Dollars and their distance."""
        found = self.source.call("latest")
        return found[1] // WAD, found[2] // WAD


@pytest.mark.parametrize("dollars", list(itertools.permutations((3990, 4000, 4004))))
def test_three(ground: Ground, dollars: tuple[int, ...]) -> None:
    assert Panel(ground, dollars).latest() == (4000, 4)


@pytest.mark.parametrize(
    ("dollars", "median", "distance"),
    [
        ((4000, 4000, 40_000), 4000, 0),
        ((4000, 400, 4001), 4000, 1),
        ((1, 2, 4, 8), 2, 2),
        ((1, 2, 4, 8, 16), 4, 3),
        ((5, 5, 5, 5, 5, 5, 5), 5, 0),
        ((64, 1, 2, 4, 8, 16, 32), 8, 7),
    ],
)
def test_others(ground: Ground, dollars: tuple[int, ...], median: int, distance: int) -> None:
    panel = Panel(ground, dollars)
    assert panel.latest() == (median, distance)
    assert list(panel.source.call("sources")) == [part.address for part in panel.parts]


def test_one_that_fails_or_is_stale_is_left_out(ground: Ground) -> None:
    panel = Panel(ground, (4000, 4001, 4002, 9000))
    panel.feeds[3].transact("set_modes", 1, 0, 0, sender=ground.me)
    assert panel.latest() == (4001, 1)
    panel.feeds[3].transact("set_modes", 0, 0, 0, sender=ground.me)
    assert panel.latest() == (4001, 1)
    ground.chain.warp(AGE)
    at = ground.chain.now - AGE
    assert panel.source.call("latest")[3] == at
    for feed in panel.feeds[:3]:
        feed.transact("push", 4100 * CENTS, sender=ground.me)
    ground.chain.warp(1)
    assert panel.source.call("latest") == (at + AGE, 4100 * WAD, 0, at + AGE, 0)
    panel.feeds[0].transact("push", 0, sender=ground.me)
    assert panel.source.call("latest") == NOTHING  # two are no median


def test_a_source_that_reverts_or_is_of_another_shape(ground: Ground) -> None:
    """Whatever a contract that is no source answers."""
    panel = Panel(ground, (4000, 4001, 4002))
    stranger = ground.chain.deploy("MockToken", "Token", "T", 18, sender=ground.me)
    parts = [*(part.address for part in panel.parts), stranger.address, panel.feeds[0].address]
    source = ground.chain.deploy("MedianSource", parts, AGE, sender=ground.me)
    assert source.call("latest")[1] == 4001 * WAD


def test_it_is_a_reference_only(ground: Ground) -> None:
    panel = Panel(ground, (4000, 4001, 4002))
    found = panel.source.call("latest")
    assert found[4] == 0
    assert panel.source.call("observation", found[0]) == NOTHING
    assert panel.source.call("following", found[0]) == 0
    assert panel.source.call("fee", b"") == 0
    assert prove(panel.source, b"") == "PUSH"


@pytest.mark.parametrize("works", [False, True])
def test_a_starved_one_is_told(ground: Ground, works: bool) -> None:
    panel = Panel(ground, (4000, 4001, 4002, 4003))
    if works:
        for feed in panel.feeds:
            feed.transact("set_modes", 10, 0, 0, sender=ground.me)
    starved(panel.source, "latest", most=1_500_000, rare=not works)


def test_what_it_is_made_with(ground: Ground) -> None:
    parts = [part.address for part in Panel(ground, (1, 2, 3)).parts]
    for sources, age in (
        (parts[:2], AGE),
        ([*parts, parts[1]], AGE),
        ([*parts, "0x" + 40 * "1"], AGE),
        (parts, 0),
        (parts, 2**20),
    ):
        with pytest.raises(Reverted, match="BOUND"):
            ground.chain.deploy("MedianSource", sources, age, sender=ground.me)
    assert ground.chain.deploy("MedianSource", parts, 2**20 - 1, sender=ground.me).call("AGE") == 2**20 - 1
