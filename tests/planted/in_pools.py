"""Bugs of a fill: price, premium, fee, basis, open interest, and of what is liquidated."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit, Shelf

BUGS = Shelf("contracts/modules/perp_fill.vy")

BUGS.plant(
    "the book forgets what accrued",
    "order of accrual",
    "Funding since the last fill is never in liability_sum: LP shares are priced beside the truth.",
    "o.liability = unsafe_sub(liability_after, perp._liability(scale, before, before.price))",
    "o.liability = unsafe_sub(liability_after, perp._liability(scale, s, before.price))",
)
BUGS.plant(
    "the fee of the skew after the fill",
    "order of accrual",
    "Whoever unbalances the pool pays the maker's fee for it.",
    "fee: int256 = perp._trade_fee(config, d, terms.price, skew, terms.spread, terms.liquidation)",
    "fee: int256 = perp._trade_fee(config, d, terms.price, skew + d, terms.spread, terms.liquidation)",
)
BUGS.plant(
    "a flip pays the premium of the old skew",
    "stale value",
    "Closing and opening in one order is cheaper than in two: the LPs pay the difference.",
    "rest: int256 = maths._fill_cost(after, terms.price, skew + closing, scale)",
    "rest: int256 = maths._fill_cost(after, terms.price, skew, scale)",
)
BUGS.plant(
    "the rest of a basis truncated",
    "rounding",
    "With a negative basis each partial close gives a wei.",
    "new_basis = maths._floor_div(unsafe_mul(basis, abs(unsafe_add(size, closing))), abs(size))",
    "new_basis = unsafe_div(unsafe_mul(basis, abs(unsafe_add(size, closing))), abs(size))",
    subtle=True,
)
BUGS.plant(
    "a flip from long to short is no opening",
    "missing check",
    "A reduction needs no initial margin: a short of any size is opened through a long of dust.",
    "(size > 0) == (d > 0) or (size > 0 and after < 0) or (size < 0 and after > 0)\n    if newest",
    "(size > 0) == (d > 0) or (size < 0 and after > 0)\n    if newest",
)
BUGS.plant(
    "the reserve at mid",
    "missing check",
    "Open interest beyond what the pool can pay at the dearer side of the price's spread.",
    "dear: int256 = perp._liability(scale, o.state, convert(side, int256)) - liability_after",
    "dear: int256 = 0",
    subtle=True,
)
BUGS.plant(
    "a partial liquidation leaves dust",
    "missing check",
    "What is left is worth less than the gas of closing it, and nobody does.",
    "    if unsafe_mul(unsafe_sub(abs(size), q), mid) < min_notional * WAD:\n        return abs(size)\n    return q",
    "    return q",
)

_POOL = "contracts/ClearingPool.vy"
_MATHS = "contracts/modules/perp_math.vy"
BUGS += [
    Bug(
        "penalties before the fill's cost",
        "order of accrual",
        "The penalty takes margin that the premium has taken: a deficit that insurance pays to the liquidator.",
        (
            Edit(
                _POOL,
                "penalty: int256 = min(cap, max(0, after))",
                "penalty: int256 = min(cap, max(0, margin))",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "the newest price does not bind late fills",
        "missing check",
        "A keeper holds an order back and fills it at its old price when that is better: a free option against LPs.",
        (Edit(_POOL, "    if newest.published_at > due + LATE:\n", "    if False:\n"),),
        subtle=True,
    ),
    Bug(
        "a realised loss stays in the total",
        "stale value",
        "basis_total is no sum of bases: L is wrong by every loss that was ever realised.",
        (Edit(_POOL, "    markets._marks[market] = words._pack_mark(s)\n    self._positions", "    self._positions"),),
    ),
    Bug(
        "markets of shorts alone are not marked",
        "missing check",
        "LPs enter and leave at the stored price of a market in which everybody is short.",
        (
            Edit(
                _POOL,
                "markets._interests[market] & (2**208 - 1) == 0:",
                "markets._interests[market] & (2**104 - 1) == 0:",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "the cost of a fill rounded down",
        "rounding",
        "Each fill gives a wei of the LPs' away; split finely enough it pays for gas.",
        (
            Edit(
                _MATHS,
                "    return self._ceil_div(\n        unsafe_mul(size, price) * unsafe_add(unsafe_add(twice",
                "    return self._floor_div(\n        unsafe_mul(size, price) * unsafe_add(unsafe_add(twice",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "a liquidation closes one unit less",
        "rounding",
        "A partial liquidation closes one unit too little and leaves the account a wei below its target.",
        (
            Edit(
                _MATHS,
                "return min(self._ceil_div(2 * shortfall * WAD, b + root), x)",
                "return min(self._floor_div(2 * shortfall * WAD, b + root), x)",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "funding below the cap's negative side",
        "sign",
        "Where shorts prevail for long, funding is paid to the side that should pay it.",
        (
            Edit(
                _MATHS,
                "unsafe_div(unsafe_mul(gap, gap), unsafe_mul(-2, acceleration)), unsafe_mul(rate_max, dt))",
                "unsafe_div(unsafe_mul(gap, gap), unsafe_mul(2, acceleration)), unsafe_mul(rate_max, dt))",
            ),
        ),
        subtle=True,
    ),
]
