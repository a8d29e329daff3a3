"""Bugs of markets: accrual, ramps, parameters, requirements; and of pools as the vault knows them: credit, pauses."""

from __future__ import annotations

from tests.planted.bug import Bug, Edit, Shelf

BUGS = Shelf("contracts/modules/market_registry.vy")

BUGS.plant(
    "funding accrues at the newest price",
    "order of accrual",
    "Who pokes after a jump chooses at which price an hour's funding was.",
    "    after: words.State = perp._accrued(config, before)\n    if price.status",
    "    seen: words.State = before\n"
    "    if price.status != IOracleAdapter.Status.HALT:\n"
    "        seen.price = convert(price.mid, int256)\n"
    "    after: words.State = perp._accrued(config, seen)\n    if price.status",
)
BUGS.plant(
    "a ramp begins where the last one ends",
    "stale value",
    "A second change within a ramp jumps maintenance at once: healthy accounts are liquidated.",
    "    old: uint256 = self._config_of(market)\n",
    "    old: uint256 = self._configs[market]\n",
    subtle=True,
)
BUGS.plant(
    "the rate stays above a lower cap",
    "missing check",
    "Funding runs faster than its cap until the skew turns.",
    "    s.rate = maths._clamp(s.rate, rate_max)\n",
    "",
    subtle=True,
)
BUGS.plant(
    "the guardian loosens initial margin",
    "missing check",
    "A stolen guardian's key, meant to do no harm, lets everybody trade without margin.",
    "        initial >= (config >> words.INITIAL) & (2**16 - 1)\n        and open",
    "        initial > 0\n        and open",
)

_PERP = "contracts/modules/perp_market.vy"
_RISK = "contracts/modules/perp_risk.vy"
_POOLS = "contracts/modules/pools.vy"
BUGS += [
    Bug(
        "the penalty ramps from maintenance",
        "stale value",
        "While a ramp runs the penalty is several times what it was and what it will be.",
        (
            Edit(
                _PERP,
                "self._between(words._config(ramp, 16), words._config(config, words.PENALTY)",
                "self._between(words._config(ramp, 0), words._config(config, words.PENALTY)",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "the slope of one's own size",
        "wrong account",
        "Split into sub-accounts a crowded side needs no more margin than an empty one.",
        (
            Edit(
                _PERP,
                "max(abs(size), s.long if size > 0 else s.short),",
                "abs(size),",
            ),
        ),
    ),
    Bug(
        "a halted price against the trader",
        "sign",
        "While a feed is in doubt accounts are liquidated that are healthy at its last price.",
        (Edit(_RISK, "return high if size > 0 else low", "return low if size > 0 else high"),),
        subtle=True,
    ),
    Bug(
        "a new credit ends the pause",
        "stale value",
        "The owner lowers a pool's credit in an emergency and opens trading again with it.",
        (
            Edit(
                _POOLS,
                "self._set_pool(index, (word & ~((2**40 - 1) << 208)) | ((credit // WAD) << 208))",
                "self._set_pool(index, (word & (2**208 - 1)) | ((credit // WAD) << 208))",
            ),
        ),
        subtle=True,
    ),
    Bug(
        "the guardian unpauses",
        "missing access control",
        "Who stole the guardian's key opens what the owner has closed.",
        (
            Edit(
                _POOLS,
                "    roles._only_owner()\n    self._set_paused(ledger._paused & ~actions)",
                "    roles._only_guardian()\n    self._set_paused(ledger._paused & ~actions)",
            ),
        ),
    ),
]
