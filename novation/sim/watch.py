"""The mirror of a run that also adds up (volume, fees, funding, liquidations, bad debt) and audits every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from novation.bots.mirror import Mirror
from novation.fixed import WAD, unpack
from novation.model import words
from novation.model.feeds import Stored
from novation.model.market import liability
from novation.model.marks import Filled
from novation.model.view import View
from novation.sim.audit import Audit
from novation.sim.history import Liquidation, MarketSample, Sample, Totals


@dataclass(kw_only=True)
class Watch(Mirror):
    """Values are at the newest rounds (`prices`, WAD), which the stored ones may be behind of."""

    audit: Audit
    names: Mapping[str, str]  # of traders, by account
    prices: dict[int, int] = field(default_factory=dict)
    now: int = 0  # time of the price history
    time: int = 0  # of the chain, as far as known
    totals: Totals = field(default_factory=Totals)
    liquidations: list[Liquidation] = field(default_factory=list)
    _first: View | None = None  # before the operation whose events are coming in
    _fills: list[Filled] = field(default_factory=list)

    def sample(self) -> Sample:
        """The house as it is now; funding as of each market's newest accrual."""
        markets = {}
        nav = self.cash(self.at.pool) - self.owed
        for number, price in sorted(self.prices.items()):
            state = self.market(number)
            markets[number] = MarketSample(price, state.long, state.short, state.rate, state.funding)
            scale = self.audit.configs[number].skew_scale
            nav -= liability(scale, state.skew, state.funding, state.basis, price)
        equity = {name: self.equity(account) for account, name in self.names.items()}
        return Sample(self.now, markets, nav, self.supply, self.cash(self.at.vault), equity)

    def equity(self, account: str) -> int:
        """Cash and open profit."""
        held = self.markets_of(account)
        return self.cash(account) + sum(self.pnl(account, number, self.prices[number]) for number in held)

    def entry(self, account: str, number: int) -> int:
        """Average price of a position, premium included; 0 without one."""
        size, basis, _ = self.position(account, number)
        return basis * WAD // size if size else 0

    def _view(self) -> View:
        stored = {number: market.price for number, market in self.markets.items()}
        return self.audit.view(self, stored | self.prices, self.time)

    def _marked(self, args: dict[str, Any], _: str) -> None:
        number = args["market"]
        old, before = self.market(number), self._view()
        super()._marked(args, _)
        new = self.market(number)
        self.time = max(self.time, new.accrued_at)
        if old.accrued_at:
            paid = new.funding - old.funding
            self.totals.funding += (paid * old.long if paid > 0 else -paid * old.short) // WAD
            self.audit.step("mark", before, self._view(), [])

    def _filled(self, args: dict[str, Any], _: str) -> None:
        account, number = args["account"], args["market"]
        before = self._view()
        super()._filled(args, _)
        record = self.audit.filled(before, self._view(), account, number, args["price"], args["charge"])
        self._first = self._first or before
        self._fills.append(record)
        self.totals.volume += abs(record.fill.delta) * record.fill.price // WAD
        self.totals.fees += args["charge"]

    def _traded(self, args: dict[str, Any], _: str) -> None:
        super()._traded(args, _)
        self._close("trade", args)

    def _realised(self, args: dict[str, Any], _: str) -> None:
        self._first = self._first or self._view()
        if "position" in args:
            super()._realised(args, _)
            self.totals.realised += args["amount"]
        else:
            super()._traded(args, _)
            self._close("realise", args)

    def _liquidated(self, args: dict[str, Any], _: str) -> None:
        before = self.cash(self.at.vault)
        super()._liquidated(args, _)
        penalty = sum(record.fill.penalty for record in self._fills)
        reward, deficit = args["reward"], args["deficit"]
        self.totals.penalties += penalty
        self.totals.liquidator_rewards += reward
        self.totals.bad_debt += deficit
        # Insurance had `before` (fees collected), got the penalty less the reward, and paid the rest of the change.
        self.totals.bad_debt_insurance += min(deficit, before + penalty - reward - args["insurance_cash"])
        name = self.names.get(args["account"], args["account"])
        for number, record in enumerate(self._fills):
            fill = record.fill
            told = (reward, deficit) if number == 0 else (0, 0)
            self.liquidations.append(
                Liquidation(self.now, record.market, name, fill.price, -fill.delta, fill.size == 0, *told)
            )
        self._close("liquidate", args)

    def _withdrawn(self, args: dict[str, Any], _: str) -> None:
        before = self._view()
        super()._withdrawn(args, _)
        self.audit.step("withdraw", before, self._view(), [])

    def _transferred(self, args: dict[str, Any], _: str) -> None:
        before = self._view()
        super()._transferred(args, _)
        # What modules hand out is nobody's withdrawal.
        if args["source"] not in (self.at.pool, self.at.shares, self.at.orders):
            self.audit.step("transfer", before, self._view(), [])

    def _observed(self, args: dict[str, Any], _: str) -> None:
        self.audit.observed(args["feed"], Stored(*unpack(args["stored"], words.STORED)))

    def _close(self, name: str, args: dict[str, Any]) -> None:
        """The vault's event ends an operation."""
        if self._first is not None:
            self.audit.step(name, self._first, self._view(), self._fills, args["account"], args["market"])
        self._first, self._fills = None, []

    def _committed(self, args: dict[str, Any], _: str) -> None:
        super()._committed(args, _)
        self.totals.orders += 1

    def _triggered(self, args: dict[str, Any], _: str) -> None:
        super()._committed(args, _)
        self.totals.triggered += 1

    def _executed(self, args: dict[str, Any], _: str) -> None:
        super()._executed(args, _)
        self.totals.keeper_fees += args["fee"]
        if args["code"]:
            self.totals.failed[args["code"]] = self.totals.failed.get(args["code"], 0) + 1
        else:
            self.totals.filled += 1
