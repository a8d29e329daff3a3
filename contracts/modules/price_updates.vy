# pragma version 0.4.3
"""
@title One transaction that brings a price and uses it
@notice The update's fee is paid out of the ether sent, exactly; the excess goes back.
"""

from contracts.modules import account_words as words
from interfaces import IOracleAdapter

# A larger one can be brought to the adapter itself: whoever brings none should not pay for the memory.
MAX_BYTES: constant(uint256) = 2048

MAX_MARKETS: constant(uint256) = 32

ORACLE: public(immutable(IOracleAdapter))


@deploy
def __init__(oracle: address):
    """
    @custom:reverts BOUND.
    """
    assert oracle != empty(address), "BOUND"
    ORACLE = IOracleAdapter(oracle)


@internal
def _bring(market: uint256, update: Bytes[MAX_BYTES], sent: uint256) -> uint256:
    """
    @dev Brings an update, none where it is empty. One that is older than the newest price, or doubted, does no harm.
    @param sent The ether that was sent (wei).
    @return the rest of it.
    @custom:reverts FEE it is less than the fee, and as the adapter's `update`.
    """
    if len(update) == 0:
        return sent
    fee: uint256 = 0
    if sent > 0:
        fee = staticcall ORACLE.fee(market, update)
        assert sent >= fee, "FEE"
    # Without ether a source that wants a fee says so itself.
    extcall ORACLE.update(market, update, value=fee)
    return unsafe_sub(sent, fee)


@internal
@view
def _has_outdated(word: uint256, time: uint256) -> bool:
    """
    @param word An account's.
    @return Whether the price of a market that the account is in is AGED or in HALT, and not of before `time`.
    @custom:reverts GAS as the adapter's `read`.
    """
    markets: uint256 = (word & words.MARKETS_MASK) >> words.MARKETS
    for market: uint256 in range(MAX_MARKETS):
        if markets >> market == 0:
            break
        if (markets >> market) & 1 == 1 and staticcall ORACLE.outdated_since(market, time):
            return True
    return False


@internal
def _refund(rest: uint256):
    """
    @dev The last thing that is done: it calls the sender.
    @custom:reverts REFUND it does not take it.
    """
    if rest > 0:
        taken: bool = raw_call(msg.sender, b"", value=rest, revert_on_failure=False)
        assert taken, "REFUND"
