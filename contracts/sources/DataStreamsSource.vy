# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title A price of Chainlink Data Streams, brought by whoever needs it
@license AGPL-3.0-only
@notice A signed report of schema 3 goes through Chainlink's verifier. Reports follow each other without gaps: one is valid
    from the second after the one before it was observed, so it proves itself the first at or after a time.
@dev Trusted: Chainlink's contracts, the network that their configurations name, and that one configuration at a time
    reports. Schema 3, a word each: feed | valid from | observed at |
    native fee | LINK fee | expires at | price | bid | ask, in 18 decimals.
"""

from interfaces import IPriceSource

implements: IPriceSource

MAX_BYTES: constant(uint256) = 4096
# What the verifier returns: offset | length | nine words; one byte more, so that a longer report is seen.
ANSWER: constant(uint256) = 64 + REPORT
REPORT: constant(uint256) = 9 * 32
SCHEMA: constant(uint256) = 3
MAX_MID: constant(uint256) = 2**128 - 1
# What the verifier gets at least: a multiple of what two signatures and a fee cost.
PROOF_GAS: constant(uint256) = 500_000

U160: constant(uint256) = 2**160 - 1

PROXY: public(immutable(address))
FEED: public(immutable(bytes32))


@deploy
def __init__(proxy: address, feed: bytes32):
    """
    @param proxy Chainlink's VerifierProxy.
    @param feed The stream's id, of schema 3.
    @custom:reverts BOUND it is no such proxy, or the stream is of another schema.
    """
    answered: bool = False
    manager: address = empty(address)
    answered, manager = self._address_of(proxy, method_id("s_feeManager()"))
    assert answered and convert(feed, uint256) >> 240 == SCHEMA, "BOUND"
    PROXY = proxy
    FEED = feed


@external
@payable
def prove(update: Bytes[MAX_BYTES]) -> IPriceSource.Observation:
    """
    @notice Verifies a signed report. Anyone may call; Chainlink's fee is paid in ether, exactly.
    @custom:reverts GAS, FEE, FORMAT, SIGNED, FEED, VALUE, FUTURE, EXPIRED.
    """
    assert msg.gas >= PROOF_GAS, "GAS"
    amount: uint256 = 0
    native: address = empty(address)
    amount, native = self._fee(update)
    assert msg.value == amount, "FEE"
    answered: bool = False
    answer: Bytes[ANSWER + 1] = b""
    answered, answer = raw_call(
        PROXY,
        abi_encode(
            update,
            slice(abi_encode(native), 0, 32 if native != empty(address) else 0),
            method_id=method_id("verify(bytes,bytes)"),
        ),
        max_outsize=ANSWER + 1,
        value=amount,
        revert_on_failure=False,
    )
    assert answered, "SIGNED"
    # offset | length | report
    assert len(answer) == ANSWER, "FORMAT"
    assert extract32(answer, 64) == FEED, "FEED"
    valid_from: uint256 = extract32(answer, 96, output_type=uint256)
    published_at: uint256 = extract32(answer, 128, output_type=uint256)
    expires_at: uint256 = extract32(answer, 224, output_type=uint256)
    mid: uint256 = extract32(answer, 256, output_type=uint256)
    bid: uint256 = extract32(answer, 288, output_type=uint256)
    ask: uint256 = extract32(answer, 320, output_type=uint256)
    assert published_at <= block.timestamp, "FUTURE"
    assert block.timestamp <= expires_at, "EXPIRED"
    # negative prices are beyond MAX_MID
    assert valid_from > 1 and valid_from <= published_at, "VALUE"
    assert bid > 0 and bid <= mid and mid <= ask and ask <= MAX_MID, "VALUE"
    return IPriceSource.Observation(
        id=published_at,
        mid=mid,
        confidence=max(unsafe_sub(mid, bid), unsafe_sub(ask, mid)),
        published_at=published_at,
        previous_at=unsafe_sub(valid_from, 1),
    )


@external
@view
def fee(update: Bytes[MAX_BYTES]) -> uint256:
    """
    @return Chainlink's fee for the report in ether (wei), ours of its discounts included.
    @custom:reverts FORMAT, FEE the fee cannot be told (the report has expired).
    """
    return self._fee(update)[0]


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
def _fee(update: Bytes[MAX_BYTES]) -> (uint256, address):
    """
    @dev The fee in ether and the token that stands for it; nothing where the proxy has no manager of fees.
    """
    answered: bool = False
    manager: address = empty(address)
    answered, manager = self._address_of(PROXY, method_id("s_feeManager()"))
    assert answered, "FEE"
    if manager == empty(address):
        return 0, empty(address)
    # context 3 words | offset of the report | ...
    assert len(update) >= 128, "FORMAT"
    start: uint256 = extract32(update, 96, output_type=uint256)
    assert start <= MAX_BYTES and unsafe_add(start, 32 + REPORT) <= len(update), "FORMAT"
    native: address = empty(address)
    answered, native = self._address_of(manager, method_id("i_nativeAddress()"))
    assert answered, "FEE"
    answer: Bytes[64] = b""
    # returns (asset, amount), (asset, amount), discount
    answered, answer = raw_call(
        manager,
        abi_encode(
            self,
            slice(update, unsafe_add(start, 32), REPORT),
            native,
            method_id=method_id("getFeeAndReward(address,bytes,address)"),
        ),
        max_outsize=64,
        is_static_call=True,
        revert_on_failure=False,
    )
    assert answered and len(answer) == 64, "FEE"
    return extract32(answer, 32, output_type=uint256), native


@internal
@view
def _address_of(target: address, call: Bytes[4]) -> (bool, address):
    """
    @return Whether the target answers with an address, and which.
    """
    answered: bool = False
    answer: Bytes[33] = b""
    answered, answer = raw_call(target, call, max_outsize=33, is_static_call=True, revert_on_failure=False)
    if not answered or len(answer) != 32 or extract32(answer, 0, output_type=uint256) > U160:
        return False, empty(address)
    return True, extract32(answer, 0, output_type=address)
