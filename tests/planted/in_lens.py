"""Bugs of the lens: wrong answers, by which people trade and bots liquidate."""

from __future__ import annotations

from tests.planted.bug import Shelf

BUGS = Shelf("contracts/Lens.vy")

BUGS.plant(
    "withdrawable while an order is pending",
    "wrong view",
    "The page offers what the vault refuses.",
    "if word & PENDING == 0 and not rules",
    "if not rules",
)
BUGS.plant(
    "a preview's impact of the skew after",
    "wrong view",
    "The premium is shown as if the trade had been made twice.",
    "skew: int256 = seen.state.long - seen.state.short - outcome.fill.delta",
    "skew: int256 = seen.state.long - seen.state.short",
)
BUGS.plant(
    "a liquidation price that forgets the other markets' maintenance",
    "wrong view",
    "Accounts with several positions are liquidated before the price that they were shown.",
    "cash + outside.equity - outside.maintenance,",
    "cash + outside.equity,",
    subtle=True,
)
BUGS.plant(
    "a ramp's end shown as in force",
    "wrong view",
    "Maintenance is shown a day before it counts.",
    "        stored[0] = perp._in_force(stored[0], stored[1])",
    "        pass",
    subtle=True,
)
BUGS.plant(
    "previews that know no insurance",
    "wrong view",
    "Debtors are shown that a trade would fill which the vault refuses.",
    '                    code = "DEBT"',
    '                    code = ""',
    subtle=True,
)
BUGS.plant(
    "the NAV of a pool without its fees owed",
    "wrong view",
    "LPs are shown the treasury's money.",
    "cash - liability - owed",
    "cash - liability",
)
BUGS.plant(
    "no liquidation price of a short",
    "wrong view",
    "Shorts are told that no price hurts them.",
    "    if size == 0:\n        return 0\n    top",
    "    if size <= 0:\n        return 0\n    top",
)
