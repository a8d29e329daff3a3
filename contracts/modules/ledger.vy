# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Custody and the double-entry ledger
@notice Everybody is an account: traders, pools, insurance, treasury, modules. Only the doors (deposit, withdraw, exit)
    change the sum of cash. Money is WAD USD; token amounts become WAD here and nowhere else.

    An account's word is in account_words. An operator's word, low bits first: payout 160 | expires_at 40 | powers 8.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed
from contracts.modules import account_words as words
from contracts.modules import roles
from interfaces import ICollateralVault

uses: roles

PENDING: constant(uint256) = words.PENDING
MARKETS: constant(uint256) = words.MARKETS
FLAGGED_AT: constant(uint256) = words.FLAGGED_AT
CASH: constant(uint256) = words.CASH
MARKETS_MASK: constant(uint256) = words.MARKETS_MASK
FLAGGED_MASK: constant(uint256) = words.FLAGGED_MASK
WAD_DECIMALS: constant(uint256) = 18
MAX_ACCOUNTS: constant(uint256) = 256

TOKEN: public(immutable(IERC20))
# WAD = amount * UP // DOWN; one of them is 1.
UP: immutable(uint256)
DOWN: immutable(uint256)

_words: HashMap[address, uint256]
# D: sum of |negative cash| of all accounts but pools (WAD USD).
debts: public(uint256)
_paused: ICollateralVault.Action
# Write-once: contracts that may pull and push.
is_module: public(HashMap[address, bool])
# A pool's shares contract; empty for what is no pool.
shares_of: public(HashMap[address, address])
# By the first 19 bytes of the owner.
_operators: HashMap[uint256, HashMap[address, uint256]]


@deploy
def __init__(token: IERC20):
    decimals: uint256 = convert(staticcall IERC20Detailed(token.address).decimals(), uint256)
    assert decimals <= 36, "TOKEN"
    TOKEN = token
    UP = 10 ** (WAD_DECIMALS - decimals) if decimals < WAD_DECIMALS else 1
    DOWN = 10 ** (decimals - WAD_DECIMALS) if decimals > WAD_DECIMALS else 1


@external
def deposit(account: address, amount: uint256):
    """
    @notice Pays token units in, for any account. Anyone. The pause leaves accounts with positions or debt their
        defence.
    @custom:reverts PAUSED, ZERO, TOKEN (something else arrives than was sent).
    """
    if ICollateralVault.Action.DEPOSIT in self._paused:
        held: uint256 = self._words[account]
        assert held & MARKETS_MASK != 0 or self._cash(held) < 0, "PAUSED"
    credit: uint256 = amount * UP // DOWN
    assert credit > 0 and account != empty(address), "ZERO"
    # What arrives is measured: a fee or a rebase on transfer is refused. Nothing of ours can change meanwhile
    # (nonreentrant).
    before: uint256 = staticcall TOKEN.balanceOf(self)
    assert extcall TOKEN.transferFrom(msg.sender, self, amount, default_return_value=True), "TOKEN"
    assert staticcall TOKEN.balanceOf(self) - before == amount, "TOKEN"
    word: uint256 = self._credit(account, convert(credit, int256))
    log ICollateralVault.Deposited(account=account, payer=msg.sender, amount=credit, word=word)


@external
def exit(account: address, to: address):
    """
    @notice Pays out all whole token units of an account without positions and debt; reads no oracle and no pool. The
        owner, or an operator with WITHDRAW whose payout `to` is.
    @custom:reverts AUTH, PENDING, POSITION, CASH, TOKEN.
    """
    self._only_payer(account, to)
    word: uint256 = self._words[account]
    assert word & PENDING == 0, "PENDING"
    assert word & MARKETS_MASK == 0, "POSITION"
    cash: int256 = self._cash(word)
    assert cash >= 0, "CASH"
    amount: uint256 = convert(cash, uint256) * DOWN // UP
    debit: uint256 = self._debit_of(amount)
    self._pay_out(account, self._with_cash(word, cash - convert(debit, int256)), amount, debit, to)


@external
def set_operator(operator: address, powers: ICollateralVault.Power, payout: address, expires_at: uint256):
    """
    @notice Lets an operator act for all the caller's sub-accounts until it expires; no powers ends it. Anyone, for
        themselves.
    @param payout Where an operator with WITHDRAW may withdraw to, and nowhere else.
    @custom:reverts RANGE.
    """
    assert expires_at < 2**40, "RANGE"
    self._operators[self._owner_key(msg.sender)][operator] = (
        convert(payout, uint256) | (expires_at << 160) | (convert(powers, uint256) << 200)
    )
    log ICollateralVault.OperatorSet(
        owner=msg.sender, operator=operator, powers=powers, payout=payout, expires_at=expires_at
    )


