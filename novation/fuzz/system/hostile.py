"""The twin of HostileToken: what the vault sees of a token that misbehaves, and what a reentry may do meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn

from novation.model import Revert
from novation.model.journal import Env
from novation.model.ledger import Token
from novation.model.system import System

# Switches of the mock, which has their meaning.
FEE, REFUSE, SILENT, REENTER, PAUSED, LIE, BONUS, REENTER_FIRST, BURN, BOMB, NUMBER, BYTE, REVERT_BOMB = (
    1 << bit for bit in range(13)
)
CALLS_BACK = REENTER | REENTER_FIRST
HONEST, SEVEN, RISING, FALLING, NO_BALANCE, NOTHING, BURN_BALANCE, BOMB_BALANCE = range(8)


class Reentry(NamedTuple):
    """A call that the attacker makes when the token calls it back."""

    part: str
    name: str
    args: tuple[Any, ...]


class Locked:
    """The vault while it is called: whoever calls it is refused."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Revert("")


LOCKED: Any = Locked()


class HostileTwin(Token):
    """The token as the vault sees it. `plan` is what the attacker does when it is called back; `done` says which of it
    succeeded, the last time."""

    def __init__(self, env: Env, decimals: int) -> None:
        super().__init__(env, decimals)
        self.state["switches"] = self.state["mode"] = self.state["moves"] = 0
        self.system: System
        self.attacker = 0
        self.plan: Sequence[Reentry] = ()
        self.done: list[bool] = []

    def misbehave(self, switches: int, mode: int) -> None:
        """What transfers and `balanceOf` do from now on."""
        self.state["switches"] = switches
        self.state["mode"] = mode
        self.state["moves"] = 0

    def move(self, source: int, target: int, amount: int) -> int:
        """@return units that seem to arrive. @raises Revert TOKEN, what the token reverts with, or without a code."""
        switches, vault = self.state["switches"], self.system.vault.address
        enters = source != vault  # only then is the balance looked at
        before = self._seen(vault) if enters else 0
        if switches & PAUSED:
            raise Revert("PAUSED")
        if switches & BURN:
            raise Revert("")
        if switches & REVERT_BOMB:
            raise Revert("ERROR_00000000")
        if switches & REFUSE:
            raise Revert("TOKEN")
        if switches & REENTER_FIRST:
            self._call_back()
        if not switches & LIE:
            self._shift(source, target, amount, switches)
        self.state["moves"] += 1
        if switches & REENTER:
            self._call_back()
        if not switches & (SILENT | BOMB) and switches & (NUMBER | BYTE):
            raise Revert("")
        arrived = self._seen(vault) - before if enters else amount
        if arrived < 0:
            raise Revert("")
        return arrived

    def _shift(self, source: int, target: int, amount: int, switches: int) -> None:
        have = self.balances.get(source, 0)
        if have < amount:
            raise Revert("")
        self.balances[source] = have - amount
        if switches & FEE:
            amount -= amount // 100
        if switches & BONUS:
            amount += 1
        self.balances[target] = self.balances.get(target, 0) + amount

    def _seen(self, holder: int) -> int:
        """What `balanceOf` answers."""
        mode, balance = self.state["mode"], self.balances.get(holder, 0)
        if mode == NO_BALANCE:
            raise Revert("BALANCE")
        if mode in (NOTHING, BURN_BALANCE):
            raise Revert("")
        if mode == SEVEN:
            return 7
        if mode == FALLING and self.state["moves"]:
            return 0
        return balance + self.state["moves"] if mode == RISING else balance

    def _call_back(self) -> None:
        """The attacker's plan, while the vault is locked."""
        self.done = []
        with self._lock():
            for part, name, args in self.plan:
                try:
                    if part == "vault":
                        raise Revert("")
                    self.system.call(part, name, self.attacker, *args)
                except Revert:
                    self.done.append(False)
                else:
                    self.done.append(True)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Nobody reaches the vault."""
        callers: list[Any] = [self.system.orders, self.system.liquidation, *self.system.shares]
        vault = self.system.vault
        for caller in callers:
            caller.vault = LOCKED
        try:
            yield
        finally:
            for caller in callers:
                caller.vault = vault
