# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Whether an L2's sequencer is up
@license AGPL-3.0-only
@notice Reads Chainlink's uptime feed: answer 0 is up, 1 is down, started_at is when that began. While it is down nobody
    can act but by the L1, and prices that waited arrive at once: after it is back there is a grace period. It counts from
    when the L1 says that it was back, so it must be longer than the L2 takes to include what the L1 says.
"""

from contracts.modules import push_feed
from interfaces import ISequencerUptime

implements: ISequencerUptime

MIN_GRACE: constant(uint256) = 300
MAX_GRACE: constant(uint256) = 86_400

FEED: public(immutable(address))
GRACE: public(immutable(uint256))


@deploy
def __init__(feed: address, grace: uint256):
    """
    @param feed Chainlink's L2 sequencer uptime feed.
    @param grace Seconds after it is back, from five minutes to a day.
    @custom:reverts BOUND.
    """
    assert feed.is_contract and grace >= MIN_GRACE and grace <= MAX_GRACE, "BOUND"
    FEED = feed
    GRACE = grace


@external
@view
def is_up() -> bool:
    """
    @return Whether it is up, and has been for the grace period. A feed that fails or makes no sense is down.
    @custom:reverts GAS the feed failed and too little gas is left to tell whether it was starved.
    """
    found: push_feed.Round = push_feed._latest(FEED)
    if found.id == 0 or found.answer != 0 or found.started_at == 0 or found.started_at > block.timestamp:
        return False
    return unsafe_sub(block.timestamp, found.started_at) > GRACE
