# pragma version 0.4.3
"""
@title One fill: what it costs, what it changes, what refuses it
@notice Used by the pool, which stores the outcome, and by the lens, which shows it. Sizes are WAD base units, money WAD
    USD.
"""

from contracts.modules import market_words as words
from contracts.modules import perp_market as perp
from contracts.modules import perp_math as maths
from interfaces import IClearingPool
from interfaces import IOracleAdapter

WAD: constant(int256) = 10**18
BPS: constant(int256) = 10**4


# The pool's own limits.
struct Limits:
    min_notional: int256            # WAD USD
    protocol_share: int256          # bps of fees
    utilisation: int256             # bps of NAV


# What the order asks of a fill.
struct Terms:
    delta: int256
    price: int256                   # index price of the fill
    spread: int256                  # ppm
    acceptable: int256              # 0 is any
    reduce_only: bool
    may_open: bool
    liquidation: bool               # taker fee on all, no caps


# All that a fill changes, before anything is stored.
struct Outcome:
    fill: IClearingPool.Fill
    state: words.State
    basis: int256
    gain: int256                    # change of the account's margin by a reduction
    liability: int256               # change of L
    reserve: int256                 # change of the reserve
    owed: int256                    # fees to treasury and insurance, 1e12 wei


@internal
@view
def _simulate(
    config: uint256,
    before: words.State,
    position: uint256,
    terms: Terms,
    newest: IOracleAdapter.Price,
    pool_cash: int256,
    book: uint256,
    limits: Limits,
) -> (Outcome, String[8]):
    """
    @dev One step without storing it: accrue at the stored price, mark at the newest, fill at the order's own.
    @return What changes; the code that refuses it (the outcome is then not to be applied).
    """
    o: Outcome = empty(Outcome)
    code: String[8] = ""
    size: int256 = words._size(position)
    basis: int256 = words._basis(position)
    d: int256 = terms.delta
    if terms.reduce_only:
        if size > 0 and d < 0:
            d = max(d, -size)
        elif size < 0 and d > 0:
            d = min(d, -size)
        else:
            o.fill.size = size
            o.state = before
            o.basis = basis
            return o, "REDUCE"
    after: int256 = size + d
    # It adds exposure unless it moves toward zero and not beyond.
    o.fill.opening = size == 0 or (size > 0) == (d > 0) or (size > 0 and after < 0) or (size < 0 and after > 0)
    if newest.status == IOracleAdapter.Status.HALT or (
        o.fill.opening and newest.status != IOracleAdapter.Status.NORMAL
    ):
        code = "HALTED"
    elif o.fill.opening and not terms.may_open:
        code = "PAUSED"

    s: words.State = perp._accrued(config, before)
    mid: int256 = convert(newest.mid, int256)
    if newest.status != IOracleAdapter.Status.HALT:
        s.price = mid
    skew: int256 = s.long - s.short
    scale: int256 = words._scale(config)

    # The position: reduce, then open what is left. Products as in perp_math: size * F below 2^240, basis * size below
    # 2^250.
    cost: int256 = 0
    realised: int256 = 0
    new_basis: int256 = basis
    if o.fill.opening and (size == 0 or (size > 0) == (d > 0)):
        cost = maths._fill_cost(d, terms.price, skew, scale)
        new_basis = basis + cost - maths._floor_div(unsafe_mul(d, s.funding), WAD)
    else:
        closing: int256 = -size if o.fill.opening else d
        cost = maths._fill_cost(closing, terms.price, skew, scale)
        new_basis = maths._floor_div(unsafe_mul(basis, abs(unsafe_add(size, closing))), abs(size))
        realised = new_basis - (basis + cost - maths._floor_div(unsafe_mul(closing, s.funding), WAD))
        if o.fill.opening:
            rest: int256 = maths._fill_cost(after, terms.price, skew + closing, scale)
            new_basis = rest - maths._floor_div(unsafe_mul(after, s.funding), WAD)
            cost += rest
    fee: int256 = perp._trade_fee(config, d, terms.price, skew, terms.spread, terms.liquidation)

    o.fill.size = after
    o.fill.delta = d
    o.fill.price = convert(terms.price, uint256)
    o.fill.charge = convert(fee, uint256)
    o.fill.cash = realised - fee
    if not o.fill.opening:
        o.gain = (
            o.fill.cash
            + maths._pnl(after, new_basis, s.price, s.funding)
            - maths._pnl(size, basis, s.price, s.funding)
        )
        o.fill.health = (
            o.gain
            + perp._maintenance(config, scale, size, s.price)
            - perp._maintenance(config, scale, after, s.price)
        )
    o.basis = new_basis
    o.state = perp._with_size(s, size, after)
    # Widths as in perp_math.
    o.state.basis = unsafe_add(o.state.basis, unsafe_sub(new_basis, basis))
    liability_after: int256 = perp._liability(scale, o.state, o.state.price)
    o.liability = unsafe_sub(liability_after, perp._liability(scale, before, before.price))
    o.reserve = perp._reserve(config, o.state) - perp._reserve(config, before)
    # A fee is below 2^180.
    o.owed = unsafe_div(unsafe_mul(fee, limits.protocol_share), BPS * perp.OWED_UNIT)
    if terms.liquidation or len(code) != 0:
        return o, code
    # A buy that costs more, or a sale that brings less, than is acceptable: fill > acceptable * d in both signs.
    if terms.acceptable > 0 and cost * WAD > terms.acceptable * d:
        return o, "PRICE"
    if after != 0 and unsafe_mul(abs(after), s.price) < unsafe_mul(limits.min_notional, WAD):
        return o, "DUST"
    if o.fill.opening and self._capped(config, scale, liability_after, o, newest, pool_cash, book, limits):
        return o, "CAPPED"
    return o, ""


