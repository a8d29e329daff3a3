# pragma version 0.4.3
"""
@title Arithmetic of a perpetual market
@notice Pure functions on signed integers. Sizes and the skew scale K are WAD base units, prices WAD USD, money WAD USD,
    `ppm` parts per million, `bps` parts per ten thousand. Every function rounds once, in the direction that its text
    names; `//` and `unsafe_div` truncate toward zero and are used only where the operand's sign is known or the text
    says so.

    Operands come out of packed words, whose widths are the proof of every unchecked operation here:
        |size|, |skew|, sides < 2^105    K < 2^106, K > 0    P < 2^112    |F| < 2^135    |basis| < 2^143
        rate < 2^105    dt < 2^40    velocity < 2^94    bps, ppm < 2^21
    A product that those widths do not bound below 2^255 is checked.
"""

WAD: constant(int256) = 10**18
PPM: constant(int256) = 10**6
BPS: constant(int256) = 10**4
RATE_ONE: constant(int256) = 10**36


@internal
@pure
def _floor_div(x: int256, y: int256) -> int256:
    """
    @dev Toward minus infinity; y > 0.
    """
    # y > 0, so neither division by zero nor min / -1; the correction moves toward zero's side of x, inside the range of
    # x.
    q: int256 = unsafe_div(x, y)
    if x < 0 and unsafe_mul(q, y) != x:
        return unsafe_sub(q, 1)
    return q


@internal
@pure
def _ceil_div(x: int256, y: int256) -> int256:
    """
    @dev Toward plus infinity; y > 0.
    """
    # As in _floor_div.
    q: int256 = unsafe_div(x, y)
    if x > 0 and unsafe_mul(q, y) != x:
        return unsafe_add(q, 1)
    return q


@internal
@pure
def _clamp(x: int256, bound: int256) -> int256:
    """
    @return x within [-bound, bound].
    """
    if x > bound:
        return bound
    if x < -bound:
        return -bound
    return x


@internal
@pure
def _accrue(
    funding: int256,
    rate: int256,
    price: int256,
    skew: int256,
    scale: int256,
    velocity: int256,
    rate_max: int256,
    dt: int256,
) -> (int256, int256):
    """
    @dev Funding after `dt` seconds at a fixed skew and price. The rate moves by `velocity * clamp(skew / K)` a second
        up to the cap, and the integral is exact across the cap.
    @param funding F, WAD USD per base unit.
    @param rate 1e36 per second, within the cap.
    @param velocity 1e36 per second per second at full skew.
    @param rate_max 1e36 per second.
    @return F (floor), rate.
    """
    # 2^94 * 2^106; truncated toward zero.
    acceleration: int256 = unsafe_div(unsafe_mul(velocity, self._clamp(skew, scale)), scale)
    # 2^105 + 2^94 * 2^40
    after: int256 = unsafe_add(rate, unsafe_mul(acceleration, dt))
    area: int256 = 0
    if after <= rate_max and after >= -rate_max:
        # 2^105 * 2^40 + 2^94 * 2^80
        area = unsafe_add(unsafe_mul(rate, dt), unsafe_div(unsafe_mul(unsafe_mul(acceleration, dt), dt), 2))
    elif acceleration > 0:
        after = rate_max
        # (2^106)^2; the acceleration is positive.
        gap: int256 = unsafe_sub(rate_max, rate)
        area = unsafe_sub(unsafe_mul(rate_max, dt), unsafe_div(unsafe_mul(gap, gap), unsafe_mul(2, acceleration)))
    else:
        # |rate| is within the cap, so the acceleration is negative here.
        after = -rate_max
        gap: int256 = unsafe_add(rate_max, rate)
        area = unsafe_sub(unsafe_div(unsafe_mul(gap, gap), unsafe_mul(-2, acceleration)), unsafe_mul(rate_max, dt))
    return funding + self._floor_div(price * area, RATE_ONE), after


@internal
@pure
def _fill_cost(size: int256, price: int256, skew: int256, scale: int256) -> int256:
    """
    @dev What `size` base units cost with the premium of the skew on the way: ceil. However a size is split, the sum is
        no less.
    """
    # 2^105 * 2^112 and 2^108 unchecked, their product is checked.
    twice: int256 = unsafe_mul(2, scale)
    return self._ceil_div(
        unsafe_mul(size, price) * unsafe_add(unsafe_add(twice, unsafe_mul(2, skew)), size), unsafe_mul(twice, WAD)
    )


