"""`words_of`: what is stored of a feed, as `feed_words` draws it."""

from __future__ import annotations

from tests.support.oracle import CALM, DEVIATION, FEED, PULLED, WAD, Rig


def test_empty_before_the_first(rig: Rig) -> None:
    for feed in (FEED, PULLED, 9):
        assert rig.words(feed) == (0, 0, 0, (0, 0))


def test_bit_by_bit(rig: Rig) -> None:
    rig.reset(PULLED, divergence=600, swing=100)
    at = rig.now
    rig.refer(2_000)
    rig.chain.warp(7)
    first = at + 7
    rig.brings(rig.update(2_000 * WAD, gap=3))
    rig.chain.warp(10)
    rig.brings(rig.update(2_100 * WAD, gap=9, confidence=WAD))
    rig.brings(rig.update(1_990 * WAD, first - 5, gap=2, confidence=2 * WAD))
    now = rig.now
    stored = 2_100 * WAD | now << 112 | 9 << 152 | 5 << 172 | 500 << 186 | 17 << 200 | CALM << 220
    anchor = 2_000 * WAD | at << 112 | first << 152
    brought = 1_990 * WAD | (first - 5) << 112 | 2 << 152 | 11 << 172
    odd = 2_000 * WAD | 2_100 * WAD << 112 | (at // 100) << 224
    assert rig.words(PULLED) == (stored, anchor, brought, (0, odd))
    rig.chain.warp(1)
    assert not rig.bring(10_000)
    doubted = 2_100 * WAD | now << 112 | 1 << 152 | 5 << 172 | 500 << 186 | 17 << 200 | CALM << 220 | 1 << 240
    assert rig.words(PULLED)[0] == doubted


def test_of_a_push_feed(rig: Rig) -> None:
    rig.push(2_010)
    rig.observe()
    assert rig.words(FEED) == (2_010 * WAD | rig.now << 112 | DEVIATION << 186, 0, 0, (0, 0))


def test_the_level_of_a_move(rig: Rig) -> None:
    """The fifth: in WAD, whole."""
    rig.reset(PULLED, move=500)
    rig.bring(2_000)
    assert rig.oracle.call("words_of", PULLED)[4] == 0
    rig.chain.warp(1)
    rig.bring_mid(2_400 * WAD + 1)
    *words, level = rig.oracle.call("words_of", PULLED)
    assert level == 2_400 * WAD + 1
    assert words[0] == 2_000 * WAD | (rig.now - 1) << 112 | 1 << 152 | DEVIATION << 186 | 1 << 240 | 1 << 241
    assert words[1:] == [0, 0, (0, 0)]
