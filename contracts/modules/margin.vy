# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title The margin engine: what an account may do, and every operation that a judgement lets through
@notice One operation reads each market once, books one settlement and judges once. Money is WAD USD, sizes WAD base
    units. Liquidation is in the settlement module.
"""

from contracts.modules import account_words as words
from contracts.modules import ledger
from contracts.modules import margin_rules as rules
from contracts.modules import pools
from interfaces import IClearingPool
from interfaces import ICollateralVault

uses: ledger
uses: pools

MAX_TRANSFERS: constant(uint256) = 8
FLAG_LIFE: constant(uint256) = words.FLAG_LIFE

ORDER_MODULE: public(immutable(address))


@deploy
def __init__(order_module: address):
    ORDER_MODULE = order_module


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
    observation_id: uint256,
    acceptable: uint256,
    reduce_only: bool,
):
    """
    @notice Fills an order at its one price, books it and judges the account once; an opening order's pending mark ends.
        Only the order module.
    @custom:reverts AUTH, MARKET, CREDIT, MAX, STALE, MARGIN, DEBT, RANGE, and what the pool's `fill` reverts with.
    """
    assert msg.sender == ORDER_MODULE, "AUTH"
    pool_word: uint256 = pools._pool_of(market)
    pool: address = pools._address(pool_word)
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
        observation_id,
        acceptable,
        reduce_only,
        account_markets & pools._mask(pool_word),
        pool_cash,
        pool_word & pools.OPEN_PAUSED == 0,
    )
    cash: int256 = ledger._cash(word) + fill.cash
    pool_cash -= fill.cash
    # Who pays the pool may always close.
    assert fill.cash <= 0 or pool_cash >= -convert(pools._credit_of(pool_word), int256), "CREDIT"
    totals: rules.Totals = self._totals(account, account_markets & ~pools._mask(pool_word))
    totals = rules._add(totals, risk, pools._gain_weight(pool_word), pool_cash, pools._credit_of(pool_word))

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
    pool_word: uint256 = pools._pool_of(market)
    word: uint256 = ledger._words[account]
    if opening:
        assert pool_word & pools.OPEN_PAUSED == 0, "PAUSED"
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
        mask: uint256 = pools._mask(pool_word)
        totals: rules.Totals = self._totals(account, account_markets & ~mask)
        cost: int256 = 0
        risk: IClearingPool.Risk = empty(IClearingPool.Risk)
        cost, risk = staticcall IClearingPool(pools._address(pool_word)).risk_with(
            account, market, delta, account_markets & mask
        )
        pool_cash: int256 = 0
        if risk.gains > 0:
            pool_cash = ledger._cash(ledger._words[pools._address(pool_word)])
        totals = rules._add(totals, risk, pools._gain_weight(pool_word), pool_cash, pools._credit_of(pool_word))
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
    pool: address = pools._address(pools._pool_of(market))
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
    @notice Starts the liquidation clock of an unhealthy account, anew FLAG_LIFE seconds after it was started, or clears
        it once healthy. Anyone.
    @custom:reverts NOFLAG (nothing to change), GAS.
    """
    word: uint256 = ledger._words[account]
    totals: rules.Totals = self._totals(account, self._markets(word))
    unhealthy: bool = ledger._cash(word) + totals.equity < totals.maintenance
    flagged_at: uint256 = (word & ledger.FLAGGED_MASK) >> ledger.FLAGGED_AT
    # It says nothing of prices that came after it, so it can be set anew.
    assert unsafe_sub(block.timestamp, flagged_at) > FLAG_LIFE if unhealthy else flagged_at != 0, "NOFLAG"
    after: uint256 = word & ~ledger.FLAGGED_MASK
    if unhealthy:
        after |= block.timestamp << ledger.FLAGGED_AT
    ledger._words[account] = after
    log ICollateralVault.Flagged(account=account, word=after)


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
    for index: uint256 in range(pools.MAX_POOLS):
        word: uint256 = pools._pools[index]
        if word == 0:
            break
        mine: uint256 = account_markets & pools._mask(word)
        if mine != 0:
            pool: address = pools._address(word)
            risk: IClearingPool.Risk = staticcall IClearingPool(pool).risk(account, mine)
            totals = rules._add(
                totals, risk, pools._gain_weight(word), ledger._cash(ledger._words[pool]), pools._credit_of(word)
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
