# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Liquidation: who may, when, and what it pays
@license AGPL-3.0-only
@notice Anyone may liquidate; the vault judges and books. This contract is only the policy: the liquidator's share of
    the penalty rises from SHARE_FLOOR to SHARE_CEILING (bps) within RAMP seconds of the flag, and where nothing is left
    of the account insurance tops the reward up to MINIMUM_REWARD (WAD USD) as far as it can.
"""

from contracts.modules import account_words as words
from contracts.modules import price_updates as updates
from interfaces import ICollateralVault
from interfaces import ILiquidationModule

implements: ILiquidationModule
initializes: updates
exports: updates.ORACLE

BPS: constant(uint256) = 10_000
MANY: constant(uint256) = 32
# The most that the vault lets insurance top a reward up to (WAD USD).
REWARD_BOUND: constant(uint256) = 50 * 10**18

VAULT: public(immutable(ICollateralVault))
SHARE_FLOOR: public(immutable(uint256))
SHARE_CEILING: public(immutable(uint256))
RAMP: public(immutable(uint256))
MINIMUM_REWARD: public(immutable(uint256))


@deploy
def __init__(
    vault: address, oracle: address, share_floor: uint256, share_ceiling: uint256, ramp: uint256, minimum_reward: uint256
):
    """
    @param share_floor bps of the penalty, at once.
    @param share_ceiling bps of the penalty, after `ramp` seconds or at full depth.
    @param ramp At most half of FLAG_LIFE: an aged flag warns as long again before it must be set anew.
    @param minimum_reward WAD USD.
    @custom:reverts BOUND.
    """
    updates.__init__(oracle)
    assert vault != empty(address) and share_floor <= share_ceiling and share_ceiling <= BPS, "BOUND"
    assert ramp > 0 and ramp <= words.FLAG_LIFE // 2 and minimum_reward <= REWARD_BOUND, "BOUND"
    VAULT = ICollateralVault(vault)
    SHARE_FLOOR = share_floor
    SHARE_CEILING = share_ceiling
    RAMP = ramp
    MINIMUM_REWARD = minimum_reward


@external
@payable
def liquidate(account: address, market: uint256, update: Bytes[updates.MAX_BYTES]) -> uint256:
    """
    @notice Liquidates one market of an unhealthy account, and all others that are not halted where its margin is then
        below zero. Anyone; the reward goes to the caller's vault account.
    @param update What a pull source's network signed of the market's price (at most 2,048 bytes), brought first; its fee
        is paid out of the ether sent, the rest goes back. Empty: nothing is brought.
    @return reward, WAD USD.
    @custom:reverts MARKET, HALTED, HEALTHY, MARGIN (a part would not lift it), EARLY, GAS, FEE, REFUND, and as the adapter's
        `update`.
    """
    rest: uint256 = updates._bring(market, update, msg.value)
    assert not self._is_early(account), "EARLY"
    reward: uint256 = extcall VAULT.liquidate(
        account, market, msg.sender, SHARE_FLOOR, SHARE_CEILING, RAMP, MINIMUM_REWARD
    )
    updates._refund(rest)
    return reward


@external
def liquidate_many(accounts: DynArray[address, MANY], markets: DynArray[uint256, MANY]) -> uint256:
    """
    @notice As `liquidate` for each pair, at prices that are known already; a pair that reverts is passed over, others
        stand. Anyone.
    @return number of liquidations done.
    @custom:reverts LENGTH, GAS as the adapter's `read`.
    """
    assert len(accounts) == len(markets), "LENGTH"
    done: uint256 = 0
    for i: uint256 in range(len(accounts), bound=MANY):
        if self._is_early(accounts[i]):
            continue
        success: bool = raw_call(
            VAULT.address,
            abi_encode(
                accounts[i],
                markets[i],
                msg.sender,
                SHARE_FLOOR,
                SHARE_CEILING,
                RAMP,
                MINIMUM_REWARD,
                method_id=method_id("liquidate(address,uint256,address,uint256,uint256,uint256,uint256)"),
            ),
            revert_on_failure=False,
        )
        if success:
            # at most MANY
            done = unsafe_add(done, 1)
    return done


@internal
@view
def _is_early(account: address) -> bool:
    """
    @dev Where a price is AGED or in HALT the vault asks for a flag that is RAMP old: there must have been time to bring a
        newer one. A price that came after the flag is another one, of which the flag warned nobody; and after FLAG_LIFE
        the market is another one, whether or not somebody has brought it: the flag must be set anew.
    @return Whether the flag is so old, and such a price is newer than it or the flag is over.
    """
    word: uint256 = staticcall VAULT.account_word(account)
    flagged_at: uint256 = (word & words.FLAGGED_MASK) >> words.FLAGGED_AT
    # Without a flag, or with a younger one, the vault says it itself. A time of 40 bits.
    if flagged_at == 0 or block.timestamp < unsafe_add(flagged_at, RAMP):
        return False
    is_over: bool = block.timestamp > unsafe_add(flagged_at, words.FLAG_LIFE)
    return updates._has_outdated(word, 0 if is_over else unsafe_add(flagged_at, 1))
