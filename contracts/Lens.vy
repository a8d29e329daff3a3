# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Lens: what one would ask of the clearing house before acting
@license AGPL-3.0-only
@notice Views only. It reads the vault's and the pools' words and applies the same modules that they run, so it cannot
    say anything else than they would. Money is WAD USD, sizes WAD base units, prices WAD USD.
"""

from contracts.modules import account_words
from contracts.modules import margin_rules as rules
from contracts.modules import market_words as words
from contracts.modules import perp_fill
from contracts.modules import perp_market as perp
from contracts.modules import perp_math as maths
from contracts.modules import perp_risk
from interfaces import IClearingPool
from interfaces import ICollateralVault
from interfaces import ILens
from interfaces import IOracleAdapter

implements: ILens

WAD: constant(int256) = 10**18
MAX_ACCOUNTS: constant(uint256) = 256
MAX_MARKETS: constant(uint256) = 32
MAX_POOLS: constant(uint256) = 4
# Steps of the bisection for the liquidation price: 2^-40 of the search range.
STEPS: constant(uint256) = 40

# The layout of a pool's word is in the pools module.
PENDING: constant(uint256) = account_words.PENDING
MARKETS: constant(uint256) = account_words.MARKETS
CASH: constant(uint256) = account_words.CASH

VAULT: public(immutable(ICollateralVault))


# What the pool's contract says of itself.
interface Pool:
    def ORACLE() -> address: view
    def MIN_NOTIONAL() -> int256: view
    def PROTOCOL_SHARE() -> int256: view
    def UTILISATION() -> int256: view


@deploy
def __init__(vault: ICollateralVault):
    VAULT = vault


@external
@view
def account(account: address) -> ICollateralVault.Account:
    """
    @return An account's word, unpacked.
    """
    word: uint256 = staticcall VAULT.account_word(account)
    return ICollateralVault.Account(
        cash=self._cash(word),
        debt_index=(word >> 88) & (2**64 - 1),
        flagged_at=(word >> 48) & (2**40 - 1),
        markets=(word >> MARKETS) & (2**32 - 1),
        collaterals=(word >> 8) & (2**8 - 1),
        pending=word & PENDING != 0,
    )


@external
@view
def pool_at(index: uint256) -> ICollateralVault.Pool:
    """
    @return A pool's word, unpacked; empty where there is none.
    """
    return self._pool(staticcall VAULT.pool_word(index))


@external
@view
def market_config(market: uint256) -> IClearingPool.Market:
    """
    @return What the market is set to; maintenance and penalty as in force now.
    @custom:reverts MARKET.
    """
    word: uint256 = self._market(self._pool_of(market), market)[0]
    return IClearingPool.Market(
        skew_scale=convert(words._scale(word), uint256),
        initial=(word >> words.INITIAL) & (2**16 - 1),
        maintenance=(word >> words.MAINTENANCE) & (2**16 - 1),
        slope=(word >> words.SLOPE) & (2**16 - 1),
        maker_fee=(word >> words.MAKER) & (2**16 - 1),
        taker_fee=(word >> words.TAKER) & (2**16 - 1),
        open_interest_cap=(word >> words.INTEREST_CAP) & (2**16 - 1),
        position_cap=(word >> words.POSITION_CAP) & (2**16 - 1),
        reserve_factor=(word >> words.RESERVE_FACTOR) & (2**16 - 1),
        penalty=(word >> words.PENALTY) & (2**16 - 1),
        rate_max=(word >> words.RATE_MAX) & (2**24 - 1),
        velocity=(word >> words.VELOCITY) & (2**24 - 1),
    )


@external
@view
def market_state(market: uint256) -> IClearingPool.MarketState:
    """
    @return Totals, funding and mark as stored at the last accrual.
    @custom:reverts MARKET.
    """
    stored: uint256[5] = self._market(self._pool_of(market), market)
    s: words.State = words._unpack_state(stored[2], stored[3], stored[4])
    return IClearingPool.MarketState(
        long=convert(s.long, uint256),
        short=convert(s.short, uint256),
        accrued_at=convert(s.accrued_at, uint256),
        funding=s.funding,
        rate=s.rate,
        price=convert(s.price, uint256),
        basis=s.basis,
    )


@external
@view
def position(account: address, market: uint256) -> IClearingPool.Position:
    """
    @return Size, basis, when it changed.
    @custom:reverts MARKET.
    """
    word: uint256 = staticcall (self._pool_of(market)).position_word(account, market)
    return IClearingPool.Position(size=words._size(word), basis=words._basis(word), changed_at=word >> 216)


@external
@view
def book(index: uint256) -> (int256, uint256, uint256, int256):
    """
    @return liability_sum, reserve, fees owed and NAV of a pool, as stored.
    """
    pool: ICollateralVault.Pool = self._pool(staticcall VAULT.pool_word(index))
    liability: int256 = 0
    reserve: int256 = 0
    owed: int256 = 0
    liability, reserve, owed = words._unpack_book(staticcall IClearingPool(pool.pool).book_word())
    cash: int256 = self._cash(staticcall VAULT.account_word(pool.pool))
    owed *= perp.OWED_UNIT
    return liability, convert(reserve, uint256), convert(owed, uint256), cash - liability - owed


@external
@view
def health(account: address) -> ICollateralVault.Health:
    """
    @return Where an account stands at the newest prices.
    """
    return self._health(account)


@external
@view
def health_many(accounts: DynArray[address, 64]) -> DynArray[ICollateralVault.Health, 64]:
    """
    @return As `health` for each.
    """
    found: DynArray[ICollateralVault.Health, 64] = []
    for account: address in accounts:
        found.append(self._health(account))
    return found


@external
@view
def unhealthy_bits(accounts: DynArray[address, MAX_ACCOUNTS]) -> uint256:
    """
    @notice Each market is read once for all of them.
    @return Bit i: account i may be liquidated.
    """
    stored: DynArray[uint256, MAX_ACCOUNTS] = staticcall VAULT.account_words(accounts)
    margins: DynArray[int256, MAX_ACCOUNTS] = []
    used: uint256 = 0
    for word: uint256 in stored:
        margins.append(self._cash(word))
        used |= word
    used = (used >> MARKETS) & (2**32 - 1)
    for market: uint256 in range(MAX_MARKETS):
        if used >> market == 0:
            break
        if (used >> market) & 1 == 0:
            continue
        holders: DynArray[address, MAX_ACCOUNTS] = []
        places: DynArray[uint256, MAX_ACCOUNTS] = []
        place: uint256 = 0
        for word: uint256 in stored:
            if (word >> MARKETS) & (1 << market) != 0:
                holders.append(accounts[place])
                places.append(place)
            place = unsafe_add(place, 1)
        pool: IClearingPool = self._pool_of(market)
        seen: perp_risk.View = self._view(pool, market)
        scale: int256 = words._scale(seen.config)
        ratio: int256 = words._config(seen.config, words.MAINTENANCE)
        slope: int256 = words._config(seen.config, words.SLOPE)
        halted: bool = seen.status == IOracleAdapter.Status.HALT
        held: DynArray[uint256, MAX_ACCOUNTS] = staticcall pool.position_words(holders, market)
        place = 0
        for position: uint256 in held:
            size: int256 = words._size(position)
            price: int256 = seen.mid
            if halted:
                price = perp_risk._equity_price(seen.status, size, seen.low, seen.mid, seen.high)
            # Widths as in perp_math: neither the pnl nor the sum over 32 markets comes near 2^255.
            margins[places[place]] = unsafe_add(
                margins[places[place]],
                unsafe_sub(
                    maths._pnl(size, words._basis(position), price, seen.state.funding),
                    maths._requirement(size, seen.mid, ratio, slope, abs(size), scale),
                ),
            )
            # At most MAX_ACCOUNTS.
            place = unsafe_add(place, 1)
    found: uint256 = 0
    bit: uint256 = 1
    for margin: int256 in margins:
        if margin < 0:
            found |= bit
        bit <<= 1
    return found


@external
@view
def preview_trade(account: address, market: uint256, delta: int256) -> ILens.Preview:
    """
    @notice What an order would do if it filled now at the newest price, without spread and keeper fee.
    @return Average price, fee, impact, margin and requirement after, liquidation price of the market, and the code that
        would refuse it.
    @custom:reverts MARKET.
    """
    pool_word: uint256 = self._pool_word_of(market)
    about: ICollateralVault.Pool = self._pool(pool_word)
    pool: IClearingPool = IClearingPool(about.pool)
    stored: uint256[5] = self._market(pool, market)
    newest: IOracleAdapter.Price = staticcall IOracleAdapter(staticcall Pool(about.pool).ORACLE()).read(market)
    word: uint256 = staticcall VAULT.account_word(account)
    pool_cash: int256 = self._cash(staticcall VAULT.account_word(about.pool))

    terms: perp_fill.Terms = empty(perp_fill.Terms)
    terms.delta = delta
    terms.price = convert(newest.mid, int256)
    terms.may_open = (pool_word >> 248) & 1 == 0
    limits: perp_fill.Limits = perp_fill.Limits(
        min_notional=staticcall Pool(about.pool).MIN_NOTIONAL(),
        protocol_share=staticcall Pool(about.pool).PROTOCOL_SHARE(),
        utilisation=staticcall Pool(about.pool).UTILISATION(),
    )
    outcome: perp_fill.Outcome = empty(perp_fill.Outcome)
    code: String[8] = ""
    outcome, code = perp_fill._simulate(
        stored[0],
        words._unpack_state(stored[2], stored[3], stored[4]),
        staticcall pool.position_word(account, market),
        terms,
        newest,
        pool_cash,
        staticcall pool.book_word(),
        limits,
    )
    # The account after: this market as it would be, the others as they are.
    seen: perp_risk.View = perp_risk._view(stored[0], outcome.state, newest)
    markets_after: uint256 = (word >> MARKETS) & (2**32 - 1) & ~(1 << market)
    totals: rules.Totals = self._totals(account, markets_after & ~about.markets)
    risk: IClearingPool.Risk = staticcall pool.risk(account, markets_after & about.markets)
    outside: rules.Totals = rules._add(totals, risk, about.gain_weight, pool_cash - outcome.fill.cash, about.credit)
    risk = perp_risk._add_position(risk, seen, outcome.fill.size, outcome.basis)
    totals = rules._add(totals, risk, about.gain_weight, pool_cash - outcome.fill.cash, about.credit)
    cash: int256 = self._cash(word) + outcome.fill.cash
    if len(code) == 0:
        # The vault's checks in the vault's order.
        bitmap: uint256 = markets_after | (1 << market)
        if outcome.fill.cash > 0 and pool_cash - outcome.fill.cash < -convert(about.credit, int256):
            code = "CREDIT"
        elif not outcome.fill.opening:
            code = rules._may_close(outcome.fill.health, cash + totals.equity)
        elif (word >> MARKETS) & (1 << market) == 0 and rules._count(bitmap) > rules.MAX_POSITIONS:
            code = "MAX"
        else:
            code = rules._may_open(cash, totals)
            if len(code) == 0 and cash < 0:
                change: int256 = -cash - max(0, -self._cash(word))
                if convert(staticcall VAULT.debts(), int256) + change > self._cash(
                    staticcall VAULT.account_word(VAULT.address)
                ):
                    code = "DEBT"
    skew: int256 = seen.state.long - seen.state.short - outcome.fill.delta
    cost: int256 = maths._fill_cost(outcome.fill.delta, terms.price, skew, words._scale(stored[0]))
    size: int256 = max(abs(outcome.fill.delta), 1)
    return ILens.Preview(
        price=convert(abs(cost) * WAD // size, uint256),
        fee=outcome.fill.charge,
        impact=cost - maths._floor_div(outcome.fill.delta * terms.price, WAD),
        margin=cash + totals.equity,
        initial=convert(totals.initial, uint256),
        maintenance=convert(totals.maintenance, uint256),
        liquidation_price=self._liquidation_price(
            seen,
            outcome.fill.size,
            outcome.basis,
            cash + outside.equity - outside.maintenance,
            convert((staticcall IOracleAdapter(staticcall Pool(about.pool).ORACLE()).bounds(market))[0], int256),
        ),
        code=code,
    )


@internal
@pure
def _liquidation_price(
    seen: perp_risk.View, size: int256, basis: int256, outside: int256, highest: int256
) -> uint256:
    """
    @dev Where the account's margin meets its maintenance if this market alone moves: bisection, since margin less
        maintenance is monotone in the price (maintenance is far below the notional).
    @param outside Cash and the other markets' equity less their maintenance.
    @param highest The highest price that the feed can return: beyond it the market's arithmetic is not bounded.
    @return WAD USD; 0 where no price between 0 and 16 times the mid (or `highest`) does.
    """
    if size == 0:
        return 0
    top: int256 = min(16 * seen.mid, highest)
    healthy: int256 = top if size > 0 else 0
    unhealthy: int256 = 0 if size > 0 else top
    if not self._below(seen, size, basis, outside, unhealthy) or self._below(seen, size, basis, outside, healthy):
        return 0
    for step: uint256 in range(STEPS):
        middle: int256 = (healthy + unhealthy) // 2
        if self._below(seen, size, basis, outside, middle):
            unhealthy = middle
        else:
            healthy = middle
    return convert(unhealthy, uint256)


@internal
@pure
def _below(seen: perp_risk.View, size: int256, basis: int256, outside: int256, price: int256) -> bool:
    return outside + maths._pnl(size, basis, price, seen.state.funding) < perp._maintenance(
        seen.config, words._scale(seen.config), size, price
    )


@internal
@view
def _health(account: address) -> ICollateralVault.Health:
    word: uint256 = staticcall VAULT.account_word(account)
    totals: rules.Totals = self._totals(account, (word >> MARKETS) & (2**32 - 1))
    cash: int256 = self._cash(word)
    free: int256 = 0
    if word & PENDING == 0 and not rules._doubtful(totals):
        free = max(0, min(cash, cash - totals.losses - totals.initial))
    return ICollateralVault.Health(
        cash=cash,
        margin=cash + totals.equity,
        initial=convert(totals.initial, uint256),
        maintenance=convert(totals.maintenance, uint256),
        withdrawable=convert(free, uint256),
        liquidatable=cash + totals.equity < totals.maintenance,
        flagged_at=(word >> 48) & (2**40 - 1),
        status=convert(totals.status, uint256),
    )


@internal
@pure
def _cash(word: uint256) -> int256:
    return convert(convert(word, bytes32), int256) >> CASH


@internal
@view
def _totals(account: address, account_markets: uint256) -> rules.Totals:
    totals: rules.Totals = empty(rules.Totals)
    if account_markets == 0:
        return totals
    for index: uint256 in range(MAX_POOLS):
        about: ICollateralVault.Pool = self._pool(staticcall VAULT.pool_word(index))
        if about.pool == empty(address):
            break
        mine: uint256 = account_markets & about.markets
        if mine != 0:
            risk: IClearingPool.Risk = staticcall IClearingPool(about.pool).risk(account, mine)
            pool_cash: int256 = self._cash(staticcall VAULT.account_word(about.pool))
            totals = rules._add(totals, risk, about.gain_weight, pool_cash, about.credit)
    return totals


@internal
@view
def _pool(word: uint256) -> ICollateralVault.Pool:
    pool: address = convert(word & (2**160 - 1), address)
    return ICollateralVault.Pool(
        pool=pool,
        markets=(word >> 160) & (2**32 - 1),
        gain_weight=(word >> 192) & (2**16 - 1),
        credit=((word >> 208) & (2**40 - 1)) * 10**18,
        shares=staticcall VAULT.shares_of(pool),
    )


@internal
@view
def _pool_word_of(market: uint256) -> uint256:
    assert market < MAX_MARKETS, "MARKET"
    for index: uint256 in range(MAX_POOLS):
        word: uint256 = staticcall VAULT.pool_word(index)
        if (word >> 160) & (1 << market) != 0:
            return word
    raise "MARKET"


@internal
@view
def _pool_of(market: uint256) -> IClearingPool:
    return IClearingPool(convert(self._pool_word_of(market) & (2**160 - 1), address))


@internal
@view
def _market(pool: IClearingPool, market: uint256) -> uint256[5]:
    """
    @return The market's words; the config word as in force now.
    @custom:reverts MARKET.
    """
    stored: uint256[5] = staticcall pool.market_words(market)
    assert stored[0] != 0, "MARKET"
    if (stored[0] >> words.FLAGS) & words.RAMPING != 0:
        stored[0] = perp._in_force(stored[0], stored[1])
    return stored


@internal
@view
def _view(pool: IClearingPool, market: uint256) -> perp_risk.View:
    """
    @dev A market at the newest price, funding accrued to now.
    """
    stored: uint256[5] = self._market(pool, market)
    s: words.State = perp._accrued(stored[0], words._unpack_state(stored[2], stored[3], stored[4]))
    price: IOracleAdapter.Price = staticcall IOracleAdapter(staticcall Pool(pool.address).ORACLE()).read(market)
    return perp_risk._view(stored[0], s, price)
