"""Bugs of LP shares."""

from __future__ import annotations

from tests.planted.bug import Shelf

BUGS = Shelf("contracts/PoolShares.vy")

BUGS.plant(
    "shares minted rounded up",
    "rounding",
    "Each batch takes a wei from those who were there before.",
    "minted = assets_in * supply // convert(nav_high, uint256)",
    "minted = (assets_in * supply + convert(nav_high, uint256) - 1) // convert(nav_high, uint256)",
    subtle=True,
)
BUGS.plant(
    "deposits at the low NAV",
    "sign",
    "Who enters pays the cheaper side: in and out again is a profit without risk.",
    "    nav_high: int256 = cash - liability_low - convert(fees_owed, int256)\n",
    "    nav_high: int256 = cash - liability_high - convert(fees_owed, int256)\n",
)
BUGS.plant(
    "fees owed are the LPs'",
    "double count",
    "What treasury and insurance will collect is paid out to who leaves first.",
    "nav_low: int256 = cash - liability_high - convert(fees_owed, int256)",
    "nav_low: int256 = cash - liability_high",
)
BUGS.plant(
    "deposits claimed twice",
    "double count",
    "The same request hands out shares each time it is claimed.",
    "    self._deposits[account] = word & MASK_32\n",
    "",
)
BUGS.plant(
    "redemptions claimed twice",
    "double count",
    "While a part of a request waits, the part that was paid is paid again to whoever asks.",
    "word & MASK_32 if still == 0 else word + (owed << 144)",
    "word & MASK_32 if still == 0 else word",
    subtle=True,
)
BUGS.plant(
    "prices from before the epoch's end",
    "missing check",
    "LPs who see a jump in the last seconds enter and leave at the price before it.",
    "extcall POOL.mark(closes_at)",
    "extcall POOL.mark(0)",
)
BUGS.plant(
    "settled a second late",
    "off by one",
    "At the epoch's end nobody can settle, and whoever waits for it waits for another block.",
    '    assert block.timestamp >= closes_at, "EARLY"\n',
    '    assert block.timestamp > closes_at, "EARLY"\n',
    subtle=True,
)
BUGS.plant(
    "a third batch over the first",
    "stale index",
    "Two batches share a word by parity: a third one erases the requests of the first.",
    '    assert number <= settled + 2, "SETTLE"\n    self._open(number, settled)\n    # All cash',
    "    self._open(number, settled)\n    # All cash",
    subtle=True,
)
BUGS.plant(
    "LPs leave the reserve behind",
    "missing check",
    "Who redeems first takes what the open positions may have to be paid.",
    "        cash, nav_low - convert((reserve * BPS + UTILISATION - 1) // UTILISATION, int256)\n",
    "        cash, nav_low - convert(reserve, int256)\n",
)
BUGS.plant(
    "the reserve rounded down",
    "rounding",
    "What LPs take leaves the reserve a wei short of its part of NAV.",
    "convert((reserve * BPS + UTILISATION - 1) // UTILISATION, int256)",
    "convert(reserve * BPS // UTILISATION, int256)",
    subtle=True,
)
BUGS.plant(
    "deposits while they are paused",
    "missing check",
    "LPs enter a pool that the guardian has closed for a reason.",
    '    assert not staticcall VAULT.is_paused(ICollateralVault.Action.LP_DEPOSIT), "PAUSED"\n',
    "",
)
BUGS.plant(
    "what rolls over waits for a request",
    "missing check",
    "The rest of a redemption has no batch: it stays where it is until somebody else asks for something.",
    "    if rolled > 0 and opened == number:\n",
    "    if rolled > 0 and opened == number and assets_in > 0:\n",
    subtle=True,
)
BUGS.plant(
    "a generation that ended goes on",
    "stale index",
    "Requests that were paid in full are paid from the next generation's money as well.",
    "self._ends[generation] = paid << 1 | (1 if rest > 0 else 0)",
    "self._ends[generation] = paid << 1 | 1",
    subtle=True,
)
BUGS.plant(
    "the next generation is not scaled",
    "unit",
    "Who waits through a change of generation is owed 1e18 times too much of the next payment.",
    "            still = held * (queue & (2**120 - 1)) // (left * SCALE)\n",
    "            still = held * (queue & (2**120 - 1)) // left\n",
    subtle=True,
)
BUGS.plant(
    "half of a claim is shown",
    "wrong view",
    "LPs are shown half of what is theirs.",
    "    return shares, refund, owed, still\n\n\n@internal",
    "    return shares // 2, refund, owed, still\n\n\n@internal",
)
