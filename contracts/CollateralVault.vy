# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title CollateralVault: custody, the ledger and the margin engine
@license AGPL-3.0-only
@notice It holds the money and decides: the ledger alone books money, the margin engine alone says whether an account
    may, the settlement of liquidations and the register of pools stand beside them. Everything it calls is below it:
    pools, and through them the oracle adapter.
"""

from ethereum.ercs import IERC20
from contracts.modules import ledger
from contracts.modules import margin
from contracts.modules import pools
from contracts.modules import roles
from contracts.modules import settlement
from interfaces import ICollateralVault

implements: ICollateralVault

initializes: roles
initializes: ledger[roles := roles]
initializes: pools[roles := roles, ledger := ledger]
initializes: margin[ledger := ledger, pools := pools]
initializes: settlement[ledger := ledger, pools := pools, engine := margin]
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
    settlement.LIQUIDATION_MODULE,
    settlement.TREASURY,
    settlement.INSURANCE_SHARE,
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
    settlement.liquidate,
    settlement.collect,
    pools.register_pool,
    pools.set_credit,
    pools.set_gain_weight,
    pools.pause,
    pools.unpause,
    pools.pool_word,
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
    margin.__init__(order_module)
    settlement.__init__(liquidation_module, treasury, insurance_share)
