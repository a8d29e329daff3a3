"""The mistakes that are planted: where, what, and which lemma they must break."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """A mistake in a source, and the lemma that it must break."""

    lemma: str
    path: str
    old: str
    new: str
    mistake: str


MATHS, MARKET, FILL, RISK = (f"contracts/modules/perp_{name}.vy" for name in ("math", "market", "fill", "risk"))
LEDGER, MARGIN, RULES, SETTLEMENT, WORDS, POOLS = (
    f"contracts/modules/{name}.vy"
    for name in ("ledger", "margin", "margin_rules", "settlement", "market_words", "pools")
)
UPDATES = "contracts/modules/price_updates.vy"
SHARES, LIQUIDATION = "contracts/PoolShares.vy", "contracts/LiquidationModule.vy"

CONTROLS = (
    Control(
        "floor-div",
        MATHS,
        "if x < 0 and unsafe_mul(q, y) != x:",
        "if x < 0:",
        "the floor of an exact quotient is one less",
    ),
    Control(
        "guardian-tightens",
        POOLS,
        "self._set_paused(ledger._paused | actions)",
        "self._set_paused(actions if convert(actions, uint256) > convert(ledger._paused, uint256) else ledger._paused)",
        "a pause of more takes back what was paused",
    ),
    Control("ceil-div", MATHS, "return unsafe_add(q, 1)", "return q", "rounds toward zero"),
    Control(
        "clamp",
        MATHS,
        "if x < -bound:\n        return -bound",
        "if x < -bound:\n        return bound",
        "the sign of the lower bound",
    ),
    Control(
        "accrue-clamp",
        MATHS,
        "after <= rate_max and after >= -rate_max",
        "after <= rate_max or after >= -rate_max",
        "either bound will do",
    ),
    Control(
        "accrue-direction",
        MATHS,
        "unsafe_add(rate, unsafe_mul(acceleration, dt))",
        "unsafe_sub(rate, unsafe_mul(acceleration, dt))",
        "the rate's sign",
    ),
    Control(
        "fill-split",
        MATHS,
        "    return self._ceil_div(\n        unsafe_mul(size, price) *",
        "    return self._floor_div(\n        unsafe_mul(size, price) *",
        "a cost rounded down",
    ),
    Control("fill-round-trip", MATHS, "unsafe_mul(2, skew)), size)", "skew), size)", "half of the premium of the skew"),
    Control(
        "fill-up",
        MATHS,
        "    return self._ceil_div(\n        unsafe_mul(size, price) *",
        "    return self._floor_div(\n        unsafe_mul(size, price) *",
        "a cost rounded down",
    ),
    Control(
        "liability-fill",
        MATHS,
        "unsafe_sub(value, self._floor_div(unsafe_mul(skew, funding), WAD))",
        "unsafe_add(value, self._floor_div(unsafe_mul(skew, funding), WAD))",
        "the sign of funding in L",
    ),
    Control(
        "pnl-down",
        MATHS,
        "self._ceil_div(unsafe_mul(size, funding), WAD)",
        "self._floor_div(unsafe_mul(size, funding), WAD)",
        "funding owed rounded down",
    ),
    Control(
        "fee-up",
        MATHS,
        "unsafe_add(unsafe_mul(price, weighted), PPM * WAD - 1)",
        "unsafe_mul(price, weighted)",
        "a fee rounded down",
    ),
    Control("share-up", MATHS, "size), BPS * WAD - 1)", "size), 0)", "a penalty rounded down"),
    Control("requirement-up", MATHS, "product + unsafe_sub(divisor, 1)", "product", "a requirement rounded down"),
    Control(
        "ramp-between",
        MARKET,
        "unsafe_mul(unsafe_sub(new, old), elapsed)",
        "unsafe_mul(unsafe_add(new, old), elapsed)",
        "the sum of old and new",
    ),
    Control(
        "size-moves-skew",
        MARKET,
        "moved.short = unsafe_add(moved.short, size)",
        "moved.short = unsafe_sub(moved.short, size)",
        "a short's sign",
    ),
    Control(
        "trade-fee",
        MARKET,
        "lowering = min(size, abs(skew))",
        "lowering = abs(skew)",
        "the maker's rate for more than the size",
    ),
    Control("reduce-only", FILL, "d = max(d, -size)", "d = min(d, -size)", "a reduce-only order that flips"),
    Control(
        "partial-basis",
        FILL,
        "new_basis = maths._floor_div(unsafe_mul(basis",
        "new_basis = maths._ceil_div(unsafe_mul(basis",
        "what is left rounded up",
    ),
    Control("owed-part", FILL, "BPS * perp.OWED_UNIT)", "perp.OWED_UNIT)", "bps forgotten"),
    Control("opening-means", FILL, "or (size > 0 and after < 0) or", "or", "a flip of a long is no opening"),
    Control(
        "adverse-side",
        RISK,
        "seen.low if size > 0 else seen.high",
        "seen.high if size > 0 else seen.low",
        "the better side",
    ),
    Control(
        "halt-favours", RISK, "return high if size > 0 else low", "return low if size > 0 else high", "the worse side"
    ),
    Control(
        "withdraw-rule",
        RULES,
        "if cash - totals.losses < totals.initial:",
        "if cash + totals.losses < totals.initial:",
        "the sign of losses",
    ),
    Control(
        "close-rule", RULES, "if health < 0 or margin < 0:", "if health < 0 and margin < 0:", "both instead of either"
    ),
    Control("gains-counted", RULES, "affordable)", "convert(risk.gains, int256))", "gains that the pool cannot pay"),
    Control("cash-word", LEDGER, "assert abs(cash) < 2**103", "assert abs(cash) <= 2**103", "a cash that does not fit"),
    Control("debts-exact", LEDGER, "max(0, -new) - max(0, -old)", "max(0, -new) - old", "the old debt's part"),
    Control("withdraw-up", LEDGER, "(amount * UP + DOWN - 1) // DOWN", "amount * UP // DOWN", "a debit rounded down"),
    Control(
        "transfer-conserves",
        MARGIN,
        "target_word: uint256 = ledger._credit(target, convert(amount, int256))\n    self._log_transfer(source",
        "target_word: uint256 = ledger._credit(target, convert(amount, int256) + 1)\n    self._log_transfer(source",
        "a wei too much for the target",
    ),
    Control(
        "withdraw-judged",
        MARGIN,
        "    assert len(code) == 0, code\n    return word",
        "    return word",
        "the judgement is dropped",
    ),
    Control(
        "collect-conserves",
        SETTLEMENT,
        "convert(amount - insurance, int256))",
        "convert(amount, int256))",
        "the treasury gets all",
    ),
    Control(
        "waterfall",
        SETTLEMENT,
        "top_up = min(unsafe_sub(available, paid), top_up)",
        "top_up = min(available, top_up)",
        "insurance pays twice",
    ),
    Control(
        "reward-share",
        SETTLEMENT,
        "return min(BPS, unsafe_add(",
        "return max(BPS, unsafe_add(",
        "a share above the whole",
    ),
    Control(
        "flag-means",
        MARGIN,
        "assert unsafe_sub(block.timestamp, flagged_at) > FLAG_LIFE if unhealthy",
        "assert flagged_at == 0 if unhealthy",
        "a flag is set once and for all",
    ),
    Control(
        "early-means",
        SETTLEMENT,
        "assert unsafe_sub(flagged_at, 1) < unsafe_sub(block.timestamp, ramp)",
        "assert unsafe_sub(flagged_at, 1) <= unsafe_sub(block.timestamp, ramp)",
        "a second too early",
    ),
    Control(
        "early-means",
        SETTLEMENT,
        "assert unsafe_sub(flagged_at, 1) < unsafe_sub(block.timestamp, ramp)",
        "assert flagged_at <= unsafe_sub(block.timestamp, ramp)",
        "no flag taken for an old one",
    ),
    Control(
        "outdated-markets",
        UPDATES,
        "if markets >> market == 0:",
        "if (markets >> market) & 1 == 0:",
        "what follows a market that is not held is not looked at",
    ),
    Control(
        "early-flag",
        LIQUIDATION,
        "0 if is_over else unsafe_add(flagged_at, 1)",
        "0 if is_over else flagged_at",
        "a price of the flag's own second",
    ),
    Control(
        "early-flag",
        LIQUIDATION,
        "block.timestamp > unsafe_add(flagged_at, words.FLAG_LIFE)",
        "block.timestamp >= unsafe_add(flagged_at, words.FLAG_LIFE)",
        "a flag that is over a second too soon",
    ),
    Control(
        "position-round-trip",
        WORDS,
        "((basis & (2**112 - 1)) << 104)",
        "((basis & (2**111 - 1)) << 104)",
        "the sign bit of the basis lost",
    ),
    Control(
        "redeem-nav",
        SHARES,
        "assets: uint256 = burned * nav // supply",
        "assets: uint256 = (burned * nav + supply - 1) // supply",
        "a payout rounded up",
    ),
    Control(
        "deposit-nav",
        SHARES,
        "minted = assets_in * supply // convert(nav_high, uint256)",
        "minted = (assets_in * supply + supply) // convert(nav_high, uint256)",
        "too many shares",
    ),
)
