"""Bugs of custody and the ledger."""

from __future__ import annotations

from tests.planted.bug import Shelf

BUGS = Shelf("contracts/modules/ledger.vy")

BUGS.plant(
    "withdrawal debits rounded down",
    "rounding",
    "With a token of more than 18 decimals, dust is withdrawn for nothing, in a loop.",
    "return (amount * UP + DOWN - 1) // DOWN",
    "return amount * UP // DOWN",
    subtle=True,
)
BUGS.plant(
    "debts not lowered when repaid",
    "stale value",
    "D only grows: in the end nobody may open a position while another account's gains pay for it.",
    "if (old < 0 or new < 0) and self.shares_of[account] == empty(address):",
    "if new < 0 and self.shares_of[account] == empty(address):",
    subtle=True,
)
BUGS.plant(
    "exit forgets the pending order",
    "missing check",
    "The cash behind a committed order leaves before its fill: a free option on the next price.",
    '    assert word & PENDING == 0, "PENDING"\n    assert word & MARKETS_MASK == 0, "POSITION"',
    '    assert word & MARKETS_MASK == 0, "POSITION"',
)
BUGS.plant(
    "operators pay out to anybody",
    "missing access control",
    "A hot key that may only withdraw to the owner's safe empties every account to itself.",
    'assert word != 0 and convert(word & (2**160 - 1), address) == to, "AUTH"',
    'assert word != 0, "AUTH"',
)
BUGS.plant(
    "cash beyond its field",
    "unchecked cast",
    "The 104 bits of an account's cash wrap: a deposit of 2^103 makes the account a debtor.",
    '    assert abs(cash) < 2**103, "RANGE"\n',
    "",
    subtle=True,
)
BUGS.plant(
    "owners by seventeen bytes",
    "missing access control",
    "Who finds an address that begins like somebody's owns the account: minutes of a graphics card.",
    "return self._owner_key(sender) == self._owner_key(account)",
    "return self._owner_key(sender) >> 16 == self._owner_key(account) >> 16",
)
