"""LiquidationModule: who may, and what it pays (spec section 9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from novation.model.doors import FLAG_LIFE
from novation.model.errors import Revert
from novation.model.journal import Env, external
from novation.model.oracle import Oracle
from novation.model.vault import Vault


class LiquidationTerms(NamedTuple):
    """The immutables: the liquidator's share at once and in the end (bps), over seconds, least reward (WAD USD)."""

    share_floor: int
    share_ceiling: int
    ramp: int
    minimum_reward: int


class Liquidation:
    """The module."""

    def __init__(self, env: Env, address: int, vault: Vault, oracle: Oracle, terms: LiquidationTerms) -> None:
        self.env = env
        self.address = address
        self.vault = vault
        self.oracle = oracle
        self.terms = terms

    @external
    def liquidate(self, sender: int, account: int, market: int, update: bytes = b"", value: int = 0) -> int:
        """One market, and all others where the margin is then below zero. Anyone. @returns reward, WAD USD.

        @param update Of the market's price, brought first; `value` (wei) pays for it.
        @raises Revert MARKET, HALTED, HEALTHY, MARGIN, EARLY, FEE and those of the adapter's `update`.
        """
        self.oracle.bring(self.address, market, update, value)
        if self._is_early(account):
            raise Revert("EARLY")
        return self._liquidate(sender, account, market)

    def _liquidate(self, sender: int, account: int, market: int) -> int:
        t = self.terms
        return self.vault.liquidate(
            self.address, account, market, sender, t.share_floor, t.share_ceiling, t.ramp, t.minimum_reward
        )

    def _is_early(self, account: int) -> bool:
        """Whether an AGED or halted price of the account's came after its flag, of which that warned nobody, or there
        is one and the flag can be set anew; of a flag that is too young the vault says it itself."""
        holder = self.vault.account(account)
        now = self.vault.env.now
        if not holder.flagged_at or now < holder.flagged_at + self.terms.ramp:
            return False
        over = now > holder.flagged_at + FLAG_LIFE
        return self.oracle.has_outdated(holder.markets, 0 if over else holder.flagged_at + 1)

    @external
    def liquidate_many(self, sender: int, accounts: Sequence[int], markets: Sequence[int]) -> int:
        """Each pair; one that reverts is passed over. @returns how many were done.

        @raises Revert LENGTH.
        """
        if len(accounts) != len(markets):
            raise Revert("LENGTH")
        done = 0
        for account, market in zip(accounts, markets, strict=True):
            if self._is_early(account):
                continue
            try:
                self._liquidate(sender, account, market)
            except Revert:
                continue
            done += 1
        return done
