# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title The margin engine: pools, judgement, and every operation that a judgement lets through
@notice One operation reads each market once, books one settlement and judges once. Money is WAD USD, sizes WAD base
    units.

    A pool's word, low bits first:
        pool 160 | markets 32 | gain_weight 16 (bps) | credit 40 (USD) | flags 8 (bit 0: openings are paused)
"""

from contracts.modules import ledger
from contracts.modules import margin_rules as rules
from contracts.modules import roles
from interfaces import IClearingPool
from interfaces import ICollateralVault

uses: roles
uses: ledger

WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000
MAX_POOLS: constant(uint256) = 4
MAX_MARKETS: constant(uint256) = 32
MAX_TRANSFERS: constant(uint256) = 8
# The most that insurance may be asked to top a liquidator's reward up to (WAD USD).
REWARD_BOUND: constant(uint256) = 50 * 10**18
OPEN_PAUSED: constant(uint256) = 1 << 248

ORDER_MODULE: public(immutable(address))
LIQUIDATION_MODULE: public(immutable(address))
TREASURY: public(immutable(address))
# The part of collected fees that goes to INSURANCE, the vault's own account (bps).
INSURANCE_SHARE: public(immutable(uint256))

_pools: uint256[MAX_POOLS]


@deploy
def __init__(order_module: address, liquidation_module: address, treasury: address, insurance_share: uint256):
    assert insurance_share <= BPS, "BOUND"
    ORDER_MODULE = order_module
    LIQUIDATION_MODULE = liquidation_module
    TREASURY = treasury
    INSURANCE_SHARE = insurance_share


# ------------------------------------------------------------------ the owner's doors


@external
def withdraw(account: address, amount: uint256, to: address):
    """
    @notice Pays token units out. The account's owner, or an operator with WITHDRAW whose payout `to` is.
    @custom:reverts AUTH, ZERO, PENDING, CASH, STALE, MARGIN, TOKEN, GAS.
    """
    ledger._only_payer(account, to)
    assert amount > 0, "ZERO"
    debit: uint256 = ledger._debit_of(amount)
    word: uint256 = self._judged_less(account, debit)
    ledger._pay_out(account, word, amount, debit, to)


@external
def transfer(source: address, target: address, amount: uint256):
    """
    @notice Moves WAD cash to another account, judged as a withdrawal. The source's owner.
    @custom:reverts AUTH, ZERO, PENDING, CASH, STALE, MARGIN, GAS.
    """
    assert ledger._owns(msg.sender, source), "AUTH"
    assert amount > 0, "ZERO"
    self._move(source, self._judged_less(source, amount), target, amount)


@external
def transfer_many(transfers: DynArray[ICollateralVault.Transfer, MAX_TRANSFERS]):
    """
    @notice Books several transfers, then judges every source once. The owner of every source.
    @custom:reverts AUTH, ZERO, PENDING, CASH, STALE, MARGIN, GAS.
    """
    for item: ICollateralVault.Transfer in transfers:
        assert ledger._owns(msg.sender, item.source), "AUTH"
        assert item.amount > 0, "ZERO"
        self._move(item.source, self._less(item.source, item.amount), item.target, item.amount)
    for item: ICollateralVault.Transfer in transfers:
        code: String[8] = self._withdrawal_code(item.source, ledger._words[item.source])
        assert len(code) == 0, code


@external
def pull(account: address, amount: uint256):
    """
    @notice Moves cash from an account to the caller's own. Registered modules; from a pool only its shares contract.
    @custom:reverts AUTH, PENDING, CASH, STALE, MARGIN, GAS.
    """
    assert ledger.is_module[msg.sender], "AUTH"
    shares: address = ledger.shares_of[account]
    if shares == empty(address):
        self._move(account, self._judged_less(account, amount), msg.sender, amount)
        return
    assert msg.sender == shares, "AUTH"
    assert ledger._cash(ledger._credit(account, -convert(amount, int256))) >= 0, "CASH"
    target_word: uint256 = ledger._credit(msg.sender, convert(amount, int256))
    self._log_transfer(account, msg.sender, amount, target_word)


@external
def push(account: address, amount: uint256):
    """
    @notice Moves cash from the caller's own account to another. Registered modules.
    @custom:reverts AUTH, CASH.
    """
    assert ledger.is_module[msg.sender], "AUTH"
    word: uint256 = ledger._credit(msg.sender, -convert(amount, int256))
    assert ledger._cash(word) >= 0, "CASH"
    word = ledger._credit(account, convert(amount, int256))
    self._log_transfer(msg.sender, account, amount, word)


# ------------------------------------------------------------------ orders


@external
def trade(
    account: address,
    market: uint256,
    delta: int256,
    due: uint256,
    window: uint256,
    reference: uint256,
    acceptable: uint256,
    reduce_only: bool,
):
    """
    @notice Fills an order at its one price, books it and judges the account once; an opening order's pending mark ends.
        Only the order module.
    @custom:reverts AUTH, MARKET, CREDIT, MAX, STALE, MARGIN, DEBT, RANGE, and what the pool's `fill` reverts with.
    """
    assert msg.sender == ORDER_MODULE, "AUTH"
    pool_word: uint256 = self._pool_of(market)
    pool: address = self._address(pool_word)
    word: uint256 = ledger._words[account]
    account_markets: uint256 = self._markets(word)
    pool_cash: int256 = ledger._cash(ledger._words[pool])
    fill: IClearingPool.Fill = empty(IClearingPool.Fill)
    risk: IClearingPool.Risk = empty(IClearingPool.Risk)
    fill, risk = extcall IClearingPool(pool).fill(
        account,
        market,
        delta,
        due,
        window,
        reference,
        acceptable,
        reduce_only,
        account_markets & self._mask(pool_word),
        pool_cash,
        pool_word & OPEN_PAUSED == 0,
    )
    cash: int256 = ledger._cash(word) + fill.cash
    pool_cash -= fill.cash
    # Who pays the pool may always close.
    assert fill.cash <= 0 or pool_cash >= -convert(self._credit_of(pool_word), int256), "CREDIT"
    totals: rules.Totals = self._totals(account, account_markets & ~self._mask(pool_word))
    totals = rules._add(totals, risk, self._gain_weight(pool_word), pool_cash, self._credit_of(pool_word))

    after: uint256 = ledger._with_cash(self._with_market(word, market, fill.size != 0), cash)
    margin: int256 = cash + totals.equity
    code: String[8] = ""
    if fill.opening:
        if account_markets & (1 << market) == 0:
            assert rules._count(self._markets(after)) <= rules.MAX_POSITIONS, "MAX"
        code = rules._may_open(cash, totals)
    else:
        code = rules._may_close(fill.health, margin)
    assert len(code) == 0, code
    if not reduce_only:
        after &= ~ledger.PENDING
    if after & ledger.FLAGGED_MASK != 0 and margin >= totals.maintenance:
        after &= ~ledger.FLAGGED_MASK
    ledger._store(account, word, after)
    if fill.opening and cash < 0:
        assert convert(ledger.debts, int256) <= ledger._cash(ledger._words[self]), "DEBT"
    ledger._words[pool] = ledger._with_cash(ledger._words[pool], pool_cash)
    log ICollateralVault.Traded(account=account, market=market, word=after, pool_cash=pool_cash)


@external
def reserve(account: address, market: uint256, delta: int256, fee: uint256, opening: bool):
    """
    @notice Takes the keeper fee into the order module's account. An opening order is judged with the order included, at
        the prices that the pool stores, and marks the account pending; another must leave the account its maintenance,
        at the newest prices, unless its fee is zero. Only the order module.
    @custom:reverts AUTH, MARKET, PAUSED, BUSY, PENDING, CASH, MAX, MARGIN, GAS.
    """
    assert msg.sender == ORDER_MODULE, "AUTH"
    pool_word: uint256 = self._pool_of(market)
    word: uint256 = ledger._words[account]
    if opening:
        assert pool_word & OPEN_PAUSED == 0, "PAUSED"
        assert word & ledger.PENDING == 0, "BUSY"
    elif fee == 0:
        # Nothing leaves the account: whoever he is, he may commit to close.
        return
    else:
        # Its fee can come back: it could starve the pending order, which is to cancel it after a look at the price.
        assert word & ledger.PENDING == 0, "PENDING"
    cash: int256 = ledger._cash(word) - convert(fee, int256)
    assert cash >= 0, "CASH"
    after: uint256 = ledger._with_cash(word, cash)
    if opening:
        account_markets: uint256 = self._markets(word)
        assert rules._count(account_markets | (1 << market)) <= rules.MAX_POSITIONS, "MAX"
        mask: uint256 = self._mask(pool_word)
        totals: rules.Totals = self._totals(account, account_markets & ~mask)
        cost: int256 = 0
        risk: IClearingPool.Risk = empty(IClearingPool.Risk)
        cost, risk = staticcall IClearingPool(self._address(pool_word)).risk_with(
            account, market, delta, account_markets & mask
        )
        pool_cash: int256 = 0
        if risk.gains > 0:
            pool_cash = ledger._cash(ledger._words[self._address(pool_word)])
        totals = rules._add(totals, risk, self._gain_weight(pool_word), pool_cash, self._credit_of(pool_word))
        assert cash - cost + totals.counted - totals.losses >= totals.initial, "MARGIN"
        after |= ledger.PENDING
    else:
        # The fee leaves the account and may come back: who could park margin in it below maintenance would be
        # liquidated without it.
        left: rules.Totals = self._totals(account, self._markets(word))
        assert cash + left.equity >= left.maintenance, "MARGIN"
    ledger._store(account, word, after)
    ledger._credit(msg.sender, convert(fee, int256))
    log ICollateralVault.Reserved(account=account, fee=fee, word=after)


@external
def release(account: address, refund: uint256, opening: bool):
    """
    @notice Ends an order that did not fill: `refund` back from the order module's account, the pending mark of an
        opening one cleared. Only the order module.
    @custom:reverts AUTH.
    """
    assert msg.sender == ORDER_MODULE, "AUTH"
    ledger._credit(msg.sender, -convert(refund, int256))
    word: uint256 = ledger._words[account]
    after: uint256 = ledger._with_cash(word, ledger._cash(word) + convert(refund, int256))
    if opening:
        after &= ~ledger.PENDING
    ledger._store(account, word, after)
    log ICollateralVault.Released(account=account, fee=refund, word=after)


# ------------------------------------------------------------------ losses


@external
def realise(account: address, market: uint256):
    """
    @notice Turns a loss into cash owed to the pool without closing, at most the cash there is. Anyone.
    @custom:reverts MARKET, ZERO (nothing to realise), HALTED, GAS.
    """
    pool: address = self._address(self._pool_of(market))
    word: uint256 = ledger._words[account]
    cash: int256 = ledger._cash(word)
    assert cash > 0 and word & (1 << (market + ledger.MARKETS)) != 0, "ZERO"
    loss: int256 = convert(extcall IClearingPool(pool).realise(account, market, convert(cash, uint256)), int256)
    assert loss > 0, "ZERO"
    after: uint256 = ledger._store(account, word, ledger._with_cash(word, cash - loss))
    pool_cash: int256 = ledger._cash(ledger._credit(pool, loss))
    log ICollateralVault.Realised(account=account, market=market, word=after, pool_cash=pool_cash)


@external
def flag(account: address):
    """
    @notice Starts the liquidation clock of an unhealthy account, or clears it once healthy. Anyone.
    @custom:reverts NOFLAG (nothing to change), GAS.
    """
    word: uint256 = ledger._words[account]
    totals: rules.Totals = self._totals(account, self._markets(word))
    unhealthy: bool = ledger._cash(word) + totals.equity < totals.maintenance
    assert unhealthy == (word & ledger.FLAGGED_MASK == 0), "NOFLAG"
    after: uint256 = word & ~ledger.FLAGGED_MASK
    if unhealthy:
        after |= block.timestamp << ledger.FLAGGED_AT
    ledger._words[account] = after
    log ICollateralVault.Flagged(account=account, word=after)


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
    @custom:reverts AUTH, MARKET, HALTED, HEALTHY, MARGIN, GAS.
    """
    assert msg.sender == LIQUIDATION_MODULE, "AUTH"
    pool_word: uint256 = self._pool_of(market)
    pool: address = self._address(pool_word)
    word: uint256 = ledger._words[account]
    account_markets: uint256 = self._markets(word)
    assert account_markets & (1 << market) != 0, "MARKET"
    others: rules.Totals = self._totals(account, account_markets & ~self._mask(pool_word))

    cash: int256 = ledger._cash(word)
    margin: int256 = 0
    maintenance: uint256 = 0
    fill: IClearingPool.Fill = empty(IClearingPool.Fill)
    risk: IClearingPool.Risk = empty(IClearingPool.Risk)
    margin, maintenance, fill, risk = extcall IClearingPool(pool).liquidate(
        account,
        market,
        account_markets & self._mask(pool_word),
        cash + others.equity,
        convert(others.maintenance, uint256),
        False,
    )
    penalty: uint256 = fill.penalty
    cash += fill.cash
    pool_cash: int256 = ledger._cash(ledger._credit(pool, -fill.cash - convert(fill.penalty, int256)))
    word = self._with_market(word, market, fill.size != 0)
    # Cash is below 2^104, the equity of 16 positions below 2^185 (widths in perp_math).
    equity: int256 = unsafe_add(others.equity, risk.equity)
    required: int256 = unsafe_add(others.maintenance, convert(risk.maintenance, int256))
    # Bankrupt before the fill, or by its fee and premium: no account keeps a debt without positions.
    if unsafe_add(cash, equity) < 0:
        word, cash, penalty = self._close_others(account, word, cash, penalty)
        left: rules.Totals = self._totals(account, self._markets(word))
        equity = left.equity
        required = left.maintenance

    flagged_at: uint256 = (word & ledger.FLAGGED_MASK) >> ledger.FLAGGED_AT
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
    word: uint256 = self._pool_at(index)
    pool: address = self._address(word)
    self._collect(pool)
    assert ledger._cash(ledger._words[pool]) >= -convert(self._credit_of(word), int256), "CREDIT"


