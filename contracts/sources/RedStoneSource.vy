# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title A price of RedStone, brought by whoever needs it
@license AGPL-3.0-only
@notice Every signer of a data service signs its own value at each time of a fixed grid. The price is the median of all of
    them, half the distance of the outermost is the confidence.
@dev All signers are wanted, in their order: were a quorum enough, who brings a price could choose among quorums. The grid
    proves what the first observation at or after a time is. Trusted: fewer than half of the signers lie, none signs two
    values for one time, and none holds its own back for a trader who has seen it: each of them can, and the oracle's
    fallback must not be the trader's choice. The format is in RedStone's `evm-connector`:
        packages | count 2 | metadata n | n 3 | marker 9
        package: feed 32 | value 32 | milliseconds 6 | bytes of a value 4 (32) | points 3 (1) | r 32 | s 32 | v 1
"""

from interfaces import IPriceSource

implements: IPriceSource

MAX_BYTES: constant(uint256) = 4096
MAX_SIGNERS: constant(uint256) = 9
PACKAGE: constant(uint256) = 142
SIGNED: constant(uint256) = 77  # bytes of a package that are signed
TAIL: constant(uint256) = 14  # without the metadata
MARKER: constant(uint256) = 823_907_890_102_272  # 0x02ed57011e0000, in nine bytes
POINT: constant(uint256) = (32 << 24) | 1
UNIT: constant(uint256) = 10**10  # values have 8 decimals
MILLISECONDS: constant(uint256) = 1000
MAX_VALUE: constant(uint256) = 2**128 // UNIT

U16: constant(uint256) = 2**16 - 1
U24: constant(uint256) = 2**24 - 1
U56: constant(uint256) = 2**56 - 1
U72: constant(uint256) = 2**72 - 1

FEED: public(immutable(bytes32))
GRID: public(immutable(uint256))
SIGNERS: immutable(DynArray[address, MAX_SIGNERS])


@deploy
def __init__(feed: bytes32, grid: uint256, signers: DynArray[address, MAX_SIGNERS]):
    """
    @param feed RedStone's name of the price, padded with zeros.
    @param grid Seconds between the times that are signed.
    @param signers All of them, an odd number, in the order in which their packages come.
    @custom:reverts BOUND.
    """
    assert feed != empty(bytes32) and grid > 0 and grid < 2**32 and len(signers) % 2 == 1, "BOUND"
    for i: uint256 in range(len(signers), bound=MAX_SIGNERS):
        assert signers[i] != empty(address), "BOUND"
        for j: uint256 in range(i, bound=MAX_SIGNERS):
            assert signers[j] != signers[i], "BOUND"
    FEED = feed
    GRID = grid
    SIGNERS = signers


@external
@payable
def prove(update: Bytes[MAX_BYTES]) -> IPriceSource.Observation:
    """
    @notice Verifies a package of each signer. Anyone may call; it costs nothing.
    @custom:reverts FEE, FORMAT, FEED, SIGNED, VALUE, FUTURE, GRID a time that is not of the grid.
    """
    assert msg.value == 0, "FEE"
    signers: DynArray[address, MAX_SIGNERS] = SIGNERS
    size: uint256 = unsafe_mul(len(signers), PACKAGE)
    # at least one package: 156 bytes
    assert len(update) >= unsafe_add(size, TAIL), "FORMAT"
    # n 3 | marker 9
    tail: uint256 = extract32(update, unsafe_sub(len(update), 32), output_type=uint256)
    assert tail & U72 == MARKER and unsafe_add(unsafe_add(size, TAIL), (tail >> 72) & U24) == len(update), "FORMAT"
    # the word that ends with the count
    assert extract32(update, unsafe_sub(size, 30), output_type=uint256) & U16 == len(signers), "FORMAT"

    values: DynArray[uint256, MAX_SIGNERS] = []
    time: uint256 = 0
    at: uint256 = 0
    for signer: address in signers:
        assert extract32(update, at) == FEED, "FEED"
        value: uint256 = extract32(update, unsafe_add(at, 32), output_type=uint256)
        assert value > 0 and value < MAX_VALUE, "VALUE"
        # the word that ends the signed part: ... milliseconds 6 | bytes of a value 4 | points 3
        end: uint256 = extract32(update, unsafe_add(at, SIGNED - 32), output_type=uint256)
        assert end & U56 == POINT, "FORMAT"
        end = (end >> 56) & (2**48 - 1)
        if at == 0:
            time = end
        assert end == time, "FORMAT"
        r: bytes32 = extract32(update, unsafe_add(at, SIGNED))
        s: bytes32 = extract32(update, unsafe_add(at, SIGNED + 32))
        v: uint256 = extract32(update, unsafe_add(at, PACKAGE - 32), output_type=uint256) & 255
        digest: bytes32 = keccak256(slice(update, at, SIGNED))
        # not empty, so that a failed recovery is no signer
        assert ecrecover(digest, convert(v, uint8), convert(r, uint256), convert(s, uint256)) == signer, "SIGNED"
        # sorted: below nine values
        place: uint256 = len(values)
        values.append(value)
        for i: uint256 in range(MAX_SIGNERS):
            if place == 0 or values[unsafe_sub(place, 1)] <= value:
                break
            values[place] = values[unsafe_sub(place, 1)]
            place = unsafe_sub(place, 1)
        values[place] = value
        at = unsafe_add(at, PACKAGE)

    published_at: uint256 = unsafe_div(time, MILLISECONDS)
    assert published_at <= block.timestamp, "FUTURE"
    assert unsafe_mul(published_at, MILLISECONDS) == time and published_at % GRID == 0 and published_at > GRID, "GRID"
    # values are below 2**128 / UNIT
    last: uint256 = unsafe_sub(len(values), 1)
    return IPriceSource.Observation(
        id=published_at,
        mid=unsafe_mul(values[unsafe_div(last, 2)], UNIT),
        confidence=unsafe_mul(unsafe_sub(values[last], values[0]), UNIT // 2),
        published_at=published_at,
        previous_at=unsafe_sub(published_at, GRID),
    )


@external
@view
def fee(update: Bytes[MAX_BYTES]) -> uint256:
    """
    @return 0: verifying is free.
    """
    return 0


@external
@view
def latest() -> IPriceSource.Observation:
    """
    @return Nothing: a price has to be brought.
    """
    return empty(IPriceSource.Observation)


@external
@view
def observation(id: uint256) -> IPriceSource.Observation:
    """
    @return Nothing, as `latest`.
    """
    return empty(IPriceSource.Observation)


@external
@view
def following(id: uint256) -> uint256:
    """
    @return 0: what is brought proves itself.
    """
    return 0


@external
@view
def signers() -> DynArray[address, MAX_SIGNERS]:
    """
    @return Whose packages a price needs, in their order.
    """
    return SIGNERS
