# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Asking a push feed
@notice Chainlink's proxy layout: latestRoundData() and getRoundData(uint80) return id, answer, started_at, updated_at and
    answered_in_round, a word each.
@dev Low-level static calls with bounded gas and bounded return data: whatever a feed does, it only has no round then. A
    call that failed with less than CALL_GAS for the feed is no answer: GAS.
"""

CALL_GAS: constant(uint256) = 200_000
# With so much before a call the feed gets CALL_GAS of it: 63/64, less what the call itself costs.
GAS_BEFORE: constant(uint256) = 210_000
ANSWER_BYTES: constant(uint256) = 160
MAX_ID: constant(uint256) = 2**80 - 1


struct Round:
    id: uint256                     # 0: there is none that is possible
    answer: int256                  # 0 where it is the one of a round before it
    started_at: uint256
    updated_at: uint256


@internal
@view
def _latest(feed: address) -> Round:
    return self._ask(feed, method_id("latestRoundData()"))


@internal
@view
def _round(feed: address, id: uint256) -> Round:
    found: Round = self._ask(feed, abi_encode(id, method_id=method_id("getRoundData(uint80)")))
    return found if found.id == id else empty(Round)


@internal
@view
def _ask(feed: address, call: Bytes[36]) -> Round:
    """
    @dev Asks for a round. One byte more than an answer has is copied, so a longer one is seen and a huge one costs
        nothing. answered_in_round is deprecated for OCR, where it is the round itself; a FluxAggregator's round that
        timed out is answered in an earlier one, and says its price at the time of the time-out.
    @custom:reverts GAS.
    """
    success: bool = False
    answer: Bytes[ANSWER_BYTES + 1] = b""
    before: uint256 = msg.gas
    success, answer = raw_call(
        feed, call, max_outsize=ANSWER_BYTES + 1, gas=CALL_GAS, is_static_call=True, revert_on_failure=False
    )
    if not success:
        assert before >= GAS_BEFORE, "GAS"
        return empty(Round)
    if len(answer) != ANSWER_BYTES:
        return empty(Round)
    id: uint256 = extract32(answer, 0, output_type=uint256)
    at: uint256 = extract32(answer, 96, output_type=uint256)
    if id == 0 or id > MAX_ID or at == 0 or at > block.timestamp:
        return empty(Round)
    answered_in: uint256 = extract32(answer, 128, output_type=uint256)
    return Round(
        id=id,
        answer=extract32(answer, 32, output_type=int256) if answered_in == 0 or answered_in >= id else 0,
        started_at=extract32(answer, 64, output_type=uint256),
        updated_at=at,
    )


@internal
@view
def _decimals(feed: address) -> uint256:
    """
    @return A feed's decimals; max_value(uint256) where it does not tell.
    @custom:reverts GAS.
    """
    success: bool = False
    answer: Bytes[33] = b""
    before: uint256 = msg.gas
    success, answer = raw_call(
        feed, method_id("decimals()"), max_outsize=33, gas=CALL_GAS, is_static_call=True, revert_on_failure=False
    )
    if not success:
        assert before >= GAS_BEFORE, "GAS"
        return max_value(uint256)
    return extract32(answer, 0, output_type=uint256) if len(answer) == 32 else max_value(uint256)
