"""The local fork: the real components are there, and each source proves a price on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from novation.chain.components import ComponentUnavailable
from novation.chain.protocol import ChainError, Contract
from novation.upstream import fork, pyth, redstone, streams
from novation.upstream.network import ASSETS, Upstream
from novation.upstream.sequencer import DOWN

pytestmark = [pytest.mark.anvil, pytest.mark.slow]
WAD = 10**18
CENTS = 10**8
PRICE = ASSETS[0].price


@pytest.fixture(scope="module")
def network() -> Iterator[Upstream]:
    try:
        kept = fork.upstream(lambda text: None)
    except ComponentUnavailable as missing:
        pytest.skip(str(missing))
    with fork.fork(kept) as running, fork.connected(running) as found:
        yield found


def proves(network: Upstream, source: Contract, update: bytes) -> tuple[int, int]:
    """Price and time, in a transaction of its own."""
    network.chain.mine()
    assert source.attempt("prove", update, sender=network.deployer).ok
    found = source.call("prove", update, sender=network.deployer)
    return found[1], found[3]


def test_tokens(network: Upstream) -> None:
    assert [token.call("symbol") for token in (network.usdc, network.weth, network.link)] == ["USDC", "WETH", "LINK"]
    assert network.usdc.call("balanceOf", network.pool.address) == ASSETS[0].price * 1_000 * 10**6
    network.usdc.transact("mint", network.chain.account(1), 7, sender=network.deployer)
    assert network.usdc.call("balanceOf", network.chain.account(1)) == 7


def test_what_has_no_address_of_its_own(network: Upstream) -> None:
    assert network.chain.code("0xcA11bde05977b3631167028862bE2a173976CA11")
    assert network.safe.call("VERSION") == "1.4.1"
    assert network.safe_factory.call("proxyCreationCode")


def test_push_feeds(network: Upstream) -> None:
    for asset in ASSETS:
        feed = network.feeds[asset.symbol]
        source = network.chain.deploy("ChainlinkSource", feed.proxy.address, sender=network.deployer)
        before = source.call("latest")
        assert before[1] == asset.price * WAD
        assert network.chain.now - before[3] < 600  # not as old as the kept chain
        network.chain.warp(60)
        feed.push((asset.price + 1) * WAD)
        assert source.call("latest")[1] == (asset.price + 1) * WAD
        assert source.call("observation", source.call("latest")[0])[4] == before[3]


def test_pyth(network: Upstream) -> None:
    feed, at = pyth.feed_id("ETH"), network.chain.now
    core = network.wormhole.core.address
    source = network.chain.deploy("PythSource", core, pyth.PYTHNET, pyth.EMITTER, feed, sender=network.deployer)
    update = network.pyth.update([pyth.PythPrice(feed, PRICE * CENTS, CENTS, -8, at, at - 1)])
    assert proves(network, source, update) == (PRICE * WAD, at)


def test_redstone(network: Upstream) -> None:
    feed, at = redstone.feed_id("ETH"), network.chain.now // 10 * 10
    signers = [signer.address for signer in network.redstone.signers]
    source = network.chain.deploy("RedStoneSource", feed, 10, signers, sender=network.deployer)
    update = network.redstone.payload(feed, [PRICE * CENTS] * len(signers), at * 1000)
    assert proves(network, source, update) == (PRICE * WAD, at)


def test_data_streams(network: Upstream) -> None:
    feed, at = streams.feed_id("ETH/USD"), network.chain.now
    proxy = network.streams.proxy.address
    source = network.chain.deploy("DataStreamsSource", proxy, feed, sender=network.deployer)
    price = PRICE * WAD
    report = streams.Report(feed, at, at, 0, 0, at + 3600, price, price - WAD, price + WAD)
    assert proves(network, source, network.streams.signed(report)) == (price, at)


def test_twap(network: Upstream) -> None:
    arguments = network.pool.address, network.weth.address, 600, 10**15
    source = network.chain.deploy("TwapSource", *arguments, sender=network.deployer)
    network.chain.warp(600)
    network.chain.mine()
    assert abs(source.call("latest")[1] - PRICE * WAD) < WAD


def test_sequencer(network: Upstream) -> None:
    uptime = network.chain.deploy("SequencerUptime", network.sequencer.proxy.address, 300, sender=network.deployer)
    network.chain.warp(301)
    network.chain.mine()
    assert uptime.call("is_up")
    network.sequencer.report(DOWN, network.chain.now)
    assert not uptime.call("is_up")


def test_a_port_that_is_taken(network: Upstream) -> None:
    import socket

    kept = fork.upstream(lambda text: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ChainError, match="does not start"), fork.fork(kept, taken.getsockname()[1]):
            pass
