# pragma version 0.4.3
"""
@title The packed words of a clearing pool
@notice One place that knows the bits. Low bits first:
    config    K 56 (1e15 base units) | initial 16 bps | maintenance 16 bps | slope 16 bps | maker 16 ppm | taker 16 ppm
              | open_interest_cap 16 bps of K | position_cap 16 bps of K | reserve_factor 16 bps | penalty 16 bps
              | rate_max 24 (1e-12 / s) | velocity 24 (1e-16 / s^2) | flags 8
    ramp      old maintenance 16 | old penalty 16 | start 40 | end 40
    interest  long 104 | short 104 | accrued_at 40
    funding   rate int120 | F int136
    mark      price 112 | basis_total int144
    book      liability_sum int104 | reserve 96 | owed 56 (1e12 wei)
    position  size int104 | basis int112 | changed_at 40
"""

from contracts.modules import bits

SCALE_UNIT: constant(int256) = 10**15
LISTED: constant(uint256) = 1
RAMPING: constant(uint256) = 2

SCALE: constant(uint256) = 0
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
    return bits._signed((word >> at) & (2**16 - 1))


@internal
@pure
def _scale(word: uint256) -> int256:
    """
    @return K, WAD base units.
    """
    # 2^56 * 2^50
    return unsafe_mul(bits._signed(word & (2**56 - 1)), SCALE_UNIT)


@internal
@pure
def _unpack_state(interest: uint256, funding: uint256, mark: uint256) -> State:
    return State(
        long=bits._signed(interest & (2**104 - 1)),
        short=bits._signed((interest >> 104) & (2**104 - 1)),
        accrued_at=bits._signed(interest >> 208),
        rate=(bits._signed(funding) << 136) >> 136,
        funding=bits._signed(funding) >> 120,
        price=bits._signed(mark & (2**112 - 1)),
        basis=bits._signed(mark) >> 112,
    )


@internal
@pure
def _pack_interest(s: State) -> uint256:
    return bits._field(s.long, 0, 2**104 - 1) | bits._field(s.short, 104, 2**104 - 1) | bits._field(s.accrued_at, 208, 2**40 - 1)


@internal
@pure
def _pack_funding(s: State) -> uint256:
    return bits._signed_field(s.rate, 0, 120) | bits._signed_field(s.funding, 120, 136)


@internal
@pure
def _pack_mark(s: State) -> uint256:
    return bits._field(s.price, 0, 2**112 - 1) | bits._signed_field(s.basis, 112, 144)


@internal
@pure
def _size(position: uint256) -> int256:
    return (bits._signed(position) << 152) >> 152


@internal
@pure
def _basis(position: uint256) -> int256:
    return (bits._signed(position) << 40) >> 144


@internal
@pure
def _pack_position(size: int256, basis: int256, changed_at: uint256) -> uint256:
    """
    @dev A closed position keeps its time: a word that is not zero is cheaper to use again.
    """
    return bits._signed_field(size, 0, 104) | bits._signed_field(basis, 104, 112) | (changed_at << 216)


@internal
@pure
def _unpack_book(word: uint256) -> (int256, int256, int256):
    """
    @return liability_sum and reserve (WAD USD), owed (1e12 wei).
    """
    return (bits._signed(word) << 152) >> 152, bits._signed((word >> 104) & (2**96 - 1)), bits._signed(word >> 200)


@internal
@pure
def _pack_book(liability: int256, reserve: int256, owed: int256) -> uint256:
    return bits._signed_field(liability, 0, 104) | bits._field(reserve, 104, 2**96 - 1) | bits._field(owed, 200, 2**56 - 1)
