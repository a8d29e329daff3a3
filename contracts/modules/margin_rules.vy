# pragma version 0.4.3
"""
@title What an account may do
@notice The rules of the specification, section 6, on sums over all pools. They return a code, empty where the answer is
    yes, so that the vault can refuse with it and the lens can show it. Money is WAD USD.
"""

from interfaces import IClearingPool
from interfaces import IOracleAdapter

# Of an account.
MAX_POSITIONS: constant(uint256) = 16


# An account's risk over all pools.
struct Totals:
    counted: int256                 # gains as far as they count for opening
    losses: int256                  # at the adverse side
    equity: int256                  # pnl at mid
    initial: int256
    maintenance: int256
    status: IOracleAdapter.Status   # union over the markets


@internal
@view
def _add(totals: Totals, risk: IClearingPool.Risk, gain_weight: uint256, pool_cash: int256, credit: uint256) -> Totals:
    """
    @dev Adds one pool. Its gains count by its weight (bps) and never beyond what it can pay.
    """
    after: Totals = totals
    if risk.gains > 0:
        affordable: int256 = max(0, pool_cash + convert(credit, int256))
        after.counted += min(convert(risk.gains * gain_weight // 10_000, int256), affordable)
    after.losses += convert(risk.losses, int256)
    after.equity += risk.equity
    after.initial += convert(risk.initial, int256)
    after.maintenance += convert(risk.maintenance, int256)
    after.status |= risk.status
    return after


@internal
@view
def _doubtful(totals: Totals) -> bool:
    """
    @return Whether some market's price is not NORMAL.
    """
    return totals.status != IOracleAdapter.Status.NORMAL and totals.status != empty(IOracleAdapter.Status)


@internal
@view
def _may_open(cash: int256, totals: Totals) -> String[8]:
    """
    @return Empty, STALE or MARGIN.
    """
    if self._doubtful(totals):
        return "STALE"
    if cash + totals.counted - totals.losses < totals.initial:
        return "MARGIN"
    return ""


@internal
@view
def _may_withdraw(cash: int256, totals: Totals) -> String[8]:
    """
    @dev Unrealised gains count for nothing.
    @return Empty, CASH, STALE or MARGIN.
    """
    if cash < 0:
        return "CASH"
    if self._doubtful(totals):
        return "STALE"
    if cash - totals.losses < totals.initial:
        return "MARGIN"
    return ""


@internal
@view
def _may_close(health: int256, margin: int256) -> String[8]:
    """
    @param health Change of margin - maintenance by the reduction.
    @return Empty or MARGIN.
    """
    if health < 0 or margin < 0:
        return "MARGIN"
    return ""


@internal
@pure
def _count(bitmap: uint256) -> uint256:
    """
    @return Number of bits, at most MAX_POSITIONS + 1.
    """
    left: uint256 = bitmap
    for n: uint256 in range(MAX_POSITIONS + 1):
        if left == 0:
            return n
        # left > 0
        left &= unsafe_sub(left, 1)
    return MAX_POSITIONS + 1
