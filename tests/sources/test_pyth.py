"""Pyth's updates over Wormhole's own core contract."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.upstream.pyth import EMITTER, PYTHNET, PythPrice
from novation.upstream.wormhole import QUORUM
from tests.sources.ground import CENTS, CODES, ETH, WAD, Ground, prove, starved, tampered


def test_a_price(ground: Ground) -> None:
    at = ground.chain.now - 3
    update = ground.pyth.update([ground.pyth_price(ago=3, gap=2)])
    assert prove(ground.pyth_source, update) == (at, ETH, WAD, at, at - 2)
    assert ground.pyth_source.call("fee", update) == 0


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_price_among_others(ground: Ground, place: int) -> None:
    prices = [ground.pyth_price(n, feed=bytes([n]) * 32) for n in (1, 2)]
    prices.insert(place, ground.pyth_price())
    found = prove(ground.pyth_source, ground.pyth.update(prices))
    assert found[1] == ETH


@pytest.mark.parametrize("width", [1, 2, 3, 500])
def test_trees_of_every_height(ground: Ground, width: int) -> None:
    ground.pyth.width = width
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price()]))[1] == ETH


@pytest.mark.parametrize(
    ("exponent", "mid", "confidence"),
    [
        (-8, ETH, WAD),
        (0, 4000 * CENTS * WAD, CENTS * WAD),
        (8, 4000 * CENTS * 10**26, CENTS * 10**26),
        (9, "VALUE", 0),
        (-18, 4000 * CENTS, CENTS),
        (-19, 400 * CENTS, CENTS // 10),
        (-20, 40 * CENTS, CENTS // 100),
        (-21, "VALUE", 0),
        (13, "VALUE", 0),
        (-(2**31), "VALUE", 0),
        (2**31 - 1, "VALUE", 0),
    ],
)
def test_exponents(ground: Ground, exponent: int, mid: int | str, confidence: int) -> None:
    found = prove(ground.pyth_source, ground.pyth.update([ground.pyth_price(exponent=exponent)]))
    assert found == mid if isinstance(mid, str) else found[1:3] == (mid, confidence)


def test_a_confidence_is_rounded_up_and_a_price_down(ground: Ground) -> None:
    price = ground.pyth_price(199, confidence=101, exponent=-20)
    assert prove(ground.pyth_source, ground.pyth.update([price]))[1:3] == (1, 2)
    assert prove(ground.pyth_source, ground.pyth.update([price._replace(price=99)])) == "VALUE"


@pytest.mark.parametrize("price", [0, -1, -(2**63)])
def test_no_price(ground: Ground, price: int) -> None:
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price(price)])) == "VALUE"


def test_the_highest_price(ground: Ground) -> None:
    most = (2**128 - 1) // 10**30
    for changes, good in (
        ({"price": most, "confidence": most}, True),
        ({"price": most + 1}, False),
        ({"price": most, "confidence": most + 1}, False),
        ({"price": 2**63 - 1, "confidence": 2**64 - 1}, False),
    ):
        price = ground.pyth_price(confidence=0, exponent=12)._replace(**changes)
        found = prove(ground.pyth_source, ground.pyth.update([price]))
        assert found[1] == most * 10**30 if good else found == "VALUE"


def test_times(ground: Ground) -> None:
    ahead = ground.pyth_price(ago=-1)
    assert prove(ground.pyth_source, ground.pyth.update([ahead])) == "FUTURE"
    negative = ground.pyth_price(publish_time=-5, previous_publish_time=-6)
    update = ground.pyth.update([negative, ground.pyth_price(feed=bytes(31) + b"\1")][::-1])
    assert prove(ground.pyth_source, update) == "FUTURE"
    backwards = ground.pyth_price(gap=-1)
    assert prove(ground.pyth_source, ground.pyth.update([backwards])) == "VALUE"
    # Several within a second: only the first of them has an earlier predecessor.
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price(gap=0)]))[4] == ground.chain.now


def test_another_feed(ground: Ground) -> None:
    price = ground.pyth_price(feed=b"\10" * 32)
    assert prove(ground.pyth_source, ground.pyth.update([price])) == "FEED"
    twice = [ground.pyth_price(), ground.pyth_price(5000 * CENTS)]
    assert prove(ground.pyth_source, ground.pyth.update(twice)) == "FORMAT"


def test_another_type_of_message(ground: Ground) -> None:
    """Of the same length, with the feed in the same place."""

    class Other(PythPrice):
        def message(self) -> bytes:
            return b"\1" + super().message()[1:]

    assert prove(ground.pyth_source, ground.pyth.update([Other(*ground.pyth_price())])) == "FEED"


def test_a_starved_proof_is_not_said_to_be_forged(ground: Ground) -> None:
    update = ground.pyth.update([ground.pyth_price()])
    starved(ground.pyth_source, "prove", update, most=1_000_000)


def test_another_chain_or_emitter(ground: Ground) -> None:
    prices = [ground.pyth_price()]
    assert prove(ground.pyth_source, ground.pyth.update(prices, emitter_chain=PYTHNET + 1)) == "ORIGIN"
    other = bytes([EMITTER[0] ^ 1]) + EMITTER[1:]
    assert prove(ground.pyth_source, ground.pyth.update(prices, emitter=other)) == "ORIGIN"


@pytest.mark.parametrize(
    "by",
    [
        range(QUORUM - 1),
        [0] * QUORUM,
        [*range(QUORUM - 1), QUORUM - 2],
        [*range(1, QUORUM), 0],
        [],
    ],
    ids=["too few", "one of them", "one twice", "out of order", "none"],
)
def test_guardians(ground: Ground, by: list[int]) -> None:
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price()], by=by)) == "SIGNED"


def test_another_quorum_is_as_good(ground: Ground) -> None:
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price()], by=range(6, 19)))[1] == ETH


def test_an_unknown_guardian_set(ground: Ground) -> None:
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price()], guardian_set=1)) == "SIGNED"


def test_a_message_of_another_root(ground: Ground) -> None:
    one = ground.pyth.update([ground.pyth_price(1)])
    other = ground.pyth.update([ground.pyth_price(2)])
    size = int.from_bytes(one[8:10])
    assert prove(ground.pyth_source, one[: 10 + size] + other[10 + size :]) == "SIGNED"


@pytest.mark.parametrize(
    "payload", [b"", b"AUWV", b"UWVA\0" + bytes(32), b"AUWV\1" + bytes(32), b"AUWV\0" + bytes(31)], ids=range(5)
)
def test_other_attested_messages(ground: Ground, payload: bytes) -> None:
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price()], payload=payload)) == "FORMAT"


def test_a_message_without_its_siblings(ground: Ground) -> None:
    ground.pyth.width = 2
    update = ground.pyth.update([ground.pyth_price(1), ground.pyth_price(2, feed=b"\10" * 32)])
    size = int.from_bytes(update[8:10])
    first = update[11 + size :][: 2 + 85]
    assert prove(ground.pyth_source, update[: 10 + size] + b"\1" + first + b"\0") == "SIGNED"


def test_more_messages_than_are_read(ground: Ground) -> None:
    ground.pyth.width = 17
    prices = [ground.pyth_price(n + 1, feed=bytes([n + 10]) * 32) for n in range(15)]
    assert prove(ground.pyth_source, ground.pyth.update([*prices, ground.pyth_price()]))[1] == ETH
    update = ground.pyth.update([*prices, ground.pyth_price()])
    count = 10 + int.from_bytes(update[8:10])
    assert update[count] == 16
    assert prove(ground.pyth_source, update[:count] + b"\x11" + update[count + 1 :]) == "FORMAT"


def test_whatever_is_changed_is_refused(ground: Ground) -> None:
    update = ground.pyth.update([ground.pyth_price()])
    right = prove(ground.pyth_source, update)
    for changed in tampered(update, 1, 1500):
        found = prove(ground.pyth_source, changed)
        if not isinstance(found, str):
            # the minor version is not signed: a changed one brings the same price
            assert found == right
            assert changed[:5] + changed[6:] == update[:5] + update[6:], changed.hex()
        else:
            assert found in CODES, (found, changed.hex())


def test_nothing_and_everything(ground: Ground) -> None:
    for update in (b"", b"PNAU", bytes(4096), b"\xff" * 4096, b"PNAU\1\0\0\0" + b"\xff" * 4000):
        assert prove(ground.pyth_source, update) == "FORMAT"
    assert prove(ground.pyth_source, bytes(4097)) == ""  # longer than the argument's type


def test_ether_is_refused(ground: Ground) -> None:
    assert prove(ground.pyth_source, ground.pyth.update([ground.pyth_price()]), value=1) == "FEE"


def test_nothing_is_known_without_an_update(ground: Ground) -> None:
    assert ground.pyth_source.call("latest") == (0, 0, 0, 0, 0)
    assert ground.pyth_source.call("observation", ground.chain.now) == (0, 0, 0, 0, 0)
    assert ground.pyth_source.call("following", ground.chain.now) == 0


@pytest.mark.parametrize("place", range(4))
def test_what_it_is_made_with(ground: Ground, place: int) -> None:
    arguments = [ground.wormhole.core.address, PYTHNET, EMITTER, ground.pyth_feed]
    arguments[place] = ["0x" + 40 * "1", 0, EMITTER, bytes(32)][place]
    if place == 2:
        arguments[1] = 2**16
    with pytest.raises(Reverted, match="BOUND"):
        ground.chain.deploy("PythSource", *arguments, sender=ground.me)
