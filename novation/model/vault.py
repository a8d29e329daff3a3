"""CollateralVault: books what the pools compute, and judges once (spec sections 6, 7 and 9)."""

from __future__ import annotations

from novation.fixed import BPS, WAD
from novation.model.doors import Doors
from novation.model.errors import Revert
from novation.model.feeds import OUTDATED
from novation.model.journal import external
from novation.model.ledger import MAX_MARKETS, OPEN, Account
from novation.model.margin import Risks

REWARD_BOUND = 50 * WAD  # the most that insurance tops a liquidator's reward up by


class Vault(Doors):
    """The clearing house's book."""

    def _spread(self, risks: Risks, index: int, cash: int) -> tuple[int, int]:
        """Margin and maintenance of an account outside of one pool."""
        margin, maintenance = cash, 0
        for other, risk in risks.items():
            if other != index:
                margin += risk.equity
                maintenance += risk.maintenance
        return margin, maintenance

    @external
    def trade(
        self, sender: int, account: int, market: int, delta: int, due: int, window: int, reference: int,
        acceptable: int, reduce_only: bool,
    ) -> None:  # fmt: skip
        """Fills an order, books it, judges once. The order module only; spec section 4 has the order of the checks."""
        if sender != self.orders:
            raise Revert("AUTH")
        index = self.pool_of(market)
        entry = self.pools[index]
        holder = self.account(account)
        pool_cash = self.cash(entry.pool)
        fill, risk = self.parts[entry.pool].fill(
            self.address, account, market, delta, due, window, reference, acceptable, reduce_only,
            holder.markets & entry.markets, pool_cash, not self.is_paused(OPEN),
        )  # fmt: skip
        if fill.cash > 0 and pool_cash - fill.cash < -entry.credit:
            raise Revert("CREDIT")
        bit = 1 << market
        markets = holder.markets | bit if fill.size else holder.markets & ~bit
        if markets.bit_count() > MAX_MARKETS:
            raise Revert("MAX")
        risks = self.risks(account, markets, index)
        risks[index] = risk
        cash = holder.cash + fill.cash
        margin, maintenance = self._spread(risks, -1, cash)
        flagged_at = 0 if margin >= maintenance else holder.flagged_at
        pending = holder.pending and reduce_only
        new = Account(cash, holder.debt_index, flagged_at, markets, holder.collaterals, pending)
        self.put(account, holder, new)
        self.book(entry.pool, -fill.cash)
        if fill.opening:
            self.check_open(account, risks)
        elif fill.health < 0 or margin < 0:
            raise Revert("MARGIN")
        self.env.emit(self.address, "Traded", account, market, self.account_word(account), self.cash(entry.pool))

    @external
    def reserve(self, sender: int, account: int, market: int, delta: int, fee: int, opening: bool) -> None:
        """Escrows the keeper fee; an opening order is judged with it included, another by what the fee leaves.

        @raises Revert AUTH, MARKET, PAUSED, BUSY, CASH, MAX, MARGIN.
        """
        if sender != self.orders:
            raise Revert("AUTH")
        index = self.pool_of(market)
        entry = self.pools[index]
        holder = self.account(account)
        if opening:
            if self.is_paused(OPEN):
                raise Revert("PAUSED")
            if holder.pending:
                raise Revert("BUSY")
        elif fee == 0:
            return
        elif holder.pending:
            raise Revert("PENDING")
        cash = holder.cash - fee
        if cash < 0:
            raise Revert("CASH")
        self.put(account, holder, holder._replace(cash=cash, pending=holder.pending or opening))
        self.book(sender, fee)
        if opening:
            if (holder.markets | 1 << market).bit_count() > MAX_MARKETS:
                raise Revert("MAX")
            brings, risk = self.parts[entry.pool].risk_with(account, market, delta, holder.markets & entry.markets)
            risks = self.risks(account, holder.markets, index)
            risks[index] = risk
            losses = sum(r.losses for r in risks.values())
            if cash + brings + self.counted(risks) - losses < sum(r.initial for r in risks.values()):
                raise Revert("MARGIN")
        elif self.liquidatable(account):
            raise Revert("MARGIN")
        self.env.emit(self.address, "Reserved", account, fee, self.account_word(account))

    @external
    def release(self, sender: int, account: int, refund: int, opening: bool) -> None:
        """Ends an order that did not fill. @raises Revert AUTH."""
        if sender != self.orders:
            raise Revert("AUTH")
        self.book(sender, -refund)
        self.book(account, refund)
        holder = self.account(account)
        if opening and holder.pending:
            self.accounts[account] = holder._replace(pending=False)
        self.env.emit(self.address, "Released", account, refund, self.account_word(account))

    @external
    def realise(self, sender: int, account: int, market: int) -> int:
        """A loss becomes cash of the pool, as far as there is cash. Anyone. @raises Revert MARKET, ZERO, HALTED."""
        entry = self.pools[self.pool_of(market)]
        if self.cash(account) <= 0 or not self.account(account).markets >> market & 1:
            raise Revert("ZERO")
        loss = self.parts[entry.pool].realise(self.address, account, market, self.cash(account))
        if loss == 0:
            raise Revert("ZERO")
        self.book(account, -loss)
        self.book(entry.pool, loss)
        self.env.emit(self.address, "Realised", account, market, self.account_word(account), self.cash(entry.pool))
        return loss

    @external
    def collect(self, sender: int, index: int) -> int:
        """Pays a pool's owed fees. Anyone. @returns WAD USD. @raises Revert BOUND, CREDIT."""
        entry = self._entry(index)
        amount = self._collect(index)
        if self.cash(entry.pool) < -entry.credit:
            raise Revert("CREDIT")
        return amount

    def _collect(self, index: int) -> int:
        pool = self.pools[index].pool
        amount = self.parts[pool].collect(self.address)
        if not amount:
            return 0
        insured = amount * self.insurance_share // BPS
        self.book(pool, -amount)
        self.book(self.address, insured)
        self.book(self.treasury, amount - insured)
        self.env.emit(self.address, "Collected", pool, amount - insured, insured)
        return amount

    @external
    def liquidate(
        self, sender: int, account: int, market: int, liquidator: int, share_floor: int, share_ceiling: int, ramp: int,
        minimum_reward: int,
    ) -> int:  # fmt: skip
        """Liquidates one market; all that are not halted at margin < 0; recognises the deficit.

        @returns reward, WAD USD.

        The liquidation module only. @raises Revert AUTH, MARKET, HALTED, HEALTHY, MARGIN, EARLY.
        """
        if sender != self.liquidation:
            raise Revert("AUTH")
        index = self.pool_of(market)
        holder = self.account(account)
        risks = self.risks(account, holder.markets, index)
        margin, maintenance, penalty, health, whole = self._close(account, market, risks)
        if not whole and health <= 0:
            raise Revert("MARGIN")
        elapsed = self.env.now - holder.flagged_at if holder.flagged_at else 0
        outdated = any(risk.status & status for risk in risks.values() for status in OUTDATED)
        if outdated and (not holder.flagged_at or elapsed < ramp):
            raise Revert("EARLY")
        if self._spread(risks, -1, self.cash(account))[0] < 0:
            penalty += self._close_rest(account, market, risks)
        depth = min(BPS, (maintenance - margin) * BPS // maintenance)
        bps = share_floor + (share_ceiling - share_floor) * max(min(elapsed, ramp) * BPS // ramp, depth) // BPS
        reward = penalty * bps // BPS
        self.book(liquidator, reward)
        self.book(self.address, penalty - reward)
        equity = sum(risk.equity for risk in risks.values())
        cash = self.cash(account)
        deficit = max(0, -(cash + max(0, equity)))
        nothing = cash + equity <= 0 and not self.account(account).pending
        top_up = min(max(0, minimum_reward - reward), REWARD_BOUND) if nothing else 0
        if deficit or top_up:
            self._collect(index)
        if deficit:
            insured = min(deficit, max(0, self.cash(self.address)))
            self.book(self.address, -insured)
            self.book(self.pools[index].pool, insured - deficit)
            self.book(account, deficit)
        if top_up:
            top_up = min(top_up, max(0, self.cash(self.address)))
            self.book(self.address, -top_up)
            self.book(liquidator, top_up)
        holder = self.account(account)
        left = holder.cash + equity
        sick = left < sum(risk.maintenance for risk in risks.values())
        flagged_at = (holder.flagged_at or self.env.now) if sick else 0
        if flagged_at != holder.flagged_at:
            self.accounts[account] = holder._replace(flagged_at=flagged_at)
        words = self.account_word(account), reward + top_up, deficit
        cash_after = self.cash(self.address), self.cash(self.pools[index].pool)
        self.env.emit(self.address, "Liquidated", account, market, liquidator, *words, *cash_after)
        return reward + top_up

    def _close(self, account: int, market: int, risks: Risks, whole: bool = False) -> tuple[int, int, int, int, bool]:
        """One market; updates `risks`. @returns margin and maintenance before, penalty, health, whether the whole."""
        index = self.pool_of(market)
        entry = self.pools[index]
        holder = self.account(account)
        outside, required = self._spread(risks, index, holder.cash)
        margin, maintenance, fill, risk = self.parts[entry.pool].liquidate(
            self.address, account, market, holder.markets & entry.markets, outside, required, whole
        )
        risks[index] = risk
        markets = holder.markets if fill.size else holder.markets & ~(1 << market)
        self.put(account, holder, holder._replace(cash=holder.cash + fill.cash, markets=markets))
        self.book(entry.pool, -(fill.cash + fill.penalty))
        return margin, maintenance, fill.penalty, fill.health, not fill.size

    def _close_rest(self, account: int, market: int, risks: Risks) -> int:
        """Every other market that is not halted, while margin stays below zero. @returns penalties."""
        bits = self.account(account).markets & ~(1 << market)
        return sum(self._close(account, number, risks, True)[2] for number in range(32) if bits >> number & 1)
