"""The mistakes about feeds' words and how a price is judged."""

from __future__ import annotations

from novation.proofs.mistakes import Control

FEED_WORDS, FEED_JUDGE = "contracts/modules/feed_words.vy", "contracts/modules/feed_judge.vy"

CONTROLS = (
    Control(
        "apart-exact",
        FEED_WORDS,
        "return unsafe_mul(difference, BPS) > unsafe_mul(limit, other)",
        "return unsafe_mul(difference, BPS) > unsafe_mul(limit, mid)",
        "the limit of the new price",
    ),
    Control(
        "apart-up",
        FEED_WORDS,
        "unsafe_mul(difference, BPS), unsafe_sub(other, 1)), other)",
        "unsafe_mul(difference, BPS), 0), other)",
        "a distance rounded down",
    ),
    Control(
        "confidence-up",
        FEED_JUDGE,
        "unsafe_mul(seen.confidence, words.BPS), unsafe_sub(seen.mid, 1))",
        "unsafe_mul(seen.confidence, words.BPS), 0)",
        "an interval rounded down",
    ),
    Control(
        "band-word",
        FEED_WORDS,
        "return band.mantissa | (band.exponent << 14)",
        "return band.mantissa | (band.exponent << 13)",
        "the exponent over the mantissa",
    ),
    Control(
        "heard-at",
        FEED_WORDS,
        "self._seconds(stored, GAP) if self._flag(stored, DOUBTED) else 0",
        "self._seconds(stored, GAP)",
        "a gap that is none",
    ),
    Control(
        "doubted-word",
        FEED_JUDGE,
        "& ~((words.U20 << words.GAP) |",
        "& ~((words.U20 << words.BREAKER) |",
        "the breaker forgotten",
    ),
    Control(
        "moved-at",
        FEED_JUDGE,
        "min(heard_at, unsafe_sub(run, 1))",
        "min(heard_at, run)",
        "a second too early",
    ),
    Control(
        "run-kept",
        FEED_JUDGE,
        "unsafe_add(unsafe_sub(at, min(at, first_at)), 1)",
        "unsafe_add(unsafe_sub(at, min(at, first_at)), 2)",
        "every doubt makes it a second longer",
    ),
    Control(
        "gap-known",
        FEED_JUDGE,
        "return gap if gap <= words.U20 else 0",
        "return gap & words.U20",
        "a gap that wraps",
    ),
    Control(
        "believed-fields",
        FEED_JUDGE,
        "            checked = min(words.NEVER, unsafe",
        "            checked = (unsafe",
        "an old reference spills into the breaker",
    ),
    Control(
        "stored-round-trip",
        FEED_WORDS,
        "return (word >> AT) & U40",
        "return (word >> AT) & U32",
        "a time cut off",
    ),
    Control(
        "believed-unwidened",
        FEED_JUDGE,
        "spread = max(spread, words._apart(",
        "spread = min(spread, words._apart(",
        "the smallest spread",
    ),
    Control(
        "breaker-lasts",
        FEED_JUDGE,
        "ends_at: uint256 = max(\n        unsafe_add(words._at(stored)",
        "ends_at: uint256 = min(\n        unsafe_add(words._at(stored)",
        "a breaker that the next price ends",
    ),
    Control(
        "unfit-bounds",
        FEED_JUDGE,
        "if seen.mid <= words._band(limits) or",
        "if seen.mid <= words._band(limits) and",
        "both bounds at once",
    ),
    Control(
        "moved-exact",
        FEED_JUDGE,
        "return limit != 0 and last != 0 and words._is_apart(mid, last, limit)",
        "return last != 0 and words._is_apart(mid, last, limit)",
        "no limit taken for a limit of 0",
    ),
    Control(
        "window-number",
        FEED_JUDGE,
        "return unsafe_div(at, max(1, words._seconds(limits, words.WINDOW))) & words.U32",
        "return unsafe_div(at, max(1, words._seconds(limits, words.CALM))) & words.U32",
        "another field's length",
    ),
    Control(
        "swing-holds",
        FEED_JUDGE,
        "        high = max(high, (word >> words.HIGH) & words.U112)\n",
        "",
        "the highest forgotten",
    ),
    Control(
        "swung-every",
        FEED_JUDGE,
        "return words._is_apart(mid, word & words.U112, limit) or words",
        "return words._is_apart(mid, word & words.U112, limit) and words",
        "beyond both ends",
    ),
)
