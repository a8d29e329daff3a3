"""Locks that are gone, together with effects after the interaction: found by tokens that call back."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit

_LEDGER = "contracts/modules/ledger.vy"
_MARGIN = "contracts/modules/margin.vy"
_LOCK = "# pragma nonreentrancy on\n"
_UNLOCKED = tuple(Edit(path, _LOCK, "") for path in (_LEDGER, _MARGIN))
_PAID_FIRST = Edit(
    _LEDGER,
    "    self._store(account, self._words[account], after)\n"
    "    log ICollateralVault.Withdrawn(account=account, to=to, amount=debit, word=after)\n"
    '    assert extcall TOKEN.transfer(to, amount, default_return_value=True), "TOKEN"\n',
    '    assert extcall TOKEN.transfer(to, amount, default_return_value=True), "TOKEN"\n'
    "    self._store(account, self._words[account], after)\n"
    "    log ICollateralVault.Withdrawn(account=account, to=to, amount=debit, word=after)\n",
)

BUGS = [
    Bug(
        "exit pays before it books",
        "reentrancy",
        "A token that calls its receiver back: the same cash leaves once for every call of the chain.",
        (_UNLOCKED[0], _PAID_FIRST),
    ),
    Bug(
        "withdraw pays before it books",
        "reentrancy",
        "The same through the other door, and a trade in between is forgotten when the old word is stored.",
        (*_UNLOCKED, _PAID_FIRST),
    ),
    Bug(
        "deposits credit what has arrived meanwhile",
        "reentrancy",
        "A deposit inside a deposit is counted in both: money from nothing.",
        (
            _UNLOCKED[0],
            Edit(
                _LEDGER,
                '    assert staticcall TOKEN.balanceOf(self) - before == amount, "TOKEN"\n',
                "    arrived: uint256 = staticcall TOKEN.balanceOf(self) - before\n"
                '    assert arrived >= amount, "TOKEN"\n'
                "    credit = arrived * UP // DOWN\n",
            ),
        ),
    ),
    Bug(
        "a transfer while a payout is on its way",
        "reentrancy",
        "One door is left open and the payout is booked last: what the receiver moves meanwhile is in two accounts.",
        (
            _PAID_FIRST,
            Edit(
                _MARGIN,
                "@external\ndef transfer(source: address, target: address, amount: uint256):",
                "@external\n@reentrant\ndef transfer(source: address, target: address, amount: uint256):",
            ),
        ),
    ),
]
