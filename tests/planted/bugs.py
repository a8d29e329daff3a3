"""All planted bugs, by the part of the system that they are in."""

from __future__ import annotations

from tests.planted import (
    in_margin,
    in_markets,
    in_oracle,
    in_orders,
    in_pools,
    in_reentrancy,
    in_settlement,
    in_shares,
    in_vault,
)
from tests.planted.bug import Bug

BUGS: tuple[Bug, ...] = (
    *in_vault.BUGS,
    *in_margin.BUGS,
    *in_settlement.BUGS,
    *in_pools.BUGS,
    *in_markets.BUGS,
    *in_oracle.BUGS,
    *in_orders.BUGS,
    *in_shares.BUGS,
    *in_reentrancy.BUGS,
)
_FIRST = {bug.kind: bug for bug in reversed(BUGS)}
PLAYED: tuple[Bug, ...] = tuple(bug for bug in BUGS if bug.subtle or _FIRST[bug.kind] is bug)
"""Those that the test suite plays: the subtle ones and the first of every class. `measure` plays all."""