# ------------------------------------------------------------------ governance


@external
def register_pool(index: uint256, pool: address, shares: address, markets: uint256, credit: uint256):
    """
    @notice Registers a pool for ever. The first pool's gains count in full elsewhere, a later one's not at all until
        raised. Only the owner.
    @param shares The contract that may pull from the pool.
    @param markets Bitmap of the market numbers that are the pool's.
    @param credit How far below zero trades may bring its cash (WAD, whole USD).
    @custom:reverts AUTH, BOUND, ONCE.
    """
    roles._only_owner()
    assert index < MAX_POOLS and (index == 0 or self._pools[index - 1] != 0), "BOUND"
    assert self._pools[index] == 0 and ledger.shares_of[pool] == empty(address), "ONCE"
    assert (
        pool != empty(address)
        and shares != empty(address)
        and markets > 0
        and markets < 2**MAX_MARKETS
        and credit % WAD == 0
        and credit // WAD < 2**40
    ), "BOUND"
    for other: uint256 in range(MAX_POOLS):
        assert self._mask(self._pools[other]) & markets == 0, "BOUND"
    weight: uint256 = BPS if index == 0 else 0
    ledger.shares_of[pool] = shares
    word: uint256 = convert(pool, uint256) | (markets << 160) | (weight << 192) | ((credit // WAD) << 208)
    if ICollateralVault.Action.OPEN in ledger._paused:
        word |= OPEN_PAUSED
    self._set_pool(index, word)


@external
def set_credit(index: uint256, credit: uint256):
    """
    @notice How far below zero trades may bring a pool's cash. The owner; the guardian only lower.
    @custom:reverts AUTH, BOUND.
    """
    roles._only_guardian()
    word: uint256 = self._pool_at(index)
    assert credit % WAD == 0 and credit // WAD < 2**40, "BOUND"
    assert msg.sender == roles.owner or credit <= self._credit_of(word), "AUTH"
    self._set_pool(index, (word & ~((2**40 - 1) << 208)) | ((credit // WAD) << 208))


@external
def set_gain_weight(index: uint256, weight: uint256):
    """
    @notice How much of a pool's gains counts as margin (bps). Only the owner.
    @custom:reverts AUTH, BOUND.
    """
    roles._only_owner()
    word: uint256 = self._pool_at(index)
    assert weight <= BPS, "BOUND"
    self._set_pool(index, (word & ~((2**16 - 1) << 192)) | (weight << 192))


@external
def pause(actions: ICollateralVault.Action):
    """
    @notice Adds to what is paused. The guardian or the owner.
    @custom:reverts AUTH.
    """
    roles._only_guardian()
    self._set_paused(ledger._paused | actions)


@external
def unpause(actions: ICollateralVault.Action):
    """
    @notice Takes from what is paused. Only the owner.
    @custom:reverts AUTH.
    """
    roles._only_owner()
    self._set_paused(ledger._paused & ~actions)


@external
@view
def pool_word(index: uint256) -> uint256:
    """
    @return A pool as stored; layout at the top of the margin module.
    """
    return self._pools[index]


# ------------------------------------------------------------------ pools' words


@internal
@view
def _pool_of(market: uint256) -> uint256:
    """
    @custom:reverts MARKET (no pool has it).
    """
    assert market < MAX_MARKETS, "MARKET"
    for index: uint256 in range(MAX_POOLS):
        word: uint256 = self._pools[index]
        if word == 0:
            break
        if (word >> 160) & (1 << market) != 0:
            return word
    raise "MARKET"


@internal
@view
def _pool_at(index: uint256) -> uint256:
    """
    @custom:reverts BOUND (there is none).
    """
    assert index < MAX_POOLS and self._pools[index] != 0, "BOUND"
    return self._pools[index]


@internal
@pure
def _address(pool_word: uint256) -> address:
    return convert(pool_word & (2**160 - 1), address)


@internal
@pure
def _mask(pool_word: uint256) -> uint256:
    return (pool_word >> 160) & (2**32 - 1)


@internal
@pure
def _gain_weight(pool_word: uint256) -> uint256:
    return (pool_word >> 192) & (2**16 - 1)


@internal
@pure
def _credit_of(pool_word: uint256) -> uint256:
    """
    @return WAD USD.
    """
    return ((pool_word >> 208) & (2**40 - 1)) * WAD


@internal
def _set_pool(index: uint256, word: uint256):
    self._pools[index] = word
    pool: address = self._address(word)
    log ICollateralVault.PoolSet(
        index=index,
        pool=pool,
        shares=ledger.shares_of[pool],
        markets=self._mask(word),
        gain_weight=self._gain_weight(word),
        credit=self._credit_of(word),
    )


@internal
def _set_paused(paused: ICollateralVault.Action):
    """
    @dev The pools' words carry the pause of openings, so that a trade need not read it elsewhere.
    """
    ledger._paused = paused
    for index: uint256 in range(MAX_POOLS):
        word: uint256 = self._pools[index]
        if word == 0:
            break
        word &= ~OPEN_PAUSED
        if ICollateralVault.Action.OPEN in paused:
            word |= OPEN_PAUSED
        self._pools[index] = word
    log ICollateralVault.PauseSet(paused=paused)


# ------------------------------------------------------------------ accounts


@internal
@pure
def _markets(word: uint256) -> uint256:
    return (word >> ledger.MARKETS) & (2**32 - 1)


@internal
@pure
def _with_market(word: uint256, market: uint256, held: bool) -> uint256:
    bit: uint256 = 1 << (market + ledger.MARKETS)
    if held:
        return word | bit
    return word & ~bit


@internal
@view
def _totals(account: address, account_markets: uint256) -> rules.Totals:
    """
    @dev Risk at the newest prices over all pools that the account uses; one call each.
    """
    totals: rules.Totals = empty(rules.Totals)
    if account_markets == 0:
        return totals
    for index: uint256 in range(MAX_POOLS):
        word: uint256 = self._pools[index]
        if word == 0:
            break
        mine: uint256 = account_markets & self._mask(word)
        if mine != 0:
            pool: address = self._address(word)
            risk: IClearingPool.Risk = staticcall IClearingPool(pool).risk(account, mine)
            totals = rules._add(
                totals, risk, self._gain_weight(word), ledger._cash(ledger._words[pool]), self._credit_of(word)
            )
    return totals


@internal
@view
def _less(account: address, amount: uint256) -> uint256:
    """
    @return The account's word with `amount` less cash; not stored, not judged.
    @custom:reverts PENDING.
    """
    word: uint256 = ledger._words[account]
    assert word & ledger.PENDING == 0, "PENDING"
    return ledger._with_cash(word, ledger._cash(word) - convert(amount, int256))


@internal
@view
def _judged_less(account: address, amount: uint256) -> uint256:
    """
    @dev As `_less`, judged as a withdrawal.
    """
    word: uint256 = self._less(account, amount)
    code: String[8] = self._withdrawal_code(account, word)
    assert len(code) == 0, code
    return word


@internal
@view
def _withdrawal_code(account: address, word: uint256) -> String[8]:
    return rules._may_withdraw(ledger._cash(word), self._totals(account, self._markets(word)))


@internal
def _move(source: address, source_word: uint256, target: address, amount: uint256):
    """
    @dev Stores the source's new word and credits the target.
    """
    ledger._store(source, ledger._words[source], source_word)
    target_word: uint256 = ledger._credit(target, convert(amount, int256))
    self._log_transfer(source, target, amount, target_word)


@internal
def _log_transfer(source: address, target: address, amount: uint256, target_word: uint256):
    log ICollateralVault.Transferred(
        source=source, target=target, amount=amount, source_word=ledger._words[source], target_word=target_word
    )


# ------------------------------------------------------------------ liquidation


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
        account_markets: uint256 = self._markets(after)
        if account_markets >> market == 0:
            break
        if (account_markets >> market) & 1 == 0:
            continue
        pool_word: uint256 = self._pool_of(market)
        pool: address = self._address(pool_word)
        margin: int256 = 0
        maintenance: uint256 = 0
        fill: IClearingPool.Fill = empty(IClearingPool.Fill)
        risk: IClearingPool.Risk = empty(IClearingPool.Risk)
        outside: int256 = self._totals(account, account_markets & ~self._mask(pool_word)).equity
        margin, maintenance, fill, risk = extcall IClearingPool(pool).liquidate(
            account, market, account_markets & self._mask(pool_word), after_cash + outside, 0, True
        )
        if fill.delta != 0:
            ledger._credit(pool, -fill.cash - convert(fill.penalty, int256))
            after_cash += fill.cash
            after_penalty += fill.penalty
            after = self._with_market(after, market, False)
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
