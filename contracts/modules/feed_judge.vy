# pragma version 0.4.3
"""
@title Is a price fit for money?
@notice What is doubted is not stored: it only tells that the stored price is outdated (HALT until a newer one is believed).
    Pure functions of the words of `feed_words`.

        BAND   it is not strictly inside the band
        WIDE   the network's own interval is wider than the limit
        APART  it is further from the reference than the limit
        MOVE   it is further from the last price than the limit, no reference vouches for it, and it has not lasted `calm`
"""

from contracts.modules import feed_words as words
from interfaces import IPriceSource


@internal
@pure
def _unfit(limits: uint256, seen: IPriceSource.Observation) -> String[8]:
    """
    @dev Why an observation is doubted whatever is known besides; empty where it is not.
    """
    if seen.mid <= words._band(limits) or seen.mid >= words._band(limits >> words.BAND_HIGH):
        return "BAND"
    if self._confidence(seen) > words._bps(limits, words.CONFIDENCE):
        return "WIDE"
    return ""


@internal
@pure
def _confidence(seen: IPriceSource.Observation) -> uint256:
    """
    @return Half of the interval's width in bps of the price, up; 10,000 at most. The price is not 0.
    """
    # A source's confidence is below 2**128.
    wide: uint256 = unsafe_add(unsafe_mul(seen.confidence, words.BPS), unsafe_sub(seen.mid, 1))
    return min(words.BPS, unsafe_div(wide, seen.mid))


@internal
@pure
def _gap(seen: IPriceSource.Observation) -> uint256:
    """
    @return Seconds since the observation before it; 0 where that is not known, or longer than 20 bits hold.
    """
    if seen.previous_at == 0 or seen.previous_at >= seen.published_at:
        return 0
    gap: uint256 = unsafe_sub(seen.published_at, seen.previous_at)
    return gap if gap <= words.U20 else 0


@internal
@pure
def _moved(limits: uint256, stored: uint256, mid: uint256) -> bool:
    """
    @dev Whether a price is a larger move from the stored one than the breaker lets pass.
    """
    limit: uint256 = words._bps(limits, words.MOVE)
    last: uint256 = words._mid(stored)
    return limit != 0 and last != 0 and words._is_apart(mid, last, limit)


@internal
@pure
def _window(limits: uint256, at: uint256) -> uint256:
    """
    @return The number of the window that a time is in; 0 where there are none.
    """
    # 40 bits by 60 at least
    return unsafe_div(at, max(1, words._seconds(limits, words.WINDOW))) & words.U32


@internal
@pure
def _swing(word: uint256, number: uint256, mid: uint256) -> uint256:
    """
    @return The word of a window with this price in it; `word` may be of an earlier window.
    """
    low: uint256 = mid
    high: uint256 = mid
    if word >> words.NUMBER == number and word & words.U112 != 0:
        low = min(low, word & words.U112)
        high = max(high, (word >> words.HIGH) & words.U112)
    return low | (high << words.HIGH) | (number << words.NUMBER)


@internal
@pure
def _swung(limits: uint256, word: uint256, number: uint256, mid: uint256) -> bool:
    """
    @dev Whether a price is further from a price of that window than the breaker lets pass.
    """
    if word >> words.NUMBER != number or word & words.U112 == 0:
        return False
    limit: uint256 = words._bps(limits, words.SWING)
    return words._is_apart(mid, word & words.U112, limit) or words._is_apart(
        mid, (word >> words.HIGH) & words.U112, limit
    )


@internal
@pure
def _moved_at(stored: uint256, at: uint256) -> uint256:
    """
    @return When the first was published of those in a row that were doubted as moves, `at` where there is none.
    """
    run: uint256 = stored >> words.RUN
    if run == 0:
        return at
    # A run is no longer than the time that is known.
    heard_at: uint256 = words._heard_at(stored)
    return unsafe_sub(heard_at, min(heard_at, unsafe_sub(run, 1)))


@internal
@pure
def _doubted(stored: uint256, at: uint256, is_move: bool) -> uint256:
    """
    @dev The stored word where an observation published at `at` is doubted: the price stays the last good one.
    """
    # It is not older than what was heard. Where the price is of so long ago that the word cannot hold the time between,
    # its own gives way: it is too old for everything anyway.
    kept_at: uint256 = max(words._at(stored), unsafe_sub(max(at, words.U20), words.U20))
    since: uint256 = unsafe_sub(at, kept_at)
    run: uint256 = 0
    if is_move or stored >> words.RUN != 0:
        first_at: uint256 = self._moved_at(stored, at)
        run = min(words.U15, unsafe_add(unsafe_sub(at, min(at, first_at)), 1))
    kept: uint256 = stored & (2**words.DOUBTED - 1) & ~((words.U20 << words.GAP) | (words.U40 << words.AT))
    return kept | (kept_at << words.AT) | (since << words.GAP) | (1 << words.DOUBTED) | (run << words.RUN)


@internal
@pure
def _believed(
    config: uint256, stored: uint256, seen: IPriceSource.Observation, anchor: uint256, breaker: uint256
) -> uint256:
    """
    @param anchor The reference's price that it agrees with; 0: there is none.
    @param breaker Seconds that it trips the breaker for; 0: it does not.
    @return The stored word with an observation, newer than what was heard.
    """
    confidence: uint256 = self._confidence(seen)
    spread: uint256 = max(confidence, words._bps(config, words.DEVIATION))
    checked: uint256 = 0
    if words._flag(config, words.REFERENCE):
        checked = words.NEVER
        if anchor != 0:
            spread = max(spread, words._apart(seen.mid, words._mid(anchor)))
            # An anchor that is newer than the price vouches for it no longer than the price's own age lets it.
            agreed_at: uint256 = min(seen.published_at, words._at(anchor))
            checked = min(words.NEVER, unsafe_sub(seen.published_at, agreed_at))
    # What is left of a tripped breaker: 40 and 20 bits.
    ends_at: uint256 = max(
        unsafe_add(words._at(stored), words._seconds(stored, words.BREAKER)), unsafe_add(seen.published_at, breaker)
    )
    left: uint256 = unsafe_sub(ends_at, min(ends_at, seen.published_at))
    return (
        seen.mid
        | (seen.published_at << words.AT)
        | (self._gap(seen) << words.GAP)
        | (confidence << words.STORED_CONFIDENCE)
        | (spread << words.SPREAD)
        | (checked << words.CHECKED)
        | (left << words.BREAKER)
    )