@external
def register_module(module: address):
    """
    @notice Lets a contract pull (judged as a withdrawal) and push, for ever. Only the owner.
    @custom:reverts AUTH, ONCE.
    """
    roles._only_owner()
    assert not self.is_module[module], "ONCE"
    self.is_module[module] = True
    log ICollateralVault.ModuleSet(module=module)


@external
@view
def may(sender: address, account: address, power: ICollateralVault.Power) -> bool:
    """
    @return Whether `sender` is the account's owner, or an operator with that power, not expired.
    """
    return self._owns(sender, account) or self._granted(sender, account, power) != 0


@external
@view
def operator(owner: address, operator: address) -> (ICollateralVault.Power, address, uint256):
    """
    @return powers, payout, expires_at.
    """
    word: uint256 = self._operators[self._owner_key(owner)][operator]
    return (
        convert(word >> 200, ICollateralVault.Power),
        convert(word & (2**160 - 1), address),
        (word >> 160) & (2**40 - 1),
    )


@external
@view
def account_word(account: address) -> uint256:
    """
    @return The account as stored; layout at the top of the ledger module.
    """
    return self._words[account]


@external
@view
def account_words(accounts: DynArray[address, MAX_ACCOUNTS]) -> DynArray[uint256, MAX_ACCOUNTS]:
    """
    @return As `account_word` for each.
    """
    found: DynArray[uint256, MAX_ACCOUNTS] = []
    for account: address in accounts:
        found.append(self._words[account])
    return found


@external
@view
def is_paused(action: ICollateralVault.Action) -> bool:
    return action in self._paused


@internal
@pure
def _cash(word: uint256) -> int256:
    # The same bits; `>>` of a signed number keeps the sign.
    return convert(convert(word, bytes32), int256) >> CASH


@internal
@pure
def _with_cash(word: uint256, cash: int256) -> uint256:
    """
    @custom:reverts RANGE.
    """
    assert abs(cash) < 2**103, "RANGE"
    return (word & (2**CASH - 1)) | convert(convert(cash << CASH, bytes32), uint256)


@internal
def _credit(account: address, amount: int256) -> uint256:
    """
    @dev Books a signed amount.
    @return The account's word.
    """
    word: uint256 = self._words[account]
    return self._store(account, word, self._with_cash(word, self._cash(word) + amount))


@internal
def _store(account: address, before: uint256, after: uint256) -> uint256:
    """
    @dev Stores an account's word; D follows its cash. A pool's cash below zero is credit, not debt.
    """
    old: int256 = self._cash(before)
    new: int256 = self._cash(after)
    if (old < 0 or new < 0) and self.shares_of[account] == empty(address):
        change: int256 = max(0, -new) - max(0, -old)
        self.debts = convert(convert(self.debts, int256) + change, uint256)
    self._words[account] = after
    return after


@internal
@view
def _debit_of(amount: uint256) -> uint256:
    """
    @return WAD for token units, rounded up.
    """
    return (amount * UP + DOWN - 1) // DOWN


@internal
def _pay_out(account: address, after: uint256, amount: uint256, debit: uint256, to: address):
    """
    @dev Effects, log, then the token.
    @param amount Token units; `debit` their WAD.
    """
    self._store(account, self._words[account], after)
    log ICollateralVault.Withdrawn(account=account, to=to, amount=debit, word=after)
    assert extcall TOKEN.transfer(to, amount, default_return_value=True), "TOKEN"


@internal
@pure
def _owner_key(account: address) -> uint256:
    return convert(account, uint256) >> 8


@internal
@pure
def _owns(sender: address, account: address) -> bool:
    return self._owner_key(sender) == self._owner_key(account)


@internal
@view
def _granted(sender: address, account: address, power: ICollateralVault.Power) -> uint256:
    """
    @return The operator's word, 0 without that power or after it has expired.
    """
    word: uint256 = self._operators[self._owner_key(account)][sender]
    if (word >> 200) & convert(power, uint256) == 0 or (word >> 160) & (2**40 - 1) < block.timestamp:
        return 0
    return word


@internal
@view
def _only_payer(account: address, to: address):
    """
    @dev The owner, or an operator paying out to where the owner said.
    """
    if not self._owns(msg.sender, account):
        word: uint256 = self._granted(msg.sender, account, ICollateralVault.Power.WITHDRAW)
        assert word != 0 and convert(word & (2**160 - 1), address) == to, "AUTH"
