# pragma version 0.4.3
# pragma optimize gas
"""
@title A push feed with every malice
@license AGPL-3.0-only
@notice Speaks Chainlink's proxy layout: round = phase << 64 | aggregator round. Anyone may set anything; for tests
    only.
@dev Without the nonreentrancy pragma: it must be able to do whatever a stranger's contract can.
"""

# How a function answers.
HONEST: constant(uint256) = 0
REVERT: constant(uint256) = 1       # Error("FEED")
BURN: constant(uint256) = 2         # all of its gas
SHORT: constant(uint256) = 3        # a word too little
LONG: constant(uint256) = 4         # a word too many
EMPTY: constant(uint256) = 5        # success without data
HUGE: constant(uint256) = 6         # 19,200 bytes
OTHER: constant(uint256) = 7        # another round than asked, other decimals
ODD: constant(uint256) = 8          # a byte too many
CALL_BACK: constant(uint256) = 9    # calls `target` with `payload` (a static call, it may fail), then HONEST
WORK: constant(uint256) = 10        # HONEST, for more than 150,000 gas

decimals_: public(uint256)         # what `decimals()` answers (its ABI tells bytes, for its answer is raw)
newest: public(uint256)             # id of the newest round
latest_mode: public(uint256)
history_mode: public(uint256)
decimals_mode: public(uint256)
target: address
payload: Bytes[256]

# id -> answer int192 << 64 | updated_at; 0: no such round
_rounds: HashMap[uint256, uint256]


@deploy
def __init__(decimals: uint256):
    self.decimals_ = decimals
    self.newest = 1 << 64


@external
def push(answer: int256) -> uint256:
    """
    @notice A new round, published now.
    @return Its id.
    """
    return self._push(answer, block.timestamp)


@external
def push_at(answer: int256, updated_at: uint256) -> uint256:
    """
    @notice A new round with any time.
    @return Its id.
    """
    return self._push(answer, updated_at)


@external
def set_round(id: uint256, answer: int256, updated_at: uint256):
    """
    @notice Sets any round; updated_at 0 and answer 0 remove it.
    """
    self._rounds[id] = (convert(convert(answer, bytes32), uint256) << 64) | updated_at


@external
def set_newest(id: uint256):
    """
    @notice Which round is the newest; also a change of phase.
    """
    self.newest = id


@external
def set_phase(phase: uint256):
    """
    @notice A new aggregator without rounds.
    """
    self.newest = phase << 64


@external
def set_decimals(decimals: uint256):
    self.decimals_ = decimals


@external
def set_modes(latest: uint256, history: uint256, decimals: uint256):
    """
    @notice How each of the three functions answers.
    """
    self.latest_mode = latest
    self.history_mode = history
    self.decimals_mode = decimals


@external
def set_call_back(target: address, payload: Bytes[256]):
    """
    @notice What CALL_BACK calls.
    """
    self.target = target
    self.payload = payload


@external
@view
@raw_return
def decimals() -> Bytes[20000]:
    return self._answer(self.decimals_mode, abi_encode(self.decimals_), abi_encode(self.decimals_ + 1))


@external
@view
@raw_return
def latestRoundData() -> Bytes[20000]:
    return self._answer(self.latest_mode, self._data(self.newest, 0), self._data(self.newest, 1))


@external
@view
@raw_return
def getRoundData(id: uint80) -> Bytes[20000]:
    round: uint256 = convert(id, uint256)
    return self._answer(self.history_mode, self._data(round, 0), self._data(round, 1))


@internal
def _push(answer: int256, updated_at: uint256) -> uint256:
    id: uint256 = self.newest + 1
    self._rounds[id] = (convert(convert(answer, bytes32), uint256) << 64) | updated_at
    self.newest = id
    return id


@internal
@view
def _data(id: uint256, offset: uint256) -> Bytes[160]:
    """
    @dev A round as the proxy returns it; reverts where there is none.
    """
    word: uint256 = self._rounds[id]
    assert word != 0, "No data present"
    at: uint256 = word & (2**64 - 1)
    return abi_encode(id + offset, convert(convert(word, bytes32), int256) >> 64, at, at, id + offset)


@internal
@view
def _answer(mode: uint256, honest: Bytes[160], other: Bytes[160]) -> Bytes[20000]:
    if mode == CALL_BACK:
        success: bool = raw_call(self.target, self.payload, is_static_call=True, revert_on_failure=False)
    if mode == WORK:
        digest: bytes32 = empty(bytes32)
        for i: uint256 in range(1_000):
            digest = keccak256(digest)
        assert digest != empty(bytes32)
    if mode == HONEST or mode == CALL_BACK or mode == WORK:
        return honest
    if mode == REVERT:
        raise "FEED"
    if mode == BURN:
        raise UNREACHABLE
    if mode == SHORT:
        return slice(honest, 0, len(honest) - 32)
    if mode == LONG:
        return concat(honest, empty(bytes32))
    if mode == EMPTY:
        return b""
    if mode == OTHER:
        return other
    if mode == ODD:
        return concat(honest, empty(bytes1))
    return abi_encode(empty(uint256[600]))
