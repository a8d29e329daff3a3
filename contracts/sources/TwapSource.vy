# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title The time-weighted price of a Uniswap v3 pool, as a reference
@license AGPL-3.0-only
@notice The geometric mean over a window that ends now, where the pool's harmonic mean of liquidity in it is enough. It
    proves nothing about one moment, so it fills no order.
@dev 1.0001**tick by snekmate's exponential, whose error is far below a tick where the price is above 1e-13 USD. The pool
    must keep an observation for every block of the window (increaseObservationCardinalityNext): where it keeps fewer,
    dust of liquidity in each block leaves no history, and nothing is said.
"""

from interfaces import IPriceSource
from snekmate.utils import math

implements: IPriceSource

interface UniswapPool:
    def token0() -> address: view
    def token1() -> address: view

interface Token:
    def decimals() -> uint8: view

MAX_BYTES: constant(uint256) = 4096
MIN_WINDOW: constant(uint256) = 300
MAX_WINDOW: constant(uint256) = 86_400
MAX_DECIMALS: constant(uint256) = 36
CALL_GAS: constant(uint256) = 200_000
# With so much before a call the pool gets CALL_GAS of it: 63/64, less what the call itself costs.
GAS_BEFORE: constant(uint256) = 210_000
# offset, offset, length, two words, length, two words
ANSWER_BYTES: constant(uint256) = 256
LN_1_0001: constant(int256) = 99_995_000_333_308_335_333_166_680_951  # 1e33
LN_10: constant(int256) = 2_302_585_092_994_045_684_017_991_454_684_364  # 1e33
MAX_MID: constant(uint256) = 2**128 - 1

POOL: public(immutable(address))
BASE_IS_FIRST: public(immutable(bool))
# Decimals of the base token less those of the quote token.
SHIFT: public(immutable(int256))
WINDOW: public(immutable(uint256))
MIN_LIQUIDITY: public(immutable(uint256))


@deploy
def __init__(pool: address, base: address, window: uint256, min_liquidity: uint256):
    """
    @param pool Of the base token and one that stands for USD.
    @param base Which of its tokens is priced.
    @param window Seconds, from five minutes to a day.
    @param min_liquidity The pool's own unit: sqrt of the product of both reserves, in their smallest units.
    @custom:reverts BOUND.
    """
    assert pool.is_contract, "BOUND"
    first: address = staticcall UniswapPool(pool).token0()
    second: address = staticcall UniswapPool(pool).token1()
    assert (base == first or base == second) and window >= MIN_WINDOW and window <= MAX_WINDOW, "BOUND"
    assert min_liquidity > 0, "BOUND"
    quote: address = second if base == first else first
    base_decimals: uint256 = convert(staticcall Token(base).decimals(), uint256)
    quote_decimals: uint256 = convert(staticcall Token(quote).decimals(), uint256)
    assert base_decimals <= MAX_DECIMALS and quote_decimals <= MAX_DECIMALS, "BOUND"
    POOL = pool
    BASE_IS_FIRST = base == first
    SHIFT = convert(base_decimals, int256) - convert(quote_decimals, int256)
    WINDOW = window
    MIN_LIQUIDITY = min_liquidity


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
    @return The mean of the window that ends now; empty where the pool does not reach back so far or is too thin.
    @custom:reverts GAS.
    """
    success: bool = False
    answer: Bytes[ANSWER_BYTES + 1] = b""
    ago: DynArray[uint32, 2] = [convert(WINDOW, uint32), 0]
    before: uint256 = msg.gas
    success, answer = raw_call(
        POOL,
        abi_encode(ago, method_id=method_id("observe(uint32[])")),
        max_outsize=ANSWER_BYTES + 1,
        gas=CALL_GAS,
        is_static_call=True,
        revert_on_failure=False,
    )
    if not success:
        assert before >= GAS_BEFORE, "GAS"
        return empty(IPriceSource.Observation)
    if len(answer) != ANSWER_BYTES:
        return empty(IPriceSource.Observation)
    # sums of ticks are int56 and do not wrap in 2,000 years, seconds per liquidity are uint160 and do
    ticks: int256 = extract32(answer, 128, output_type=int256) - extract32(answer, 96, output_type=int256)
    per_liquidity: uint256 = unsafe_sub(
        extract32(answer, 224, output_type=uint256), extract32(answer, 192, output_type=uint256)
    ) & (2**160 - 1)
    # liquidity = window * 2**128 / per_liquidity
    if per_liquidity == 0 or (WINDOW << 128) // per_liquidity < MIN_LIQUIDITY:
        return empty(IPriceSource.Observation)
    if not BASE_IS_FIRST:
        ticks = -ticks
    # |ticks| < 2**56, below 2**160 in all; divided by 1e33 / 1e18
    power: int256 = (ticks * LN_1_0001 // convert(WINDOW, int256) + (SHIFT * LN_10)) // 10**15
    # e**47 < 2**128 / 1e18, and e**-41 is nearly 1
    if power > 47 * 10**18 or power < -41 * 10**18:
        return empty(IPriceSource.Observation)
    mid: uint256 = convert(math._wad_exp(power), uint256)
    if mid == 0 or mid > MAX_MID:
        return empty(IPriceSource.Observation)
    return IPriceSource.Observation(
        id=block.timestamp, mid=mid, confidence=0, published_at=block.timestamp, previous_at=0
    )


@external
@view
def observation(id: uint256) -> IPriceSource.Observation:
    """
    @return Nothing: a mean is of no moment.
    """
    return empty(IPriceSource.Observation)


@external
@view
def following(id: uint256) -> uint256:
    """
    @return 0.
    """
    return 0
