"""Rounds of Chainlink's own aggregator and proxy, and of a feed with every malice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novation.chain.protocol import Contract, Reverted
from novation.deployment import parts
from novation.deployment.settings import Feed
from tests.sources.ground import CENTS, ETH, WAD, Ground, prove

PHASE = 1 << 64
NOTHING = (0, 0, 0, 0, 0)
SETTINGS = Feed("chainlink", 8, 3600, 50, 0, 50 * WAD, 100_000 * WAD, "", 0, ETH)


@pytest.fixture
def feed(ground: Ground) -> parts.Feed:
    return parts.deploy_feed(ground.chain, SETTINGS, "ETH", ground.me)


@pytest.fixture
def mock(ground: Ground) -> Contract:
    contract = ground.chain.deploy("MockAggregatorProxy", 8, sender=ground.me)
    contract.transact("push", 4000 * CENTS, sender=ground.me)
    return contract


def source_of(ground: Ground, proxy: Contract) -> Contract:
    return ground.chain.deploy("ChainlinkSource", proxy.address, sender=ground.me)


def test_rounds_of_the_real_feed(ground: Ground, feed: parts.Feed) -> None:
    source = source_of(ground, feed.proxy)
    times = [ground.chain.now]
    for dollars in (4001, 4002):
        ground.chain.warp(60)
        feed.push(dollars * WAD)
        times.append(ground.chain.now)
    first = PHASE + 1
    assert source.call("latest") == (first + 2, 4002 * WAD, 0, times[2], 0)
    assert source.call("observation", first + 2) == (first + 2, 4002 * WAD, 0, times[2], times[1])
    assert source.call("observation", first + 1) == (first + 1, 4001 * WAD, 0, times[1], times[0])
    # An aggregator's first round has no predecessor: nothing proves it the first.
    assert source.call("observation", first) == (first, ETH, 0, times[0], 0)
    for id in (0, 1, PHASE, first + 3, 2 * PHASE + 1, 2**80, 2**256 - 1):
        assert source.call("observation", id) == NOTHING
    assert [source.call("following", first + n) for n in (-1, 0, 1, 2)] == [times[0], times[1], times[2], 0]
    assert source.call("following", 2**256 - 1) == 0
    assert source.call("fee", b"") == 0
    assert prove(source, b"") == "PUSH"


def test_a_new_aggregator(ground: Ground, feed: parts.Feed) -> None:
    """Rounds of the phase before it are none any more."""
    source = source_of(ground, feed.proxy)
    ground.chain.warp(60)
    other = parts.deploy_feed(ground.chain, SETTINGS, "ETH", ground.me)
    feed.proxy.transact("proposeAggregator", other.writer.address, sender=ground.me)
    feed.proxy.transact("confirmAggregator", other.writer.address, sender=ground.me)
    assert source.call("latest") == (2 * PHASE + 1, ETH, 0, ground.chain.now, 0)
    assert source.call("observation", PHASE + 1) == NOTHING


def test_a_new_aggregator_with_other_decimals(ground: Ground, feed: parts.Feed) -> None:
    source = source_of(ground, feed.proxy)
    other = parts.deploy_feed(ground.chain, replace(SETTINGS, decimals=18), "ETH", ground.me)
    feed.proxy.transact("proposeAggregator", other.writer.address, sender=ground.me)
    feed.proxy.transact("confirmAggregator", other.writer.address, sender=ground.me)
    assert source.call("latest") == NOTHING
    assert source.call("observation", 2 * PHASE + 1) == NOTHING


@pytest.mark.parametrize("decimals", [0, 8, 17, 18, 19, 36])
def test_decimals(ground: Ground, decimals: int) -> None:
    proxy = ground.chain.deploy("MockAggregatorProxy", decimals, sender=ground.me)
    proxy.transact("push", 4000 * 10**decimals, sender=ground.me)
    source = source_of(ground, proxy)
    assert source.call("DECIMALS") == decimals
    assert source.call("latest")[1] == ETH


@pytest.mark.parametrize(
    ("decimals", "answer", "mid"),
    [
        (8, 0, 0),
        (8, -1, 0),
        (8, -(2**191), 0),
        (18, 2**128 - 1, 2**128 - 1),
        (18, 2**128, 0),
        (0, 2**128, 0),
        (0, (2**128 - 1) // WAD, (2**128 - 1) // WAD * WAD),
        (0, (2**128 - 1) // WAD + 1, 0),
        (36, WAD, 1),
        (36, WAD - 1, 0),
        (36, 2**180, 2**180 // WAD),
    ],
)
def test_answers(ground: Ground, decimals: int, answer: int, mid: int) -> None:
    proxy = ground.chain.deploy("MockAggregatorProxy", decimals, sender=ground.me)
    proxy.transact("push", answer, sender=ground.me)
    found = source_of(ground, proxy).call("latest")
    assert found == ((PHASE + 1, mid, 0, ground.chain.now, 0) if mid else NOTHING)


def test_times_that_cannot_be(ground: Ground, mock: Contract) -> None:
    source = source_of(ground, mock)
    for at in (0, ground.chain.now + 1, 2**63):
        mock.transact("push_at", 4000 * CENTS, at, sender=ground.me)
        assert source.call("latest") == NOTHING


@pytest.mark.parametrize("mode", range(1, 9))
def test_a_feed_that_fails(ground: Ground, mock: Contract, mode: int) -> None:
    """Reverting, burning its gas, too short, too long, empty, huge, another round, a byte more."""
    source = source_of(ground, mock)
    ground.chain.warp(60)
    mock.transact("push", 4001 * CENTS, sender=ground.me)
    id = mock.call("newest")
    before = ground.chain.snapshot()
    mock.transact("set_modes", mode, 0, 0, sender=ground.me)
    if mode != 7:  # another round is asked for by nobody there
        assert source.call("latest") == NOTHING
        assert source.call("observation", id) == NOTHING
    ground.chain.restore(before)
    mock.transact("set_modes", 0, mode, 0, sender=ground.me)
    assert source.call("latest")[1] == 4001 * WAD
    assert source.call("observation", id)[4] == 0
    assert source.call("observation", id - 1) == NOTHING
    assert source.call("following", id - 1) == 0


@pytest.mark.parametrize("mode", range(1, 9))
def test_decimals_that_fail(ground: Ground, mock: Contract, mode: int) -> None:
    """They are asked for in another phase."""
    source = source_of(ground, mock)
    mock.transact("set_modes", 0, 0, mode, sender=ground.me)
    assert source.call("latest")[1] == ETH
    mock.transact("set_phase", 2, sender=ground.me)
    mock.transact("push", 4000 * CENTS, sender=ground.me)
    assert source.call("latest") == NOTHING
    with pytest.raises(Reverted, match="BOUND"):
        source_of(ground, mock) if mode != 7 else ground.chain.deploy("ChainlinkSource", ground.me, sender=ground.me)


@pytest.mark.parametrize("works", [False, True])
def test_a_starved_feed_is_told(ground: Ground, feed: parts.Feed, mock: Contract, works: bool) -> None:
    """With too little gas a call fails: it never says that there is no price."""
    proxy = mock if works else feed.proxy
    source = source_of(ground, proxy)
    ground.chain.warp(60)
    if works:
        mock.transact("push", 4000 * CENTS, sender=ground.me)
        mock.transact("set_modes", 10, 10, 0, sender=ground.me)
    else:
        feed.push(ETH)
    for function, arguments in (("latest", ()), ("observation", (PHASE + 2,)), ("following", (PHASE + 1,))):
        data = source.encode(function, *arguments)
        whole = ground.chain.raw_transact(source.address, data, sender=ground.me)
        seen = set()
        for gas in range(22_000, 600_000, 1_700):
            receipt = ground.chain.raw_transact(source.address, data, sender=ground.me, gas=gas)
            seen.add(receipt.error)
            assert not receipt.ok or receipt.output == whole.output, gas
        assert seen == {None, "OUT_OF_GAS", "GAS"} if works else seen == {None, "OUT_OF_GAS"}
