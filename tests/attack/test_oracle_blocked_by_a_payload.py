"""A malformed, oversized or expensive answer reverts nothing it should not, and no update blocks later ones."""

from __future__ import annotations

import random

import pytest

from novation.chain.protocol import Contract
from tests.support.oracle import (
    AGED,
    CALL_BACK,
    FEED,
    HALT,
    PULLED,
    REDUCE_ONLY,
    WAD,
    Rig,
    price_of,
)

# Of a Chainlink proxy that does anything.
MALICES = {
    "reverting": 1,
    "burning its gas": 2,
    "short data": 3,
    "long data": 4,
    "no data": 5,
    "huge data": 6,
    "one byte too many": 8,
}
CODES = {"FORMAT", "VALUE", "FUTURE"}


def exposed(rig: Rig) -> tuple[Contract, str]:
    """Such a proxy that says 2,000 and the source on it."""
    proxy = rig.chain.deploy("MockAggregatorProxy", 18, sender=rig.anyone)
    proxy.transact("push", 2_000 * WAD, sender=rig.anyone)
    return proxy, rig.chain.deploy("ChainlinkSource", proxy.address, sender=rig.anyone).address


@pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
def test_a_read_survives_and_costs_a_bounded_amount(rig: Rig, malice: int) -> None:
    proxy, source = exposed(rig)
    rig.reset(source=source)
    rig.observe()
    proxy.transact("set_modes", malice, malice, malice, sender=rig.anyone)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.observed(receipt).status == HALT
    assert receipt.gas < 21_000 + 2 * 200_000 + 30_000


@pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
@pytest.mark.parametrize("feed", [FEED, PULLED])
def test_a_reference_cannot_stop_reductions(rig: Rig, feed: int, malice: int) -> None:
    proxy, reference = exposed(rig)
    rig.reset(feed, divergence=100, reference=reference)
    proxy.transact("set_modes", malice, malice, malice, sender=rig.anyone)
    rig.say(feed, 2_000 * WAD)
    rig.chain.warp(20)
    rig.say(feed, 2_010 * WAD)
    price, mid, _ = rig.observe_at(rig.now, 60, rig.source.call("newest"), feed)
    assert (price.status, mid) == (REDUCE_ONLY, 2_010 * WAD)


@pytest.mark.parametrize("malice", MALICES.values(), ids=MALICES.keys())
def test_a_fallback_that_misbehaves_is_none(rig: Rig, malice: int) -> None:
    proxy, fallback = exposed(rig)
    rig.reset(PULLED, fallback_age=1_000, fallback=fallback)
    assert rig.read(PULLED).status == AGED
    proxy.transact("set_modes", malice, malice, malice, sender=rig.anyone)
    assert rig.read(PULLED).status == HALT


def test_a_price_from_the_future_blocks_nothing(rig: Rig) -> None:
    """Stored times never run back, so a far one would lock the feed: it is never stored."""
    rig.push(2_000, 2**39)
    assert rig.observe().status == HALT
    rig.push(2_000)
    assert rig.observe() == price_of(2_000, rig.now)
    assert rig.oracle.attempt("update", PULLED, rig.update(2_000 * WAD, 2**39), sender=rig.anyone).error == "FUTURE"
    assert rig.bring(2_000)


@pytest.mark.parametrize("feed", [FEED, PULLED])
def test_a_doubted_price_of_now_blocks_none_of_now(rig: Rig, feed: int) -> None:
    """Nor a later one: it is the last of the old price only until the next good one."""
    rig.say(feed, 10_000 * WAD)
    rig.say(feed, 2_000 * WAD)
    assert rig.read(feed) == price_of(2_000, rig.now)
    rig.say(feed, 10_000 * WAD)
    rig.chain.warp(1)
    rig.say(feed, 2_001 * WAD)
    assert rig.read(feed) == price_of(2_001, rig.now)


def test_the_newest_price_of_all_blocks_only_older_ones(rig: Rig) -> None:
    """Whoever brings the newest at once keeps nobody from filling at the one before it."""
    due = rig.now + 1
    rig.chain.warp(1)
    first = rig.update(2_000 * WAD)
    rig.chain.warp(1)
    assert rig.bring(2_001)
    assert rig.refusal(due, 60, 0, PULLED) == "PROOF"
    rig.brings(first)
    assert rig.observe_at(due, 60, 0, PULLED)[1] == 2_000 * WAD


@pytest.mark.parametrize("length", [0, 1, 31, 127, 129, 160, 4_095, 4_096, 4_097, 8_192])
def test_an_oversized_or_short_update_reverts_and_leaves_nothing(rig: Rig, length: int) -> None:
    rig.bring(2_000)
    before = rig.words(PULLED)
    receipt = rig.oracle.attempt("update", PULLED, bytes(length), sender=rig.anyone)
    assert receipt.error == ("FORMAT" if length <= 4_096 else "")
    assert rig.words(PULLED) == before


def test_a_malformed_update_reverts_or_says_what_it_says(rig: Rig) -> None:
    """Any bytes: a code of the source's, else a price that it stood for; never anything else."""
    dice = random.Random(5)
    mark = rig.chain.snapshot()
    codes = set()
    for _ in range(300):
        rig.chain.restore(mark)
        update = bytearray(rig.update(2_000 * WAD))
        for _ in range(dice.randrange(1, 4)):
            update[dice.randrange(128)] ^= 1 << dice.randrange(8)
        receipt = rig.oracle.attempt("update", PULLED, bytes(update), sender=rig.anyone)
        codes.add(receipt.error)
        if receipt.ok:
            mid, _, at, _ = (int.from_bytes(update[i : i + 32]) for i in range(0, 128, 32))
            is_newest = rig.oracle.returned("update", receipt)
            assert rig.stored(PULLED)[:2] == ((mid, at) if is_newest else (0, rig.now - (2**20 - 1)))
    assert codes <= CODES | {None}
    assert {None, "VALUE", "FUTURE"} <= codes


@pytest.mark.parametrize("function", ["read", "observe"])
def test_a_source_that_calls_back_changes_nothing(rig: Rig, function: str) -> None:
    """It is called statically: what it calls cannot write, and what it reads is what was stored before."""
    rig.push(2_000)
    rig.observe()
    rig.chain.warp(10)
    rig.push(2_100)
    payload = rig.oracle.encode(function, FEED)
    rig.source.transact("set_call_back", rig.oracle.address, payload, sender=rig.anyone)
    rig.modes(latest=CALL_BACK)
    receipt = rig.oracle.transact("observe", FEED, sender=rig.anyone)
    assert rig.observed(receipt) == price_of(2_100, rig.now)
    assert len(receipt.find("Observed")) == 1
    assert rig.stored().mid == 2_100 * WAD
