"""RedStone's packages, signed by three signers."""

from __future__ import annotations

import itertools

import pytest

from novation.chain.protocol import Reverted
from novation.upstream import redstone
from novation.upstream.redstone import Point, package, payload
from novation.upstream.signing import signers
from tests.sources.ground import CENTS, CODES, ETH, GRID, WAD, Ground, prove, tampered


def test_a_price(ground: Ground) -> None:
    at = ground.slot
    assert prove(ground.redstone_source, ground.packages(4000, 4000, 4000)) == (at, ETH, 0, at, at - GRID)
    assert ground.redstone_source.call("fee", b"") == 0


@pytest.mark.parametrize("values", list(itertools.permutations((3990, 4000, 4004))))
def test_the_median_and_half_the_width(ground: Ground, values: tuple[int, ...]) -> None:
    assert prove(ground.redstone_source, ground.packages(*values))[1:3] == (ETH, 7 * WAD)


def test_one_liar_of_three(ground: Ground) -> None:
    """Moves the median no further than another signer's value, and is seen in the confidence."""
    assert prove(ground.redstone_source, ground.packages(4000, 40_000, 4001))[1:3] == (4001 * WAD, 18_000 * WAD)


@pytest.mark.parametrize("count", [1, 5, 9])
def test_other_numbers_of_signers(ground: Ground, count: int) -> None:
    service = redstone.service(count)
    addresses = [signer.address for signer in service.signers]
    source = ground.chain.deploy("RedStoneSource", ground.redstone_feed, GRID, addresses, sender=ground.me)
    assert list(source.call("signers")) == addresses
    values = [(4000 + (7 * n) % count) * CENTS for n in range(count)]
    update = service.payload(ground.redstone_feed, values, ground.slot * 1000)
    assert prove(source, update)[1:3] == (sorted(values)[count // 2] * 10**10, (count - 1) * WAD // 2)


def test_fewer_more_or_other_signers(ground: Ground) -> None:
    """A quorum is not enough: who brings the price could choose among quorums."""
    at = ground.slot * 1000
    service, feed = ground.redstone, ground.redstone_feed
    for by in ([0, 1], [0, 1, 2, 0], [0]):
        assert prove(ground.redstone_source, service.payload(feed, [4000 * CENTS] * len(by), at, by)) == "FORMAT"
    for by in ([0, 0, 0], [0, 1, 1], [1, 0, 2], [2, 1, 0]):
        assert prove(ground.redstone_source, service.payload(feed, [4000 * CENTS] * 3, at, by)) == "SIGNED"
    strangers = redstone.RedStone(signers("strangers", 3))
    assert prove(ground.redstone_source, strangers.payload(feed, [4000 * CENTS] * 3, at)) == "SIGNED"


def test_another_feed(ground: Ground) -> None:
    at, service = ground.slot * 1000, ground.redstone
    other = service.payload(redstone.feed_id("BTC"), [4000 * CENTS] * 3, at)
    assert prove(ground.redstone_source, other) == "FEED"
    mixed = [
        package(service.signers[n], [Point(redstone.feed_id("BTC" if n == 1 else "ETH"), 4000 * CENTS)], at)
        for n in range(3)
    ]
    assert prove(ground.redstone_source, payload(mixed)) == "FEED"


def test_times(ground: Ground) -> None:
    service, feed, values = ground.redstone, ground.redstone_feed, [4000 * CENTS] * 3
    at = ground.slot * 1000
    for milliseconds in (at + 1, at + 500, at + 1000 if ground.slot < ground.chain.now else at - 1000):
        ground.chain.set_time(max(ground.chain.now, ground.slot + 2))
        assert prove(ground.redstone_source, service.payload(feed, values, milliseconds)) == "GRID"
    assert prove(ground.redstone_source, service.payload(feed, values, (ground.slot + GRID) * 1000)) == "FUTURE"
    assert prove(ground.redstone_source, service.payload(feed, values, 2**48 - 1)) == "FUTURE"
    for milliseconds in (0, 1000 * GRID):
        assert prove(ground.redstone_source, service.payload(feed, values, milliseconds)) == "GRID"
    packages = [
        package(signer, [Point(feed, 4000 * CENTS)], at - (1000 * GRID if n == 2 else 0))
        for n, signer in enumerate(service.signers)
    ]
    assert prove(ground.redstone_source, payload(packages)) == "FORMAT"


@pytest.mark.parametrize("value", [0, 2**128 // 10**10, 2**256 - 1], ids=range(3))
def test_no_price(ground: Ground, value: int) -> None:
    values = [4000 * CENTS, value, 4000 * CENTS]
    update = ground.redstone.payload(ground.redstone_feed, values, ground.slot * 1000)
    assert prove(ground.redstone_source, update) == "VALUE"


def test_the_highest_price(ground: Ground) -> None:
    update = ground.redstone.payload(ground.redstone_feed, [2**128 // 10**10 - 1] * 3, ground.slot * 1000)
    assert prove(ground.redstone_source, update)[1] == (2**128 // 10**10 - 1) * 10**10


def test_packages_of_another_shape(ground: Ground) -> None:
    """Several points in a package, or points of another width, are valid elsewhere."""
    at, feed = ground.slot * 1000, ground.redstone_feed
    points = [Point(feed, 4000 * CENTS), Point(redstone.feed_id("BTC"), 110_000 * CENTS)]
    several = [package(signer, points, at) for signer in ground.redstone.signers]
    assert prove(ground.redstone_source, payload(several)) in ("FORMAT", "FEED")
    narrow = [package(signer, points[:1], at, value_bytes=16) for signer in ground.redstone.signers]
    assert prove(ground.redstone_source, payload(narrow)) == "FORMAT"


@pytest.mark.parametrize("metadata", [b"", b"1688000000000#0.7.5#redstone-primary-prod", bytes(3000)], ids=range(3))
def test_metadata_is_passed_over(ground: Ground, metadata: bytes) -> None:
    update = ground.redstone.payload(ground.redstone_feed, [4000 * CENTS] * 3, ground.slot * 1000, metadata=metadata)
    assert prove(ground.redstone_source, update)[1] == ETH


def test_whatever_is_changed_is_refused(ground: Ground) -> None:
    update = ground.packages(4000, 4001, 4002)
    for changed in tampered(update, 2, 1500):
        found = prove(ground.redstone_source, changed)
        assert found in CODES, (found, changed.hex())


def test_nothing_and_everything(ground: Ground) -> None:
    for update in (b"", bytes(4096), b"\xff" * 4096, redstone.MARKER * 400):
        assert prove(ground.redstone_source, update) == "FORMAT"
    assert prove(ground.redstone_source, bytes(4097)) == ""  # longer than the argument's type


def test_ether_is_refused(ground: Ground) -> None:
    assert prove(ground.redstone_source, ground.packages(4000, 4000, 4000), value=1) == "FEE"


def test_nothing_is_known_without_an_update(ground: Ground) -> None:
    assert ground.redstone_source.call("latest") == (0, 0, 0, 0, 0)
    assert ground.redstone_source.call("observation", ground.slot) == (0, 0, 0, 0, 0)
    assert ground.redstone_source.call("following", ground.slot) == 0


@pytest.mark.parametrize(
    ("feed", "grid", "chosen"),
    [
        (bytes(32), GRID, [0, 1, 2]),
        (b"ETH".ljust(32, b"\0"), 0, [0, 1, 2]),
        (b"ETH".ljust(32, b"\0"), 2**32, [0, 1, 2]),
        (b"ETH".ljust(32, b"\0"), GRID, []),
        (b"ETH".ljust(32, b"\0"), GRID, [0, 1]),
        (b"ETH".ljust(32, b"\0"), GRID, [0, 1, 0]),
        (b"ETH".ljust(32, b"\0"), GRID, [0, 1, -1]),
    ],
    ids=range(7),
)
def test_what_it_is_made_with(ground: Ground, feed: bytes, grid: int, chosen: list[int]) -> None:
    addresses = ["0x" + 40 * "0" if n < 0 else ground.redstone.signers[n].address for n in chosen]
    with pytest.raises(Reverted, match="BOUND"):
        ground.chain.deploy("RedStoneSource", feed, grid, addresses, sender=ground.me)
