"""A change of a feed, and what one second may hold."""

from __future__ import annotations

from novation.model.sources import update_bytes
from tests.support.oracle import FEED, HALT, NORMAL, PULLED, Rig
from tests.support.system import WAD


def test_a_push_source_that_replaces_a_pull_source_prices_at_once(rig: Rig) -> None:
    """The pull network dies; the owner moves the feed to a push source whose newest price is ten minutes old."""
    rig.reset(PULLED)
    rig.push(2_000)
    rig.chain.warp(500)
    rig.bring(2_001)
    rig.reset(PULLED, source=rig.source.address, is_push=True)
    price = rig.oracle.call("read", PULLED)
    assert price[4] == NORMAL


def test_a_push_source_that_replaces_another_prices_at_once(rig: Rig) -> None:
    rig.reset()
    rig.push_to(rig.fallback, 2_000 * WAD)
    rig.chain.warp(60)
    rig.push(2_001)
    rig.oracle.transact("observe", FEED, sender=rig.anyone)
    rig.reset(source=rig.fallback.address)
    assert rig.oracle.call("read", FEED)[4] != HALT


def test_two_statements_of_one_second_do_not_hide_the_first(rig: Rig) -> None:
    """Pyth has several slots a second: the later one's previous time is its own. The first one fills the order."""
    rig.reset(PULLED)
    rig.bring(2_000)
    rig.chain.warp(20)
    due = rig.now
    first = update_bytes(2_001 * WAD, 0, due, due - 1)
    second = update_bytes(2_002 * WAD, 0, due, due)
    rig.brings(second)  # by whoever wants the order not to fill
    rig.brings(first)  # by its keeper
    receipt = rig.oracle.attempt("observe_at", PULLED, due, 60, 0, sender=rig.anyone)
    assert receipt.ok, receipt.error
