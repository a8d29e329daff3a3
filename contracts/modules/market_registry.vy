# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title The markets of a clearing pool: what they are set to, and their state in storage
@notice Listing, parameters within the bounds in code, ramps, accrual and the pool's book.
"""

from contracts.modules import market_words as words
from contracts.modules import perp_market as perp
from contracts.modules import perp_math as maths
from contracts.modules import roles
from interfaces import IClearingPool
from interfaces import IOracleAdapter

uses: roles

MAX_MARKETS: constant(uint256) = 32

ORACLE: public(immutable(IOracleAdapter))
# Seconds over which maintenance and penalty move to a new value.
RAMP_SECONDS: immutable(uint256)

# Bit n: market n is listed.
_listed: uint256
# Layouts in market_words.
_configs: uint256[MAX_MARKETS]
_ramps: uint256[MAX_MARKETS]
_interests: uint256[MAX_MARKETS]
_fundings: uint256[MAX_MARKETS]
_marks: uint256[MAX_MARKETS]
_book: uint256


@deploy
def __init__(oracle: IOracleAdapter, ramp_seconds: uint256):
    ORACLE = oracle
    RAMP_SECONDS = ramp_seconds


@external
def set_market(market: uint256, config: IClearingPool.Market):
    """
    @notice Lists a market at the feed of the same number, which must be NORMAL, or changes it within the bounds, after
        accrual. Maintenance and penalty ramp from the value in force; K changes and the slope rises only without open
        interest. Only the owner.
    @custom:reverts AUTH, MARKET (number out of range), BOUND, STALE, GAS.
    """
    roles._only_owner()
    assert market < MAX_MARKETS, "MARKET"
    word: uint256 = self._pack_config(market, config)
    price: IOracleAdapter.Price = extcall ORACLE.observe(market)
    ramp: uint256 = 0
    if self._configs[market] == 0:
        assert price.status == IOracleAdapter.Status.NORMAL, "STALE"
        self._listed |= 1 << market
        state: words.State = empty(words.State)
        state.accrued_at = convert(block.timestamp, int256)
        state.price = convert(price.mid, int256)
        self._store(market, state)
        self._log_mark(market)
    else:
        word, ramp = self._change(market, word, price)
    self._configs[market] = word
    self._ramps[market] = ramp
    log IClearingPool.MarketSet(market=market, config=word, ramp=ramp)


@external
def tighten(market: uint256, initial: uint256, open_interest_cap: uint256, position_cap: uint256):
    """
    @notice Raises the initial margin and lowers the caps of a market at once. The guardian or the owner.
    @custom:reverts AUTH, MARKET, BOUND.
    """
    roles._only_guardian()
    config: uint256 = self._config_of(market)
    assert (
        initial >= (config >> words.INITIAL) & (2**16 - 1)
        and open_interest_cap <= (config >> words.INTEREST_CAP) & (2**16 - 1)
        and position_cap <= (config >> words.POSITION_CAP) & (2**16 - 1)
        and initial <= 10_000
        and position_cap <= open_interest_cap
    ), "BOUND"
    cleared: uint256 = ~(
        ((2**16 - 1) << words.INITIAL) | ((2**16 - 1) << words.INTEREST_CAP) | ((2**16 - 1) << words.POSITION_CAP)
    )
    self._configs[market] = (
        (self._configs[market] & cleared)
        | (initial << words.INITIAL)
        | (open_interest_cap << words.INTEREST_CAP)
        | (position_cap << words.POSITION_CAP)
    )
    log IClearingPool.MarketSet(market=market, config=self._configs[market], ramp=self._ramps[market])


@external
def poke(market: uint256):
    """
    @notice Accrues funding up to now and marks the market at the newest price (not in HALT). Anyone.
    @custom:reverts MARKET, GAS.
    """
    config: uint256 = self._config_of(market)
    price: IOracleAdapter.Price = extcall ORACLE.observe(market)
    self._poke(market, config, price)


@external
@view
def market_words(market: uint256) -> uint256[5]:
    """
    @return The words config, ramp, interest, funding, mark as stored.
    """
    return [
        self._configs[market], self._ramps[market], self._interests[market], self._fundings[market], self._marks[market]
    ]


@external
@view
def book_word() -> uint256:
    """
    @return liability_sum, reserve and fees owed as stored; layout in market_words.
    """
    return self._book


@external
@view
def listed() -> uint256:
    """
    @return Bitmap of the listed markets.
    """
    return self._listed


@internal
@view
def _config_of(market: uint256) -> uint256:
    """
    @dev The config word in force: while a ramp runs, maintenance and penalty are between the old value and the new.
    @custom:reverts MARKET.
    """
    assert market < MAX_MARKETS, "MARKET"
    config: uint256 = self._configs[market]
    assert config != 0, "MARKET"
    if (config >> words.FLAGS) & words.RAMPING != 0:
        return perp._in_force(config, self._ramps[market])
    return config


@internal
@view
def _load(market: uint256) -> words.State:
    return words._unpack_state(self._interests[market], self._fundings[market], self._marks[market])


@internal
def _store(market: uint256, s: words.State):
    self._interests[market] = words._pack_interest(s)
    self._fundings[market] = words._pack_funding(s)
    self._marks[market] = words._pack_mark(s)


@internal
def _poke(market: uint256, config: uint256, price: IOracleAdapter.Price) -> words.State:
    """
    @dev One step without a fill: accrue, mark, and the book by new minus old.
    """
    before: words.State = self._load(market)
    after: words.State = perp._accrued(config, before)
    if price.status != IOracleAdapter.Status.HALT:
        after.price = convert(price.mid, int256)
    self._store(market, after)
    scale: int256 = words._scale(config)
    self._add_to_book(
        perp._liability(scale, after, after.price) - perp._liability(scale, before, before.price),
        perp._reserve(config, after) - perp._reserve(config, before),
        0,
    )
    self._log_mark(market)
    return after


@internal
def _log_mark(market: uint256):
    log IClearingPool.Marked(
        market=market,
        interest=self._interests[market],
        funding=self._fundings[market],
        mark=self._marks[market],
        book=self._book,
    )


@internal
def _change(market: uint256, config: uint256, price: IOracleAdapter.Price) -> (uint256, uint256):
    """
    @dev Accrues under the old word, then moves the book and the rate to the new one.
    @return The new word and its ramp.
    """
    old: uint256 = self._config_of(market)
    s: words.State = self._poke(market, old, price)
    scale: int256 = words._scale(config)
    # Neither K, which is in every L, nor a steeper slope, which does not ramp, may change under open positions.
    steeper: bool = words._config(config, words.SLOPE) > words._config(old, words.SLOPE)
    assert s.long + s.short == 0 or (scale == words._scale(old) and not steeper), "BOUND"
    word: uint256 = config
    ramp: uint256 = 0
    maintenance: uint256 = (old >> words.MAINTENANCE) & (2**16 - 1)
    penalty: uint256 = (old >> words.PENALTY) & (2**16 - 1)
    # The bounds hold for the worse of the values in force and the new ones, and for the open interest there is beyond
    # the cap.
    assert words._config(config, words.INITIAL) > convert(maintenance, int256), "BOUND"
    self._assert_cover(
        market,
        config,
        maths._ceil_div(max(s.long, s.short) * 10**4, scale),
        min(maintenance, (config >> words.MAINTENANCE) & (2**16 - 1)),
        max(penalty, (config >> words.PENALTY) & (2**16 - 1)),
    )
    pair: uint256 = ((2**16 - 1) << words.MAINTENANCE) | ((2**16 - 1) << words.PENALTY)
    if (old ^ config) & pair != 0:
        word |= words.RAMPING << words.FLAGS
        ramp = maintenance | (penalty << 16) | (block.timestamp << 32) | ((block.timestamp + RAMP_SECONDS) << 72)
    rate_max: int256 = convert((word >> words.RATE_MAX) & (2**24 - 1), int256) * perp.RATE_UNIT
    s.rate = maths._clamp(s.rate, rate_max)
    self._fundings[market] = words._pack_funding(s)
    self._add_to_book(0, perp._reserve(word, s) - perp._reserve(old, s), 0)
    self._log_mark(market)
    return word, ramp


@internal
def _add_to_book(liability: int256, reserve: int256, owed: int256):
    """
    @dev Changes of liability_sum and reserve (WAD USD) and of owed (1e12 wei).
    """
    book_liability: int256 = 0
    book_reserve: int256 = 0
    book_owed: int256 = 0
    book_liability, book_reserve, book_owed = words._unpack_book(self._book)
    self._book = words._pack_book(book_liability + liability, book_reserve + reserve, book_owed + owed)


@internal
@view
def _assert_cover(market: uint256, config: uint256, interest: int256, maintenance: uint256, penalty: uint256):
    """
    @dev Nobody can be pushed into default by the skew alone: cap / K < maintenance - taker fee - penalty - spread.
    @param interest Of a side, bps of K; it counts where it is beyond the cap.
    """
    spread: uint256 = (staticcall ORACLE.bounds(market))[1]
    open_interest_cap: uint256 = max((config >> words.INTEREST_CAP) & (2**16 - 1), convert(interest, uint256))
    taker_fee: uint256 = (config >> words.TAKER) & (2**16 - 1)
    assert 100 * open_interest_cap + taker_fee + 100 * penalty + spread < 100 * maintenance, "BOUND"


@internal
@view
def _pack_config(market: uint256, config: IClearingPool.Market) -> uint256:
    """
    @dev Checks the bounds of the specification, section 4.
    @custom:reverts BOUND.
    """
    scale: uint256 = config.skew_scale // 10**15
    assert (
        scale * 10**15 == config.skew_scale
        and scale > 0
        and scale < 2**56
        and config.initial > config.maintenance
        and config.initial <= 10_000
        and config.slope < 2**16
        and config.maker_fee <= config.taker_fee
        and config.taker_fee < 2**16
        and config.position_cap <= config.open_interest_cap
        and config.open_interest_cap < 2**16
        and config.reserve_factor > 0
        and config.reserve_factor <= 10_000
        and config.penalty < 2**16
        and config.rate_max > 0
        and config.rate_max < 2**24
        and config.velocity < 2**24
    ), "BOUND"
    # No product of a fill or of a requirement overflows: cap * P_max * K * (1e4 + slope) < 2^255 in WADs and bps, for initial is at most
    # 1e4 and no more than K is open; a fill's is below 2.4 K instead of (1e4 + slope) K.
    highest: uint256 = (staticcall ORACLE.bounds(market))[0]
    interest: uint256 = config.open_interest_cap * config.skew_scale // 10_000
    room: uint256 = max_value(uint256) // 2 // config.skew_scale // (10_000 + config.slope)
    assert highest > 0 and highest < 2**112 and interest * highest < room, "BOUND"
    word: uint256 = (
        scale
        | (config.initial << words.INITIAL)
        | (config.maintenance << words.MAINTENANCE)
        | (config.slope << words.SLOPE)
        | (config.maker_fee << words.MAKER)
        | (config.taker_fee << words.TAKER)
        | (config.open_interest_cap << words.INTEREST_CAP)
        | (config.position_cap << words.POSITION_CAP)
        | (config.reserve_factor << words.RESERVE_FACTOR)
        | (config.penalty << words.PENALTY)
        | (config.rate_max << words.RATE_MAX)
        | (config.velocity << words.VELOCITY)
        | (words.LISTED << words.FLAGS)
    )
    self._assert_cover(market, word, 0, config.maintenance, config.penalty)
    return word
