"""The sequencer's state through Chainlink's own feed and the L2's own messenger."""

from __future__ import annotations

import pytest

from novation.chain.protocol import ChainError, Contract, Reverted
from novation.upstream.sequencer import DOWN, UP, Sequencer, deploy_sequencer
from tests.sources.ground import Ground, starved

GRACE = 3600


@pytest.fixture
def sequencer(ground: Ground) -> Sequencer:
    return deploy_sequencer(ground.chain, ground.me)


@pytest.fixture
def uptime(ground: Ground, sequencer: Sequencer) -> Contract:
    return ground.chain.deploy("SequencerUptime", sequencer.proxy.address, GRACE, sender=ground.me)


def test_down_and_back(ground: Ground, sequencer: Sequencer, uptime: Contract) -> None:
    assert not uptime.call("is_up")  # it has just started
    ground.chain.warp(GRACE)
    assert not uptime.call("is_up")
    ground.chain.warp(1)
    assert uptime.call("is_up")
    sequencer.report(DOWN, ground.chain.now)
    assert not uptime.call("is_up")
    ground.chain.warp(10 * GRACE)
    assert not uptime.call("is_up")
    sequencer.report(UP, ground.chain.now - 5)
    assert not uptime.call("is_up")
    ground.chain.warp(GRACE - 5)
    assert not uptime.call("is_up")
    ground.chain.warp(1)
    assert uptime.call("is_up")
    sequencer.report(UP, ground.chain.now)  # again: nothing changes
    assert uptime.call("is_up")


def test_only_the_l1_says_so(ground: Ground, sequencer: Sequencer, uptime: Contract) -> None:
    ground.chain.warp(GRACE + 1)
    with pytest.raises(Reverted):
        sequencer.feed.transact("updateStatus", DOWN, ground.chain.now, sender=ground.me)
    message = sequencer.feed.encode("updateStatus", DOWN, ground.chain.now)
    with pytest.raises(Reverted):
        sequencer.messenger.transact("relayMessage", sequencer.feed.address, ground.me, message, 9, sender=ground.me)
    assert uptime.call("is_up")


def test_the_grace_counts_from_what_the_l1_says(ground: Ground, sequencer: Sequencer, uptime: Contract) -> None:
    """Also where it arrives late: Chainlink's own recommendation. The grace must be longer than inclusion takes."""
    down = ground.chain.now + 10
    ground.chain.warp(2 * GRACE)
    sequencer.report(DOWN, down)
    assert not uptime.call("is_up")
    sequencer.report(UP, down + 60)
    assert uptime.call("is_up")


@pytest.mark.parametrize("ahead", [1, 4000])
def test_an_up_from_the_future_is_not_up(ground: Ground, sequencer: Sequencer, uptime: Contract, ahead: int) -> None:
    ground.chain.warp(GRACE + 1)
    sequencer.report(DOWN, ground.chain.now)
    sequencer.report(UP, ground.chain.now + ahead)
    assert not uptime.call("is_up")


def test_a_report_that_is_not_taken_is_told(ground: Ground, sequencer: Sequencer) -> None:
    with pytest.raises(ChainError, match="did not take"):
        sequencer.report(DOWN, ground.chain.now - 1)


def test_a_starved_feed_is_told(ground: Ground) -> None:
    feed = ground.chain.deploy("MockAggregatorProxy", 0, sender=ground.me)
    uptime = ground.chain.deploy("SequencerUptime", feed.address, GRACE, sender=ground.me)
    feed.transact("push", 0, sender=ground.me)
    ground.chain.warp(GRACE + 1)
    feed.transact("set_modes", 10, 0, 0, sender=ground.me)
    starved(uptime, "is_up")


@pytest.mark.parametrize(
    ("answer", "ago", "up"),
    [(0, GRACE + 1, True), (1, GRACE + 1, False), (-1, GRACE + 1, False), (2, GRACE + 1, False), (0, GRACE, False)],
)
def test_answers(ground: Ground, answer: int, ago: int, up: bool) -> None:
    feed = ground.chain.deploy("MockAggregatorProxy", 0, sender=ground.me)
    uptime = ground.chain.deploy("SequencerUptime", feed.address, GRACE, sender=ground.me)
    assert not uptime.call("is_up")  # without a round
    feed.transact("push_at", answer, ground.chain.now - ago, sender=ground.me)
    assert uptime.call("is_up") is up


@pytest.mark.parametrize("mode", [1, 2, 3, 4, 5, 6, 8])
def test_a_feed_that_fails_is_down(ground: Ground, mode: int) -> None:
    feed = ground.chain.deploy("MockAggregatorProxy", 0, sender=ground.me)
    uptime = ground.chain.deploy("SequencerUptime", feed.address, GRACE, sender=ground.me)
    feed.transact("push", 0, sender=ground.me)
    ground.chain.warp(GRACE + 1)
    assert uptime.call("is_up")
    feed.transact("set_modes", mode, 0, 0, sender=ground.me)
    assert not uptime.call("is_up")


@pytest.mark.parametrize("grace", [299, 86_401])
def test_what_it_is_made_with(ground: Ground, sequencer: Sequencer, grace: int) -> None:
    with pytest.raises(Reverted, match="BOUND"):
        ground.chain.deploy("SequencerUptime", sequencer.proxy.address, grace, sender=ground.me)
    with pytest.raises(Reverted, match="BOUND"):
        ground.chain.deploy("SequencerUptime", "0x" + 40 * "1", GRACE, sender=ground.me)
