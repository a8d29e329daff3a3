# pragma version 0.4.3
# pragma optimize gas
"""
@title The formulas and words of the pool, open to be called one by one
@license AGPL-3.0-only
@dev For tests only. Names and units are the modules'.
"""

from contracts.modules import market_words as words
from contracts.modules import perp_market as perp
from contracts.modules import perp_math as maths


@external
@pure
def floor_div(x: int256, y: int256) -> int256:
    return maths._floor_div(x, y)


@external
@pure
def ceil_div(x: int256, y: int256) -> int256:
    return maths._ceil_div(x, y)


@external
@pure
def clamp(x: int256, bound: int256) -> int256:
    return maths._clamp(x, bound)


@external
@pure
def accrue(
    funding: int256,
    rate: int256,
    price: int256,
    skew: int256,
    scale: int256,
    velocity: int256,
    rate_max: int256,
    dt: int256,
) -> (int256, int256):
    return maths._accrue(funding, rate, price, skew, scale, velocity, rate_max, dt)


@external
@pure
def fill_cost(size: int256, price: int256, skew: int256, scale: int256) -> int256:
    return maths._fill_cost(size, price, skew, scale)


@external
@pure
def liability(skew: int256, price: int256, funding: int256, basis: int256, scale: int256) -> int256:
    return maths._liability(skew, price, funding, basis, scale)


@external
@pure
def pnl(size: int256, basis: int256, price: int256, funding: int256) -> int256:
    return maths._pnl(size, basis, price, funding)


@external
@pure
def requirement(size: int256, price: int256, ratio: int256, slope: int256, load: int256, scale: int256) -> int256:
    return maths._requirement(size, price, ratio, slope, load, scale)


@external
@pure
def fee(size: int256, lowering: int256, price: int256, maker: int256, taker: int256, spread: int256) -> int256:
    return maths._fee(size, lowering, price, maker, taker, spread)


@external
@pure
def share(size: int256, price: int256, factor: int256) -> int256:
    return maths._share(size, price, factor)


@external
@pure
def partial(
    size: int256,
    price: int256,
    skew: int256,
    scale: int256,
    shortfall: int256,
    ratio8: int256,
    slope8: int256,
    cost8: int256,
) -> int256:
    return maths._partial(size, price, skew, scale, shortfall, ratio8, slope8, cost8)


@external
@view
def accrued(config: uint256, interest: uint256, funding: uint256, mark: uint256) -> words.State:
    return perp._accrued(config, words._unpack_state(interest, funding, mark))


@external
@view
def in_force(config: uint256, ramp: uint256) -> uint256:
    return perp._in_force(config, ramp)


@external
@pure
def trade_fee(config: uint256, delta: int256, price: int256, skew: int256, spread: int256, liquidation: bool) -> int256:
    return perp._trade_fee(config, delta, price, skew, spread, liquidation)


@external
@pure
def market_liability(config: uint256, interest: uint256, funding: uint256, mark: uint256, price: int256) -> int256:
    return perp._liability(words._scale(config), words._unpack_state(interest, funding, mark), price)


@external
@pure
def reserve(config: uint256, interest: uint256, mark: uint256) -> int256:
    return perp._reserve(config, words._unpack_state(interest, 0, mark))


@external
@pure
def maintenance(config: uint256, size: int256, price: int256) -> int256:
    return perp._maintenance(config, words._scale(config), size, price)


@external
@pure
def initial(config: uint256, interest: uint256, size: int256, price: int256) -> int256:
    return perp._initial(config, words._scale(config), words._unpack_state(interest, 0, 0), size, price)


@external
@pure
def with_size(interest: uint256, size: int256, after: int256) -> uint256:
    return words._pack_interest(perp._with_size(words._unpack_state(interest, 0, 0), size, after))


@external
@pure
def unpack_state(interest: uint256, funding: uint256, mark: uint256) -> words.State:
    return words._unpack_state(interest, funding, mark)


@external
@pure
def pack_interest(s: words.State) -> uint256:
    return words._pack_interest(s)


@external
@pure
def pack_funding(s: words.State) -> uint256:
    return words._pack_funding(s)


@external
@pure
def pack_mark(s: words.State) -> uint256:
    return words._pack_mark(s)


@external
@pure
def unpack_position(word: uint256) -> (int256, int256):
    return words._size(word), words._basis(word)


@external
@pure
def pack_position(size: int256, basis: int256, changed_at: uint256) -> uint256:
    return words._pack_position(size, basis, changed_at)


@external
@pure
def unpack_book(word: uint256) -> (int256, int256, int256):
    return words._unpack_book(word)


@external
@pure
def pack_book(liability: int256, reserve: int256, owed: int256) -> uint256:
    return words._pack_book(liability, reserve, owed)


@external
@pure
def config_field(word: uint256, at: uint256) -> int256:
    return words._config(word, at)


@external
@pure
def scale(word: uint256) -> int256:
    return words._scale(word)
