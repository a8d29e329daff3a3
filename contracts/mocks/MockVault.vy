# pragma version 0.4.3
# pragma optimize gas
"""
@title A vault that does what it is told
@license AGPL-3.0-only
@notice For tests of the order and liquidation modules alone: it records calls and fails in ways the real vault never
    would.
"""

from interfaces import ICollateralVault

# How `trade` and `liquidate` end.
DONE: constant(uint256) = 0
FAIL: constant(uint256) = 1         # reverts with `failure`
BURN: constant(uint256) = 2         # all of its gas
SPEND: constant(uint256) = 3        # writes `amount` words, then is done
CALL_BACK: constant(uint256) = 4    # calls `target` with `payload`, passing a revert on


event Called:
    name: String[16]
    account: indexed(address)
    market: uint256
    size: int256
    due: uint256
    window: uint256
    observation_id: uint256
    amount: uint256
    flag: bool


event Liquidating:
    account: indexed(address)
    market: uint256
    liquidator: address
    share_floor: uint256
    share_ceiling: uint256
    ramp: uint256
    minimum_reward: uint256


mode: public(uint256)
reserve_mode: public(uint256)
amount: public(uint256)
failure: Bytes[2048]
target: address
payload: Bytes[2048]
operators: public(HashMap[address, HashMap[address, bool]])
halted: public(HashMap[address, bool])  # accounts whose liquidation reverts
_words: HashMap[uint256, uint256]
_accounts: HashMap[address, uint256]


@external
def set_mode(mode: uint256, amount: uint256, failure: Bytes[2048]):
    self.mode = mode
    self.amount = amount
    self.failure = failure


@external
def set_reserve_mode(mode: uint256):
    self.reserve_mode = mode


@external
def set_call_back(target: address, payload: Bytes[2048]):
    self.mode = CALL_BACK
    self.target = target
    self.payload = payload


@external
def set_operator(operator: address, account: address, valid: bool):
    self.operators[account][operator] = valid


@external
def set_account_word(account: address, word: uint256):
    self._accounts[account] = word


@external
@view
def account_word(account: address) -> uint256:
    return self._accounts[account]


@external
def set_halted(account: address, halted: bool):
    self.halted[account] = halted


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
    self._act(self.mode)
    log Called(
        name="trade",
        account=account,
        market=market,
        size=delta,
        due=due,
        window=window,
        observation_id=observation_id,
        amount=acceptable,
        flag=reduce_only,
    )


@external
def reserve(account: address, market: uint256, delta: int256, fee: uint256, opening: bool):
    self._act(self.reserve_mode)
    log Called(
        name="reserve",
        account=account,
        market=market,
        size=delta,
        due=0,
        window=0,
        observation_id=0,
        amount=fee,
        flag=opening,
    )


@external
def release(account: address, refund: uint256, opening: bool):
    log Called(
        name="release",
        account=account,
        market=0,
        size=0,
        due=0,
        window=0,
        observation_id=0,
        amount=refund,
        flag=opening,
    )


@external
def push(account: address, amount: uint256):
    log Called(
        name="push",
        account=account,
        market=0,
        size=0,
        due=0,
        window=0,
        observation_id=0,
        amount=amount,
        flag=False,
    )


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
    assert not self.halted[account], "HALTED"
    self._act(self.mode)
    log Liquidating(
        account=account,
        market=market,
        liquidator=liquidator,
        share_floor=share_floor,
        share_ceiling=share_ceiling,
        ramp=ramp,
        minimum_reward=minimum_reward,
    )
    return self.amount


@external
@view
def may(sender: address, account: address, power: ICollateralVault.Power) -> bool:
    return power == ICollateralVault.Power.TRADE and self.operators[account][sender]


@internal
def _act(mode: uint256):
    if mode == FAIL:
        raw_revert(self.failure)
    if mode == BURN:
        raise UNREACHABLE
    if mode == SPEND:
        for i: uint256 in range(self.amount, bound=100):
            self._words[i] += 1
    if mode == CALL_BACK:
        raw_call(self.target, self.payload)
