# pragma version 0.4.3
"""
@title The packed words of a clearing pool
@notice One place that knows the bits. Low bits first:
    config    K 56 (1e15 base units) | initial 16 bps | maintenance 16 bps | slope 16 bps | maker 16 ppm | taker 16 ppm
              | open_interest_cap 16 bps of K | position_cap 16 bps of K | reserve_factor 16 bps | penalty 16 bps
              | rate_max 24 (1e-12 / s) | velocity 24 (1e-15 / s^2) | flags 8
    ramp      old maintenance 16 | old penalty 16 | start 40 | end 40
    interest  long 104 | short 104 | accrued_at 40
    funding   rate int120 | F int136
    mark      price 112 | basis_total int144
    book      liability_sum int104 | reserve 96 | owed 56 (1e12 wei)
    position  size int104 | basis int112 | changed_at 40
"""

SCALE_UNIT: constant(int256) = 10**15
LISTED: constant(uint256) = 1
RAMPING: constant(uint256) = 2

# Where a field of the config word starts; K is at 0.
INITIAL: constant(uint256) = 56
MAINTENANCE: constant(uint256) = 72
SLOPE: constant(uint256) = 88
MAKER: constant(uint256) = 104
TAKER: constant(uint256) = 120
INTEREST_CAP: constant(uint256) = 136
POSITION_CAP: constant(uint256) = 152
RESERVE_FACTOR: constant(uint256) = 168
PENALTY: constant(uint256) = 184
RATE_MAX: constant(uint256) = 200
VELOCITY: constant(uint256) = 224
FLAGS: constant(uint256) = 248


# A market's state in working memory; every field signed, so that formulas need no conversions.
struct State:
    long: int256
    short: int256
    accrued_at: int256
    rate: int256
    funding: int256
    price: int256
    basis: int256


@internal
@pure
def _config(word: uint256, at: uint256) -> int256:
    """
    @dev A 16-bit field of a config word.
    """
    return convert(convert((word >> at) & (2**16 - 1), bytes32), int256)


@internal
@pure
def _scale(word: uint256) -> int256:
    """
    @return K, WAD base units.
    """
    # 2^56 * 2^50
    return unsafe_mul(convert(word & (2**56 - 1), int256), SCALE_UNIT)


@internal
@pure
def _unpack_state(interest: uint256, funding: uint256, mark: uint256) -> State:
    # The same bits through bytes32; `>>` of a signed number keeps the sign.
    return State(
        long=convert(convert(interest & (2**104 - 1), bytes32), int256),
        short=convert(convert((interest >> 104) & (2**104 - 1), bytes32), int256),
        accrued_at=convert(convert(interest >> 208, bytes32), int256),
        rate=(convert(convert(funding, bytes32), int256) << 136) >> 136,
        funding=convert(convert(funding, bytes32), int256) >> 120,
        price=convert(convert(mark & (2**112 - 1), bytes32), int256),
        basis=convert(convert(mark, bytes32), int256) >> 112,
    )


@internal
@pure
def _pack_interest(s: State) -> uint256:
    assert s.long >= 0 and s.long < 2**104 and s.short >= 0 and s.short < 2**104, "RANGE"
    # accrued_at is a block's time.
    return convert(s.long, uint256) | (convert(s.short, uint256) << 104) | (convert(s.accrued_at, uint256) << 208)


@internal
@pure
def _pack_funding(s: State) -> uint256:
    assert abs(s.rate) < 2**119 and abs(s.funding) < 2**135, "RANGE"
    return convert(convert((s.rate & (2**120 - 1)) | (s.funding << 120), bytes32), uint256)


@internal
@pure
def _pack_mark(s: State) -> uint256:
    assert s.price >= 0 and s.price < 2**112 and abs(s.basis) < 2**143, "RANGE"
    return convert(convert(s.price | (s.basis << 112), bytes32), uint256)


@internal
@pure
def _size(position: uint256) -> int256:
    return (convert(convert(position, bytes32), int256) << 152) >> 152


@internal
@pure
def _basis(position: uint256) -> int256:
    return (convert(convert(position, bytes32), int256) << 40) >> 144


@internal
@pure
def _pack_position(size: int256, basis: int256, changed_at: uint256) -> uint256:
    """
    @dev A closed position keeps its time: a word that is not zero is cheaper to use again.
    """
    assert abs(size) < 2**103 and abs(basis) < 2**111, "RANGE"
    low: int256 = (size & (2**104 - 1)) | ((basis & (2**112 - 1)) << 104)
    return convert(convert(low, bytes32), uint256) | (changed_at << 216)


@internal
@pure
def _unpack_book(word: uint256) -> (int256, int256, int256):
    """
    @return liability_sum and reserve (WAD USD), owed (1e12 wei).
    """
    signed: int256 = convert(convert(word, bytes32), int256)
    return (signed << 152) >> 152, (signed >> 104) & (2**96 - 1), convert(convert(word >> 200, bytes32), int256)


@internal
@pure
def _pack_book(liability: int256, reserve: int256, owed: int256) -> uint256:
    assert abs(liability) < 2**103 and reserve >= 0 and reserve < 2**96 and owed >= 0 and owed < 2**56, "RANGE"
    return convert(convert((liability & (2**104 - 1)) | (reserve << 104) | (owed << 200), bytes32), uint256)
