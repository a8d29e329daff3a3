# pragma version 0.4.3
# pragma nonreentrancy off
"""
@title An ERC-20 that misbehaves on demand
@license AGPL-3.0-only
@dev Everything is open to everybody. Without a switch it is a plain token.
"""

from ethereum.ercs import IERC20

# Revert codes: PAUSED, BLOCKED. Bits of the switches:
FEE: constant(uint256) = 1              # one percent of every transfer is burned
REFUSE: constant(uint256) = 2           # moves nothing and returns false
SILENT: constant(uint256) = 4           # returns nothing
REENTER: constant(uint256) = 8          # calls the target after it has moved the tokens
PAUSED: constant(uint256) = 16
LIE: constant(uint256) = 32             # moves nothing and returns true
BONUS: constant(uint256) = 64           # the receiver gets one unit more
REENTER_FIRST: constant(uint256) = 128  # calls the target before it moves the tokens
BURN: constant(uint256) = 256           # burns all the gas it is given
BOMB: constant(uint256) = 512           # returns true and 20,000 bytes behind it
NUMBER: constant(uint256) = 1024        # returns 2, which is no boolean
BYTE: constant(uint256) = 2048          # returns a single byte
REVERT_BOMB: constant(uint256) = 4096   # reverts with 20,000 bytes

# How `balanceOf` answers.
HONEST: constant(uint256) = 0
SEVEN: constant(uint256) = 1            # always 7
RISING: constant(uint256) = 2           # one more for every transfer there was
FALLING: constant(uint256) = 3          # nothing after the first transfer
NO_BALANCE: constant(uint256) = 4       # reverts
NOTHING: constant(uint256) = 5          # returns no data
BURN_BALANCE: constant(uint256) = 6     # burns all the gas it is given
BOMB_BALANCE: constant(uint256) = 7     # the truth and 20,000 bytes behind it

BOMB_WORDS: constant(uint256) = 625

decimals: public(uint8)
totalSupply: public(uint256)
allowance: public(HashMap[address, HashMap[address, uint256]])
switches: public(uint256)
blocked: public(HashMap[address, bool])
rebase_bps: public(uint256)             # what every balance is worth, 10,000 for one to one
reentered: public(uint256)              # calls of the target that succeeded
refused: public(uint256)                # calls of the target that reverted
refusal: public(Bytes[100])             # revert data of the last of them
balance_mode: public(uint256)
moves: public(uint256)                  # since the mode was set
_balances: HashMap[address, uint256]
_target: address
_data: Bytes[1024]


@deploy
def __init__(_decimals: uint8):
    self.decimals = _decimals
    self.rebase_bps = 10_000


@external
@view
def name() -> String[32]:
    return "Hostile"


@external
@view
def symbol() -> String[8]:
    return "HOST"


@external
@view
@raw_return
def balanceOf(owner: address) -> Bytes[20_032]:
    mode: uint256 = self.balance_mode
    balance: uint256 = self._balances[owner] * self.rebase_bps // 10_000
    if mode == SEVEN:
        return abi_encode(convert(7, uint256))
    if mode == RISING:
        return abi_encode(balance + self.moves)
    if mode == FALLING and self.moves > 0:
        return abi_encode(empty(uint256))
    assert mode != NO_BALANCE, "BALANCE"
    if mode == NOTHING:
        return b""
    if mode == BURN_BALANCE:
        raise UNREACHABLE
    if mode == BOMB_BALANCE:
        return abi_encode(balance, empty(uint256[BOMB_WORDS]))
    return abi_encode(balance)


@external
def set_switches(switches: uint256):
    self.switches = switches


@external
def set_balance_mode(mode: uint256):
    self.balance_mode = mode
    self.moves = 0


@external
def set_decimals(decimals: uint8):
    self.decimals = decimals


@external
def set_blocked(who: address, blocked: bool):
    self.blocked[who] = blocked


@external
def set_rebase(bps: uint256):
    self.rebase_bps = bps


@external
def set_callback(target: address, data: Bytes[1024]):
    self._target = target
    self._data = data


@external
def call(target: address, data: Bytes[1024]):
    """
    @dev The token acts as itself: as the owner of its own accounts.
    """
    raw_call(target, data)


@external
@raw_return
def transfer(to: address, amount: uint256) -> Bytes[20_032]:
    return self._move(msg.sender, to, amount)


@external
@raw_return
def transferFrom(owner: address, to: address, amount: uint256) -> Bytes[20_032]:
    allowed: uint256 = self.allowance[owner][msg.sender]
    if allowed != max_value(uint256):
        self.allowance[owner][msg.sender] = allowed - amount
    return self._move(owner, to, amount)


@external
def approve(spender: address, amount: uint256) -> bool:
    self.allowance[msg.sender][spender] = amount
    log IERC20.Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def mint(to: address, amount: uint256):
    self.totalSupply += amount
    self._balances[to] += amount
    log IERC20.Transfer(sender=empty(address), receiver=to, value=amount)


@internal
def _move(owner: address, to: address, amount: uint256) -> Bytes[20_032]:
    """
    @return The return data.
    """
    switches: uint256 = self.switches
    assert switches & PAUSED == 0, "PAUSED"
    assert not self.blocked[owner] and not self.blocked[to], "BLOCKED"
    if switches & BURN != 0:
        raise UNREACHABLE
    if switches & REVERT_BOMB != 0:
        raw_revert(abi_encode(empty(uint256[BOMB_WORDS])))
    if switches & REFUSE != 0:
        return abi_encode(False)
    if switches & REENTER_FIRST != 0:
        self._call_back()
    if switches & LIE == 0:
        units: uint256 = amount * 10_000 // self.rebase_bps
        self._balances[owner] -= units
        if switches & FEE != 0:
            units -= units // 100
        if switches & BONUS != 0:
            units += 1
        self._balances[to] += units
        log IERC20.Transfer(sender=owner, receiver=to, value=units)
    self.moves += 1
    if switches & REENTER != 0:
        self._call_back()
    if switches & SILENT != 0:
        return b""
    if switches & BOMB != 0:
        return abi_encode(True, empty(uint256[BOMB_WORDS]))
    if switches & NUMBER != 0:
        return abi_encode(convert(2, uint256))
    if switches & BYTE != 0:
        return b"\x01"
    return abi_encode(True)


@internal
def _call_back():
    """
    @dev A refusal is noted, so that a test sees what it was.
    """
    success: bool = False
    response: Bytes[100] = b""
    success, response = raw_call(self._target, self._data, max_outsize=100, revert_on_failure=False)
    if success:
        self.reentered += 1
    else:
        self.refused += 1
        self.refusal = response
