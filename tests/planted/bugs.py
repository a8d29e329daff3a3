"""All planted bugs, by the part of the system that they are in."""

from __future__ import annotations

from tests.planted import (
    in_events,
    in_lens,
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
    *in_events.BUGS,
    *in_lens.BUGS,
)
_FIRST = {bug.kind: bug for bug in reversed(BUGS)}
_SUBTLE = [bug for bug in BUGS if bug.subtle][::2]
PLAYED: tuple[Bug, ...] = tuple(bug for bug in BUGS if bug in _SUBTLE or _FIRST[bug.kind] is bug)
"""Those that the test suite plays: the first of every class and half of the subtle ones. `measure` plays all."""
