"""The arithmetic of a perpetual market (spec section 4), pure functions of integers.

Sizes, prices and money are WAD; F is WAD USD per base unit; rate and acceleration are 1e36 per second (squared). Each
function rounds once, in the direction its name or text says.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

from novation.fixed import BPS, PPM, WAD, trunc_div
from novation.model.errors import Revert

RATE = 10**36
OWED_UNIT = 10**12
WIDEST = 1 << 255


class Config(NamedTuple):
    """What a market is set to, in the units of struct Market: K WAD base units; bps; fees in ppm; rate_max 1e-12/s;
    velocity 1e-15/s^2."""

    skew_scale: int
    initial: int
    maintenance: int
    slope: int
    maker_fee: int
    taker_fee: int
    open_interest_cap: int
    position_cap: int
    reserve_factor: int
    penalty: int
    rate_max: int
    velocity: int


class Ramp(NamedTuple):
    """Maintenance and penalty (bps) that move from here to the configured ones between two times."""

    maintenance: int
    penalty: int
    start: int
    end: int


class Market(NamedTuple):
    """Totals, funding and mark as stored: WAD base units, Unix seconds, F, rate, price, WAD USD."""

    long: int
    short: int
    accrued_at: int
    funding: int
    rate: int
    price: int
    basis: int

    @property
    def skew(self) -> int:
        """long - short."""
        return self.long - self.short


class Position(NamedTuple):
    """Size (WAD, > 0 long), basis (WAD USD), Unix seconds."""

    size: int
    basis: int
    changed_at: int


EMPTY = Position(0, 0, 0)


def ramped(old: int, new: int, ramp: Ramp, now: int) -> int:
    """The value in force (bps), toward the old one."""
    if now >= ramp.end:
        return new
    return old + trunc_div((new - old) * (now - ramp.start), ramp.end - ramp.start)


def in_force(config: Config, ramp: Ramp | None, now: int) -> tuple[int, int]:
    """Maintenance and penalty (bps) now."""
    if ramp is None or now >= ramp.end:
        return config.maintenance, config.penalty
    return ramped(ramp.maintenance, config.maintenance, ramp, now), ramped(ramp.penalty, config.penalty, ramp, now)


def accrue(config: Config, market: Market, now: int) -> tuple[int, int]:
    """Rate and F at `now`, at the stored price: the integral is exact across the cap, F rounds down."""
    elapsed = now - market.accrued_at
    rate, funding = market.rate, market.funding
    if elapsed == 0:
        return rate, funding
    scale = config.skew_scale
    skew = max(-scale, min(scale, market.long - market.short))
    push = trunc_div(config.velocity * 10**21 * skew, scale)
    top = config.rate_max * 10**24
    after = rate + push * elapsed
    if -top <= after <= top:
        integral = rate * elapsed + trunc_div(push * elapsed * elapsed, 2)
        rate = after
    elif push > 0:
        integral = top * elapsed - (top - rate) ** 2 // (2 * push)
        rate = top
    else:
        integral = -(top * elapsed - (top + rate) ** 2 // (-2 * push))
        rate = -top
    return rate, funding + market.price * integral // RATE


def fill_cost(scale: int, price: int, skew: int, delta: int) -> int:
    """What `delta` base units cost (WAD USD, < 0: received), up."""
    return -(-delta * price * (2 * scale + 2 * skew + delta) // (2 * scale * WAD))


def charge(price: int, delta: int, skew: int, maker: int, taker: int, spread: int) -> int:
    """Fee of a fill (WAD USD), up: maker on what lowers |skew|, taker on the rest, spread on all (ppm)."""
    size = abs(delta)
    made = min(size, abs(skew)) if (delta > 0) != (skew > 0) and skew else 0
    return -(-price * (made * maker + (size - made) * taker + size * spread) // (PPM * WAD))


def to_owed(fee: int, share: int) -> int:
    """The protocol's part of a fee in units of 1e12 wei, down; share in bps."""
    return fee * share // (BPS * OWED_UNIT)


