# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Prices from push feeds, and the proof which round an order fills at
@license AGPL-3.0-only
@notice A feed is a source behind Chainlink's proxy layout (round = phase << 64 | aggregator round), judged by age,
    band, decimals and an optional independent reference. It never returns a price it doubts: in HALT it returns the
    last good one. Prices are WAD USD per base unit, times Unix seconds, `bps` 1e-4, `ppm` 1e-6. A feed has the number
    of the market it prices.
@dev Sources are asked by low-level static calls with bounded gas and bounded return data; nothing they do reverts a
    read. Trusted: a source's finished rounds do not change.
"""

from contracts.modules import roles
from interfaces import IOracleAdapter

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
CALL_GAS: constant(uint256) = 200_000
# Seconds in which an order fills at its first observation without a spread.
SPREAD_FREE_SECONDS: constant(uint256) = 120
# A source that was starved by its caller leaves at most (1 - (63/64)^3) * 203,200 < 9,400 gas after three nested calls.
GAS_AFTER_FAILURE: constant(uint256) = 10_000
ANSWER_BYTES: constant(uint256) = 160
MAX_DECIMALS: constant(uint256) = 36
MAX_MID: constant(uint256) = 2**112 - 1
PHASE_SHIFT: constant(uint256) = 64
# IOracleAdapter.Status as a number: Vyper 0.4.3 cannot assign or return an interface's flag member.
NORMAL: constant(uint256) = 1
REDUCE_ONLY: constant(uint256) = 2
HALT: constant(uint256) = 4

# feed word, low bits first:
#     source 160 | heartbeat 20 | deviation 14 (bps) | decimals 6 | divergence 14 (bps) | status 2
#     | band_low 20 | band_high 20
# status is the floor: 0 NORMAL, 1 REDUCE_ONLY. A band is mantissa 14 | exponent 6, worth mantissa * 10**exponent (WAD).
FEED_HEARTBEAT: constant(uint256) = 160
FEED_DEVIATION: constant(uint256) = 180
FEED_DECIMALS: constant(uint256) = 194
FEED_DIVERGENCE: constant(uint256) = 200
FEED_STATUS: constant(uint256) = 214
FEED_LOW: constant(uint256) = 216
FEED_HIGH: constant(uint256) = 236
# reference word, low bits first:
#     source 160 | heartbeat 20 | decimals 6 | phase 16 (of its newest round when it was set)
REFERENCE_HEARTBEAT: constant(uint256) = 160
REFERENCE_DECIMALS: constant(uint256) = 180
REFERENCE_PHASE: constant(uint256) = 186
# stored word, low bits first:
#     mid 112 | published_at 40 | round 80 | gap 24 (seconds since the round before it, 0: not known)
STORED_AT: constant(uint256) = 112
STORED_ROUND: constant(uint256) = 152
STORED_GAP: constant(uint256) = 232

U6: constant(uint256) = 2**6 - 1
U14: constant(uint256) = 2**14 - 1
U16: constant(uint256) = 2**16 - 1
U20: constant(uint256) = 2**20 - 1
U24: constant(uint256) = 2**24 - 1
U40: constant(uint256) = 2**40 - 1
U64: constant(uint256) = 2**64 - 1
U80: constant(uint256) = 2**80 - 1
U112: constant(uint256) = 2**112 - 1
U160: constant(uint256) = 2**160 - 1


# The newest price, and what the source says: its newest round's id, price and time (0 where the price is not good).
struct Look:
    status: uint256
    mid: uint256                    # WAD
    at: uint256
    id: uint256
    latest: uint256                 # WAD
    latest_at: uint256


_feeds: HashMap[uint256, uint256]
_references: HashMap[uint256, uint256]
_stored: HashMap[uint256, uint256]


@deploy
def __init__(owner: address, guardian: address):
    """
    @param owner Sets feeds.
    @param guardian Only tightens; may be empty.
    """
    roles.__init__(owner, guardian)


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
    config: uint256 = self._feeds[feed]
    return self._price(config, self._look(feed, config, self._stored[feed]))


@external
@reentrant
def observe(feed: uint256) -> IOracleAdapter.Price:
    """
    @notice As `read`, and remembers the price if it is newer than the stored one. Anyone may call.
    @custom:reverts GAS as `read`.
    """
    config: uint256 = self._feeds[feed]
    stored: uint256 = self._stored[feed]
    seen: Look = self._look(feed, config, stored)
    if seen.status != HALT and seen.latest_at > (stored >> STORED_AT) & U40:
        self._store(feed, stored, seen, 0)
    return self._price(config, seen)


@external
@reentrant
def observe_at(
    feed: uint256, due: uint256, window: uint256, reference: uint256
) -> (IOracleAdapter.Price, uint256, uint256):
    """
    @notice The newest price (remembered as by `observe`) and the one price that an order due at `due` fills at. Anyone
        may call.

                          due              due + window
            ---- p -------|----- r --------|------------------>    first observation: r, p its predecessor
            ---- r -------|----------------|------ n ---------     in force: r, n its successor or none

        The spread is 0 for a first observation filled within SPREAD_FREE_SECONDS seconds of it, else the deviation: so far the market
        walks unseen. At any moment at most one round qualifies, as long as the source numbers rounds without gaps and
        its times do not run back. Where it is the newest and its predecessor is stored (or it is itself stored with its
        gap), no further call is made.
    @param reference The round's id; of the same phase as the newest and, where the feed has a reference, near it.
    @return newest, fill price (WAD), spread (ppm).
    @custom:reverts STALE no good price now or then, or then far from now's where there is a reference; EARLY the window
        is open and the round is before it; PROOF the round is not the one; GAS as `read`.
    """
    config: uint256 = self._feeds[feed]
    stored: uint256 = self._stored[feed]
    stored_at: uint256 = (stored >> STORED_AT) & U40
    stored_round: uint256 = (stored >> STORED_ROUND) & U80

    seen: Look = self._look(feed, config, stored)
    assert seen.status != HALT, "STALE"

    mid: uint256 = seen.latest
    at: uint256 = seen.latest_at
    if reference != seen.id:
        # Also a reference beyond 2**80 is of another phase.
        assert reference >> PHASE_SHIFT == seen.id >> PHASE_SHIFT, "PROOF"
        if reference == stored_round:
            mid = stored & U112
            at = stored_at
        else:
            mid, at = self._round(config, reference)
        assert mid != 0, "STALE"
        # The reference has no history here: an order's round that is not the newest is bound to the newest, which has
        # passed it.
        divergence: uint256 = (config >> FEED_DIVERGENCE) & U14
        if divergence != 0:
            # both below 2**112
            difference: uint256 = unsafe_sub(max(mid, seen.mid), min(mid, seen.mid))
            assert unsafe_mul(difference, BPS) <= unsafe_mul(unsafe_mul(2, divergence), seen.mid), "STALE"

    end: uint256 = due + window
    spread: uint256 = 0
    gap: uint256 = 0
    if at >= due and at <= end:
        # An aggregator's round 1 has no predecessor.
        assert reference & U64 > 1, "PROOF"
        previous: uint256 = 0
        # reference > 0
        if stored_round == unsafe_sub(reference, 1):
            previous = stored_at
        elif stored_round == reference and stored >> STORED_GAP != 0:
            # The gap was the difference of stored_at to an earlier time.
            previous = unsafe_sub(stored_at, stored >> STORED_GAP)
        else:
            previous = self._time(config, unsafe_sub(reference, 1))
        assert previous != 0 and previous < due, "PROOF"
        # previous < due <= at
        gap = unsafe_sub(at, previous)
        if unsafe_sub(block.timestamp, at) > SPREAD_FREE_SECONDS:
            # Between rounds the market walks up to the threshold unseen: who fills late must not gain by it.
            spread = ((config >> FEED_DEVIATION) & U14) * PPM_PER_BPS
    else:
        assert at < due, "PROOF"
        assert block.timestamp > end, "EARLY"
        # at < due <= end
        assert unsafe_sub(end, at) <= (config >> FEED_HEARTBEAT) & U20, "PROOF"
        if reference != seen.id or at < stored_at:
            # reference < 2**80
            following: uint256 = unsafe_add(reference, 1)
            next_at: uint256 = 0
            if following == seen.id:
                next_at = seen.latest_at
            elif following == stored_round:
                next_at = stored_at
            else:
                next_at = self._time(config, following)
            assert next_at > end, "PROOF"
        spread = ((config >> FEED_DEVIATION) & U14) * PPM_PER_BPS

    if seen.latest_at > stored_at:
        self._store(feed, stored, seen, gap if reference == seen.id else 0)
    return self._price(config, seen), mid, spread


@external
@view
def bounds(feed: uint256) -> (uint256, uint256):
    """
    @return highest price the feed can return (WAD), largest spread (ppm). Zero for an unknown feed.
    """
    config: uint256 = self._feeds[feed]
    deviation: uint256 = (config >> FEED_DEVIATION) & U14
    highest: uint256 = self._band(config >> FEED_HIGH) * (BPS + deviation)
    return highest // BPS + (1 if highest % BPS > 0 else 0), deviation * PPM_PER_BPS


@external
@view
def feed_at(feed: uint256) -> IOracleAdapter.Feed:
    """
    @return How the feed is set; empty for an unknown one.
    """
    config: uint256 = self._feeds[feed]
    reference: uint256 = self._references[feed]
    return IOracleAdapter.Feed(
        source=convert(config & U160, address),
        heartbeat=(config >> FEED_HEARTBEAT) & U20,
        deviation=(config >> FEED_DEVIATION) & U14,
        decimals=(config >> FEED_DECIMALS) & U6,
        divergence=(config >> FEED_DIVERGENCE) & U14,
        status=convert(NORMAL << ((config >> FEED_STATUS) & 3) if config != 0 else 0, IOracleAdapter.Status),
        band_low=self._band(config >> FEED_LOW),
        band_high=self._band(config >> FEED_HIGH),
        reference=convert(reference & U160, address),
        reference_heartbeat=(reference >> REFERENCE_HEARTBEAT) & U20,
        reference_decimals=(reference >> REFERENCE_DECIMALS) & U6,
    )


@external
@view
def stored_at(feed: uint256) -> (uint256, uint256, uint256):
    """
    @return The stored price (WAD), when it was published, its round (0 after a change of the feed).
    """
    stored: uint256 = self._stored[feed]
    return stored & U112, (stored >> STORED_AT) & U40, (stored >> STORED_ROUND) & U80


# Administration


@external
def set_feed(
    feed: uint256,
    source: address,
    heartbeat: uint256,
    deviation: uint256,
    divergence: uint256,
    band_low: IOracleAdapter.Band,
    band_high: IOracleAdapter.Band,
    reference: address,
    reference_heartbeat: uint256,
):
    """
    @notice Sets a feed; its decimals are read from the sources. The stored price and the floor status stay. Only the
        owner.
    @param heartbeat Seconds a price is fresh, slack included, below 2**20.
    @param deviation The source's deviation threshold, bps, below 10,000: the distance of low and high from mid.
    @param divergence bps from the reference beyond which the feed halts; 0: there is no reference.
    @param band_low A price is strictly above it (above the source's own minimum) and strictly below band_high.
    @param reference An independent source, or empty.
    @custom:reverts AUTH, BOUND, STALE a source does not tell its decimals.
    """
    roles._only_owner()
    assert source != empty(address), "BOUND"
    assert heartbeat > 0 and heartbeat <= U20 and deviation < BPS and divergence < BPS, "BOUND"
    assert band_low.mantissa <= U14 and band_low.exponent <= U6, "BOUND"
    assert band_high.mantissa <= U14 and band_high.exponent <= U6, "BOUND"
    low: uint256 = band_low.mantissa | (band_low.exponent << 14)
    high: uint256 = band_high.mantissa | (band_high.exponent << 14)
    assert self._band(low) > 0 and self._band(low) < self._band(high) and self._band(high) <= MAX_MID, "BOUND"
    decimals: uint256 = self._decimals(source)

    reference_word: uint256 = 0
    if divergence == 0:
        assert reference == empty(address) and reference_heartbeat == 0, "BOUND"
    else:
        assert reference != empty(address) and reference != source, "BOUND"
        assert reference_heartbeat > 0 and reference_heartbeat <= U20, "BOUND"
        answered: bool = False
        id: uint256 = 0
        answer: uint256 = 0
        at: uint256 = 0
        answered, id, answer, at = self._ask(reference, method_id("latestRoundData()"))
        # Where it has no round yet, phase 0: its decimals are asked each time.
        reference_word = (
            convert(reference, uint256)
            | (reference_heartbeat << REFERENCE_HEARTBEAT)
            | (self._decimals(reference) << REFERENCE_DECIMALS)
            | (((id >> PHASE_SHIFT) & U16) << REFERENCE_PHASE)
        )

    config: uint256 = (
        convert(source, uint256)
        | (heartbeat << FEED_HEARTBEAT)
        | (deviation << FEED_DEVIATION)
        | (decimals << FEED_DECIMALS)
        | (divergence << FEED_DIVERGENCE)
        | (self._feeds[feed] & (3 << FEED_STATUS))
        | (low << FEED_LOW)
        | (high << FEED_HIGH)
    )
    self._feeds[feed] = config
    self._references[feed] = reference_word
    # mid and published_at stay, round and gap go
    self._stored[feed] = self._stored[feed] & (2**STORED_ROUND - 1)
    log IOracleAdapter.FeedSet(feed=feed, config=config, reference=reference_word)


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
    if index < (config >> FEED_STATUS) & 3:
        roles._only_owner()
    self._feeds[feed] = (config & ~(3 << FEED_STATUS)) | (index << FEED_STATUS)
    log IOracleAdapter.StatusSet(feed=feed, status=status)


# How a price is judged


@internal
@view
def _look(feed: uint256, config: uint256, stored: uint256) -> Look:
    """
    @dev The newest price: the source's newest good round if it is newer than the stored one, else the stored one while
        it is fresh. Where the status is not HALT, the round is good.
    """
    seen: Look = Look(
        status=HALT, mid=stored & U112, at=(stored >> STORED_AT) & U40, id=0, latest=0, latest_at=0
    )
    answered: bool = False
    answer: uint256 = 0
    answered, seen.id, answer, seen.latest_at = self._ask(
        convert(config & U160, address), method_id("latestRoundData()")
    )
    if not answered:
        return seen
    # Within a phase an aggregator's decimals cannot change, so they are asked only in another phase than the stored
    # round's, and always where there are no phases.
    phase: uint256 = seen.id >> PHASE_SHIFT
    if phase == 0 or phase != (stored >> (STORED_ROUND + PHASE_SHIFT)) & U16:
        if not self._has_decimals(convert(config & U160, address), (config >> FEED_DECIMALS) & U6):
            return seen
    seen.latest = self._good(config, answer)
    if seen.latest == 0:
        return seen
    mid: uint256 = seen.mid
    at: uint256 = seen.at
    if seen.latest_at > at:
        mid = seen.latest
        at = seen.latest_at
    # Neither a good round nor what was stored from one is in the future.
    if unsafe_sub(block.timestamp, at) > (config >> FEED_HEARTBEAT) & U20:
        return seen
    # the floor: 1 << 0 is NORMAL, 1 << 1 is REDUCE_ONLY
    status: uint256 = NORMAL << ((config >> FEED_STATUS) & 3)
    if (config >> FEED_DIVERGENCE) & U14 != 0:
        status = self._compare(feed, config, mid, status)
        if status == HALT:
            return seen
    seen.status = status
    seen.mid = mid
    seen.at = at
    return seen


@internal
@view
def _round(config: uint256, id: uint256) -> (uint256, uint256):
    """
    @dev A round by its id, which is of a phase whose decimals are known.
    @return its price (WAD), 0 where it is not good; its time.
    """
    answered: bool = False
    answered_id: uint256 = 0
    answer: uint256 = 0
    at: uint256 = 0
    answered, answered_id, answer, at = self._ask(
        convert(config & U160, address), abi_encode(id, method_id=method_id("getRoundData(uint80)"))
    )
    if not answered or answered_id != id:
        return 0, 0
    return self._good(config, answer), at


@internal
@view
def _time(config: uint256, id: uint256) -> uint256:
    """
    @dev When a round was published, whatever its price; 0 where the source has no such round.
    """
    answered: bool = False
    answered_id: uint256 = 0
    answer: uint256 = 0
    at: uint256 = 0
    answered, answered_id, answer, at = self._ask(
        convert(config & U160, address), abi_encode(id, method_id=method_id("getRoundData(uint80)"))
    )
    return at if answered and answered_id == id else 0


@internal
@view
def _compare(feed: uint256, config: uint256, mid: uint256, floor_status: uint256) -> uint256:
    """
    @dev The status of `mid` beside the reference: HALT beyond the bound, at least REDUCE_ONLY where the reference fails
        or is stale.
    """
    reference: uint256 = self._references[feed]
    answered: bool = False
    id: uint256 = 0
    answer: uint256 = 0
    at: uint256 = 0
    answered, id, answer, at = self._ask(convert(reference & U160, address), method_id("latestRoundData()"))
    # An answered round is not in the future.
    if not answered or unsafe_sub(block.timestamp, at) > (reference >> REFERENCE_HEARTBEAT) & U20:
        return REDUCE_ONLY
    decimals: uint256 = (reference >> REFERENCE_DECIMALS) & U6
    phase: uint256 = id >> PHASE_SHIFT
    known_phase: uint256 = (reference >> REFERENCE_PHASE) & U16
    if (phase == 0 or phase != known_phase) and not self._has_decimals(convert(reference & U160, address), decimals):
        return REDUCE_ONLY
    other: uint256 = self._scale(answer, decimals)
    if other == 0:
        return REDUCE_ONLY
    difference: uint256 = unsafe_sub(max(mid, other), min(mid, other))
    # both below 2**112
    if unsafe_mul(difference, BPS) > unsafe_mul((config >> FEED_DIVERGENCE) & U14, other):
        return HALT
    return floor_status


@internal
def _store(feed: uint256, stored: uint256, seen: Look, gap: uint256):
    """
    @dev Remembers the source's newest round.
    @param gap Seconds since its predecessor, where that was proven; else 0, and it is taken from the stored word if
        that is the predecessor.
    """
    seconds: uint256 = gap
    # id > 0, and it is newer than the stored one
    if unsafe_sub(seen.id, 1) == (stored >> STORED_ROUND) & U80:
        seconds = unsafe_sub(seen.latest_at, (stored >> STORED_AT) & U40)
    if seconds > U24:
        seconds = 0
    # mid < 2**112, at <= now < 2**40, id < 2**80
    self._stored[feed] = (
        seen.latest | (seen.latest_at << STORED_AT) | (seen.id << STORED_ROUND) | (seconds << STORED_GAP)
    )
    log IOracleAdapter.Observed(feed=feed, mid=seen.latest, published_at=seen.latest_at, round=seen.id)


# Asking a source


@internal
@view
def _ask(source: address, call: Bytes[36]) -> (bool, uint256, uint256, uint256):
    """
    @dev Asks for a round. One byte more than an answer has is copied, so a longer one is seen and a huge one costs
        nothing.
    @return whether a round came whose id and time are possible; id, answer (0 where it is not positive), updated_at.
    """
    success: bool = False
    answer: Bytes[ANSWER_BYTES + 1] = b""
    success, answer = raw_call(
        source, call, max_outsize=ANSWER_BYTES + 1, gas=CALL_GAS, is_static_call=True, revert_on_failure=False
    )
    if not success:
        assert msg.gas >= GAS_AFTER_FAILURE, "GAS"
        return False, 0, 0, 0
    if len(answer) != ANSWER_BYTES:
        return False, 0, 0, 0
    id: uint256 = extract32(answer, 0, output_type=uint256)
    price: int256 = extract32(answer, 32, output_type=int256)
    at: uint256 = extract32(answer, 96, output_type=uint256)
    if id == 0 or id > U80 or at == 0 or at > block.timestamp:
        return False, 0, 0, 0
    return True, id, convert(max(price, 0), uint256), at


@internal
@view
def _has_decimals(source: address, decimals: uint256) -> bool:
    """
    @dev Whether the source still has the decimals it had when it was set.
    """
    success: bool = False
    answer: Bytes[33] = b""
    success, answer = raw_call(
        source, method_id("decimals()"), max_outsize=33, gas=CALL_GAS, is_static_call=True, revert_on_failure=False
    )
    if not success:
        assert msg.gas >= GAS_AFTER_FAILURE, "GAS"
        return False
    return len(answer) == 32 and extract32(answer, 0, output_type=uint256) == decimals


@internal
@view
def _decimals(source: address) -> uint256:
    """
    @dev A source's decimals, for `set_feed`.
    """
    success: bool = False
    answer: Bytes[33] = b""
    success, answer = raw_call(
        source, method_id("decimals()"), max_outsize=33, gas=CALL_GAS, is_static_call=True, revert_on_failure=False
    )
    assert success and len(answer) == 32, "STALE"
    decimals: uint256 = extract32(answer, 0, output_type=uint256)
    assert decimals <= MAX_DECIMALS, "BOUND"
    return decimals


# Words and arithmetic


@internal
@pure
def _scale(answer: uint256, decimals: uint256) -> uint256:
    """
    @dev The answer as WAD, rounded down; 0 where it is 0 or beyond 112 bits.
    """
    scaled: uint256 = 0
    if decimals <= 18:
        if answer > MAX_MID:
            return 0
        # answer < 2**112, 10**18 < 2**60
        scaled = unsafe_mul(answer, 10**(unsafe_sub(18, decimals)))
    else:
        # 10**45 at most (6 bits)
        scaled = unsafe_div(answer, 10**(unsafe_sub(decimals, 18)))
    return scaled if scaled <= MAX_MID else 0


@internal
@pure
def _good(config: uint256, answer: uint256) -> uint256:
    """
    @dev The answer as a price (WAD) if it is strictly inside the band, else 0.
    """
    mid: uint256 = self._scale(answer, (config >> FEED_DECIMALS) & U6)
    if mid > self._band(config >> FEED_LOW) and mid < self._band(config >> FEED_HIGH):
        return mid
    return 0


@internal
@pure
def _band(word: uint256) -> uint256:
    """
    @dev The price of the low 20 bits: mantissa 14 | exponent 6. Below 2**14 * 10**63 < 2**224.
    """
    return unsafe_mul(word & U14, 10**((word >> 14) & U6))


@internal
@pure
def _price(config: uint256, seen: Look) -> IOracleAdapter.Price:
    """
    @dev The price with its sides: low rounded down, high up. mid < 2**112, deviation < BPS.
    """
    deviation: uint256 = (config >> FEED_DEVIATION) & U14
    return IOracleAdapter.Price(
        low=unsafe_div(unsafe_mul(seen.mid, unsafe_sub(BPS, deviation)), BPS),
        mid=seen.mid,
        high=unsafe_div(unsafe_add(unsafe_mul(seen.mid, unsafe_add(BPS, deviation)), BPS - 1), BPS),
        published_at=seen.at,
        status=convert(seen.status, IOracleAdapter.Status),
    )
