"""Data Streams' reports through Chainlink's own verifier and fee contracts."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode

from novation.chain.protocol import Reverted
from novation.upstream import streams
from novation.upstream.signing import signers
from tests.sources.ground import CODES, ETH, WAD, Ground, prove, starved, tampered

FEE = 10**14


def test_a_price(ground: Ground) -> None:
    at = ground.chain.now - 3
    update = ground.streams.signed(ground.report(ago=3, gap=2))
    assert prove(ground.streams_source, update) == (at, ETH, WAD, at, at - 2)
    assert ground.streams_source.call("fee", update) == 0


def test_the_wider_side_is_the_confidence(ground: Ground) -> None:
    for bid, ask, width in ((ETH - 3, ETH + 5, 5), (ETH - 7, ETH, 7), (ETH, ETH, 0)):
        assert prove(ground.streams_source, ground.streams.signed(ground.report(bid=bid, ask=ask)))[2] == width


@pytest.mark.parametrize(
    "changes",
    [
        {"price": 0, "bid": 0, "ask": 0},
        {"price": -1, "bid": -2, "ask": 1},
        {"bid": 0},
        {"bid": -1},
        {"bid": ETH + 1},
        {"ask": ETH - 1},
        {"ask": -1},
        {"valid_from": 0},
        {"valid_from": 1},
    ],
)
def test_no_price(ground: Ground, changes: dict[str, int]) -> None:
    assert prove(ground.streams_source, ground.streams.signed(ground.report(**changes))) == "VALUE"


def test_the_highest_price(ground: Ground) -> None:
    highest = 2**128 - 1
    report = ground.report(price=highest, bid=highest, ask=highest)
    assert prove(ground.streams_source, ground.streams.signed(report))[1] == highest
    for ask in (2**128, 2**191 - 1):
        assert prove(ground.streams_source, ground.streams.signed(ground.report(ask=ask))) == "VALUE"


@pytest.mark.parametrize("charged", [False, True])
def test_a_starved_proof_is_not_said_to_be_forged(ground: Ground, charged: bool) -> None:
    update = ground.streams.signed(ground.report())
    if charged:
        ground.streams.charge(ground.link, ground.weth)
    starved(ground.streams_source, "prove", update, most=1_000_000)


def test_times(ground: Ground) -> None:
    now = ground.chain.now
    for changes, found in (
        ({"observed_at": now + 1}, "FUTURE"),
        ({"expires_at": now - 1}, "EXPIRED"),
        ({"valid_from": now + 1}, "VALUE"),
    ):
        assert prove(ground.streams_source, ground.streams.signed(ground.report(**changes))) == found
    assert prove(ground.streams_source, ground.streams.signed(ground.report(expires_at=now)))[1] == ETH


def test_another_stream(ground: Ground) -> None:
    other = streams.feed_id("BTC/USD")
    ground.streams.add(other)
    assert prove(ground.streams_source, ground.streams.signed(ground.report(feed=other))) == "FEED"


def test_another_schema(ground: Ground) -> None:
    """Reports of other schemas have other lengths."""
    for count in (7, 8, 10, 13):
        data = ground.report().data()[: 32 * count].ljust(32 * count, b"\1")
        assert prove(ground.streams_source, ground.streams.signed(data)) == "FORMAT"


def test_another_chain(ground: Ground) -> None:
    """A configuration's digest is over the chain and the verifier: that of another one is not known."""
    update = ground.streams.signed(ground.report(), digest=b"\0\6" + bytes(29) + b"\1")
    assert prove(ground.streams_source, update) == "SIGNED"


@pytest.mark.parametrize("by", [[0], [0, 0], [0, 1, 2], []], ids=["too few", "one twice", "too many", "none"])
def test_operators(ground: Ground, by: list[int]) -> None:
    assert prove(ground.streams_source, ground.streams.signed(ground.report(), by=by)) == "SIGNED"


def test_strangers(ground: Ground) -> None:
    chain, proxy, verifier, _, digests, owner = vars(ground.streams).values()
    strangers = streams.Streams(chain, proxy, verifier, signers("strangers", 4), digests, owner)
    assert prove(ground.streams_source, strangers.signed(ground.report())) == "SIGNED"


