"""`feed_at`: how a feed is set."""

from __future__ import annotations

from tests.support.oracle import DECIMALS, DEVIATION, EMPTY, FEED, HEARTBEAT, NORMAL, REDUCE_ONLY, WAD, Rig


def test_tells_the_feed(rig: Rig) -> None:
    assert rig.oracle.call("feed_at", FEED) == (
        rig.source.address,
        HEARTBEAT,
        DEVIATION,
        DECIMALS,
        0,
        NORMAL,
        100 * WAD,
        10_000 * WAD,
        EMPTY,
        0,
        0,
    )


def test_tells_extremes(rig: Rig) -> None:
    rig.reference.transact("set_decimals", 36, sender=rig.anyone)
    top = 2**20 - 1
    assert rig.set_feed(
        heartbeat=top,
        deviation=9_999,
        divergence=9_999,
        band_low=(1, 0),
        band_high=(5_192, 30),
        reference_heartbeat=top,
    ).ok
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.owner)
    assert rig.oracle.call("feed_at", FEED) == (
        rig.source.address,
        top,
        9_999,
        DECIMALS,
        9_999,
        REDUCE_ONLY,
        1,
        5_192 * 10**30,
        rig.reference.address,
        top,
        36,
    )


def test_an_unknown_feed_is_empty(rig: Rig) -> None:
    assert rig.oracle.call("feed_at", 9) == (EMPTY, 0, 0, 0, 0, 0, 0, 0, EMPTY, 0, 0)
