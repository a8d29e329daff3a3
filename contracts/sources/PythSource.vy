# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title A price of Pyth, brought by whoever needs it
@license AGPL-3.0-only
@notice An accumulator update is a price message under a Merkle root that a quorum of signers attests, whom a contract
    with Wormhole's core interface knows (Wormhole's guardians, or others that Pyth relies on). A message holds the time
    of the one before it, so it proves itself the first at or after a time.
@dev Trusted: that quorum, and that Pythnet's previous publish times are true. The format
    is in Pyth's `PythAccumulator.sol`:
        "PNAU" | major 1 | minor 1 | n 1 | header n | type 1 | length 2 | VAA | count 1 | count * (85 2 | message 85 | proof)
        proof: count 1 | count * 20
        message: 0 1 | feed 32 | price i64 | confidence u64 | exponent i32 | publish time 8 | previous 8 | ema 16
        VAA: version 1 | guardian set 4 | count 1 | count * 66 | timestamp 4 | nonce 4 | chain 2 | emitter 32
            | sequence 8 | consistency 1 | "AUWV" | type 1 | slot 8 | ring size 4 | root 20
"""

from interfaces import IPriceSource

implements: IPriceSource

MAX_BYTES: constant(uint256) = 4096
# Of the accumulator's header, up to the count of the header's bytes; of the VAA, and of one of its signatures.
HEADER: constant(uint256) = 7
VAA_HEADER: constant(uint256) = 6
SIGNATURE: constant(uint256) = 66
BODY: constant(uint256) = 51
PAYLOAD: constant(uint256) = 37
MESSAGE: constant(uint256) = 85
NODE: constant(uint256) = 20
MAX_MESSAGES: constant(uint256) = 16
MAX_DEPTH: constant(uint256) = 32

ACCUMULATOR_MAGIC: constant(uint256) = 1_347_305_813  # PNAU
ROOT_MAGIC: constant(uint256) = 1_096_111_958  # AUWV
# What the core gets at least: twice what 13 signatures cost.
PROOF_GAS: constant(uint256) = 400_000
MAX_MID: constant(uint256) = 2**128 - 1
WORMHOLE_MERKLE: constant(uint256) = 0
PRICE_MESSAGE: constant(uint256) = 0

EXPONENT_MIN: constant(int256) = -20
EXPONENT_MAX: constant(int256) = 12
WAD_DECIMALS: constant(int256) = 18

U8: constant(uint256) = 2**8 - 1
U16: constant(uint256) = 2**16 - 1
U32: constant(uint256) = 2**32 - 1
U64: constant(uint256) = 2**64 - 1
U160: constant(uint256) = 2**160 - 1

WORMHOLE: public(immutable(address))
EMITTER_CHAIN: public(immutable(uint256))
EMITTER: public(immutable(bytes32))
FEED: public(immutable(bytes32))


@deploy
def __init__(wormhole: address, emitter_chain: uint256, emitter: bytes32, feed: bytes32):
    """
    @param wormhole The core contract: what Pyth's own contract on the chain calls `wormhole()`.
    @param emitter_chain Wormhole's number of the chain that the accumulator is on (26: Pythnet).
    @param emitter The accumulator's address there.
    @param feed Pyth's id of the price.
    @custom:reverts BOUND.
    """
    assert wormhole.is_contract and emitter_chain > 0 and emitter_chain <= U16 and feed != empty(bytes32), "BOUND"
    WORMHOLE = wormhole
    EMITTER_CHAIN = emitter_chain
    EMITTER = emitter
    FEED = feed


@external
@payable
def prove(update: Bytes[MAX_BYTES]) -> IPriceSource.Observation:
    """
    @notice Verifies an accumulator update. Anyone may call; it costs nothing.
    @custom:reverts FEE, FORMAT, GAS, SIGNED, ORIGIN, FEED, VALUE, FUTURE.
    """
    assert msg.value == 0, "FEE"
    root: uint256 = 0
    at: uint256 = 0
    root, at = self._root(update)
    at = self._proven(update, at, root)
    # type 1 | feed 32 | price 8 | confidence 8 | exponent 4 | publish time 8 | previous 8 | ema 16
    return self._observation(
        extract32(update, unsafe_add(at, 33), output_type=uint256),
        extract32(update, unsafe_add(at, 53), output_type=uint256),
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


@internal
@view
def _root(update: Bytes[MAX_BYTES]) -> (uint256, uint256):
    """
    @dev The root that the guardians attest, and where the messages begin. Sums stay below 2**18: each part of one has
        two bytes at most.
    """
    assert len(update) >= HEADER + 32, "FORMAT"
    # magic 4 | major 1 | minor 1 | n 1
    head: uint256 = extract32(update, 0, output_type=uint256)
    assert head >> 224 == ACCUMULATOR_MAGIC and (head >> 216) & U8 == 1, "FORMAT"
    # type 1 | length 2 | VAA
    start: uint256 = unsafe_add(HEADER, (head >> 200) & U8)
    assert unsafe_add(start, 3 + VAA_HEADER + 32) <= len(update), "FORMAT"
    head = extract32(update, start, output_type=uint256)
    assert head >> 248 == WORMHOLE_MERKLE, "FORMAT"
    size: uint256 = (head >> 232) & U16
    # version 1 | guardian set 4 | count 1
    signatures: uint256 = (head >> 184) & U8
    start = unsafe_add(start, 3)
    end: uint256 = unsafe_add(start, size)
    body: uint256 = unsafe_add(start, unsafe_add(VAA_HEADER, unsafe_mul(SIGNATURE, signatures)))
    assert end < len(update) and unsafe_add(body, BODY + PAYLOAD) <= end, "FORMAT"
    self._attested(slice(update, start, size))
    # timestamp 4 | nonce 4 | chain 2 | emitter 32
    assert (extract32(update, body, output_type=uint256) >> 176) & U16 == EMITTER_CHAIN, "ORIGIN"
    assert extract32(update, unsafe_add(body, 10)) == EMITTER, "ORIGIN"
    # magic 4 | type 1 | slot 8 | ring size 4 | root 20
    payload: uint256 = unsafe_add(body, BODY)
    head = extract32(update, payload, output_type=uint256)
    assert head >> 224 == ROOT_MAGIC and (head >> 216) & U8 == WORMHOLE_MERKLE, "FORMAT"
    return extract32(update, unsafe_add(payload, PAYLOAD - 32), output_type=uint256) & U160, end


@internal
@view
def _attested(vaa: Bytes[MAX_BYTES]):
    """
    @dev `parseAndVerifyVM` returns (message, valid, reason); what the message says is read from the bytes that were
        verified.
    """
    answered: bool = False
    answer: Bytes[64] = b""
    assert msg.gas >= PROOF_GAS, "GAS"
    answered, answer = raw_call(
        WORMHOLE,
        abi_encode(vaa, method_id=method_id("parseAndVerifyVM(bytes)")),
        max_outsize=64,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert answered and len(answer) == 64 and extract32(answer, 32, output_type=uint256) == 1, "SIGNED"


@internal
@view
def _proven(update: Bytes[MAX_BYTES], start: uint256, root: uint256) -> uint256:
    """
    @dev Where the one message of our feed begins, which is under the root.
    """
    # start < len(update)
    count: uint256 = self._byte(update, start)
    assert count <= MAX_MESSAGES, "FORMAT"
    at: uint256 = unsafe_add(start, 1)
    found: uint256 = 0
    for i: uint256 in range(count, bound=MAX_MESSAGES):
        # length 2 | message 85 | depth 1
        assert unsafe_add(at, 3 + MESSAGE) <= len(update), "FORMAT"
        # length 2 | type 1 | feed 32
        head: uint256 = extract32(update, at, output_type=uint256) >> 232
        assert head >> 8 == MESSAGE, "FORMAT"
        message: uint256 = unsafe_add(at, 2)
        at = unsafe_add(message, MESSAGE)
        depth: uint256 = self._byte(update, at)
        at = unsafe_add(at, 1)
        end: uint256 = unsafe_add(at, unsafe_mul(depth, NODE))
        assert depth <= MAX_DEPTH and end <= len(update), "FORMAT"
        if head & U8 == PRICE_MESSAGE and extract32(update, unsafe_add(message, 1)) == FEED:
            assert found == 0, "FORMAT"
            found = message
            node: uint256 = convert(keccak256(concat(b"\x00", slice(update, message, MESSAGE))), uint256) >> 96
            for j: uint256 in range(depth, bound=MAX_DEPTH):
                at = unsafe_add(at, NODE)
                # the word that ends with the sibling
                other: uint256 = extract32(update, unsafe_sub(at, 32), output_type=uint256) & U160
                node = convert(
                    keccak256(
                        concat(
                            b"\x01",
                            convert(convert(min(node, other), uint160), bytes20),
                            convert(convert(max(node, other), uint160), bytes20),
                        )
                    ),
                    uint256,
                ) >> 96
            assert node == root, "SIGNED"
        at = end
    assert at == len(update), "FORMAT"
    assert found != 0, "FEED"
    return found


@internal
@pure
def _byte(update: Bytes[MAX_BYTES], at: uint256) -> uint256:
    """
    @dev The byte at a place that is inside, and not among the first 31.
    """
    return extract32(update, unsafe_sub(at, 31), output_type=uint256) & U8


@internal
@view
def _observation(prices: uint256, times: uint256) -> IPriceSource.Observation:
    """
    @param prices The word of price i64 | confidence u64 | exponent i32 | ...
    @param times The word of publish time i64 | previous publish time i64 | ...
    """
    published_at: uint256 = times >> 192
    previous_at: uint256 = (times >> 128) & U64
    assert published_at <= block.timestamp, "FUTURE"
    assert previous_at <= published_at, "VALUE"
    price: uint256 = prices >> 192
    # negative ones have the highest bit
    assert price > 0 and price < 2**63, "VALUE"
    exponent: int256 = convert((prices >> 96) & U32, int256)
    if exponent >= 2**31:
        exponent -= 2**32
    assert exponent >= EXPONENT_MIN and exponent <= EXPONENT_MAX, "VALUE"
    confidence: uint256 = (prices >> 128) & U64
    mid: uint256 = 0
    if exponent >= -WAD_DECIMALS:
        # below 2**64 * 10**30 < 2**164
        unit: uint256 = 10**convert(exponent + WAD_DECIMALS, uint256)
        mid = unsafe_mul(price, unit)
        confidence = unsafe_mul(confidence, unit)
    else:
        unit: uint256 = 10**convert(-exponent - WAD_DECIMALS, uint256)
        mid = unsafe_div(price, unit)
        confidence = unsafe_div(unsafe_add(confidence, unsafe_sub(unit, 1)), unit)
    assert mid > 0 and mid <= MAX_MID and confidence <= MAX_MID, "VALUE"
    return IPriceSource.Observation(
        id=published_at, mid=mid, confidence=confidence, published_at=published_at, previous_at=previous_at
    )
