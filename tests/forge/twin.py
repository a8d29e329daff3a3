"""The moves of `Handler.sol`, line by line: given the same seeds both make the same calls, to the last bit.

Every `act` makes exactly one protocol call, drawn and sized by the dice of its seed; time and prices move before some
of them.
"""

from __future__ import annotations

from typing import NamedTuple

from eth_utils.crypto import keccak

from novation.fixed import WAD
from novation.model.orders import Order
from tests.forge.ground import (
    COMMITS,
    DEPOSITS,
    FILLS,
    LIQUIDATIONS,
    SETTLEMENTS,
    UNIT,
    WITHDRAWALS,
    Ground,
)
from tests.forge.scene import FAR

HUNDRED = 10**20


class Waiting(NamedTuple):
    """An order that waits."""

    size: int
    due: int
    committed_at: int
    market: int
    reduce_only: bool


class Twin(Ground):
    """Plays on a scene."""

    def restart(self) -> None:
        """The state at the beginning."""
        super().restart()
        self.waiting: dict[int, Waiting] = {}

    def act(self, seed: int) -> None:
        """One protocol call. @raises Violation."""
        self._mix(seed)
        self._pass()
        move = self._take(100)
        if move < 8:
            self._deposit(self._take(7))
        elif move < 17:
            self._withdraw()
        elif move < 45:
            self._commit(self._take(7))
        elif move < 72:
            self._execute()
        elif move < 81:
            self._liquidate()
        elif move < 82:
            account = self.traders[self._take(7)]
            self._send(self._keeper(), "vault", "flag", 0, account)
        elif move < 84:
            account, market = self.traders[self._take(7)], self._take(2)
            self._send(self._keeper(), "vault", "realise", 0, account, market)
        elif move < 86:
            self._send(self._keeper(), "vault", "collect", 0, 0)
        elif move < 90:
            self._lend()
        elif move < 93:
            self._redeem()
        elif move < 97:
            self._settle()
        else:
            holder = self.lps[self._take(3)]
            self._send(self._keeper(), "shares", "claim", 0, holder)

    # --- the moves

    def _bring(self, sender: int, account: int, units: int) -> None:
        if self._send(sender, "vault", "deposit", DEPOSITS, account, units):
            self.came_in += units * UNIT

    def _deposit(self, index: int) -> None:
        nothing = self._take(16) == 0
        digits = 1 + self._take(1000)
        units = digits * 10 ** (4 + self._take(5))
        self._bring(self.signers[index], self.traders[index], 0 if nothing else units)

    def _withdraw(self) -> None:
        index = self._take(7)
        account, signer = self.traders[index], self.signers[index]
        cash = self._cash(account)
        if cash <= 0:
            self._deposit(index)
            return
        units = cash * self._take(120) // 100 // UNIT
        if self._send(signer, "vault", "withdraw", WITHDRAWALS, account, units, signer):
            self.came_in -= units * UNIT

    def _order(self, index: int, w: Waiting) -> Order:
        account = self.traders[index]
        return Order(account, w.market, w.size, 0, 0, False, w.reduce_only, self.fee, FAR, w.due, w.committed_at)

    def _commit(self, index: int) -> None:
        if index in self.waiting:
            self._fill(index)
            return
        account = self.traders[index]
        cash = self._cash(account)
        if cash < 20 * WAD:
            self._deposit(index)
            return
        market = self._take(2)
        kind = self._take(10)
        leverage = 1 + self._take(18)
        long = self._take(2) == 0
        reduce_only = self._take(2) == 0
        held = self._size(account, market)
        if held and kind < 4:
            size = -held
        elif held and kind < 5:
            size = -held // 2 if held < 0 else -(held // 2)
        elif held and kind < 6:
            size = -held * 2
        else:
            size = cash * leverage * WAD // self.prices[market]
            if held < 0 or (not held and not long):
                size = -size
            reduce_only = False
        w = Waiting(size, 0, 0, market, reduce_only)
        if self._send(self.signers[index], "orders", "commit", COMMITS, self._order(index, w), 0):
            self.waiting[index] = w._replace(due=self.clock + self.delay, committed_at=self.clock)
            self.open_fees += self.fee

    def _execute(self) -> None:
        index = self._take(7)
        for k in range(7):
            if (index + k) % 7 in self.waiting:
                self._fill((index + k) % 7)
                return
        self._commit(index)

    def _fill(self, index: int) -> None:
        """Executes an order, at times too early or with a wrong proof; cancels what is too late."""
        w = self.waiting[index]
        account, market = self.traders[index], w.market
        if self.clock > w.due + self.window + self.grace:
            ok = self._send(self.signers[index], "orders", "cancel", 0, self._order(index, w), 0)
        else:
            early = self._take(16) == 0
            wrong = self._take(16) == 0
            if self.clock < w.due:
                if not early:
                    self._warp(w.due - self.clock)
                    self._publish()
            elif self.times[market][self.newest[market]] < w.due:
                self._publish()
            found = self._reference(market, w.due) + wrong
            place = self.scene.slots.places[self.scene.slots.index["position", account, market]]
            before = self.chain.storage(*place)
            ok = self._send(self._keeper(), "orders", "execute", 0, self._order(index, w), 0, found, b"")
            if ok and (self.chain.storage(*place) ^ before) & (1 << 104) - 1:
                self.stats += FILLS
        if ok:
            del self.waiting[index]
            self.open_fees -= self.fee

    def _liquidate(self) -> None:
        index = self._take(7)
        market = self._take(2)
        shock = self._take(4) != 0
        move = 300 + self._take(1200)
        for k in range(7):
            account = self.traders[(index + k) % 7]
            bits = self.facts.tables.accounts[account].markets
            if not bits:
                continue
            if bits != 3:
                market = bits - 1
            if shock:
                self._warp(1)
                self._push(market, -move if self._size(account, market) > 0 else move)
                self._push(1 - market, 0)
            self._send(self.liquidator, "liquidation", "liquidate", LIQUIDATIONS, account, market, b"")
            return
        self._commit(index)

    def _lend(self) -> None:
        holder = self.lps[self._take(3)]
        assets = (1 + self._take(1000)) * HUNDRED
        if self._cash(holder) < assets:
            self._bring(holder, holder, assets // UNIT)
        else:
            self._send(holder, "shares", "request_deposit", 0, holder, assets)

    def _redeem(self) -> None:
        holder = self.lps[self._take(3)]
        amount = self.scene.balance(holder) * (1 + self._take(105)) // 100
        self._send(holder, "shares", "request_redeem", 0, amount)

    def _settle(self) -> None:
        if self._take(4) != 0:
            self._warp(self.epoch - self.clock % self.epoch)
            self._publish()
        self._send(self._keeper(), "shares", "settle", SETTLEMENTS)


def digest(twin: Twin, calls: int) -> tuple[bytes, int]:
    """The seeds 0, 1, 2 ...: a digest of every word after every call, and the counters. @raises Violation."""
    scene = twin.scene
    found = bytes(32)
    twin.restart()
    for seed in range(calls):
        twin.act(seed)
        twin.check()
        words = (twin.facts.words[at] for at in scene.order)
        found = keccak(found + b"".join(word.to_bytes(32, "big") for word in (twin.stats, *words)))
    return found, twin.stats
