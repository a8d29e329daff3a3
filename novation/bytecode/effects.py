"""Reentrancy: what is not locked, and what is written after a call to code that is not ours."""

from __future__ import annotations

from typing import NamedTuple

from novation.bytecode.flow import WRITE, events
from novation.bytecode.sites import MUTABLE, STATIC
from novation.bytecode.trees import Tree, changes_state, ours, where

# Not ours: the settlement token, price sources with the networks behind them, and callers whose ether goes back. What
# the other interfaces name is deployed with the caller.
FOREIGN = ("IERC20", "IERC20Detailed", "IPriceSource", "ISequencerUptime", "msg")


class Late(NamedTuple):
    """A variable that is written after a foreign call, `call` where that can change state, `static` where not."""

    function: str
    kind: str
    variable: str


# Each with its reason; another one fails the test.
LATE = {
    Late("CollateralVault.deposit", MUTABLE, "_words"): "the deposit is what arrived, so it is booked after; the lock "
    "holds for every external and every view of the vault, and nothing read before the call is written back",
    Late("CollateralVault.deposit", MUTABLE, "debts"): "as _words, in the same booking",
    **{
        Late(
            f"OracleAdapter.{function}", STATIC, variable
        ): "a static call cannot write, so the words read before it are still the stored ones"
        for function in ("observe", "observe_at")
        for variable in ("_anchors", "_levels", "_stored", "_swings")
    },
    **{
        Late(
            "OracleAdapter.update", MUTABLE, variable
        ): "the source is called first; all that is written after was read "
        "after it but for the settings, which set_feed changes under the same lock"
        for variable in ("_anchors", "_levels", "_stored", "_swings", "_brought")
    },
    **{
        Late(
            "OracleAdapter.set_feed", STATIC, variable
        ): "the settings are checked first, by static calls; the owner's, and locked"
        for variable in ("_feeds", "_limits", "_references", "_fallbacks", "_anchors", "_brought", "_stored")
    },
}
UNLOCKED = {
    "OracleAdapter.read": "calls are static: a source that calls back cannot write and reads what was stored before",
    "OracleAdapter.observe": "as read; a source that update calls may call it, and update reads the words after that",
    "OracleAdapter.observe_at": "as observe",
}


def late_writes(tree: Tree) -> list[Late]:
    """Writes that come after a call to foreign code, in our externals."""
    found: dict[Late, None] = {}
    for function in filter(ours, tree.exposed()):
        called = ""
        for event in events(function):
            if event.kind in (MUTABLE, STATIC) and event.what.split(".")[0] in FOREIGN:
                called = MUTABLE if MUTABLE in (called, event.kind) else STATIC
            elif event.kind == WRITE and called:
                found[Late(f"{tree.name}.{function.name}", called, event.what)] = None
    return list(found)


def calls_later(tree: Tree) -> list[str]:
    """Our externals that write after a call to a contract of ours: allowed, for calls run downwards only, and no
    contract below calls back."""
    found = []
    for function in filter(ours, tree.exposed()):
        called = False
        for event in events(function):
            called |= event.kind == MUTABLE and event.what.split(".")[0] not in FOREIGN
            if event.kind == WRITE and called:
                found.append(f"{tree.name}.{function.name}")
                break
    return found


def unlocked(tree: Tree) -> list[str]:
    """Exposed functions without the reentrancy lock that call another contract, and those of ours that change state."""
    return [
        f"{tree.name}.{function.name}"
        for function in tree.exposed()
        if not function.nonreentrant
        and (
            (changes_state(function) and ours(function))
            or any(event.kind in (MUTABLE, STATIC) for event in events(function))
        )
    ]


def unlocked_inherited(tree: Tree) -> list[str]:
    """State-changing externals of a library without the lock; they must call nothing (`unlocked` lists them if not)."""
    return [
        where(function)
        for function in tree.exposed()
        if changes_state(function) and not ours(function) and not function.nonreentrant
    ]
