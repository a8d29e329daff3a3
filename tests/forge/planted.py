"""Bugs that both sides must find, so that neither's checks are dead."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit

FILL = "contracts/modules/perp_fill.vy"
MARGIN = "contracts/modules/margin.vy"

# The number of the invariant that each breaks.
BUGS: dict[int, Bug] = {
    1: Bug(
        "a wei is lost at every fill",
        "rounding",
        "Cash that is nobody's.",
        (Edit(MARGIN, "    pool_cash -= fill.cash\n", "    pool_cash -= fill.cash + 1\n"),),
    ),
    5: Bug(
        "a closed position keeps its bit",
        "stale index",
        "The account pays gas for a market that it has left, and fills up with such markets.",
        (Edit(MARGIN, "self._with_market(word, market, fill.size != 0)", "self._with_market(word, market, True)"),),
    ),
    7: Bug(
        "the old basis stays in the sum",
        "stale value",
        "The pool's liability drifts away from what its traders would get.",
        (Edit(FILL, "unsafe_sub(new_basis, basis))\n    liability_after", "new_basis)\n    liability_after"),),
    ),
    9: Bug(
        "the reserve grows at every fill",
        "sign",
        "A pool that refuses every opening in the end.",
        (
            Edit(
                FILL,
                "perp._reserve(config, o.state) - perp._reserve(config, before)",
                "perp._reserve(config, o.state)",
            ),
        ),
    ),
}
