# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title A push feed behind Chainlink's proxy
@license AGPL-3.0-only
@notice A round's number is phase << 64 | aggregator round. The round before one proves it the first at or after a time.
@dev Trusted: an aggregator numbers its rounds without gaps, its times do not run back, and finished rounds do not change
    (true of OCR; of a FluxAggregator only where minSubmissions = maxSubmissions). An aggregator that the proxy moves to
    has often run before: its rounds and those of the old one are two sequences, so only the phase that this was deployed
    in proves anything, while it is the newest. After a move prices go on, for orders another source is deployed.
"""

from contracts.modules import push_feed
from interfaces import IPriceSource

implements: IPriceSource

MAX_BYTES: constant(uint256) = 4096
MAX_DECIMALS: constant(uint256) = 36
MAX_MID: constant(uint256) = 2**128 - 1
PHASE_SHIFT: constant(uint256) = 64
U64: constant(uint256) = 2**64 - 1

PROXY: public(immutable(address))
DECIMALS: public(immutable(uint256))
# Of its newest round when this was deployed. Within a phase an aggregator's decimals cannot change, so they are asked for
# in every other one, and always where there are no phases (0).
PHASE: public(immutable(uint256))


@deploy
def __init__(proxy: address):
    """
    @param proxy A push feed; its decimals are read from it.
    @custom:reverts BOUND it does not tell its decimals, or more than 36, or has no round yet.
    """
    decimals: uint256 = push_feed._decimals(proxy)
    newest: push_feed.Round = push_feed._latest(proxy)
    assert proxy.is_contract and decimals <= MAX_DECIMALS and newest.id != 0, "BOUND"
    PROXY = proxy
    DECIMALS = decimals
    PHASE = newest.id >> PHASE_SHIFT


@external
@payable
def prove(update: Bytes[MAX_BYTES]) -> IPriceSource.Observation:
    """
    @custom:reverts PUSH always: it is asked, not brought anything.
    """
    raise "PUSH"


@external
@view
def fee(update: Bytes[MAX_BYTES]) -> uint256:
    """
    @return 0.
    """
    return 0


@external
@view
def latest() -> IPriceSource.Observation:
    """
    @return The newest round; empty where it could be no price.
    @custom:reverts GAS.
    """
    return self._observation(push_feed._latest(PROXY), 0)


@external
@view
def observation(id: uint256) -> IPriceSource.Observation:
    """
    @return A round of PHASE, while that is the newest, and when the one before it was published (0 for its first).
    @custom:reverts GAS.
    """
    newest: push_feed.Round = push_feed._latest(PROXY)
    if id >> PHASE_SHIFT != PHASE or newest.id >> PHASE_SHIFT != PHASE:
        return empty(IPriceSource.Observation)
    found: push_feed.Round = newest
    if id != newest.id:
        found = push_feed._round(PROXY, id)
    previous_at: uint256 = 0
    if found.id & U64 > 1:
        previous_at = push_feed._round(PROXY, unsafe_sub(id, 1)).updated_at
    return self._observation(found, previous_at)


@external
@view
def following(id: uint256) -> uint256:
    """
    @return When the round after that one was published; 0 where there is none.
    @custom:reverts GAS.
    """
    if id & U64 == U64:
        return 0
    return push_feed._round(PROXY, id + 1).updated_at


@internal
@view
def _observation(found: push_feed.Round, previous_at: uint256) -> IPriceSource.Observation:
    """
    @dev A round as an observation; empty where it could be no price.
    """
    phase: uint256 = found.id >> PHASE_SHIFT
    if found.answer <= 0 or ((phase == 0 or phase != PHASE) and push_feed._decimals(PROXY) != DECIMALS):
        return empty(IPriceSource.Observation)
    mid: uint256 = convert(found.answer, uint256)
    if DECIMALS <= 18:
        if mid > MAX_MID:
            return empty(IPriceSource.Observation)
        # mid < 2**128, 10**18 < 2**60
        mid = unsafe_mul(mid, 10**(unsafe_sub(18, DECIMALS)))
    else:
        mid = unsafe_div(mid, 10**(unsafe_sub(DECIMALS, 18)))
    if mid == 0 or mid > MAX_MID:
        return empty(IPriceSource.Observation)
    return IPriceSource.Observation(
        id=found.id,
        mid=mid,
        confidence=0,
        published_at=found.updated_at,
        previous_at=previous_at,
    )
