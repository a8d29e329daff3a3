# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title The median of independent sources, as a reference
@license AGPL-3.0-only
@notice Of what at least three sources say now. One that fails, is stale or says nothing is left out; one that lies moves
    the median no further than to its neighbour. Nothing is averaged in: of an even number the lower middle one is taken.
    The confidence is the least distance within which more than half of them are. It is of no one moment, so it fills no
    order.
@dev Sources are asked by low-level calls: one that reverts is left out. Trusted: fewer than half of them lie.
"""

from interfaces import IPriceSource

implements: IPriceSource

MAX_BYTES: constant(uint256) = 4096
MAX_SOURCES: constant(uint256) = 7
MIN_SOURCES: constant(uint256) = 3
MAX_AGE: constant(uint256) = 2**20
# A source may ask its feed twice, for 200,000 gas each.
CALL_GAS: constant(uint256) = 500_000
# With so much before a call the source gets CALL_GAS of it: 63/64, less what the call itself costs.
GAS_BEFORE: constant(uint256) = 515_000
ANSWER_BYTES: constant(uint256) = 160

AGE: public(immutable(uint256))
SOURCES: immutable(DynArray[address, MAX_SOURCES])


@deploy
def __init__(sources: DynArray[address, MAX_SOURCES], age: uint256):
    """
    @param sources Three to seven, each another one, of other networks and other operators.
    @param age Seconds after which a source's price is left out, below 2**20.
    @custom:reverts BOUND.
    """
    assert len(sources) >= MIN_SOURCES and age > 0 and age < MAX_AGE, "BOUND"
    for i: uint256 in range(len(sources), bound=MAX_SOURCES):
        assert sources[i].is_contract, "BOUND"
        for j: uint256 in range(i, bound=MAX_SOURCES):
            assert sources[j] != sources[i], "BOUND"
    SOURCES = sources
    AGE = age


@external
@payable
def prove(update: Bytes[MAX_BYTES]) -> IPriceSource.Observation:
    """
    @custom:reverts PUSH always: it is asked, not brought anything.
    """
    raise "PUSH"


@external
@view
def fee(update: Bytes[MAX_BYTES]) -> uint256:
    """
    @return 0.
    """
    return 0


@external
@view
def latest() -> IPriceSource.Observation:
    """
    @return The median, published when the oldest of them was; empty where fewer than three sources say anything.
    @custom:reverts GAS.
    """
    sources: DynArray[address, MAX_SOURCES] = SOURCES
    values: DynArray[uint256, MAX_SOURCES] = []
    published_at: uint256 = block.timestamp
    for source: address in sources:
        mid: uint256 = 0
        at: uint256 = 0
        mid, at = self._ask(source)
        if mid != 0:
            values = self._with(values, mid)
            published_at = min(published_at, at)
    count: uint256 = len(values)
    if count < MIN_SOURCES:
        return empty(IPriceSource.Observation)
    median: uint256 = values[unsafe_div(unsafe_sub(count, 1), 2)]
    distances: DynArray[uint256, MAX_SOURCES] = []
    for value: uint256 in values:
        distances = self._with(distances, unsafe_sub(max(value, median), min(value, median)))
    return IPriceSource.Observation(
        id=published_at,
        mid=median,
        confidence=distances[unsafe_div(count, 2)],
        published_at=published_at,
        previous_at=0,
    )


@external
@view
def observation(id: uint256) -> IPriceSource.Observation:
    """
    @return Nothing: a median is of no one moment.
    """
    return empty(IPriceSource.Observation)


@external
@view
def following(id: uint256) -> uint256:
    """
    @return 0.
    """
    return 0


@external
@view
def sources() -> DynArray[address, MAX_SOURCES]:
    """
    @return Whose median it is.
    """
    return SOURCES


@internal
@view
def _ask(source: address) -> (uint256, uint256):
    """
    @return What a source says and when that was published; 0 where it says nothing that is fresh.
    """
    success: bool = False
    answer: Bytes[ANSWER_BYTES + 1] = b""
    before: uint256 = msg.gas
    success, answer = raw_call(
        source,
        method_id("latest()"),
        max_outsize=ANSWER_BYTES + 1,
        gas=CALL_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    if not success:
        assert before >= GAS_BEFORE, "GAS"
        return 0, 0
    if len(answer) != ANSWER_BYTES:
        return 0, 0
    at: uint256 = extract32(answer, 96, output_type=uint256)
    if at > block.timestamp or unsafe_sub(block.timestamp, at) > AGE:
        return 0, 0
    return extract32(answer, 32, output_type=uint256), at


@internal
@pure
def _with(ascending: DynArray[uint256, MAX_SOURCES], item: uint256) -> DynArray[uint256, MAX_SOURCES]:
    """
    @dev Ascending numbers with one more in its place; there are fewer than MAX_SOURCES.
    """
    found: DynArray[uint256, MAX_SOURCES] = ascending
    place: uint256 = len(found)
    found.append(item)
    for i: uint256 in range(MAX_SOURCES):
        if place == 0 or found[unsafe_sub(place, 1)] <= item:
            break
        found[place] = found[unsafe_sub(place, 1)]
        place = unsafe_sub(place, 1)
    found[place] = item
    return found
