# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title CollateralVault: custody, the ledger and the margin engine
@license AGPL-3.0-only
@notice It holds the money and decides. Two modules in one contract: the ledger alone books money, the margin engine
    alone says whether an account may. Everything it calls is below it: pools, and through them the oracle adapter.
"""

from ethereum.ercs import IERC20
from contracts.modules import ledger
from contracts.modules import margin
from contracts.modules import roles
from interfaces import ICollateralVault

implements: ICollateralVault

initializes: roles
initializes: ledger[roles := roles]
initializes: margin[roles := roles, ledger := ledger]
exports: (
    roles.owner,
    roles.pending_owner,
    roles.transfer_ownership,
    roles.accept_ownership,
    roles.guardian,
    roles.set_guardian,
    ledger.TOKEN,
    ledger.deposit,
    ledger.exit,
    ledger.set_operator,
    ledger.register_module,
    ledger.may,
    ledger.operator,
    ledger.account_word,
    ledger.account_words,
    ledger.is_paused,
    ledger.is_module,
    ledger.shares_of,
    ledger.debts,
    margin.ORDER_MODULE,
    margin.LIQUIDATION_MODULE,
    margin.TREASURY,
    margin.INSURANCE_SHARE,
    margin.withdraw,
    margin.transfer,
    margin.transfer_many,
    margin.pull,
    margin.push,
    margin.trade,
    margin.reserve,
    margin.release,
    margin.realise,
    margin.flag,
    margin.liquidate,
    margin.collect,
    margin.register_pool,
    margin.set_credit,
    margin.set_gain_weight,
    margin.pause,
    margin.unpause,
    margin.pool_word,
)


@deploy
def __init__(
    token: IERC20,
    treasury: address,
    order_module: address,
    liquidation_module: address,
    insurance_share: uint256,
    owner: address,
    guardian: address,
):
    """
    @param token The settlement token, counted as USD; at most 36 decimals.
    @param order_module Where it will be; `liquidation_module` as well.
    @param insurance_share Part of collected fees that goes to insurance (bps).
    @custom:reverts TOKEN, BOUND.
    """
    roles.__init__(owner, guardian)
    ledger.__init__(token)
    margin.__init__(order_module, liquidation_module, treasury, insurance_share)
