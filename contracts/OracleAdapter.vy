# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Prices fit for money, out of what sources prove
@license AGPL-3.0-only
@notice A feed has the number of the market that it prices, and one source: a push source is asked, to a pull source
    prices are brought. Sources prove, this judges: age, band, interval, moves, distance from an independent reference. It
    never returns a price it doubts: in HALT it returns the last good one. Prices are WAD USD per base unit, times Unix
    seconds, `bps` 1e-4, `ppm` 1e-6.
@dev Trusted: a source's code, which answers whatever its network does and reverts on a question with GAS alone; and that
    what its network has published does not change. What a pull feed is asked costs two words of storage, no call.
"""

from contracts.modules import feed_judge as judge
from contracts.modules import feed_words as words
from contracts.modules import lateness
from contracts.modules import roles
from interfaces import IOracleAdapter
from interfaces import IPriceSource
from interfaces import ISequencerUptime

implements: IOracleAdapter
initializes: roles
exports: (
    roles.owner,
    roles.pending_owner,
    roles.transfer_ownership,
    roles.accept_ownership,
    roles.guardian,
    roles.set_guardian,
)

BPS: constant(uint256) = 10_000
PPM_PER_BPS: constant(uint256) = 100
MAX_BYTES: constant(uint256) = 4096
MAX_MID: constant(uint256) = 2**112 - 1
MIN_WINDOW: constant(uint256) = 60
# Seconds in which an order fills at its first observation without the deviation as its spread; later than that after T
# it needs a newest price that is no older.
LATE: constant(uint256) = lateness.LATE
# IOracleAdapter.Status as a number: Vyper 0.4.3 cannot assign or return an interface's flag member.
NORMAL: constant(uint256) = 1
REDUCE_ONLY: constant(uint256) = 2
HALT: constant(uint256) = 4
AGED: constant(uint256) = 8


# What an observation makes of a feed's words.
struct Verdict:
    stored: uint256
    anchor: uint256                 # 0: as it was
    swing: uint256                  # 0: as it was
    reason: String[8]               # why it is doubted, or empty


# The newest price, and the source that it is of.
struct Look:
    status: uint256
    mid: uint256                    # WAD
    at: uint256
    spread: uint256                 # bps
    source: address                 # the push source; empty for what is brought
    is_fallback: bool


# Empty where there is none: prices do not depend on a sequencer.
UPTIME: public(immutable(address))

_feeds: HashMap[uint256, uint256]
_limits: HashMap[uint256, uint256]
_references: HashMap[uint256, address]
_fallbacks: HashMap[uint256, uint256]
_stored: HashMap[uint256, uint256]
_anchors: HashMap[uint256, uint256]
_brought: HashMap[uint256, uint256]
# feed -> parity of the window's number
_swings: HashMap[uint256, uint256[2]]
# feed -> mid of the first in a row that was doubted as a move
_levels: HashMap[uint256, uint256]


@deploy
def __init__(owner: address, guardian: address, uptime: address):
    """
    @param owner Sets feeds.
    @param guardian Only tightens; may be empty.
    @param uptime ISequencerUptime of an L2, else empty: while the sequencer is down every feed is in HALT.
    @custom:reverts BOUND.
    """
    roles.__init__(owner, guardian)
    assert uptime == empty(address) or uptime.is_contract, "BOUND"
    UPTIME = uptime


# Prices. These are @reentrant because the lock would guard nothing: all they call is static, so a source that calls
# back cannot write, and it reads what was stored before.


@external
@view
@reentrant
def read(feed: uint256) -> IOracleAdapter.Price:
    """
    @notice The newest price; never reverts for a configured feed. In HALT it is the last good one.
    @custom:reverts GAS a source failed and too little gas is left to tell whether it was starved.
    """
    return self._price(self._seen(feed)[0])


@external
@reentrant
def observe(feed: uint256) -> IOracleAdapter.Price:
    """
    @notice As `read`, and remembers what a push source says. Anyone may call.
    @custom:reverts GAS as `read`.
    """
    return self._price(self._observed(feed, self._feeds[feed]))


@external
@payable
def update(feed: uint256, data: Bytes[MAX_BYTES]) -> bool:
    """
    @notice Brings what a pull source's network signed; the source's fee is paid with the call. What is older than the
        newest price changes that in nothing, and an order may fill at it. Anyone may call.
    @return Whether it is the newest price now; not where it is older, or doubted.
    @custom:reverts MARKET the feed is unknown; GAS as `read`; and as the source's `prove`: FORMAT, SIGNED, ORIGIN, FEED,
        VALUE, FUTURE, EXPIRED, GRID, FEE, PUSH.
    """
    config: uint256 = self._feeds[feed]
    assert config != 0, "MARKET"
    seen: IPriceSource.Observation = extcall IPriceSource(words._source(config)).prove(data, value=msg.value)
    assert seen.published_at <= block.timestamp, "FUTURE"
    stored: uint256 = self._stored[feed]
    heard_at: uint256 = words._heard_at(stored)
    # One that was doubted may be brought again: the reference may agree meanwhile.
    if seen.published_at > heard_at or (seen.published_at == heard_at and words._flag(stored, words.DOUBTED)):
        verdict: Verdict = self._judge(feed, config, stored, seen)
        self._keep(feed, stored, seen, verdict)
        return len(verdict.reason) == 0
    # Without its predecessor it fills no order.
    if judge._gap(seen) != 0 and len(judge._unfit(self._limits[feed], seen)) == 0:
        self._brought[feed] = (
            seen.mid
            | (seen.published_at << words.AT)
            | (judge._gap(seen) << words.GAP)
            | (judge._confidence(seen) << words.STORED_CONFIDENCE)
        )
    return False


@external
@view
def fee(feed: uint256, data: Bytes[MAX_BYTES]) -> uint256:
    """
    @return What `update` must be paid (wei).
    @custom:reverts MARKET the feed is unknown; and as the source's `fee`: FORMAT, FEE.
    """
    config: uint256 = self._feeds[feed]
    assert config != 0, "MARKET"
    return staticcall IPriceSource(words._source(config)).fee(data)


@external
@reentrant
def observe_at(
    feed: uint256, due: uint256, window: uint256, observation_id: uint256
) -> (IOracleAdapter.Price, uint256, uint256):
    """
    @notice The newest price (remembered as by `observe`) and the one price that an order due at `due` fills at. Anyone
        may call.

                          due              due + window
            ---- p -------|----- r --------|------------------>    first observation: r, p its predecessor
            ---- r -------|----------------|------ n ---------     in force (push): r, n its successor or none

        The spread is the observation's own confidence; where it is filled more than LATE seconds after it, or is the
        one in force or a fallback's, at least the deviation: so far the market walks unseen. At any moment at most one
        observation qualifies, as long as a network's statements are true. While the fallback prices the feed it prices
        orders whose own observation is not known, when their window is over.
    @param observation_id Of a push source the observation's id.
    @return newest, fill price (WAD), spread (ppm).
    @custom:reverts STALE no good price now or then, then far from now's, or (of a pull source, late) none of now beside
        it; EARLY the window is open and no observation of it is known; PROOF the observation is not the one; GAS as
        `read`.
    """
    config: uint256 = self._feeds[feed]
    look: Look = self._observed(feed, config)
    assert look.status != HALT, "STALE"
    end: uint256 = due + window
    mid: uint256 = 0
    spread: uint256 = 0
    known: uint256 = 0
    if not words._flag(config, words.PUSH):
        known = self._first_known(feed, due, end)
    if known != 0 or look.source == empty(address):
        mid, spread = self._brought_for(feed, config, look, known, due, end)
    else:
        mid, spread = self._pushed_for(feed, config, look, due, end, observation_id)
    # There is no history of what was doubted: a price that is not the newest is bound to the newest, which has passed.
    if mid != look.mid:
        limits: uint256 = self._limits[feed]
        limit: uint256 = words._bps(limits, words.MOVE)
        if words._flag(config, words.REFERENCE):
            limit = unsafe_mul(2, words._bps(limits, words.DIVERGENCE))
        assert limit == 0 or not words._is_apart(mid, look.mid, limit), "STALE"
    return self._price(look), mid, unsafe_mul(spread, PPM_PER_BPS)


@external
@view
def outdated_since(feed: uint256, time: uint256) -> bool:
    """
    @notice Whether somebody may have left out a newer price than the one there is.
    @param time Unix seconds.
    @return Whether the price is AGED or in HALT, and the last one believed was published at or after `time`.
    @custom:reverts GAS as `read`.
    """
    look: Look = empty(Look)
    stored: uint256 = 0
    look, stored = self._seen(feed)
    return look.status >= HALT and words._at(stored) >= time


@external
@view
def bounds(feed: uint256) -> (uint256, uint256):
    """
    @return highest price the feed can return (WAD), largest spread (ppm). Zero for an unknown feed.
    """
    limits: uint256 = self._limits[feed]
    filled: uint256 = max(words._bps(self._feeds[feed], words.DEVIATION), words._bps(limits, words.CONFIDENCE))
    filled = max(filled, words._bps(self._fallbacks[feed], words.FALLBACK_DEVIATION))
    wide: uint256 = max(filled, words._bps(limits, words.DIVERGENCE))
    highest: uint256 = words._band(limits >> words.BAND_HIGH) * (BPS + wide)
    return highest // BPS + (1 if highest % BPS > 0 else 0), filled * PPM_PER_BPS


@external
@view
def feed_at(feed: uint256) -> (IOracleAdapter.Feed, IOracleAdapter.Status):
    """
    @return How the feed is set, and the best status it can have; empty for an unknown one.
    """
    config: uint256 = self._feeds[feed]
    limits: uint256 = self._limits[feed]
    fallback: uint256 = self._fallbacks[feed]
    settings: IOracleAdapter.Feed = IOracleAdapter.Feed(
        source=words._source(config),
        is_push=words._flag(config, words.PUSH),
        trade_age=words._seconds(config, words.TRADE_AGE),
        close_age=words._seconds(config, words.CLOSE_AGE),
        deviation=words._bps(config, words.DEVIATION),
        confidence=words._bps(limits, words.CONFIDENCE),
        band_low=words._band_of(limits),
        band_high=words._band_of(limits >> words.BAND_HIGH),
        move=words._bps(limits, words.MOVE),
        swing=words._bps(limits, words.SWING),
        window=words._seconds(limits, words.WINDOW),
        calm=words._seconds(limits, words.CALM),
        reference=self._references[feed],
        divergence=words._bps(limits, words.DIVERGENCE),
        reference_age=words._seconds(config, words.REFERENCE_AGE),
        refresh=words._seconds(limits, words.REFRESH),
        fallback=words._source(fallback),
        fallback_age=words._seconds(fallback, words.FALLBACK_AGE),
        fallback_deviation=words._bps(fallback, words.FALLBACK_DEVIATION),
    )
    best: uint256 = NORMAL << ((config >> words.STATUS) & 3) if config != 0 else 0
    return settings, convert(best, IOracleAdapter.Status)


@external
@view
def words_of(feed: uint256) -> (uint256, uint256, uint256, uint256[2], uint256):
    """
    @return The stored, anchor and brought words and the two swing words, laid out as `feed_words` says; and the price
        (WAD) at which the last run of doubted moves began.
    """
    return self._stored[feed], self._anchors[feed], self._brought[feed], self._swings[feed], self._levels[feed]


# Administration


@external
def set_feed(feed: uint256, settings: IOracleAdapter.Feed):
    """
    @notice Sets a feed. The floor status stays, and the last good price, in HALT until an observation is believed under
        the new settings (of the same source that same one may be judged again); of another source nothing is known, and
        until it is, the fallback speaks if there is one. Only the owner.
    @custom:reverts AUTH, BOUND, STALE a push source, a reference or a fallback has no price now, GAS.
    """
    roles._only_owner()
    self._check(settings)
    has_reference: bool = settings.reference != empty(address)
    has_fallback: bool = settings.fallback != empty(address)
    self._limits[feed] = (
        words._band_word(settings.band_low)
        | (words._band_word(settings.band_high) << words.BAND_HIGH)
        | (settings.confidence << words.CONFIDENCE)
        | (settings.move << words.MOVE)
        | (settings.swing << words.SWING)
        | (settings.divergence << words.DIVERGENCE)
        | (settings.window << words.WINDOW)
        | (settings.calm << words.CALM)
        | (settings.refresh << words.REFRESH)
    )
    is_other: bool = words._source(self._feeds[feed]) != settings.source
    self._feeds[feed] = (
        convert(settings.source, uint256)
        | (settings.trade_age << words.TRADE_AGE)
        | (settings.close_age << words.CLOSE_AGE)
        | (settings.deviation << words.DEVIATION)
        | (settings.reference_age << words.REFERENCE_AGE)
        | (self._feeds[feed] & (3 << words.STATUS))
        | ((1 if settings.is_push else 0) << words.PUSH)
        | ((1 if has_reference else 0) << words.REFERENCE)
        | ((1 if has_fallback else 0) << words.FALLBACK)
    )
    self._references[feed] = settings.reference
    self._fallbacks[feed] = (
        convert(settings.fallback, uint256)
        | (settings.fallback_age << words.FALLBACK_AGE)
        | (settings.fallback_deviation << words.FALLBACK_DEVIATION)
    )
    self._anchors[feed] = 0
    self._brought[feed] = 0
    stored: uint256 = self._stored[feed]
    if stored != 0:
        # What another source has said is of other times.
        if is_other:
            stored = words._mid(stored)
        elif not words._flag(stored, words.DOUBTED):
            stored = stored & ~(words.U20 << words.GAP)
        self._stored[feed] = (stored & (2**words.DOUBTED - 1)) | (1 << words.DOUBTED)
    log IOracleAdapter.FeedSet(feed=feed, settings=settings)


@external
def set_status(feed: uint256, status: IOracleAdapter.Status):
    """
    @notice Sets the best status the feed can have, NORMAL or REDUCE_ONLY. The owner; the guardian may only tighten.
    @custom:reverts AUTH, MARKET the feed is unknown, BOUND another status.
    """
    roles._only_guardian()
    config: uint256 = self._feeds[feed]
    assert config != 0, "MARKET"
    assert status == IOracleAdapter.Status.NORMAL or status == IOracleAdapter.Status.REDUCE_ONLY, "BOUND"
    index: uint256 = 1 if status == IOracleAdapter.Status.REDUCE_ONLY else 0
    if index < (config >> words.STATUS) & 3:
        roles._only_owner()
    self._feeds[feed] = (config & ~(3 << words.STATUS)) | (index << words.STATUS)
    log IOracleAdapter.StatusSet(feed=feed, status=status)


@internal
@view
def _check(settings: IOracleAdapter.Feed):
    """
    @custom:reverts BOUND, STALE, GAS.
    """
    s: IOracleAdapter.Feed = settings
    assert s.source.is_contract, "BOUND"
    assert s.trade_age > 0 and s.trade_age <= s.close_age and s.close_age <= words.U20, "BOUND"
    assert max(s.deviation, max(s.confidence, max(s.move, max(s.swing, s.divergence)))) < BPS, "BOUND"
    assert s.fallback_deviation < BPS and s.calm < words.U15, "BOUND"
    low: uint256 = words._band(words._band_word(s.band_low))
    high: uint256 = words._band(words._band_word(s.band_high))
    assert low > 0 and low < high and high <= MAX_MID, "BOUND"
    assert (s.swing == 0) == (s.window == 0) and (s.window == 0 or s.window >= MIN_WINDOW), "BOUND"
    assert (s.calm == 0) == (s.move == 0 and s.swing == 0), "BOUND"
    assert max(s.window, max(s.refresh, max(s.reference_age, s.fallback_age))) <= words.U20, "BOUND"
    newest: IPriceSource.Observation = staticcall IPriceSource(s.source).latest()
    assert s.is_push or newest.id == 0, "BOUND"
    assert not s.is_push or newest.id != 0, "STALE"
    if s.reference == empty(address):
        assert max(s.divergence, max(s.reference_age, s.refresh)) == 0, "BOUND"
    else:
        assert s.reference.is_contract and s.reference != s.source, "BOUND"
        assert s.divergence > 0 and s.reference_age > 0, "BOUND"
        assert (staticcall IPriceSource(s.reference).latest()).id != 0, "STALE"
    if s.fallback == empty(address):
        assert s.fallback_age == 0 and s.fallback_deviation == 0, "BOUND"
    else:
        assert s.fallback.is_contract and s.fallback != s.source and s.fallback_age > 0, "BOUND"
        assert (staticcall IPriceSource(s.fallback).latest()).id != 0, "STALE"


# How a price is judged


@internal
@pure
def _is_published(seen: IPriceSource.Observation, now: uint256) -> bool:
    """
    @dev Whether a source says anything.
    """
    return seen.id != 0 and seen.published_at <= now


@internal
@view
def _seen(feed: uint256) -> (Look, uint256):
    """
    @dev As `_observed`, and remembers nothing.
    @return The newest price and the stored word that it would have.
    """
    config: uint256 = self._feeds[feed]
    stored: uint256 = self._stored[feed]
    is_silent: bool = False
    if words._flag(config, words.PUSH):
        seen: IPriceSource.Observation = staticcall IPriceSource(words._source(config)).latest()
        is_silent = not self._is_published(seen, block.timestamp)
        if not is_silent and seen.published_at >= words._heard_at(stored):
            stored = self._judge(feed, config, stored, seen).stored
    return self._look(feed, config, stored, is_silent), stored


@internal
def _observed(feed: uint256, config: uint256) -> Look:
    """
    @dev The newest price; of a push source what it says now is remembered. It is judged at every look, so that a stuck one
        is found to be away from its reference; where it says nothing the feed halts.
    """
    stored: uint256 = self._stored[feed]
    is_silent: bool = False
    if words._flag(config, words.PUSH):
        seen: IPriceSource.Observation = staticcall IPriceSource(words._source(config)).latest()
        is_silent = not self._is_published(seen, block.timestamp)
        if not is_silent and seen.published_at >= words._heard_at(stored):
            verdict: Verdict = self._judge(feed, config, stored, seen)
            self._keep(feed, stored, seen, verdict)
            stored = verdict.stored
    return self._look(feed, config, stored, is_silent)


@internal
@view
def _look(feed: uint256, config: uint256, stored: uint256, is_silent: bool) -> Look:
    """
    @dev What may be done at the stored price, or at the fallback's.
    """
    look: Look = Look(
        status=HALT,
        mid=words._mid(stored),
        at=words._at(stored),
        spread=words._bps(stored, words.SPREAD),
        source=words._source(config) if words._flag(config, words.PUSH) else empty(address),
        is_fallback=False,
    )
    if UPTIME != empty(address) and not staticcall ISequencerUptime(UPTIME).is_up():
        return look
    # What is stored is not of the future; where there is no price its time is 0.
    age: uint256 = unsafe_sub(block.timestamp, look.at)
    if age > words._seconds(config, words.CLOSE_AGE):
        # A source that is doubted speaks: who is right is not for the fallback, which may be what doubts it, to say.
        quiet: uint256 = unsafe_sub(block.timestamp, min(block.timestamp, words._heard_at(stored)))
        if words._flag(config, words.FALLBACK) and quiet > words._seconds(config, words.CLOSE_AGE):
            return self._look_at_fallback(feed, look)
        return look
    if is_silent or words._flag(stored, words.DOUBTED):
        return look
    look.status = NORMAL << ((config >> words.STATUS) & 3)
    if age > words._seconds(config, words.TRADE_AGE):
        look.status = AGED
    elif age < words._seconds(stored, words.BREAKER):
        look.status = REDUCE_ONLY
    elif words._flag(config, words.REFERENCE):
        checked: uint256 = words._seconds(stored, words.CHECKED)
        if checked == words.NEVER or unsafe_add(age, checked) > words._seconds(config, words.REFERENCE_AGE):
            look.status = REDUCE_ONLY
    return look


@internal
@view
def _look_at_fallback(feed: uint256, found: Look) -> Look:
    """
    @dev Where the source has said nothing for so long that its price is too old to close at. Nothing of it is stored.
    """
    look: Look = found
    word: uint256 = self._fallbacks[feed]
    seen: IPriceSource.Observation = staticcall IPriceSource(words._source(word)).latest()
    if not self._is_published(seen, block.timestamp) or seen.published_at <= look.at:
        return look
    if unsafe_sub(block.timestamp, seen.published_at) > words._seconds(word, words.FALLBACK_AGE):
        return look
    if len(judge._unfit(self._limits[feed], seen)) > 0:
        return look
    look.status = AGED
    look.mid = seen.mid
    look.at = seen.published_at
    look.spread = max(words._bps(word, words.FALLBACK_DEVIATION), judge._confidence(seen))
    look.source = words._source(word)
    look.is_fallback = True
    return look


@internal
@view
def _judge(feed: uint256, config: uint256, stored: uint256, seen: IPriceSource.Observation) -> Verdict:
    """
    @dev What an observation that is not older than what was heard of makes of the feed's words.
    """
    limits: uint256 = self._limits[feed]
    verdict: Verdict = empty(Verdict)
    verdict.reason = judge._unfit(limits, seen)
    agreed: uint256 = 0
    has_moved: bool = False
    heard: uint256 = stored
    if stored >> words.RUN != 0:
        silence: uint256 = unsafe_sub(seen.published_at, words._heard_at(stored))
        if silence > words._seconds(limits, words.CALM):
            # What was doubted may have been over meanwhile: its clock does not run on.
            heard = stored & (2**words.RUN - 1)
    if len(verdict.reason) == 0:
        has_moved = judge._moved(limits, stored, seen.mid)
        if words._flag(config, words.REFERENCE):
            agreed, verdict.anchor = self._anchor(feed, config, limits, seen.mid, has_moved)
            if agreed != 0 and words._is_apart(seen.mid, words._mid(agreed), words._bps(limits, words.DIVERGENCE)):
                verdict.reason = "APART"
        if len(verdict.reason) == 0 and has_moved and agreed == 0:
            # Another level is another move: its clock starts anew.
            if words._is_apart(seen.mid, self._levels[feed], words._bps(limits, words.MOVE)):
                heard = stored & (2**words.RUN - 1)
            # What a push source says it says now, what is brought was said when it was published.
            said_at: uint256 = block.timestamp if words._flag(config, words.PUSH) else seen.published_at
            moved_at: uint256 = judge._moved_at(heard, seen.published_at)
            if unsafe_sub(said_at, min(said_at, moved_at)) < words._seconds(limits, words.CALM):
                verdict.reason = "MOVE"
    if len(verdict.reason) > 0:
        verdict.stored = judge._doubted(heard, seen.published_at, verdict.reason == "MOVE")
        return verdict
    if words._bps(limits, words.SWING) != 0:
        number: uint256 = judge._window(limits, seen.published_at)
        swing: uint256 = self._swings[feed][number & 1]
        has_moved = (
            has_moved
            or judge._swung(limits, swing, number, seen.mid)
            or judge._swung(limits, self._swings[feed][(number & 1) ^ 1], unsafe_sub(number, 1) & words.U32, seen.mid)
        )
        verdict.swing = judge._swing(swing, number, seen.mid)
    breaker: uint256 = words._seconds(limits, words.CALM) if has_moved else 0
    verdict.stored = judge._believed(config, stored, seen, agreed, breaker)
    return verdict


@internal
@view
def _anchor(feed: uint256, config: uint256, limits: uint256, mid: uint256, is_urgent: bool) -> (uint256, uint256):
    """
    @dev What the reference says. It is asked where its last answer is old, disagrees, or the price has moved far.
    @return its word, 0 where it says nothing fresh; its word if it is a new one, else 0.
    """
    anchor: uint256 = self._anchors[feed]
    age: uint256 = words._seconds(config, words.REFERENCE_AGE)
    is_fresh: bool = anchor != 0 and unsafe_sub(block.timestamp, words._at(anchor)) <= age
    if (
        is_fresh
        and not is_urgent
        and unsafe_sub(block.timestamp, (anchor >> words.ASKED_AT) & words.U40) <= words._seconds(limits, words.REFRESH)
        and not words._is_apart(mid, words._mid(anchor), words._bps(limits, words.DIVERGENCE))
    ):
        return anchor, 0
    seen: IPriceSource.Observation = staticcall IPriceSource(self._references[feed]).latest()
    if (
        seen.mid == 0
        or seen.mid > MAX_MID
        or seen.published_at > block.timestamp
        or unsafe_sub(block.timestamp, seen.published_at) > age
    ):
        return anchor if is_fresh else 0, 0
    anchor = seen.mid | (seen.published_at << words.AT) | (block.timestamp << words.ASKED_AT)
    return anchor, anchor


@internal
def _keep(feed: uint256, stored: uint256, seen: IPriceSource.Observation, verdict: Verdict):
    """
    @dev Writes what a verdict changes.
    """
    if verdict.anchor != 0:
        self._anchors[feed] = verdict.anchor
    if verdict.stored == stored:
        return
    self._stored[feed] = verdict.stored
    if len(verdict.reason) > 0:
        # The first of a run.
        if verdict.stored >> words.RUN == 1:
            self._levels[feed] = seen.mid
        log IOracleAdapter.Doubted(
            feed=feed, mid=seen.mid, published_at=seen.published_at, reason=verdict.reason
        )
        return
    if verdict.swing != 0:
        number: uint256 = verdict.swing >> words.NUMBER
        if self._swings[feed][number & 1] != verdict.swing:
            self._swings[feed][number & 1] = verdict.swing
    log IOracleAdapter.Observed(
        feed=feed, mid=seen.mid, published_at=seen.published_at, stored=verdict.stored
    )


# The one price of an order


@internal
@view
def _first_known(feed: uint256, due: uint256, end: uint256) -> uint256:
    """
    @dev Of a pull source: the newest observation if it is the first at or after `due`, else the last older one that was
        brought, if that is; else 0.
    """
    word: uint256 = self._stored[feed]
    if not words._flag(word, words.DOUBTED) and self._is_first(word, due, end):
        return word
    word = self._brought[feed]
    return word if self._is_first(word, due, end) else 0


@internal
@view
def _brought_for(
    feed: uint256, config: uint256, look: Look, known: uint256, due: uint256, end: uint256
) -> (uint256, uint256):
    """
    @dev Of a pull source: the observation that is known to be the order's. What nobody brings is not known: who fills late
        must bring a price of now beside it, or an order would be an option on its old one.
    @return price (WAD), spread (bps).
    """
    if known == 0:
        assert block.timestamp > end or look.at >= due, "EARLY"
        raise "PROOF"
    if block.timestamp > unsafe_add(due, LATE):
        assert look.at > max(unsafe_add(due, LATE), unsafe_sub(block.timestamp, LATE)) or look.is_fallback, "STALE"
    spread: uint256 = words._bps(known, words.STORED_CONFIDENCE)
    if look.is_fallback or unsafe_sub(block.timestamp, words._at(known)) > LATE:
        spread = max(spread, words._bps(config, words.DEVIATION))
    if look.is_fallback:
        # It stands beside the order's own, and walks as far unseen as it may.
        spread = max(spread, words._bps(self._fallbacks[feed], words.FALLBACK_DEVIATION))
    return words._mid(known), spread


@internal
@pure
def _is_first(word: uint256, due: uint256, end: uint256) -> bool:
    """
    @dev Whether a stored or brought observation is the first at or after `due`, not later than `end`.
    """
    at: uint256 = words._at(word)
    gap: uint256 = words._seconds(word, words.GAP)
    # A gap is the difference of its time to an earlier one.
    return gap != 0 and at >= due and at <= end and unsafe_sub(at, gap) < due


@internal
@view
def _pushed_for(
    feed: uint256, config: uint256, look: Look, due: uint256, end: uint256, id: uint256
) -> (uint256, uint256):
    """
    @dev Of a push source: the observation of that id, if it is the first at or after `due`, or the one in force.
    @return price (WAD), spread (bps).
    """
    assert not look.is_fallback or block.timestamp > end, "EARLY"
    seen: IPriceSource.Observation = staticcall IPriceSource(look.source).observation(id)
    assert seen.id == id and seen.id != 0 and seen.published_at <= block.timestamp, "STALE"
    assert len(judge._unfit(self._limits[feed], seen)) == 0, "STALE"
    spread: uint256 = judge._confidence(seen)
    wide: uint256 = max(spread, words._bps(config, words.DEVIATION))
    oldest: uint256 = words._seconds(config, words.TRADE_AGE)
    if look.is_fallback:
        fallback: uint256 = self._fallbacks[feed]
        wide = max(spread, words._bps(fallback, words.FALLBACK_DEVIATION))
        oldest = words._seconds(fallback, words.FALLBACK_AGE)
    if seen.published_at >= due and seen.published_at <= end:
        assert seen.previous_at != 0 and seen.previous_at < due, "PROOF"
        # Between observations the market walks up to the threshold unseen: who fills late must not gain by it.
        is_late: bool = unsafe_sub(block.timestamp, seen.published_at) > LATE
        return seen.mid, wide if is_late or look.is_fallback else spread
    assert seen.published_at < due, "PROOF"
    assert block.timestamp > end, "EARLY"
    # published_at < due <= end
    assert unsafe_sub(end, seen.published_at) <= oldest, "PROOF"
    next_at: uint256 = staticcall IPriceSource(look.source).following(id)
    # Nothing follows it only where it is the newest; one that the source has gone back behind is not.
    assert next_at > end or (next_at == 0 and seen.published_at == look.at), "PROOF"
    return seen.mid, wide


@internal
@pure
def _price(look: Look) -> IOracleAdapter.Price:
    """
    @dev The price with its sides: low rounded down, high up. mid < 2**112, spread < BPS.
    """
    return IOracleAdapter.Price(
        low=unsafe_div(unsafe_mul(look.mid, unsafe_sub(BPS, look.spread)), BPS),
        mid=look.mid,
        high=unsafe_div(unsafe_add(unsafe_mul(look.mid, unsafe_add(BPS, look.spread)), BPS - 1), BPS),
        published_at=look.at,
        status=convert(look.status, IOracleAdapter.Status),
    )