def pnl(size: int, basis: int, price: int, funding: int) -> int:
    """Value of a position at a price (WAD USD), down."""
    return size * price // WAD + (-size * funding // WAD) - basis


def liability(scale: int, skew: int, funding: int, basis: int, price: int) -> int:
    """L: what all traders would get by leaving now (WAD USD), up."""
    return -(-skew * price * (2 * scale + skew) // (2 * scale * WAD)) - skew * funding // WAD - basis


def liability_of(config: Config, market: Market) -> int:
    """L of the stored words at the stored price."""
    return liability(config.skew_scale, market.long - market.short, market.funding, market.basis, market.price)


def reserve_of(config: Config, market: Market) -> int:
    """What the pool holds against a market (WAD USD), up."""
    return -(-config.reserve_factor * market.price * max(market.long, market.short) // (BPS * WAD))


def requirement(scale: int, size: int, price: int, ratio: int, slope: int, depth: int) -> int:
    """Margin requirement of |size| (WAD USD), up: ratio plus slope * depth / K (bps).

    @raises Revert without a code for a size so far beyond K that the product is wider than 255 bits.
    """
    divisor = BPS * scale * WAD
    product = abs(size) * price * (ratio * scale + slope * depth) + divisor - 1
    if product >= WIDEST:
        raise Revert("")
    return product // divisor


class Change(NamedTuple):
    """What a fill makes of a position: size and basis after, cost (WAD USD, < 0 received), cash realised."""

    size: int
    basis: int
    cost: int
    realised: int


def change(position: Position, delta: int, price: int, funding: int, scale: int, skew: int) -> Change:
    """Open, reduce or flip (a flip reduces to zero first). delta != 0."""
    size, basis = position.size, position.basis
    after = size + delta
    if size == 0 or (size > 0) == (delta > 0):
        cost = fill_cost(scale, price, skew, delta)
        return Change(after, basis + cost - delta * funding // WAD, cost, 0)
    if after == 0 or (after > 0) == (size > 0):
        cost = fill_cost(scale, price, skew, delta)
        left = basis * abs(after) // abs(size)
        return Change(after, left, cost, left - (basis + cost - delta * funding // WAD))
    close = fill_cost(scale, price, skew, -size)
    realised = -(basis + close - -size * funding // WAD)
    cost = fill_cost(scale, price, skew - size, after)
    return Change(after, cost - after * funding // WAD, close + cost, realised)


def moved(market: Market, before: int, after: int) -> tuple[int, int]:
    """Long and short interest when a position goes from `before` to `after`."""
    long, short = market.long, market.short
    long += max(0, after) - max(0, before)
    short += max(0, -after) - max(0, -before)
    return long, short


class Terms(NamedTuple):
    """What a partial liquidation depends on: maintenance, slope, penalty, buffer (bps), taker (ppm)."""

    maintenance: int
    slope: int
    penalty: int
    taker: int
    buffer: int


def liquidation_size(terms: Terms, scale: int, price: int, size: int, skew: int, shortfall: int) -> int:
    """q: base units to close so that margin reaches its target, up; |size| where only the whole does (spec section 9).

    shortfall = target - margin, WAD USD > 0.
    """
    x = abs(size)
    buffered = BPS + terms.buffer
    a8, b8 = terms.maintenance * buffered, terms.slope * buffered
    c8 = terms.penalty * BPS + terms.taker * 100
    sigma = skew if size > 0 else -skew
    unit = 10**8
    b = price * ((a8 - c8) * scale + 2 * b8 * x + unit * sigma) // (unit * scale)
    if b <= 0:
        return x
    t = -(-2 * price * (2 * b8 + unit) // unit)
    disc = b * b - -(-t * shortfall * WAD // scale)
    if disc < 0:
        return x
    q = -(-2 * shortfall * WAD // (b + isqrt(disc)))
    return min(q, x)
