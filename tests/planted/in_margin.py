"""Bugs of the margin engine."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit, Shelf

BUGS = Shelf("contracts/modules/margin.vy")

BUGS.plant(
    "transfers judge the target",
    "wrong account",
    "A batch of transfers takes the margin out from under an account's positions.",
    "code: String[8] = self._withdrawal_code(item.source, ledger._words[item.source])",
    "code: String[8] = self._withdrawal_code(item.target, ledger._words[item.target])",
)
BUGS.plant(
    "a closing fill ends the pending mark",
    "missing check",
    "Margin that an opening order was judged with leaves before that order fills.",
    "    if not reduce_only:\n        after &= ~ledger.PENDING\n    if after",
    "    after &= ~ledger.PENDING\n    if after",
    subtle=True,
)
BUGS.plant(
    "the flag falls with the first good margin",
    "missing check",
    "An account below maintenance resets its liquidation clock by a trade and the reward starts from the floor again.",
    "if after & ledger.FLAGGED_MASK != 0 and margin >= totals.maintenance:",
    "if after & ledger.FLAGGED_MASK != 0 and margin >= 0:",
    subtle=True,
)
BUGS.plant(
    "credit asked of the cash before the fill",
    "stale value",
    "A winner takes the pool's cash below its credit with one large close.",
    "    pool_cash -= fill.cash\n"
    "    # Who pays the pool may always close.\n"
    '    assert fill.cash <= 0 or pool_cash >= -convert(pools._credit_of(pool_word), int256), "CREDIT"\n',
    '    assert fill.cash <= 0 or pool_cash >= -convert(pools._credit_of(pool_word), int256), "CREDIT"\n'
    "    pool_cash -= fill.cash\n",
    subtle=True,
)
BUGS.plant(
    "debtors open without insurance",
    "missing check",
    "Accounts with negative cash live on gains that no insurance covers: bad debt without a bound.",
    '        assert convert(ledger.debts, int256) <= ledger._cash(ledger._words[self]), "DEBT"\n',
    "        pass\n",
    subtle=True,
)
BUGS.plant(
    "a closing order's fee is not judged",
    "missing check",
    "Margin below maintenance is parked in fees, liquidated without, and cancelled back.",
    '        assert cash + left.equity >= left.maintenance, "MARGIN"\n',
    "        pass\n",
)
BUGS.plant(
    "the last market's status is the account's",
    "stale value",
    "A stale price in one pool is forgotten as soon as the account has a good one in another: it withdraws at it.",
    "pools._credit_of(word)\n            )\n    return totals\n",
    "pools._credit_of(word)\n            )\n            totals.status = risk.status\n    return totals\n",
    subtle=True,
)

_RULES = "contracts/modules/margin_rules.vy"
BUGS += [
    Bug(
        "gains beyond what the pool can pay",
        "missing check",
        "Positions are opened against winnings that an empty pool will never pay.",
        (
            Edit(
                _RULES,
                "after.counted += min(convert(risk.gains * gain_weight // 10_000, int256), affordable)",
                "after.counted += convert(risk.gains * gain_weight // 10_000, int256)",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "seventeen markets",
        "off by one",
        "An account with more markets than the gas of its liquidation was measured for.",
        (Edit(_RULES, "MAX_POSITIONS: constant(uint256) = 16", "MAX_POSITIONS: constant(uint256) = 17"),),
        subtle=True,
    ),
]
