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
    '        assert unsafe_sub(flagged_at, 1) < unsafe_sub(block.timestamp, ramp), "EARLY"\n',
    "        pass\n",
)
BUGS.plant(
    "no flag is the oldest",
    "missing check",
    "Who was never flagged, and had no time, is liquidated at a price that somebody chose.",
    '        assert unsafe_sub(flagged_at, 1) < unsafe_sub(block.timestamp, ramp), "EARLY"\n',
    '        assert flagged_at <= unsafe_sub(block.timestamp, ramp), "EARLY"\n',
    subtle=True,
)
BUGS.plant(
    "a second before the ramp is over",
    "off by one",
    "The account's owner has a second less than he was promised to bring a newer price.",
    '        assert unsafe_sub(flagged_at, 1) < unsafe_sub(block.timestamp, ramp), "EARLY"\n',
    '        assert unsafe_sub(flagged_at, 1) <= unsafe_sub(block.timestamp, ramp), "EARLY"\n',
    subtle=True,
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
_MODULE, _FLAG = "contracts/LiquidationModule.vy", "contracts/modules/margin.vy"
BUGS += [
    Bug(
        "an old flag opens new old prices",
        "missing check",
        "Flagged once for a wick, an account is liquidated hours later at a price after which the next is left out.",
        (Edit(_MODULE, '    assert not self._is_early(account), "EARLY"\n', ""),),
    ),
    Bug(
        "an old flag opens them for a second",
        "off by one",
        "In the second in which the ramp is over, the same: who liquidates waits for it.",
        (
            Edit(
                _MODULE,
                "block.timestamp < unsafe_add(flagged_at, RAMP)",
                "block.timestamp <= unsafe_add(flagged_at, RAMP)",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "many at once know no flag that is too old",
        "missing check",
        "The same, in a list of one.",
        (Edit(_MODULE, "        if self._is_early(accounts[i]):\n            continue\n", ""),),
        subtle=True,
    ),
    Bug(
        "a flag warns of no price of its own second",
        "off by one",
        "Who flags in the transaction that brings the price waits half an hour longer than the rules say.",
        (
            Edit(
                _MODULE,
                "0 if is_over else unsafe_add(flagged_at, 1)",
                "0 if is_over else flagged_at",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "a flag that counts for ever",
        "stale value",
        "Flagged in a dip of hours ago, a sound account is liquidated while nobody has brought its other market.",
        (Edit(_MODULE, "0 if is_over else unsafe_add(flagged_at, 1)", "unsafe_add(flagged_at, 1)"),),
        subtle=True,
    ),
    Bug(
        "flagged anew at any time",
        "missing check",
        "An unhealthy account flags itself in every block: the reward stays at its floor and old prices never count.",
        (Edit(_FLAG, "unsafe_sub(block.timestamp, flagged_at) > FLAG_LIFE if", "True if"),),
    ),
    Bug(
        "a flag's life a second short",
        "off by one",
        "A flag falls in the second in which the rules still keep it.",
        (Edit(_FLAG, "flagged_at) > FLAG_LIFE if", "flagged_at) >= FLAG_LIFE if"),),
        subtle=True,
    ),
    Bug(
        "a flag that is never set anew",
        "missing check",
        "What was flagged a day ago and has newer prices is never liquidated while one of its markets is halted.",
        (
            Edit(
                _FLAG,
                "unsafe_sub(block.timestamp, flagged_at) > FLAG_LIFE if unhealthy else",
                "flagged_at == 0 if unhealthy else",
            ),
        ),
        subtle=True,
    ),
]
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