@internal
@view
def _capped(
    config: uint256,
    scale: int256,
    liability_after: int256,
    o: Outcome,
    newest: IOracleAdapter.Price,
    pool_cash: int256,
    book: uint256,
    limits: Limits,
) -> bool:
    """
    @return Whether an opening breaks the position's cap, the side's or the pool's reserve.
    """
    # 2^106 * 2^16
    if unsafe_mul(abs(o.fill.size), BPS) > unsafe_mul(words._config(config, words.POSITION_CAP), scale):
        return True
    interest: int256 = o.state.long if o.fill.size > 0 else o.state.short
    if unsafe_mul(interest, BPS) > unsafe_mul(words._config(config, words.INTEREST_CAP), scale):
        return True
    liability: int256 = 0
    reserve: int256 = 0
    owed: int256 = 0
    liability, reserve, owed = words._unpack_book(book)
    # NAV with the traded market at its dearer side: L rises with the price where longs prevail and falls where shorts
    # do.
    side: uint256 = newest.high if o.state.long > o.state.short else newest.low
    dear: int256 = perp._liability(scale, o.state, convert(side, int256)) - liability_after
    # Money words are below 2^104.
    nav: int256 = (
        pool_cash
        - o.fill.cash
        - (liability + o.liability + dear)
        - unsafe_mul(unsafe_add(owed, o.owed), perp.OWED_UNIT)
    )
    return unsafe_mul(unsafe_add(reserve, o.reserve), BPS) > limits.utilisation * nav


@internal
@view
def _part(
    config: uint256,
    s: words.State,
    size: int256,
    mid: int256,
    margin: int256,
    maintenance: int256,
    buffer: int256,
    min_notional: int256,
) -> int256:
    """
    @dev How much a partial liquidation closes: what lifts margin to (1 + buffer) * maintenance, or the whole where the
        rest is dust.
    """
    # bps and ppm below 2^21, margins below 2^128.
    lift: int256 = unsafe_add(BPS, buffer)
    cost8: int256 = unsafe_add(
        unsafe_mul(words._config(config, words.PENALTY), BPS), unsafe_mul(words._config(config, words.TAKER), 100)
    )
    q: int256 = maths._partial(
        size,
        mid,
        unsafe_sub(s.long, s.short),
        words._scale(config),
        maths._ceil_div(maintenance * lift, BPS) - margin,
        unsafe_mul(words._config(config, words.MAINTENANCE), lift),
        unsafe_mul(words._config(config, words.SLOPE), lift),
        cost8,
    )
    if unsafe_mul(unsafe_sub(abs(size), q), mid) < min_notional * WAD:
        return abs(size)
    return q