@internal
@pure
def _liability(skew: int256, price: int256, funding: int256, basis: int256, scale: int256) -> int256:
    """
    @dev L: what all traders together would get by leaving now: ceil.
    """
    if skew == 0:
        return -basis
    # As in _fill_cost; 2^105 * 2^135; the sum of three below 2^253.
    twice: int256 = unsafe_mul(2, scale)
    value: int256 = self._ceil_div(unsafe_mul(skew, price) * unsafe_add(twice, skew), unsafe_mul(twice, WAD))
    return unsafe_sub(unsafe_sub(value, self._floor_div(unsafe_mul(skew, funding), WAD)), basis)


@internal
@pure
def _pnl(size: int256, basis: int256, price: int256, funding: int256) -> int256:
    """
    @dev A position's pnl at an index price: floor.
    """
    # 2^105 * 2^135 at most, and sums of such.
    return unsafe_sub(
        unsafe_sub(self._floor_div(unsafe_mul(size, price), WAD), self._ceil_div(unsafe_mul(size, funding), WAD)), basis
    )


@internal
@pure
def _requirement(size: int256, price: int256, ratio: int256, slope: int256, load: int256, scale: int256) -> int256:
    """
    @dev Margin that a position needs: ceil(|size| * P * (ratio + slope * load / K)), ratios in bps.
    @param load What the slope applies to: own size for maintenance, the larger of it and the side's open interest for
        initial.
    """
    # 2^105 * 2^112 and 2^21 * 2^107 unchecked, their product is checked; it is not negative, so adding the divisor less
    # one makes the quotient a ceiling (divisor below 2^180).
    divisor: int256 = unsafe_mul(BPS * WAD, scale)
    product: int256 = unsafe_mul(abs(size), price) * unsafe_add(unsafe_mul(ratio, scale), unsafe_mul(slope, load))
    return unsafe_div(product + unsafe_sub(divisor, 1), divisor)


@internal
@pure
def _fee(size: int256, lowering: int256, price: int256, maker: int256, taker: int256, spread: int256) -> int256:
    """
    @dev ceil of the fee on |size|, of which `lowering` lowers the skew; rates in ppm.
    """
    # 2^112 * (3 * 2^105 * 2^21)
    weighted: int256 = unsafe_add(
        unsafe_add(unsafe_mul(lowering, maker), unsafe_mul(unsafe_sub(size, lowering), taker)), unsafe_mul(size, spread)
    )
    # Not negative.
    return unsafe_div(unsafe_add(unsafe_mul(price, weighted), PPM * WAD - 1), PPM * WAD)


@internal
@pure
def _share(size: int256, price: int256, factor: int256) -> int256:
    """
    @dev ceil(size * P * factor), factor in bps, size >= 0: the reserve of a side, the penalty on a size.
    """
    # 2^105 * 2^112 * 2^21, not negative.
    return unsafe_div(unsafe_add(unsafe_mul(unsafe_mul(factor, price), size), BPS * WAD - 1), BPS * WAD)


@internal
@pure
def _partial(
    size: int256,
    price: int256,
    skew: int256,
    scale: int256,
    shortfall: int256,
    ratio8: int256,
    slope8: int256,
    cost8: int256,
) -> int256:
    """
    @dev Smallest |size| whose closing lifts the account by `shortfall`: the root of q B - q^2 A = s, with
        B = P (a + (2 b x + sigma) / K - c) and A = P (2 b + 1) / 2K, roundings toward the larger q.
    @param size Of the position, signed; x is its magnitude.
    @param shortfall s > 0, WAD USD.
    @param ratio8 a, 1e8 is one, < 2^32; `slope8` b and `cost8` c as well.
    @return q > 0, at most x; x where no part is enough.
    """
    x: int256 = abs(size)
    sigma: int256 = skew if size > 0 else -skew
    # 2^112 * (2^32 * 2^106 + 2^33 * 2^105 + 2^27 * 2^105)
    weighted: int256 = unsafe_add(
        unsafe_mul(unsafe_sub(ratio8, cost8), scale),
        unsafe_add(unsafe_mul(unsafe_mul(2, slope8), x), unsafe_mul(10**8, sigma)),
    )
    b: int256 = self._floor_div(unsafe_mul(price, weighted), unsafe_mul(10**8, scale))
    if b <= 0:
        return x
    # 2 * 2^112 * 2^34
    t: int256 = self._ceil_div(unsafe_mul(unsafe_mul(2, price), unsafe_add(unsafe_mul(2, slope8), 10**8)), 10**8)
    discriminant: int256 = b * b - self._ceil_div(t * shortfall * WAD, scale)
    if discriminant < 0:
        return x
    root: int256 = convert(isqrt(convert(discriminant, uint256)), int256)
    return min(self._ceil_div(2 * shortfall * WAD, b + root), x)
