# pragma version 0.4.3
"""
@title One perpetual market: the formulas of the specification on its config word and its state
@notice Sizes are WAD base units, prices and money WAD USD. Nothing here reads or writes storage.
"""

from contracts.modules import market_words as words
from contracts.modules import perp_math as maths

WAD: constant(int256) = 10**18
RATE_UNIT: constant(int256) = 10**24
VELOCITY_UNIT: constant(int256) = 10**21
OWED_UNIT: constant(int256) = 10**12


@internal
@view
def _in_force(config: uint256, ramp: uint256) -> uint256:
    """
    @dev The config word now: while a ramp runs, maintenance and penalty are between the old value and the new.
    """
    start: int256 = convert((ramp >> 32) & (2**40 - 1), int256)
    end: int256 = convert(ramp >> 72, int256)
    elapsed: int256 = convert(block.timestamp, int256) - start
    if elapsed >= end - start:
        return config
    maintenance: int256 = self._between(
        words._config(ramp, 0), words._config(config, words.MAINTENANCE), elapsed, end - start
    )
    penalty: int256 = self._between(words._config(ramp, 16), words._config(config, words.PENALTY), elapsed, end - start)
    kept: uint256 = config & ~(((2**16 - 1) << words.MAINTENANCE) | ((2**16 - 1) << words.PENALTY))
    return kept | (convert(maintenance, uint256) << words.MAINTENANCE) | (convert(penalty, uint256) << words.PENALTY)


@internal
@pure
def _between(old: int256, new: int256, elapsed: int256, duration: int256) -> int256:
    """
    @dev Linear, truncated toward the old value.
    """
    # 2^16 * 2^40; duration > 0.
    return unsafe_add(old, unsafe_div(unsafe_mul(unsafe_sub(new, old), elapsed), duration))


@internal
@view
def _accrued(config: uint256, s: words.State) -> words.State:
    """
    @dev The state with funding up to now, at the price stored at the previous accrual.
    """
    # Times.
    dt: int256 = unsafe_sub(convert(block.timestamp, int256), s.accrued_at)
    if dt == 0:
        return s
    after: words.State = s
    after.funding, after.rate = maths._accrue(
        s.funding,
        s.rate,
        s.price,
        unsafe_sub(s.long, s.short),
        words._scale(config),
        unsafe_mul(convert((config >> words.VELOCITY) & (2**24 - 1), int256), VELOCITY_UNIT),
        unsafe_mul(convert((config >> words.RATE_MAX) & (2**24 - 1), int256), RATE_UNIT),
        dt,
    )
    after.accrued_at = convert(block.timestamp, int256)
    return after


@internal
@pure
def _liability(scale: int256, s: words.State, price: int256) -> int256:
    """
    @dev L of the market at a price.
    """
    return maths._liability(unsafe_sub(s.long, s.short), price, s.funding, s.basis, scale)


@internal
@pure
def _reserve(config: uint256, s: words.State) -> int256:
    return maths._share(max(s.long, s.short), s.price, convert((config >> words.RESERVE_FACTOR) & (2**16 - 1), int256))


@internal
@pure
def _with_size(s: words.State, size: int256, after: int256) -> words.State:
    """
    @dev Open interest with one position moved from `size` to `after`.
    """
    # Magnitudes below 2^105; packing refuses what does not fit.
    moved: words.State = s
    if size > 0:
        moved.long = unsafe_sub(moved.long, size)
    else:
        moved.short = unsafe_add(moved.short, size)
    if after > 0:
        moved.long = unsafe_add(moved.long, after)
    else:
        moved.short = unsafe_sub(moved.short, after)
    return moved


@internal
@pure
def _trade_fee(
    config: uint256, delta: int256, price: int256, skew: int256, spread: int256, liquidation: bool
) -> int256:
    """
    @dev Maker fee on the part that lowers |skew|, taker fee on the rest and on all of a liquidation, spread on all.
    """
    size: int256 = abs(delta)
    lowering: int256 = 0
    if not liquidation and (skew > 0) != (delta > 0):
        lowering = min(size, abs(skew))
    return maths._fee(
        size,
        lowering,
        price,
        convert((config >> words.MAKER) & (2**16 - 1), int256),
        convert((config >> words.TAKER) & (2**16 - 1), int256),
        spread,
    )


@internal
@pure
def _maintenance(config: uint256, scale: int256, size: int256, price: int256) -> int256:
    """
    @dev The slope applies to the position's own size.
    """
    return maths._requirement(
        size,
        price,
        convert((config >> words.MAINTENANCE) & (2**16 - 1), int256),
        convert((config >> words.SLOPE) & (2**16 - 1), int256),
        abs(size),
        scale,
    )


@internal
@pure
def _initial(config: uint256, scale: int256, s: words.State, size: int256, price: int256) -> int256:
    """
    @dev The slope applies to the side's open interest, so that splitting into sub-accounts gains nothing.
    """
    return maths._requirement(
        size,
        price,
        convert((config >> words.INITIAL) & (2**16 - 1), int256),
        convert((config >> words.SLOPE) & (2**16 - 1), int256),
        max(abs(size), s.long if size > 0 else s.short),
        scale,
    )
