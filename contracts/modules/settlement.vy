# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Liquidation as the vault books it: the penalty, the deficit, who pays
@notice The pool computes what is closed, this module judges and settles: account, insurance, pool, in that order and at once. Money is
    WAD USD.
"""

from contracts.modules import ledger
from contracts.modules import margin as engine
from contracts.modules import margin_rules as rules
from contracts.modules import pools
from interfaces import IClearingPool
from interfaces import ICollateralVault
from interfaces import IOracleAdapter

uses: ledger
uses: pools
uses: engine

BPS: constant(uint256) = 10_000
MAX_MARKETS: constant(uint256) = pools.MAX_MARKETS
# The most that insurance may be asked to top a liquidator's reward up to (WAD USD).
REWARD_BOUND: constant(uint256) = 50 * 10**18

LIQUIDATION_MODULE: public(immutable(address))
TREASURY: public(immutable(address))
# The part of collected fees that goes to INSURANCE, the vault's own account (bps).
INSURANCE_SHARE: public(immutable(uint256))


@deploy
def __init__(liquidation_module: address, treasury: address, insurance_share: uint256):
    assert insurance_share <= BPS, "BOUND"
    LIQUIDATION_MODULE = liquidation_module
    TREASURY = treasury
    INSURANCE_SHARE = insurance_share


@external
def liquidate(
    account: address,
    market: uint256,
    liquidator: address,
    share_floor: uint256,
    share_ceiling: uint256,
    ramp: uint256,
    minimum_reward: uint256,
) -> uint256:
    """
    @notice Liquidates one market of an unhealthy account; where its margin is then below zero, every other that is not
        halted, and recognises the deficit once: insurance, then the pool of `market`, past its credit. Only the
        liquidation module.
    @return reward, WAD USD.
    @custom:reverts AUTH, MARKET, HALTED, HEALTHY, MARGIN, GAS, EARLY a market's price is old or in HALT, and the account
        was not flagged `ramp` seconds ago.
    """
    assert msg.sender == LIQUIDATION_MODULE, "AUTH"
    pool_word: uint256 = pools._pool_of(market)
    pool: address = pools._address(pool_word)
    word: uint256 = ledger._words[account]
    account_markets: uint256 = engine._markets(word)
    assert account_markets & (1 << market) != 0, "MARKET"
    others: rules.Totals = engine._totals(account, account_markets & ~pools._mask(pool_word))

    cash: int256 = ledger._cash(word)
    margin: int256 = 0
    maintenance: uint256 = 0
    fill: IClearingPool.Fill = empty(IClearingPool.Fill)
    risk: IClearingPool.Risk = empty(IClearingPool.Risk)
    margin, maintenance, fill, risk = extcall IClearingPool(pool).liquidate(
        account,
        market,
        account_markets & pools._mask(pool_word),
        cash + others.equity,
        convert(others.maintenance, uint256),
        False,
    )
    flagged_at: uint256 = (word & ledger.FLAGGED_MASK) >> ledger.FLAGGED_AT
    if (others.status | risk.status) in (IOracleAdapter.Status.HALT | IOracleAdapter.Status.AGED):
        # Somebody chose not to bring a newer price: there must have been time for others to bring it. (No flag is one of
        # the end of time; the module's ramp is at most FLAG_LIFE.)
        assert unsafe_sub(flagged_at, 1) < unsafe_sub(block.timestamp, ramp), "EARLY"
    penalty: uint256 = fill.penalty
    cash += fill.cash
    pool_cash: int256 = ledger._cash(ledger._credit(pool, -fill.cash - convert(fill.penalty, int256)))
    word = engine._with_market(word, market, fill.size != 0)
    # Cash is below 2^104, the equity of 16 positions below 2^185 (widths in perp_math).
    equity: int256 = unsafe_add(others.equity, risk.equity)
    required: int256 = unsafe_add(others.maintenance, convert(risk.maintenance, int256))
    # Bankrupt before the fill, or by its fee and premium: no account keeps a debt without positions.
    if unsafe_add(cash, equity) < 0:
        word, cash, penalty = self._close_others(account, word, cash, penalty)
        pool_cash = ledger._cash(ledger._words[pool])
        left: rules.Totals = engine._totals(account, engine._markets(word))
        equity = left.equity
        required = left.maintenance

    reward: uint256 = penalty * self._share(margin, maintenance, flagged_at, share_floor, share_ceiling, ramp) // BPS
    insurance: int256 = convert(penalty - reward, int256)
    if liquidator == account:
        cash += convert(reward, int256)
    deficit: int256 = max(0, unsafe_sub(0, unsafe_add(cash, max(0, equity))))
    # Insurance tops a reward up where nothing is left (not in the fee of a pending order either), or a trader could
    # live on it by liquidating himself in small parts.
    top_up: int256 = 0
    if reward < minimum_reward and unsafe_add(cash, equity) <= 0 and word & ledger.PENDING == 0:
        top_up = convert(min(minimum_reward - reward, REWARD_BOUND), int256)
    if deficit > 0 or top_up > 0:
        # Insurance pays after it has collected what it is owed. The account may be the treasury's, which collects too.
        stored: int256 = ledger._cash(ledger._words[account])
        self._collect(pool)
        cash = unsafe_add(cash, unsafe_sub(ledger._cash(ledger._words[account]), stored))
        available: int256 = ledger._cash(ledger._words[self]) + insurance
        paid: int256 = min(available, deficit)
        top_up = min(unsafe_sub(available, paid), top_up)
        insurance = unsafe_sub(insurance, unsafe_add(paid, top_up))
        cash = unsafe_add(cash, deficit)
        reward += convert(top_up, uint256)
        if liquidator == account:
            cash += top_up
        pool_cash = ledger._cash(ledger._credit(pool, unsafe_sub(paid, deficit)))
    if unsafe_add(cash, equity) >= required:
        word &= ~ledger.FLAGGED_MASK
    elif flagged_at == 0:
        word |= block.timestamp << ledger.FLAGGED_AT
    word = ledger._store(account, ledger._words[account], ledger._with_cash(word, cash))
    insurance = ledger._cash(ledger._credit(self, insurance))
    if liquidator != account:
        ledger._credit(liquidator, convert(reward, int256))
    log ICollateralVault.Liquidated(
        account=account,
        market=market,
        liquidator=liquidator,
        word=word,
        reward=reward,
        deficit=convert(deficit, uint256),
        insurance_cash=insurance,
        pool_cash=pool_cash,
    )
    return reward


@external
def collect(index: uint256):
    """
    @notice Pays what a pool owes to treasury and insurance, not beyond the pool's credit. Anyone.
    @custom:reverts BOUND, CREDIT.
    """
    word: uint256 = pools._pool_at(index)
    pool: address = pools._address(word)
    self._collect(pool)
    assert ledger._cash(ledger._words[pool]) >= -convert(pools._credit_of(word), int256), "CREDIT"


@internal
def _close_others(account: address, word: uint256, cash: int256, penalty: uint256) -> (uint256, int256, uint256):
    """
    @dev Closes every market that is left and not halted, while the margin before it is below zero.
    @return word, cash, penalty after.
    """
    after: uint256 = word
    after_cash: int256 = cash
    after_penalty: uint256 = penalty
    for market: uint256 in range(MAX_MARKETS):
        account_markets: uint256 = engine._markets(after)
        if account_markets >> market == 0:
            break
        if (account_markets >> market) & 1 == 0:
            continue
        pool_word: uint256 = pools._pool_of(market)
        pool: address = pools._address(pool_word)
        margin: int256 = 0
        maintenance: uint256 = 0
        fill: IClearingPool.Fill = empty(IClearingPool.Fill)
        risk: IClearingPool.Risk = empty(IClearingPool.Risk)
        outside: int256 = engine._totals(account, account_markets & ~pools._mask(pool_word)).equity
        margin, maintenance, fill, risk = extcall IClearingPool(pool).liquidate(
            account, market, account_markets & pools._mask(pool_word), after_cash + outside, 0, True
        )
        if fill.delta != 0:
            ledger._credit(pool, -fill.cash - convert(fill.penalty, int256))
            after_cash += fill.cash
            after_penalty += fill.penalty
            after = engine._with_market(after, market, False)
    return after, after_cash, after_penalty


@internal
@view
def _share(
    margin: int256,
    maintenance: uint256,
    flagged_at: uint256,
    share_floor: uint256,
    share_ceiling: uint256,
    ramp: uint256,
) -> uint256:
    """
    @dev The liquidator's share rises with time since the flag or with the depth of the account, whichever is more.
    @return bps, at most all.
    """
    # Times below 2^40, margins below 2^128; the module's bps and ramp are bounded where it is made, ramp > 0 and
    # maintenance > 0.
    risen: uint256 = 0
    if flagged_at != 0:
        risen = unsafe_div(unsafe_mul(min(unsafe_sub(block.timestamp, flagged_at), ramp), BPS), ramp)
    depth: uint256 = BPS
    if margin >= 0:
        depth = unsafe_div(unsafe_mul(unsafe_sub(maintenance, convert(margin, uint256)), BPS), maintenance)
    rise: uint256 = unsafe_mul(unsafe_sub(share_ceiling, share_floor), max(risen, depth))
    return min(BPS, unsafe_add(share_floor, unsafe_div(rise, BPS)))


@internal
def _collect(pool: address):
    """
    @dev Moves what the pool owes to treasury and insurance.
    """
    amount: uint256 = extcall IClearingPool(pool).collect()
    if amount == 0:
        return
    insurance: uint256 = amount * INSURANCE_SHARE // BPS
    ledger._credit(pool, -convert(amount, int256))
    ledger._credit(self, convert(insurance, int256))
    ledger._credit(TREASURY, convert(amount - insurance, int256))
    log ICollateralVault.Collected(pool=pool, treasury_amount=amount - insurance, insurance_amount=insurance)