def test_a_deactivated_configuration(ground: Ground) -> None:
    update = ground.streams.signed(ground.report())
    ground.streams.add(ground.streams_feed)  # the operators change
    ground.streams.verifier.transact("deactivateConfig", ground.streams_feed, update[:32], sender=ground.streams.owner)
    assert prove(ground.streams_source, update) == "SIGNED"
    assert prove(ground.streams_source, ground.streams.signed(ground.report()))[1] == ETH


def test_fees(ground: Ground) -> None:
    """Chainlink's fee is paid exactly; what the source is sent and what the proxy asks are the same."""
    report = ground.report(native_fee=FEE)
    update = ground.streams.signed(report)
    manager = ground.streams.charge(ground.link, ground.weth)
    assert ground.streams_source.call("fee", update) == FEE
    for value in (0, FEE - 1, FEE + 1):
        assert prove(ground.streams_source, update, value) == "FEE"
    assert prove(ground.streams_source, update, FEE)[1] == ETH
    assert ground.weth.call("balanceOf", manager.address) == FEE
    assert ground.chain.balance(ground.streams_source.address) == 0
    # A surcharge on ether, and a discount of ours.
    manager.transact("setNativeSurcharge", 10**17, sender=ground.me)
    assert ground.streams_source.call("fee", update) == FEE * 11 // 10
    source, native = ground.streams_source.address, ground.weth.address
    manager.transact("updateSubscriberDiscount", source, ground.streams_feed, native, WAD // 2, sender=ground.me)
    assert ground.streams_source.call("fee", update) == FEE * 11 // 20
    assert prove(ground.streams_source, update, FEE * 11 // 20)[1] == ETH


def test_free_reports_of_a_network_with_fees(ground: Ground) -> None:
    ground.streams.charge(ground.link, ground.weth)
    assert prove(ground.streams_source, ground.streams.signed(ground.report()))[1] == ETH
    assert prove(ground.streams_source, ground.streams.signed(ground.report()), 1) == "FEE"


def test_fees_of_what_is_no_report(ground: Ground) -> None:
    expired = ground.streams.signed(ground.report(native_fee=FEE, expires_at=ground.chain.now - 1))
    ground.streams.charge(ground.link, ground.weth)
    assert prove(ground.streams_source, expired, FEE) == "FEE"
    for update in (b"", bytes(96), bytes(128), b"\xff" * 128, b"\xff" * 4096, bytes(4096)):
        assert prove(ground.streams_source, update) in ("FORMAT", "FEE", "SIGNED")


@pytest.mark.parametrize("charged", [False, True])
def test_whatever_is_changed_is_refused(ground: Ground, charged: bool) -> None:
    update = ground.streams.signed(ground.report())
    right = prove(ground.streams_source, update)
    if charged:
        ground.streams.charge(ground.link, ground.weth)
    for changed in tampered(update, 3, 1500):
        found = prove(ground.streams_source, changed)
        if isinstance(found, str):
            assert found in CODES, (found, changed.hex())
        else:
            # Padding, and signatures in another place or order, are not signed: the same report is behind them.
            assert found == right


def test_ether_is_refused_where_nothing_is_charged(ground: Ground) -> None:
    assert prove(ground.streams_source, ground.streams.signed(ground.report()), value=1) == "FEE"


def test_an_unchecked_payload_is_no_price(ground: Ground) -> None:
    types = ["bytes32[3]", "bytes", "bytes32[]", "bytes32[]", "bytes32"]
    update = encode(types, [[bytes(32)] * 3, ground.report().data(), [], [], bytes(32)])
    assert prove(ground.streams_source, update) == "SIGNED"


def test_nothing_is_known_without_an_update(ground: Ground) -> None:
    assert ground.streams_source.call("latest") == (0, 0, 0, 0, 0)
    assert ground.streams_source.call("observation", ground.chain.now) == (0, 0, 0, 0, 0)
    assert ground.streams_source.call("following", ground.chain.now) == 0


def test_what_it_is_made_with(ground: Ground) -> None:
    other = b"\0\4" + ground.streams_feed[2:]
    for proxy, feed in (
        ("0x" + 40 * "1", ground.streams_feed),
        (ground.streams.verifier.address, ground.streams_feed),
        (ground.weth.address, ground.streams_feed),
        (ground.streams.proxy.address, other),
    ):
        with pytest.raises(Reverted, match="BOUND"):
            ground.chain.deploy("DataStreamsSource", proxy, feed, sender=ground.me)
