"""What every account's cash must be, by the model's arithmetic. No funding: the drills' markets have no velocity.

Money is WAD USD, sizes are WAD base units.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field

from novation.deployment.settings import Market, Parameters
from novation.fixed import BPS, WAD, ceil_div
from novation.model.market import (
    EMPTY,
    OWED_UNIT,
    Position,
    Terms,
    change,
    charge,
    liquidation_size,
    pnl,
    requirement,
    to_owed,
)


@dataclass
class Books:
    """Cash by account; `owed` is what the pool owes of its fees."""

    parameters: Parameters
    pool: str
    treasury: str
    insurance: str
    cash: dict[str, int] = field(default_factory=dict)
    positions: dict[tuple[str, int], Position] = field(default_factory=dict)
    owed: int = 0

    def copy(self) -> Books:
        """Another one with the same in it."""
        return deepcopy(self)

    def add(self, account: str, amount: int) -> None:
        """What comes in, < 0: goes out."""
        self.cash[account] = self.cash.get(account, 0) + amount

    def move(self, source: str, target: str, amount: int) -> None:
        """Between accounts."""
        self.add(source, -amount)
        self.add(target, amount)

    def size(self, account: str, market: int) -> int:
        """Of the position."""
        return self.positions.get((account, market), EMPTY).size

    def skew(self, market: int) -> int:
        """Of all positions."""
        return sum(position.size for (_, number), position in self.positions.items() if number == market)

    def fill(self, account: str, market: int, delta: int, price: int, spread: int = 0) -> int:
        """An order's. @param spread ppm. @return the fee."""
        m, skew = self.market(market), self.skew(market)
        fee = charge(price, delta, skew, m.maker_ppm, m.taker_ppm, spread)
        self._book(account, market, delta, price, fee)
        return fee

    def liquidation(self, account: str, market: int, price: int, liquidator: str, flagged: int = 0) -> tuple[int, int]:
        """Of an account that has one market and keeps a part. @param flagged So many seconds ago, 0: not.

        @return what it is charged, the reward.
        """
        m, pool, terms = self.market(market), self.parameters.pool, self.parameters.liquidation
        position = self.positions[account, market]
        size, scale = position.size, m.skew_scale
        margin = self.cash[account] + pnl(size, position.basis, price, 0)
        maintenance = requirement(scale, size, price, m.maintenance_bps, m.slope_bps, abs(size))
        target = ceil_div(maintenance * (BPS + pool.buffer_bps), BPS)
        rates = Terms(m.maintenance_bps, m.slope_bps, m.penalty_bps, m.taker_ppm, pool.buffer_bps)
        part = liquidation_size(rates, scale, price, size, self.skew(market), target - margin)
        delta = -part if size > 0 else part
        fee = charge(price, delta, 0, 0, m.taker_ppm, 0)
        penalty = ceil_div(part * price * m.penalty_bps, BPS * WAD)
        risen = min(flagged, terms.ramp) * BPS // terms.ramp
        depth = max(risen, (maintenance - margin) * BPS // maintenance)
        share = terms.share_floor_bps + (terms.share_ceiling_bps - terms.share_floor_bps) * depth // BPS
        reward = penalty * share // BPS
        self._book(account, market, delta, price, fee)
        self.move(account, liquidator, reward)
        self.move(account, self.insurance, penalty - reward)
        return fee + penalty, reward

    def collect(self) -> None:
        """The pool pays what it owes."""
        insurance = self.owed * self.parameters.vault.insurance_share_bps // BPS
        self.move(self.pool, self.insurance, insurance)
        self.move(self.pool, self.treasury, self.owed - insurance)
        self.owed = 0

    def market(self, number: int) -> Market:
        """Its parameters."""
        return next(market for market in self.parameters.markets if market.number == number)

    def _book(self, account: str, market: int, delta: int, price: int, fee: int) -> None:
        position = self.positions.get((account, market), EMPTY)
        done = change(position, delta, price, 0, self.market(market).skew_scale, self.skew(market))
        self.positions[account, market] = Position(done.size, done.basis, 0)
        self.move(self.pool, account, done.realised - fee)
        self.owed += to_owed(fee, self.parameters.pool.protocol_share_bps) * OWED_UNIT
