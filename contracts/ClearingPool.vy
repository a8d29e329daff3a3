# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title ClearingPool: perpetual markets against one pool of liquidity
@license AGPL-3.0-only
@notice Prices fills and keeps positions; computes what is owed and the account's risk, and returns both to the vault,
    which books and judges. Sizes are WAD base units (> 0 is long), money WAD USD (> 0 in favour of the account).
    Formulas: docs/spec.md, section 4.
"""

from contracts.modules import lateness
from contracts.modules import market_words as words
from contracts.modules import market_registry as markets
from contracts.modules import perp_fill
from contracts.modules import perp_market as perp
from contracts.modules import perp_math as maths
from contracts.modules import perp_risk
from contracts.modules import roles
from interfaces import IClearingPool
from interfaces import IOracleAdapter

implements: IClearingPool

initializes: roles
initializes: markets[roles := roles]
exports: (
    markets.ORACLE,
    roles.owner,
    roles.pending_owner,
    roles.transfer_ownership,
    roles.accept_ownership,
    roles.guardian,
    roles.set_guardian,
    markets.set_market,
    markets.tighten,
    markets.poke,
    markets.market_words,
    markets.book_word,
    markets.listed,
)

WAD: constant(int256) = 10**18
MAX_MARKETS: constant(uint256) = markets.MAX_MARKETS
MAX_ACCOUNTS: constant(uint256) = 256
# HALT and AGED as numbers are not below it: of such a price somebody may have chosen the time.
OUTDATED: constant(uint256) = 4
LATE: constant(uint256) = lateness.LATE

VAULT: public(immutable(address))
# The smallest position (WAD USD of notional), and the least penalty of a whole liquidation (WAD USD).
MIN_NOTIONAL: public(immutable(int256))
MIN_PENALTY: public(immutable(int256))
# How far above maintenance a partial liquidation lifts the account (bps).
BUFFER: public(immutable(int256))
# The part of fees that is owed to treasury and insurance (bps).
PROTOCOL_SHARE: public(immutable(int256))
# The part of NAV that the reserve may take (bps).
UTILISATION: public(immutable(int256))

# Layout in market_words.
_positions: HashMap[address, HashMap[uint256, uint256]]


@deploy
def __init__(
    vault: address,
    oracle: IOracleAdapter,
    min_notional: uint256,
    min_penalty: uint256,
    buffer: uint256,
    protocol_share: uint256,
    utilisation: uint256,
    ramp_seconds: uint256,
    owner: address,
    guardian: address,
):
    """
    @param vault The only one who may change positions; may be deployed later.
    @custom:reverts BOUND.
    """
    roles.__init__(owner, guardian)
    markets.__init__(oracle, ramp_seconds)
    assert min_notional > 0 and min_notional <= 10**24 and min_penalty <= min_notional // 10, "BOUND"
    assert buffer > 0 and buffer <= 10_000 and protocol_share <= 5_000, "BOUND"
    assert utilisation > 0 and utilisation <= 10_000 and ramp_seconds >= 3600, "BOUND"
    VAULT = vault
    MIN_NOTIONAL = convert(min_notional, int256)
    MIN_PENALTY = convert(min_penalty, int256)
    BUFFER = convert(buffer, int256)
    PROTOCOL_SHARE = convert(protocol_share, int256)
    UTILISATION = convert(utilisation, int256)


# ------------------------------------------------------------------ what the vault calls


@external
def fill(
    account: address,
    market: uint256,
    delta: int256,
    due: uint256,
    window: uint256,
    observation_id: uint256,
    acceptable: uint256,
    reduce_only: bool,
    account_markets: uint256,
    pool_cash: int256,
    may_open: bool,
) -> (IClearingPool.Fill, IClearingPool.Risk):
    """
    @notice Fills an order at its one price, or at the newest where that is worse for the trader and came more than LATE
        after T. Only the vault.
    @dev The order of the checks: who, which market, the oracle, then `_simulate`'s.
    @custom:reverts AUTH, MARKET, STALE, EARLY, PROOF, GAS, REDUCE, HALTED, PAUSED, PRICE, DUST, CAPPED, RANGE.
    """
    self._only_vault()
    config: uint256 = markets._config_of(market)
    newest: IOracleAdapter.Price = empty(IOracleAdapter.Price)
    price: uint256 = 0
    spread: uint256 = 0
    newest, price, spread = extcall markets.ORACLE.observe_at(market, due, window, observation_id)
    if newest.published_at > due + LATE:
        # An order that is filled late is no option on its old price: the newest counts where it is worse for the
        # trader.
        price = max(price, newest.mid) if delta > 0 else min(price, newest.mid)
    terms: perp_fill.Terms = perp_fill.Terms(
        delta=delta,
        price=convert(price, int256),
        spread=convert(spread, int256),
        acceptable=convert(acceptable, int256),
        reduce_only=reduce_only,
        may_open=may_open,
        liquidation=False,
    )
    position: uint256 = self._positions[account][market]
    before: words.State = markets._load(market)
    outcome: perp_fill.Outcome = empty(perp_fill.Outcome)
    code: String[8] = ""
    outcome, code = perp_fill._simulate(
        config, before, position, terms, newest, pool_cash, markets._book, self._limits()
    )
    assert len(code) == 0, code
    self._apply(account, market, outcome)
    risk: IClearingPool.Risk = self._risk(account, account_markets & ~(1 << market), False)
    risk = perp_risk._add_position(
        risk, perp_risk._view(config, outcome.state, newest), outcome.fill.size, outcome.basis
    )
    return outcome.fill, risk


@external
def liquidate(
    account: address,
    market: uint256,
    account_markets: uint256,
    margin_outside: int256,
    maintenance_outside: uint256,
    whole: bool,
) -> (int256, uint256, IClearingPool.Fill, IClearingPool.Risk):
    """
    @notice Closes as much as brings the account to its target, or the whole. Only the vault, which judges what it
        returns.
    @custom:reverts AUTH, MARKET, GAS, HALTED, HEALTHY, MARGIN, RANGE.
    """
    self._only_vault()
    config: uint256 = markets._config_of(market)
    newest: IOracleAdapter.Price = extcall markets.ORACLE.observe(market)
    position: uint256 = self._positions[account][market]
    size: int256 = words._size(position)
    others: IClearingPool.Risk = self._risk(account, account_markets & ~(1 << market), False)
    before: words.State = markets._load(market)
    accrued: words.State = perp._accrued(config, before)
    risk: IClearingPool.Risk = perp_risk._add_position(
        others, perp_risk._view(config, accrued, newest), size, words._basis(position)
    )
    margin: int256 = margin_outside + risk.equity
    maintenance: int256 = convert(maintenance_outside + risk.maintenance, int256)
    if newest.status == IOracleAdapter.Status.HALT or (whole and margin >= 0):
        assert whole, "HALTED"
        return margin, convert(maintenance, uint256), empty(IClearingPool.Fill), risk
    assert whole or margin < maintenance, "HEALTHY"
    mid: int256 = convert(newest.mid, int256)
    x: int256 = abs(size)
    q: int256 = x
    if not whole and margin >= 0:
        q = perp_fill._part(config, accrued, size, mid, margin, maintenance, BUFFER, MIN_NOTIONAL)
    terms: perp_fill.Terms = empty(perp_fill.Terms)
    terms.delta = -q if size > 0 else q
    terms.price = mid
    terms.liquidation = True
    outcome: perp_fill.Outcome = empty(perp_fill.Outcome)
    code: String[8] = ""
    outcome, code = perp_fill._simulate(config, before, position, terms, newest, 0, markets._book, self._limits())
    assert len(code) == 0, code
    # The penalty takes what margin there is and no more.
    after: int256 = margin + outcome.gain
    cap: int256 = maths._share(q, mid, words._config(config, words.PENALTY))
    if outcome.fill.size == 0:
        cap = max(cap, MIN_PENALTY)
    penalty: int256 = min(cap, max(0, after))
    outcome.fill.penalty = convert(penalty, uint256)
    outcome.fill.charge += convert(penalty, uint256)
    outcome.fill.cash -= penalty
    outcome.fill.health -= penalty
    assert outcome.fill.size == 0 or outcome.fill.health > 0, "MARGIN"
    self._apply(account, market, outcome)
    risk = perp_risk._add_position(
        others, perp_risk._view(config, outcome.state, newest), outcome.fill.size, outcome.basis
    )
    # Also of a position that is closed: the vault asks how good the price was.
    risk.status |= newest.status
    return margin, convert(maintenance, uint256), outcome.fill, risk


@external
def realise(account: address, market: uint256, cash: uint256) -> uint256:
    """
    @notice Turns up to `cash` of a loss into cash owed to the pool: equity and NAV stay. Only the vault.
    @return WAD USD that the account pays.
    @custom:reverts AUTH, MARKET, GAS, HALTED.
    """
    self._only_vault()
    config: uint256 = markets._config_of(market)
    newest: IOracleAdapter.Price = extcall markets.ORACLE.observe(market)
    assert convert(newest.status, uint256) < OUTDATED, "HALTED"
    s: words.State = markets._poke(market, config, newest)
    position: uint256 = self._positions[account][market]
    size: int256 = words._size(position)
    basis: int256 = words._basis(position)
    loss: int256 = min(max(0, -maths._pnl(size, basis, s.price, s.funding)), convert(cash, int256))
    if loss == 0:
        return 0
    s.basis -= loss
    position = words._pack_position(size, basis - loss, block.timestamp)
    markets._add_to_book(loss, 0, 0)
    markets._marks[market] = words._pack_mark(s)
    self._positions[account][market] = position
    log IClearingPool.Realised(
        account=account,
        market=market,
        amount=convert(loss, uint256),
        position=position,
        mark=markets._marks[market],
        book=markets._book,
    )
    return convert(loss, uint256)


@external
def collect() -> uint256:
    """
    @notice Hands over what is owed to treasury and insurance. Only the vault.
    @return WAD USD.
    @custom:reverts AUTH.
    """
    self._only_vault()
    owed: uint256 = markets._book >> 200
    markets._book &= 2**200 - 1
    amount: uint256 = owed * convert(perp.OWED_UNIT, uint256)
    log IClearingPool.Collected(amount=amount, book=markets._book)
    return amount


# ------------------------------------------------------------------ open to all


@external
def mark(since: uint256) -> (int256, int256, uint256, uint256):
    """
    @notice Pokes every market with open interest; each price must be published at or after `since` and not be in HALT.
        Anyone.
    @return sum of L at the cheaper and at the dearer side, fees owed, reserve (all WAD USD).
    @custom:reverts STALE, GAS.
    """
    cheap: int256 = 0
    dear: int256 = 0
    listed: uint256 = markets._listed
    for market: uint256 in range(MAX_MARKETS):
        if listed >> market == 0:
            break
        if (listed >> market) & 1 == 0 or markets._interests[market] & (2**208 - 1) == 0:
            continue
        newest: IOracleAdapter.Price = extcall markets.ORACLE.observe(market)
        # REDUCE_ONLY is good enough for LPs to leave by, or the guardian could hold them.
        assert convert(newest.status, uint256) < OUTDATED and newest.published_at >= since, "STALE"
        config: uint256 = markets._config_of(market)
        s: words.State = markets._poke(market, config, newest)
        scale: int256 = words._scale(config)
        # L is linear in the price, so its extremes are at the ends.
        at_low: int256 = perp._liability(scale, s, convert(newest.low, int256))
        at_high: int256 = perp._liability(scale, s, convert(newest.high, int256))
        cheap += min(at_low, at_high)
        dear += max(at_low, at_high)
    liability: int256 = 0
    reserve: int256 = 0
    owed: int256 = 0
    liability, reserve, owed = words._unpack_book(markets._book)
    return cheap, dear, convert(owed * perp.OWED_UNIT, uint256), convert(reserve, uint256)


@external
@view
def risk(account: address, account_markets: uint256) -> IClearingPool.Risk:
    """
    @notice Risk over some of the account's markets at the newest prices; never reverts for listed ones, but for a
        caller that starves a source of gas.
    @custom:reverts MARKET, GAS.
    """
    return self._risk(account, account_markets, False)


@external
@view
def risk_with(
    account: address, market: uint256, delta: int256, account_markets: uint256
) -> (int256, IClearingPool.Risk):
    """
    @notice The account's risk as if `delta` had been filled at the stored prices, and what the fill would cost. Reads
        no oracle: the cheap question asked of an order when it is committed; the fill asks again at the newest price.
    @return cost (WAD USD), risk after.
    @custom:reverts MARKET.
    """
    risk: IClearingPool.Risk = self._risk(account, account_markets & ~(1 << market), True)
    seen: perp_risk.View = self._view(market, True)
    position: uint256 = 0
    if (account_markets >> market) & 1 == 1:
        position = self._positions[account][market]
    size: int256 = words._size(position)
    skew: int256 = seen.state.long - seen.state.short
    worth: int256 = maths._floor_div(delta * seen.mid, WAD)
    # Widths as in perp_math.
    basis: int256 = words._basis(position) + worth - maths._floor_div(unsafe_mul(delta, seen.state.funding), WAD)
    cost: int256 = (
        maths._fill_cost(delta, seen.mid, skew, words._scale(seen.config))
        - worth
        + perp._trade_fee(seen.config, delta, seen.mid, skew, 0, False)
    )
    seen.state = perp._with_size(seen.state, size, size + delta)
    return cost, perp_risk._add_position(risk, seen, size + delta, basis)


@external
@view
def position_word(account: address, market: uint256) -> uint256:
    """
    @return The position as stored; layout in market_words.
    """
    return self._positions[account][market]


@external
@view
def position_words(accounts: DynArray[address, MAX_ACCOUNTS], market: uint256) -> DynArray[uint256, MAX_ACCOUNTS]:
    """
    @return The positions of many accounts in one market, as stored.
    """
    found: DynArray[uint256, MAX_ACCOUNTS] = []
    for account: address in accounts:
        found.append(self._positions[account][market])
    return found


# ------------------------------------------------------------------ the fill


@internal
def _apply(account: address, market: uint256, o: perp_fill.Outcome):
    """
    @dev Stores what `_simulate` found.
    """
    position: uint256 = words._pack_position(o.fill.size, o.basis, block.timestamp)
    interest: uint256 = words._pack_interest(o.state)
    funding: uint256 = words._pack_funding(o.state)
    mark: uint256 = words._pack_mark(o.state)
    self._positions[account][market] = position
    markets._interests[market] = interest
    markets._fundings[market] = funding
    markets._marks[market] = mark
    markets._add_to_book(o.liability, o.reserve, o.owed)
    log IClearingPool.Filled(
        account=account,
        market=market,
        price=o.fill.price,
        charge=o.fill.charge,
        position=position,
        interest=interest,
        funding=funding,
        mark=mark,
        book=markets._book,
    )


# ------------------------------------------------------------------ risk


@internal
@view
def _view(market: uint256, stored: bool) -> perp_risk.View:
    """
    @dev A market with funding accrued to now, at the newest price or at the one that the pool stores.
    """
    config: uint256 = markets._config_of(market)
    s: words.State = perp._accrued(config, markets._load(market))
    if stored:
        return perp_risk.View(
            config=config, state=s, low=s.price, mid=s.price, high=s.price, status=IOracleAdapter.Status.NORMAL
        )
    return perp_risk._view(config, s, staticcall markets.ORACLE.read(market))


@internal
@view
def _risk(account: address, account_markets: uint256, stored: bool) -> IClearingPool.Risk:
    risk: IClearingPool.Risk = empty(IClearingPool.Risk)
    for market: uint256 in range(MAX_MARKETS):
        left: uint256 = account_markets >> market
        if left == 0:
            break
        if left & 1 == 1:
            position: uint256 = self._positions[account][market]
            risk = perp_risk._add_position(
                risk, self._view(market, stored), words._size(position), words._basis(position)
            )
    return risk


@internal
@view
def _limits() -> perp_fill.Limits:
    return perp_fill.Limits(min_notional=MIN_NOTIONAL, protocol_share=PROTOCOL_SHARE, utilisation=UTILISATION)


@internal
@view
def _only_vault():
    assert msg.sender == VAULT, "AUTH"
