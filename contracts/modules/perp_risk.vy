# pragma version 0.4.3
"""
@title What positions mean for an account's margin
@notice Sizes are WAD base units, prices and money WAD USD.
"""

from contracts.modules import market_words as words
from contracts.modules import perp_market as perp
from contracts.modules import perp_math as maths
from interfaces import IClearingPool
from interfaces import IOracleAdapter

WAD: constant(int256) = 10**18


# A market as risk needs it.
struct View:
    config: uint256
    state: words.State
    low: int256
    mid: int256
    high: int256
    status: IOracleAdapter.Status


@internal
@pure
def _view(config: uint256, s: words.State, price: IOracleAdapter.Price) -> View:
    return View(
        config=config,
        state=s,
        low=convert(price.low, int256),
        mid=convert(price.mid, int256),
        high=convert(price.high, int256),
        status=price.status,
    )


@internal
@view
def _add_position(risk: IClearingPool.Risk, seen: View, size: int256, basis: int256) -> IClearingPool.Risk:
    """
    @dev Adds one position: gains and losses at its adverse side, equity at mid, in HALT at its favourable side.
    """
    # An order that closes it leaves its result in the basis.
    if size == 0 and basis == 0:
        return risk
    total: IClearingPool.Risk = risk
    # pnl = floor(size * P) - what does not move with the price; widths as in perp_math.
    fixed: int256 = unsafe_add(maths._ceil_div(unsafe_mul(size, seen.state.funding), WAD), basis)
    adverse: int256 = unsafe_sub(maths._floor_div(unsafe_mul(size, seen.low if size > 0 else seen.high), WAD), fixed)
    if adverse > 0:
        total.gains += convert(adverse, uint256)
    else:
        total.losses += convert(unsafe_sub(0, adverse), uint256)
    price: int256 = self._equity_price(seen.status, size, seen.low, seen.mid, seen.high)
    total.equity += unsafe_sub(maths._floor_div(unsafe_mul(size, price), WAD), fixed)
    scale: int256 = words._scale(seen.config)
    total.initial += convert(perp._initial(seen.config, scale, seen.state, size, seen.mid), uint256)
    total.maintenance += convert(perp._maintenance(seen.config, scale, size, seen.mid), uint256)
    total.status |= seen.status
    return total


@internal
@view
def _equity_price(status: IOracleAdapter.Status, size: int256, low: int256, mid: int256, high: int256) -> int256:
    """
    @dev Mid; in HALT the side that favours the position, so that a doubtful price liquidates only who is unhealthy at
        any.
    """
    if status != IOracleAdapter.Status.HALT:
        return mid
    return high if size > 0 else low
