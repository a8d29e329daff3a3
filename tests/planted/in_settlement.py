"""Bugs of liquidations: who is closed, who is paid, who pays."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit, Shelf

BUGS = Shelf("contracts/modules/settlement.vy")

BUGS.plant(
    "anybody settles a liquidation",
    "missing access control",
    "A stranger calls the vault's own door with a share of 100% and the liquidator of their choice.",
    '    assert msg.sender == LIQUIDATION_MODULE, "AUTH"\n',
    "",
)
BUGS.plant(
    "liquidated at once by an old price",
    "missing check",
    "Whoever keeps back the price at which the account is healthy again liquidates it.",
    '        assert flagged_at != 0 and unsafe_sub(block.timestamp, flagged_at) >= ramp, "EARLY"\n',
    "        pass\n",
)
BUGS.plant(
    "who liquidates himself is paid twice",
    "double count",
    "The reward is added to the cash in memory and credited once more: money from nothing, in a loop.",
    "    if liquidator != account:\n        ledger._credit(liquidator, convert(reward, int256))\n",
    "    ledger._credit(liquidator, convert(reward, int256))\n",
    subtle=True,
)
BUGS.plant(
    "the pool pays what insurance has paid",
    "double count",
    "A deficit is taken from insurance and from the LPs: the difference belongs to nobody.",
    "pool_cash = ledger._cash(ledger._credit(pool, unsafe_sub(paid, deficit)))",
    "pool_cash = ledger._cash(ledger._credit(pool, unsafe_sub(0, deficit)))",
)
BUGS.plant(
    "fees collected after insurance has paid",
    "order of accrual",
    "LPs bear deficits that insurance's own uncollected fees would have covered.",
    "        self._collect(pool)\n        cash = unsafe_add",
    "        cash = unsafe_add",
    subtle=True,
)
BUGS.plant(
    "the other markets are closed against old cash",
    "stale value",
    "A bankrupt account's second market is judged by the cash before the first: a penalty too much, a deficit too big.",
    "account, market, account_markets & pools._mask(pool_word), after_cash + outside, 0, True",
    "account, market, account_markets & pools._mask(pool_word), cash + outside, 0, True",
    subtle=True,
)
BUGS.plant(
    "rewards rise beyond the ramp",
    "missing check",
    "An old flag takes the liquidator's share beyond its ceiling: insurance gets nothing.",
    "risen = unsafe_div(unsafe_mul(min(unsafe_sub(block.timestamp, flagged_at), ramp), BPS), ramp)",
    "risen = unsafe_div(unsafe_mul(unsafe_sub(block.timestamp, flagged_at), BPS), ramp)",
    subtle=True,
)
BUGS.plant(
    "a top-up beside a pending order",
    "missing check",
    "An account whose last cash is in an order's fee has insurance pay for its own liquidation, again and again.",
    " and word & ledger.PENDING == 0:\n",
    ":\n",
    subtle=True,
)
BUGS.plant(
    "fees collected beyond the pool's credit",
    "missing check",
    "Treasury is paid out of cash that the pool owes to its winners.",
    '    assert ledger._cash(ledger._words[pool]) >= -convert(pools._credit_of(word), int256), "CREDIT"\n',
    "",
    subtle=True,
)
BUGS.append(
    Bug(
        "liquidations counted that failed",
        "return value",
        "Bots that trust the number pay gas for liquidations that were refused, and think accounts safe.",
        (
            Edit(
                "contracts/LiquidationModule.vy",
                "        if success:\n            # at most MANY\n            done = unsafe_add(done, 1)\n",
                "        done = unsafe_add(done, 1)\n",
            ),
        ),
    )
)
BUGS.plant(
    "treasury and insurance exchanged",
    "swapped",
    "The fund that pays deficits gets the treasury's share.",
    "ledger._credit(self, convert(insurance, int256))\n    ledger._credit(TREASURY, convert(amount - ",
    "ledger._credit(TREASURY, convert(insurance, int256))\n    ledger._credit(self, convert(amount - ",
)
BUGS.plant(
    "what the treasury collects while it is liquidated",
    "stale value",
    "The treasury's account is stored as it was before its own fees came in: they are gone.",
    "        cash = unsafe_add(cash, unsafe_sub(ledger._cash(ledger._words[account]), stored))\n",
    "",
    subtle=True,
)
