"""What a run leaves behind, for the summary and the report. Money, sizes and prices are WAD integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

WAD = 10**18


@dataclass(frozen=True)
class MarketSample:
    """A market after a round."""

    price: int
    long: int
    short: int
    rate: int  # 1e-36 a second, > 0: longs pay
    funding: int  # F, WAD USD per base unit


@dataclass(frozen=True)
class Sample:
    """The house after a round; `time` is that of the price history (Unix seconds)."""

    time: int
    markets: Mapping[int, MarketSample]
    nav: int
    supply: int
    insurance: int
    equity: Mapping[str, int]  # by trader

    @property
    def share_price(self) -> int:
        """WAD USD a share."""
        return self.nav * WAD // self.supply if self.supply else WAD


@dataclass(frozen=True)
class Liquidation:
    """One liquidation of one market; `size` is what was closed, signed as the position was."""

    time: int
    market: int
    trader: str
    price: int
    size: int
    whole: bool
    reward: int
    deficit: int


@dataclass(frozen=True)
class Check:
    """An invariant: its number and statement in the design, how often it was checked, and what broke it if anything.
    Number 0 is not in the design: what the bots know from events is the state."""

    number: int
    statement: str
    times: int
    failure: str = ""

    @property
    def name(self) -> str:
        """The number, as text."""
        return str(self.number) if self.number else "–"  # noqa: RUF001

    @property
    def holds(self) -> bool:
        """Never broken where it was checked."""
        return not self.failure


@dataclass
class Totals:
    """Sums over the run, WAD USD."""

    volume: int = 0
    fees: int = 0
    funding: int = 0  # paid by those who owed it
    penalties: int = 0
    bad_debt: int = 0
    bad_debt_insurance: int = 0
    realised: int = 0
    keeper_fees: int = 0
    liquidator_rewards: int = 0
    orders: int = 0
    filled: int = 0
    failed: dict[str, int] = field(default_factory=dict)  # orders that were consumed, by code
    refused: dict[str, int] = field(default_factory=dict)  # commits that reverted, by code
    triggered: int = 0
    left: int = 0  # accounts that were emptied at the end, while all was paused
    paid_out: int = 0


@dataclass
class History:
    """A whole run."""

    source: str  # where the prices are from, for people
    network: str
    begin: int
    hours: int
    names: Mapping[int, str]  # of the markets
    traders: Mapping[str, str]  # habit by trader's name
    parameters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # section: name: value
    components: str = ""  # which oracle and token contracts
    samples: list[Sample] = field(default_factory=list)
    liquidations: list[Liquidation] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    checks: list[Check] = field(default_factory=list)
    transactions: int = 0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def lp_return(self) -> int:
        """Change of the share price, WAD of its first."""
        if not self.samples:
            return 0
        first, last = self.samples[0].share_price, self.samples[-1].share_price
        return (last - first) * WAD // first
