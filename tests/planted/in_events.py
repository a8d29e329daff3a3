"""Bugs of what is told: events that say something else than what was stored. Bots and pages live on them."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit

BUGS: list[Bug] = []


def _plant(name: str, cost: str, path: str, before: str, after: str, subtle: bool = False) -> None:
    BUGS.append(Bug(name, "false event", cost, (Edit(f"contracts/{path}.vy", before, after),), subtle))


_plant(
    "a transfer tells the target's word twice",
    "Whoever follows the books gives the source the target's cash.",
    "modules/margin",
    "source_word=ledger._words[source], target_word=target_word",
    "source_word=target_word, target_word=target_word",
)
_plant(
    "a liquidation tells the pool's cash of before the other markets",
    "The fills that close a bankrupt account's other markets are left out where nobody has to pay a deficit.",
    "modules/settlement",
    "        pool_cash = ledger._cash(ledger._words[pool])\n        left:",
    "        left:",
    subtle=True,
)
_plant(
    "a fill tells its fee without the penalty",
    "Liquidated traders read that they paid less than they did.",
    "ClearingPool",
    "        charge=o.fill.charge,",
    "        charge=o.fill.charge - o.fill.penalty,",
)
_plant(
    "an observation tells when it was made",
    "Followers take a price for younger than it is.",
    "OracleAdapter",
    "published_at=seen.published_at, stored=verdict.stored",
    "published_at=block.timestamp, stored=verdict.stored",
)
_plant(
    "an executed order names its trader as keeper",
    "Earnings are shown to the wrong address.",
    "OrderModule",
    "keeper=msg.sender, fee=order.fee, code=code",
    "keeper=order.account, fee=order.fee, code=code",
)
_plant(
    "a settlement tells its NAVs the wrong way round",
    "LPs read the price of the others.",
    "PoolShares",
    "        nav_low=nav_low,\n        nav_high=nav_high,",
    "        nav_low=nav_high,\n        nav_high=nav_low,",
)
_plant(
    "a changed market is told with its old ramp",
    "Traders do not see their maintenance rise.",
    "modules/market_registry",
    "market=market, config=word, ramp=ramp",
    "market=market, config=word, ramp=self._ramps[market] & 0",
)
