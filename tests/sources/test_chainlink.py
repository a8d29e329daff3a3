"""Rounds of Chainlink's own aggregator and proxy, and of a feed with every malice."""

from __future__ import annotations

import pytest

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.components import artifact
from novation.chain.protocol import Contract, Reverted
from novation.upstream.chainlink import PushFeed, deploy_push_feed
from tests.sources.ground import CENTS, ETH, WAD, Ground, prove, starved

PHASE = 1 << 64
NOTHING = (0, 0, 0, 0, 0)


@pytest.fixture
def feed(ground: Ground) -> PushFeed:
    return real(ground)


@pytest.fixture
def mock(ground: Ground) -> Contract:
    contract = ground.chain.deploy("MockAggregatorProxy", 8, sender=ground.me)
    contract.transact("push", 4000 * CENTS, sender=ground.me)
    return contract


def real(ground: Ground, decimals: int = 8) -> PushFeed:
    """Chainlink's own aggregator and proxy, with a round."""
    found = deploy_push_feed(ground.chain, "ETH", decimals, 50 * WAD, 100_000 * WAD, ground.me)
    found.push(ETH)
    return found


def source_of(ground: Ground, proxy: Contract) -> Contract:
    return ground.chain.deploy("ChainlinkSource", proxy.address, sender=ground.me)


def test_rounds_of_the_real_feed(ground: Ground, feed: PushFeed) -> None:
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


def test_a_new_aggregator(ground: Ground, feed: PushFeed) -> None:
    """Rounds of the phase before it are none any more."""
    source = source_of(ground, feed.proxy)
    ground.chain.warp(60)
    other = real(ground)
    feed.proxy.transact("proposeAggregator", other.aggregator.address, sender=ground.me)
    feed.proxy.transact("confirmAggregator", other.aggregator.address, sender=ground.me)
    assert source.call("latest") == (2 * PHASE + 1, ETH, 0, ground.chain.now, 0)
    assert source.call("observation", PHASE + 1) == NOTHING


def test_a_new_aggregator_with_other_decimals(ground: Ground, feed: PushFeed) -> None:
    source = source_of(ground, feed.proxy)
    other = real(ground, 18)
    feed.proxy.transact("proposeAggregator", other.aggregator.address, sender=ground.me)
    feed.proxy.transact("confirmAggregator", other.aggregator.address, sender=ground.me)
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
def test_a_starved_feed_is_told(ground: Ground, feed: PushFeed, mock: Contract, works: bool) -> None:
    source = source_of(ground, mock if works else feed.proxy)
    ground.chain.warp(60)
    if works:
        mock.transact("push", 4000 * CENTS, sender=ground.me)
        mock.transact("set_modes", 10, 10, 0, sender=ground.me)
    else:
        feed.push(ETH)
    starved(source, "latest", rare=not works)
    starved(source, "observation", PHASE + 2, rare=not works)
    starved(source, "following", PHASE + 1, rare=not works)


def test_starved_decimals_are_told(ground: Ground, mock: Contract) -> None:
    source = source_of(ground, mock)
    mock.transact("set_phase", 2, sender=ground.me)
    mock.transact("push", 4000 * CENTS, sender=ground.me)
    mock.transact("set_modes", 0, 0, 10, sender=ground.me)
    starved(source, "latest")


@pytest.mark.parametrize("depth", [2, 4, 6])
def test_a_feed_behind_several_proxies(ground: Ground, mock: Contract, depth: int) -> None:
    """Chainlink's own proxy before Chainlink's own proxy: a starved call is told at every depth."""
    code = ("EACAggregatorProxy", *artifact("chainlink", "EACAggregatorProxy"))
    behind = mock
    for _ in range(depth - 1):
        behind = ground.chain.deploy(code, behind.address, ZERO_ADDRESS, sender=ground.me)
    source = source_of(ground, behind)
    mock.transact("set_modes", 10, 10, 0, sender=ground.me)
    starved(source, "latest", most=260_000)


def test_a_feed_without_phases_is_asked_for_its_decimals_each_time(ground: Ground, mock: Contract) -> None:
    mock.transact("set_phase", 0, sender=ground.me)
    mock.transact("push", 4000 * CENTS, sender=ground.me)
    source = source_of(ground, mock)
    assert (source.call("PHASE"), source.call("latest")[1]) == (0, ETH)
    mock.transact("set_decimals", 18, sender=ground.me)
    assert source.call("latest") == NOTHING


def test_a_round_that_timed_out_is_no_price(ground: Ground) -> None:
    """FluxAggregator gives it the answer of the round before it and the time of the time-out."""
    chain, (one, two) = ground.chain, [ground.chain.account(n) for n in range(2)]
    timeout = 120
    arguments = (ZERO_ADDRESS, 0, timeout, ZERO_ADDRESS, 50 * CENTS, 100_000 * CENTS, 8, "ETH / USD")
    flux = chain.deploy(("FluxAggregator", *artifact("chainlink", "FluxAggregator")), *arguments, sender=one)
    flux.transact("changeOracles", [], [one, two], [one, two], 2, 2, 0, sender=one)
    code = ("EACAggregatorProxy", *artifact("chainlink", "EACAggregatorProxy"))
    proxy = chain.deploy(code, flux.address, ZERO_ADDRESS, sender=one)
    for oracle in (one, two):
        flux.transact("submit", 1, 4000 * CENTS, sender=oracle)
    source = source_of(ground, proxy)
    chain.warp(60)
    flux.transact("submit", 2, 3000 * CENTS, sender=one)  # the other is silent
    chain.warp(timeout + 1)
    for oracle in (two, one):  # round 2 has timed out
        flux.transact("submit", 3, 3000 * CENTS, sender=oracle)
    assert flux.call("getRoundData", 2)[1] == 4000 * CENTS
    assert source.call("observation", PHASE + 2) == NOTHING
    assert source.call("observation", PHASE + 3) == (PHASE + 3, 3000 * WAD, 0, chain.now, chain.now)


def test_an_order_has_one_first_observation_across_a_move(ground: Ground, feed: PushFeed) -> None:
    """The new aggregator has run beside the old one: its rounds from before the move prove nothing here."""
    other = real(ground)
    source = source_of(ground, feed.proxy)
    ground.chain.warp(60)
    feed.push(4100 * WAD)
    ground.chain.warp(1)
    other.push(3900 * WAD)
    assert source.call("observation", PHASE + 2)[1] == 4100 * WAD
    feed.proxy.transact("proposeAggregator", other.aggregator.address, sender=ground.me)
    feed.proxy.transact("confirmAggregator", other.aggregator.address, sender=ground.me)
    assert source.call("latest")[1] == 3900 * WAD
    assert source.call("observation", PHASE + 2) == source.call("observation", 2 * PHASE + 2) == NOTHING
    fresh = source_of(ground, feed.proxy)
    assert fresh.call("observation", 2 * PHASE + 2)[1] == 3900 * WAD


def test_a_feed_without_a_round_is_bound(ground: Ground) -> None:
    proxy = ground.chain.deploy("MockAggregatorProxy", 8, sender=ground.me)
    with pytest.raises(Reverted, match="BOUND"):
        source_of(ground, proxy)
