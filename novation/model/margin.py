"""The margin engine: may this account do this? (spec section 6)."""

from __future__ import annotations

from typing import NamedTuple

from novation.fixed import BPS
from novation.model.errors import Revert
from novation.model.feeds import NORMAL
from novation.model.ledger import Account, Ledger
from novation.model.marks import Risk

Risks = dict[int, Risk]
"""Risk by index of the pool."""


class Health(NamedTuple):
    """An account at the newest prices: WAD USD, Unix seconds, bits of status."""

    cash: int
    margin: int
    initial: int
    maintenance: int
    withdrawable: int
    liquidatable: bool
    flagged_at: int
    status: int


class Margin(Ledger):
    """Judgements. Nothing here writes."""

    def risks(self, account: int, markets: int, but: int = -1) -> Risks:
        """The account's risk in each pool that it uses, but one."""
        found: Risks = {}
        if markets:
            for index, entry in self.pools.items():
                bits = markets & entry.markets
                if bits and index != but:
                    found[index] = self.parts[entry.pool].risk(account, bits)
        return found

    def counted(self, risks: Risks) -> int:
        """Gains as they count for opening: weighted, never beyond the pool's cash and credit (WAD USD)."""
        total = 0
        for index, risk in risks.items():
            if risk.gains:
                entry = self.pools[index]
                worth = max(0, self.cash(entry.pool) + entry.credit)
                total += min(risk.gains * entry.gain_weight // BPS, worth)
        return total

    def check_open(self, account: int, risks: Risks) -> None:
        """@raises Revert STALE, MARGIN, DEBT."""
        losses = initial = 0
        for risk in risks.values():
            if risk.status != NORMAL:
                raise Revert("STALE")
            losses += risk.losses
            initial += risk.initial
        cash = self.cash(account)
        if cash + self.counted(risks) - losses < initial:
            raise Revert("MARGIN")
        if cash < 0 and self.totals["debts"] > self.cash(self.address):
            raise Revert("DEBT")

    def check_withdraw(self, account: int) -> None:
        """An account after it paid. @raises Revert CASH, STALE, MARGIN."""
        holder = self.account(account)
        if holder.cash < 0:
            raise Revert("CASH")
        if holder.markets:
            risks = self.risks(account, holder.markets).values()
            if any(risk.status != NORMAL for risk in risks):
                raise Revert("STALE")
            if holder.cash - sum(r.losses for r in risks) < sum(r.initial for r in risks):
                raise Revert("MARGIN")

    def not_pending(self, account: int) -> None:
        if self.account(account).pending:
            raise Revert("PENDING")

    def margin_of(self, account: int) -> tuple[int, int]:
        """Margin (gains whole, mid prices) and maintenance, WAD USD."""
        holder = self.account(account)
        risks = self.risks(account, holder.markets).values()
        return holder.cash + sum(r.equity for r in risks), sum(r.maintenance for r in risks)

    def liquidatable(self, account: int) -> bool:
        margin, maintenance = self.margin_of(account)
        return margin < maintenance

    def health(self, account: int) -> Health:
        """All of it at once."""
        holder: Account = self.account(account)
        risks = self.risks(account, holder.markets).values()
        margin = holder.cash + sum(r.equity for r in risks)
        maintenance = sum(r.maintenance for r in risks)
        initial = sum(r.initial for r in risks)
        status = 0
        for risk in risks:
            status |= risk.status
        free = min(holder.cash, holder.cash - sum(r.losses for r in risks) - initial)
        if holder.pending or status not in (0, NORMAL):
            free = 0
        return Health(
            holder.cash, margin, initial, maintenance, max(0, free), margin < maintenance, holder.flagged_at, status
        )

    def health_many(self, accounts: list[int]) -> list[Health]:
        return [self.health(account) for account in accounts]

    def unhealthy_bits(self, accounts: list[int]) -> int:
        """Bit i is set if account i may be liquidated."""
        return sum(1 << i for i, account in enumerate(accounts) if self.liquidatable(account))
