# pragma version 0.4.3
# pragma optimize gas
"""
@title A price source that does as it is told
@license AGPL-3.0-only
@notice An IPriceSource of either kind; for tests only. As a push source it is told observations, numbered from 1. As a
    pull source whoever calls is the network: an update is abi_encode(mid, confidence, published_at, previous_at).
@dev Without the nonreentrancy pragma: it must be able to do whatever a stranger's contract can.
"""

from interfaces import IPriceSource

implements: IPriceSource

# How it answers a question.
HONEST: constant(uint256) = 0
SILENT: constant(uint256) = 1       # that there is nothing
STARVED: constant(uint256) = 2      # Error("GAS")
FUTURE: constant(uint256) = 3       # with a time that is not yet
OTHER: constant(uint256) = 4        # with another number
CALL_BACK: constant(uint256) = 5    # calls `target` with `payload` (a static call, it may fail), then HONEST

MAX_BYTES: constant(uint256) = 4096
UPDATE_BYTES: constant(uint256) = 128
U128: constant(uint256) = 2**128 - 1

IS_PUSH: public(immutable(bool))

newest: public(uint256)             # id of the newest observation, 0 before the first
price: public(uint256)              # what `prove` must be paid (wei)
latest_mode: public(uint256)
history_mode: public(uint256)
target: address
payload: Bytes[256]

# id -> mid 128 | confidence 128, published_at
_prices: HashMap[uint256, uint256]
_times: HashMap[uint256, uint256]


@deploy
def __init__(is_push: bool):
    IS_PUSH = is_push


@external
def push(mid: uint256) -> uint256:
    """
    @notice A new observation, published now.
    @return Its id.
    """
    return self._push(mid, 0, block.timestamp)


@external
def push_at(mid: uint256, confidence: uint256, published_at: uint256) -> uint256:
    """
    @notice A new observation with any price below 2**128, of any time.
    @return Its id.
    """
    return self._push(mid, confidence, published_at)


@external
def set_modes(latest: uint256, history: uint256):
    """
    @notice How `latest` answers, and how the other two do.
    """
    self.latest_mode = latest
    self.history_mode = history


@external
def set_price(price: uint256):
    """
    @notice What `prove` must be paid (wei).
    """
    self.price = price


@external
def set_call_back(target: address, payload: Bytes[256]):
    """
    @notice What CALL_BACK calls.
    """
    self.target = target
    self.payload = payload


@external
@payable
def prove(update: Bytes[MAX_BYTES]) -> IPriceSource.Observation:
    """
    @custom:reverts PUSH, FEE, FORMAT, VALUE, FUTURE.
    """
    assert not IS_PUSH, "PUSH"
    assert msg.value == self.price, "FEE"
    assert len(update) == UPDATE_BYTES, "FORMAT"
    mid: uint256 = extract32(update, 0, output_type=uint256)
    confidence: uint256 = extract32(update, 32, output_type=uint256)
    published_at: uint256 = extract32(update, 64, output_type=uint256)
    previous_at: uint256 = extract32(update, 96, output_type=uint256)
    assert mid > 0 and max(mid, confidence) <= U128 and previous_at <= published_at, "VALUE"
    assert published_at <= block.timestamp, "FUTURE"
    return IPriceSource.Observation(
        id=published_at, mid=mid, confidence=confidence, published_at=published_at, previous_at=previous_at
    )


@external
@view
def fee(update: Bytes[MAX_BYTES]) -> uint256:
    return self.price


@external
@view
def latest() -> IPriceSource.Observation:
    return self._answer(self.latest_mode, self.newest)


@external
@view
def observation(id: uint256) -> IPriceSource.Observation:
    seen: IPriceSource.Observation = self._answer(self.history_mode, id)
    if seen.id != 0:
        seen.previous_at = self._times[unsafe_sub(id, 1)]
    return seen


@external
@view
def following(id: uint256) -> uint256:
    seen: IPriceSource.Observation = self._answer(self.history_mode, unsafe_add(id, 1))
    return seen.published_at


@internal
def _push(mid: uint256, confidence: uint256, published_at: uint256) -> uint256:
    assert max(mid, confidence) <= U128
    id: uint256 = self.newest + 1
    self._prices[id] = mid | (confidence << 128)
    self._times[id] = published_at
    self.newest = id
    return id


@internal
@view
def _answer(mode: uint256, id: uint256) -> IPriceSource.Observation:
    """
    @dev The observation of that number; empty where there is none, it has no price, or it is not published yet.
    """
    if mode == STARVED:
        raise "GAS"
    if mode == CALL_BACK:
        success: bool = raw_call(self.target, self.payload, is_static_call=True, revert_on_failure=False)
    at: uint256 = self._times[id]
    mid: uint256 = self._prices[id] & U128
    if mode == SILENT or at == 0 or mid == 0 or at > block.timestamp:
        return empty(IPriceSource.Observation)
    seen: IPriceSource.Observation = IPriceSource.Observation(
        id=id, mid=mid, confidence=self._prices[id] >> 128, published_at=at, previous_at=0
    )
    if mode == FUTURE:
        seen.published_at = block.timestamp + 1
    if mode == OTHER:
        seen.id += 1
    return seen
