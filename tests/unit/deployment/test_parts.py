"""The networks behind sources that are deployed here: what they publish, and when."""

from __future__ import annotations

import pytest

from novation.chain.components import ComponentUnavailable, artifact
from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from novation.deployment import parts
from novation.deployment.networks import GRID, NATIVE_FEE, NETWORK_ROLES, Networks, code_of
from novation.deployment.parameters import load
from novation.deployment.settings import PULL, PUSH
from tests.support.system import ETH, build

WAD = 10**18
FIRST = 4_000 * WAD  # of the parameters


@pytest.fixture
def chain() -> RevmChain:
    return RevmChain()


def deployed(chain: RevmChain, kind: str) -> parts.Publisher:
    """A feed of ETH."""
    feed = load("local").with_sources(kind, "mock").market("ETH").feed
    try:
        return parts.deploy_feed(chain, feed, "ETH", chain.account(0))
    except ComponentUnavailable as error:
        pytest.skip(str(error))


def proven(source: Contract, update: bytes) -> tuple[int, ...]:
    """The observation in an update."""
    return tuple(source.call("prove", update))


@pytest.mark.parametrize("kind", PUSH)
def test_a_push_source_tells_what_is_published(chain: RevmChain, kind: str) -> None:
    feed = deployed(chain, kind)
    assert feed.is_push
    assert feed.source.call("latest")[1] == FIRST
    chain.warp(60)
    receipt = feed.publish(FIRST + WAD)
    assert receipt is not None
    assert receipt.ok
    assert feed.source.call("latest")[:4] == (feed.reference(), FIRST + WAD, 0, chain.now)
    assert (feed.update, feed.update_at(0), feed.updated_at) == (b"", b"", 0)
    assert feed.parts[0][0] is feed.source
    assert len(feed.parts) == {"mock": 1, "chainlink": 3}[kind]


@pytest.mark.parametrize("kind", [kind for kind in PULL if kind != "redstone"])
def test_a_pull_source_proves_what_was_published(chain: RevmChain, kind: str) -> None:
    feed, begin = deployed(chain, kind), chain.now
    assert not feed.is_push
    assert feed.reference() == 0
    assert proven(feed.source, feed.update) == (begin, FIRST, 0, begin, begin - 1)
    for seconds in (7, 60):
        chain.warp(seconds)
        assert feed.publish(FIRST + seconds * WAD) is None
    assert feed.updated_at == begin + 67
    assert proven(feed.source, feed.update) == (begin + 67, FIRST + 60 * WAD, 0, begin + 67, begin + 7)
    middle = begin + 7, FIRST + 7 * WAD, 0, begin + 7, begin
    assert [proven(feed.source, feed.update_at(begin + at)) for at in (1, 7)] == [middle, middle]
    assert proven(feed.source, feed.update_at(begin + 8))[0] == begin + 67
    assert feed.update_at(begin + 68) == b""


@pytest.mark.parametrize("kind", PULL)
def test_a_network_publishes_once_at_a_time(chain: RevmChain, kind: str) -> None:
    feed = deployed(chain, kind)
    with pytest.raises(ValueError, match="or later already"):
        feed.publish(FIRST)
    assert feed.next_time(chain.now + 1) == chain.now + (GRID if kind == "redstone" else 1)


def test_a_network_with_a_grid_publishes_the_price_in_force_at_each_of_its_times(chain: RevmChain) -> None:
    feed, begin = deployed(chain, "redstone"), chain.now
    assert begin % GRID == 0
    chain.warp(2 * GRID + 3)
    feed.publish(FIRST + WAD)  # at the newest time of the grid
    chain.warp(GRID)
    assert feed.updated_at == begin + 3 * GRID
    found = [proven(feed.source, feed.update_at(begin + at)) for at in (0, 1, GRID, 2 * GRID, 2 * GRID + 1)]
    assert [(seen[3] - begin, seen[3] - seen[4], seen[1] - FIRST) for seen in found] == [
        (0, GRID, 0),
        (GRID, GRID, 0),
        (GRID, GRID, 0),
        (2 * GRID, GRID, WAD),
        (3 * GRID, GRID, WAD),
    ]
    assert feed.update_at(begin + 3 * GRID + 1) == b""
    assert proven(feed.source, feed.update_at(begin - GRID))[3] == begin  # there is none before the first


def test_networks_forget_what_was_published_after_the_chain_went_back(chain: RevmChain) -> None:
    feed, begin = deployed(chain, "mock-pull"), chain.now
    mark = chain.snapshot()
    chain.warp(100)
    feed.publish(FIRST + WAD)
    chain.restore(mark)
    feed.rewind()
    assert feed.updated_at == begin
    chain.warp(200)
    feed.publish(FIRST + 2 * WAD)
    assert proven(feed.source, feed.update)[3:] == (begin + 200, begin)


def test_sources_of_a_network_share_it(chain: RevmChain) -> None:
    networks = Networks(chain, chain.account(0))
    try:
        for kind in ("pyth", "streams"):
            (eth, _), (btc, _) = (networks.deploy_source(kind, symbol) for symbol in ("ETH", "BTC"))
            core = "WORMHOLE" if kind == "pyth" else "PROXY"
            assert eth.call(core) == btc.call(core)
            assert eth.call("FEED") != btc.call("FEED")
            update = networks.signer(kind, "BTC")(FIRST, chain.now, chain.now - 1)
            assert proven(btc, update)[1] == FIRST
            with pytest.raises(Reverted, match="FEED"):
                eth.call("prove", update)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    assert sorted(networks.made) == ["verifier", "verifier proxy", "wormhole"]


@pytest.mark.parametrize("kind", ["mock", "mock-pull"])
def test_the_system_publishes_to_the_adapter(kind: str) -> None:
    house = build(load("local").with_sources(kind, "mock"))
    if kind == "mock-pull":
        house.feeds[ETH].source.transact("set_price", 77, sender=house.owner)
    house.warp(10)
    before = house.chain.balance(house.owner)
    assert house.system.publish(ETH, 4_100 * WAD).ok
    assert house.price(ETH) == 4_100 * WAD
    assert before - house.chain.balance(house.owner) == (77 if kind == "mock-pull" else 0)


def test_a_report_that_is_charged_for_is_paid() -> None:
    try:
        house = build(load("local").with_sources("streams", "mock"))
        link = house.chain.deploy(("LinkToken", *artifact("chainlink", "LinkToken")), sender=house.owner)
        weth = house.chain.deploy(("WETH9", *artifact("weth", "WETH9")), sender=house.owner)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    made = {r.role: house.chain.at(code_of(r.role), r.address) for r in house.records if r.role in NETWORK_ROLES}
    Networks(house.chain, house.owner, made).streams().charge(link, weth)
    house.warp(10)
    before = house.chain.balance(house.owner)
    house.system.publish(ETH, 4_100 * WAD)
    assert house.price(ETH) == 4_100 * WAD
    assert before - house.chain.balance(house.owner) == NATIVE_FEE
