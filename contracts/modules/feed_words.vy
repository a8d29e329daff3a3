# pragma version 0.4.3
"""
@title The packed words of a feed
@notice One place that knows the bits. Low bits first:
    config    source 160 | trade_age 20 | close_age 20 | deviation 14 | reference_age 20 | status 2 | push 1 | reference 1
              | fallback 1. status is the floor: 0 NORMAL, 1 REDUCE_ONLY
    limits    band_low 20 | band_high 20 | confidence 14 | move 14 | swing 14 | divergence 14 | window 20 | calm 20
              | refresh 20. A band is mantissa 14 | exponent 6
    fallback  source 160 | age 20 | deviation 14
    stored    mid 112 | published_at 40 | gap 20 | confidence 14 | spread 14 | checked 20 | breaker 20 | doubted 1
              | run 15
              gap: seconds since the observation before it, 0: not known; where it is doubted until the newest that was.
              checked: seconds before published_at that the reference was published; NEVER: it agreed with none.
              breaker: seconds after published_at that the breaker lasts
              run: seconds + 1 from the first in a row that was doubted as a move to the newest doubted; 0: none was
    anchor    mid 112 | published_at 40 | asked_at 40: what the reference said last
    brought   mid 112 | published_at 40 | gap 20 | confidence 14: an observation older than the stored one
    swing     low 112 | high 112 | window's number 32: the prices of one window
"""

from interfaces import IOracleAdapter

BPS: constant(uint256) = 10_000

# Where a field of the config word starts; the source is at 0.
TRADE_AGE: constant(uint256) = 160
CLOSE_AGE: constant(uint256) = 180
DEVIATION: constant(uint256) = 200
REFERENCE_AGE: constant(uint256) = 214
STATUS: constant(uint256) = 234
PUSH: constant(uint256) = 236
REFERENCE: constant(uint256) = 237
FALLBACK: constant(uint256) = 238
# Of the limits word; band_low is at 0.
BAND_HIGH: constant(uint256) = 20
CONFIDENCE: constant(uint256) = 40
MOVE: constant(uint256) = 54
SWING: constant(uint256) = 68
DIVERGENCE: constant(uint256) = 82
WINDOW: constant(uint256) = 96
CALM: constant(uint256) = 116
REFRESH: constant(uint256) = 136
# Of the stored word; mid is at 0. The anchor and the brought word begin as it does.
AT: constant(uint256) = 112
GAP: constant(uint256) = 152
STORED_CONFIDENCE: constant(uint256) = 172
SPREAD: constant(uint256) = 186
CHECKED: constant(uint256) = 200
BREAKER: constant(uint256) = 220
DOUBTED: constant(uint256) = 240
RUN: constant(uint256) = 241
ASKED_AT: constant(uint256) = 152
# Of the fallback word; the source is at 0.
FALLBACK_AGE: constant(uint256) = 160
FALLBACK_DEVIATION: constant(uint256) = 180
# Of a swing word; the low is at 0.
HIGH: constant(uint256) = 112
NUMBER: constant(uint256) = 224

NEVER: constant(uint256) = 2**20 - 1
U14: constant(uint256) = 2**14 - 1
U15: constant(uint256) = 2**15 - 1
U20: constant(uint256) = 2**20 - 1
U32: constant(uint256) = 2**32 - 1
U40: constant(uint256) = 2**40 - 1
U112: constant(uint256) = 2**112 - 1
U160: constant(uint256) = 2**160 - 1


@internal
@pure
def _bps(word: uint256, at: uint256) -> uint256:
    return (word >> at) & U14


@internal
@pure
def _seconds(word: uint256, at: uint256) -> uint256:
    return (word >> at) & U20


@internal
@pure
def _flag(word: uint256, at: uint256) -> bool:
    return (word >> at) & 1 != 0


@internal
@pure
def _source(word: uint256) -> address:
    return convert(word & U160, address)


@internal
@pure
def _mid(word: uint256) -> uint256:
    return word & U112


@internal
@pure
def _at(word: uint256) -> uint256:
    return (word >> AT) & U40


@internal
@pure
def _heard_at(stored: uint256) -> uint256:
    """
    @dev When the newest observation was published that the adapter has heard of, also one that it doubts.
    """
    # 40 and 20 bits
    return unsafe_add(self._at(stored), self._seconds(stored, GAP) if self._flag(stored, DOUBTED) else 0)


@internal
@pure
def _band(word: uint256) -> uint256:
    """
    @dev The price of the low 20 bits: mantissa 14 | exponent 6. Below 2**14 * 10**63 < 2**224.
    """
    return unsafe_mul(word & U14, 10**((word >> 14) & 63))


@internal
@pure
def _band_word(band: IOracleAdapter.Band) -> uint256:
    """
    @custom:reverts BOUND.
    """
    assert band.mantissa <= U14 and band.exponent <= 63, "BOUND"
    return band.mantissa | (band.exponent << 14)


@internal
@pure
def _band_of(word: uint256) -> IOracleAdapter.Band:
    return IOracleAdapter.Band(mantissa=word & U14, exponent=(word >> 14) & 63)


@internal
@pure
def _apart(mid: uint256, other: uint256) -> uint256:
    """
    @dev How far a price is from another one, in bps of that, up; both are below 2**112, the other is not 0.
    """
    difference: uint256 = unsafe_sub(max(mid, other), min(mid, other))
    return unsafe_div(unsafe_add(unsafe_mul(difference, BPS), unsafe_sub(other, 1)), other)


@internal
@pure
def _is_apart(mid: uint256, other: uint256, limit: uint256) -> bool:
    """
    @dev Whether a price is further from another than `limit` bps of that; both below 2**112, the limit below 2**16.
    """
    difference: uint256 = unsafe_sub(max(mid, other), min(mid, other))
    return unsafe_mul(difference, BPS) > unsafe_mul(limit, other)
