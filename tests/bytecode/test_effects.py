"""Reentrancy: locks, and what is written after a call to code that is not ours."""

from __future__ import annotations

import pytest

from novation.bytecode.builds import all_deployed
from novation.bytecode.effects import LATE, UNLOCKED, Late, calls_later, late_writes, unlocked, unlocked_inherited
from novation.bytecode.sites import MUTABLE
from novation.bytecode.trees import Tree, shipped
from novation.chain.compiler import ROOT

LEDGER = "contracts/modules/ledger.vy"


def test_what_is_written_after_a_foreign_call_is_explained() -> None:
    assert {late for name in all_deployed() for late in late_writes(shipped(name))} == set(LATE)
    assert all(LATE.values())


def test_only_the_prices_are_not_locked() -> None:
    assert {function for name in all_deployed() for function in unlocked(shipped(name))} == set(UNLOCKED)
    assert all(UNLOCKED.values())


def test_the_token_is_not_locked_and_calls_nothing() -> None:
    """They are not in `unlocked`, which lists what calls."""
    token = [f"snekmate/tokens/erc20.vy {name}" for name in ("transfer", "transferFrom", "approve", "permit")]
    assert {
        name: unlocked_inherited(shipped(name)) for name in all_deployed() if unlocked_inherited(shipped(name))
    } == {"PoolShares": token}


def test_writes_after_calls_of_ours_are_seen() -> None:
    """The reading follows internal calls: the vault books what the pool answered."""
    assert "CollateralVault.trade" in calls_later(shipped("CollateralVault"))
    assert "CollateralVault.withdraw" not in calls_later(shipped("CollateralVault"))
    assert calls_later(shipped("Lens")) == []


def _patched(right: str, wrong: str) -> Tree:
    source = (ROOT / LEDGER).read_text()
    assert source.count(right) == 1
    return Tree("CollateralVault", {LEDGER: source.replace(right, wrong)})


def test_a_booking_after_the_payment_is_found() -> None:
    """Negative control: the token goes first, the word after."""
    line = '    assert extcall TOKEN.transfer(to, amount, default_return_value=True), "TOKEN"\n'
    first = "    self._store(account, self._words[account], after)\n"
    source = (ROOT / LEDGER).read_text().replace(line, "")
    assert source.count(first) == 1
    found = late_writes(Tree("CollateralVault", {LEDGER: source.replace(first, line + first)}))
    new = set(found) - set(LATE)
    assert {late.function for late in new} == {"CollateralVault.withdraw", "CollateralVault.exit"}
    assert Late("CollateralVault.withdraw", MUTABLE, "_words") in new


def test_a_write_before_the_call_of_a_loops_next_round_is_found() -> None:
    """Negative control: in a loop what stands before a call also comes after it."""
    right = "    assert expires_at < 2**40"
    loop = "    for n: uint256 in range(2):\n        self.debts = n\n        assert extcall TOKEN.transfer(payout, n)\n"
    found = late_writes(_patched(right, loop + right))
    assert Late("CollateralVault.set_operator", MUTABLE, "debts") in found


@pytest.mark.parametrize("function", ["deposit(account", "set_operator(operator"])
def test_an_external_without_a_lock_is_found(function: str) -> None:
    """Negative control."""
    found = unlocked(_patched(f"@external\ndef {function}", f"@external\n@reentrant\ndef {function}"))
    assert found == [f"CollateralVault.{function.split('(')[0]}"]


def test_a_module_without_the_pragma_is_found() -> None:
    """Negative control: the lock is per file."""
    found = unlocked(_patched("# pragma nonreentrancy on\n", "#\n"))
    assert set(found) == {f"CollateralVault.{name}" for name in ("deposit", "exit", "set_operator", "register_module")}
