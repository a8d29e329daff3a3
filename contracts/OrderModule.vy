# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Orders: committed on chain, filled at one price
@license AGPL-3.0-only
@notice The chain keeps an order's hash in one of 16 slots an account; the event carries the order, and whoever acts on
    it hands it back. An order is due a delay after its commit (or its trigger) and fills at the one price that the
    oracle proves for that time. Sizes are WAD base units, prices and money WAD USD, times Unix seconds.
@dev An order is alive exactly while its slot holds its hash; only `commit` and `trigger` write hashes, and every hash
    they write contains the present time. Its own vault account is the escrow: open fees + unclaimed earnings.
"""

from contracts.modules import price_updates as updates
from interfaces import ICollateralVault
from interfaces import IOracleAdapter
from interfaces import IOrderModule

implements: IOrderModule
initializes: updates
exports: updates.ORACLE

SLOTS: constant(uint256) = 16
MANY: constant(uint256) = 8
FREE: constant(uint256) = 1  # of a slot that was used: a word that is never zero again is cheap to write
# Error(string) with a string of up to 32 bytes: selector 4 | offset 32 | length 32 | text 32
ERROR_BYTES: constant(uint256) = 100
CODE_BYTES: constant(uint256) = 8
SIZE_BOUND: constant(int256) = 2**103
PRICE_BOUND: constant(uint256) = 2**112
# HALT and AGED of IOracleAdapter.Status as numbers are not below it.
OUTDATED: constant(uint256) = 4
# As much revert data as is passed on.
REVERT_BYTES: constant(uint256) = 260

VAULT: public(immutable(ICollateralVault))
DELAY: public(immutable(uint256))
WINDOW: public(immutable(uint256))
GRACE: public(immutable(uint256))
FEE_MIN: public(immutable(uint256))
FEE_MAX: public(immutable(uint256))

# account -> slot -> hash of the order, 0 or FREE where there is none
_slots: HashMap[address, uint256[SLOTS]]
# keeper -> earnings + 1 (WAD USD), 0 before the first
_earned: HashMap[address, uint256]


@deploy
def __init__(
    vault: address, oracle: address, delay: uint256, window: uint256, grace: uint256, fee_min: uint256, fee_max: uint256
):
    """
    @param delay Seconds from commit or trigger to T.
    @param window Seconds after T in which the first observation counts.
    @param grace Seconds after the window in which keepers come before a cancel.
    @param fee_min Bounds of the keeper fee (WAD USD); a reduce-only order may have none, an operator's at most fee_min.
    @custom:reverts BOUND.
    """
    updates.__init__(oracle)
    assert vault != empty(address), "BOUND"
    assert delay > 0 and window > 0 and grace > 0 and max(delay, max(window, grace)) < 2**32, "BOUND"
    assert fee_min <= fee_max and fee_max < 2**96, "BOUND"
    VAULT = ICollateralVault(vault)
    DELAY = delay
    WINDOW = window
    GRACE = grace
    FEE_MIN = fee_min
    FEE_MAX = fee_max


@external
def commit(order: IOrderModule.Order, slot: uint256) -> uint256:
    """
    @notice Commits an order into one of the account's 16 slots. The owner, or an operator with TRADE. `due` and
        `committed_at` are set here.
    @return T (0 for an order with a trigger).
    @custom:reverts AUTH, SLOT, ZERO, BOUND, FEE, EXPIRED, and what the vault's `reserve` reverts with.
    """
    return self._commit(order, slot)


@external
def commit_many(orders: DynArray[IOrderModule.Order, MANY], slots: DynArray[uint256, MANY]):
    """
    @notice As `commit` for each pair: all or none.
    @custom:reverts LENGTH, and as `commit`.
    """
    assert len(orders) == len(slots), "LENGTH"
    for i: uint256 in range(len(orders), bound=MANY):
        self._commit(orders[i], slots[i])


@external
def trigger(order: IOrderModule.Order, slot: uint256):
    """
    @notice Proves that the newest price fires the order and sets T = now + delay. Anyone.
    @custom:reverts ORDER, TRIGGER, STALE, EXPIRED.
    """
    assert order.due == 0 and self._is_alive(order, slot), "ORDER"
    price: IOracleAdapter.Price = staticcall updates.ORACLE.read(order.market)
    # Of an AGED or a halted price somebody may have chosen the time.
    assert convert(price.status, uint256) < OUTDATED and price.published_at > order.committed_at, "STALE"
    if order.trigger_above:
        assert price.mid >= order.trigger, "TRIGGER"
    else:
        assert price.mid <= order.trigger, "TRIGGER"
    fired: IOrderModule.Order = order
    # a time and 32 bits
    fired.due = unsafe_add(block.timestamp, DELAY)
    assert fired.due <= fired.expires_at, "EXPIRED"
    self._slots[fired.account][slot] = self._hash(fired)
    log IOrderModule.Triggered(account=fired.account, slot=slot, order=fired)


@external
@payable
def execute(order: IOrderModule.Order, slot: uint256, observation_id: uint256, update: Bytes[updates.MAX_BYTES]):
    """
    @notice Fills a due order. Anyone; the caller earns the fee, also where the order fails by the trader's fault. The
        oracle's and the system's faults, and too little gas, revert and the order lives.
    @param observation_id Of a push source the observation it fills at, see the adapter's `observe_at`.
    @param update What a pull source's network signed (at most 2,048 bytes), brought first; its fee is paid out of the
        ether sent, the rest goes back. Empty: nothing is brought.
    @custom:reverts ORDER, EARLY, EXPIRED from when it can be cancelled, STALE, PROOF, HALTED, PAUSED, CREDIT, GAS, FEE,
        REFUND, whatever else the vault reverts with, unchanged, and the adapter's `update`.
    """
    assert order.due != 0 and self._is_alive(order, slot), "ORDER"
    assert block.timestamp >= order.due, "EARLY"
    assert block.timestamp <= self._last_call(order.due), "EXPIRED"
    rest: uint256 = updates._bring(order.market, update, msg.value)
    ended: bool = False
    failure: Bytes[REVERT_BYTES] = b""
    ended, failure = self._fill(order, slot, observation_id)
    if not ended:
        raw_revert(failure)
    updates._refund(rest)


@external
def execute_many(
    orders: DynArray[IOrderModule.Order, MANY], slots: DynArray[uint256, MANY], observation_ids: DynArray[uint256, MANY]
) -> uint256:
    """
    @notice As `execute` for each, at prices that are known already; one that would revert is passed over and lives.
        Anyone.
    @return bits of those that ended, the first is bit 0.
    @custom:reverts LENGTH; GAS as the adapter's `read`.
    """
    assert len(orders) == len(slots) and len(orders) == len(observation_ids), "LENGTH"
    done: uint256 = 0
    for i: uint256 in range(len(orders), bound=MANY):
        order: IOrderModule.Order = orders[i]
        if order.due != 0 and block.timestamp >= order.due and block.timestamp <= self._last_call(order.due):
            if self._is_alive(order, slots[i]) and self._fill(order, slots[i], observation_ids[i])[0]:
                done |= 1 << i
    return done


@external
def cancel(order: IOrderModule.Order, slot: uint256):
    """
    @notice Ends an order and returns its fee. The owner or an operator with TRADE: an order with a T after T + window +
        grace, one without at any time.
    @custom:reverts AUTH, ORDER, EARLY.
    """
    self._authorise(order.account)
    assert self._is_alive(order, slot), "ORDER"
    if order.due != 0:
        assert block.timestamp > self._last_call(order.due), "EARLY"
    self._slots[order.account][slot] = FREE
    log IOrderModule.Cancelled(account=order.account, slot=slot, fee=order.fee)
    extcall VAULT.release(order.account, order.fee, not order.reduce_only)


@external
def claim(keeper: address):
    """
    @notice Moves what a keeper has earned to its vault account. Anyone; nothing happens where there is nothing.
    """
    word: uint256 = self._earned[keeper]
    if word > 1:
        amount: uint256 = unsafe_sub(word, 1)
        self._earned[keeper] = 1
        log IOrderModule.Claimed(keeper=keeper, amount=amount)
        extcall VAULT.push(keeper, amount)


@external
@view
def earned(keeper: address) -> uint256:
    """
    @return What the keeper can claim (WAD USD).
    """
    word: uint256 = self._earned[keeper]
    return word - min(word, 1)


@external
@view
def order_hash(account: address, slot: uint256) -> bytes32:
    """
    @return keccak256(abi_encode(order)) of the live order in the slot, empty where there is none.
    """
    word: uint256 = self._slots[account][slot]
    return convert(word if word > FREE else 0, bytes32)


@external
@view
def taken(account: address) -> uint256:
    """
    @return Bits of the slots that hold an order.
    """
    bits: uint256 = 0
    for i: uint256 in range(SLOTS):
        if self._slots[account][i] > FREE:
            bits |= 1 << i
    return bits


@internal
def _commit(order: IOrderModule.Order, slot: uint256) -> uint256:
    is_owner: bool = self._authorise(order.account)
    assert slot < SLOTS and self._slots[order.account][slot] <= FREE, "SLOT"
    assert order.size != 0, "ZERO"
    # What the pool's words and arithmetic hold; an order beyond them could never fill.
    assert order.size > -SIZE_BOUND and order.size < SIZE_BOUND, "BOUND"
    assert order.acceptable < PRICE_BOUND and order.trigger < PRICE_BOUND, "BOUND"
    # A closing order without a fee takes nothing from its account, whatever state it is in; its owner executes it
    # himself.
    assert (order.fee >= FEE_MIN and order.fee <= FEE_MAX) or (order.fee == 0 and order.reduce_only), "FEE"
    # An operator could be its own keeper: it may not spend more than it must.
    assert is_owner or order.fee <= FEE_MIN, "FEE"
    # a time and 32 bits
    due: uint256 = unsafe_add(block.timestamp, DELAY)
    assert order.expires_at >= due, "EXPIRED"
    if order.trigger != 0:
        due = 0
    stored: IOrderModule.Order = order
    stored.due = due
    stored.committed_at = block.timestamp
    self._slots[stored.account][slot] = self._hash(stored)
    log IOrderModule.Committed(account=stored.account, slot=slot, order=stored)
    extcall VAULT.reserve(stored.account, stored.market, stored.size, stored.fee, not stored.reduce_only)
    return due


@internal
def _fill(order: IOrderModule.Order, slot: uint256, observation_id: uint256) -> (bool, Bytes[REVERT_BYTES]):
    """
    @dev Fills a live, due order. Nothing below calls back, and the lock holds, so the order is ended after the call:
        where it is not, nothing has changed. A call that ran out of gas returns no data, so it is never the trader's
        fault.
    @return whether the order has ended; else the vault's revert data.
    """
    filled: bool = False
    failure: Bytes[REVERT_BYTES] = b""
    filled, failure = raw_call(
        VAULT.address,
        abi_encode(
            order.account,
            order.market,
            order.size,
            order.due,
            WINDOW,
            observation_id,
            order.acceptable,
            order.reduce_only,
            method_id=method_id("trade(address,uint256,int256,uint256,uint256,uint256,uint256,bool)"),
        ),
        max_outsize=REVERT_BYTES,
        revert_on_failure=False,
    )
    code: String[CODE_BYTES] = ""
    if not filled:
        code = self._fault(failure)
        # What asks for a price is not told at one beside which the keeper may have left out a newer one.
        is_priced: bool = code != "REDUCE" and code != "MAX"
        if len(code) == 0 or (is_priced and updates._has_outdated(staticcall VAULT.account_word(order.account), 0)):
            return False, failure
    self._slots[order.account][slot] = FREE
    self._earned[msg.sender] = max(self._earned[msg.sender], 1) + order.fee
    log IOrderModule.Executed(account=order.account, slot=slot, keeper=msg.sender, fee=order.fee, code=code)
    if not filled:
        extcall VAULT.release(order.account, 0, not order.reduce_only)
    return True, b""


@internal
@pure
def _fault(failure: Bytes[REVERT_BYTES]) -> String[CODE_BYTES]:
    """
    @return The code if it is `Error(string)`, exactly encoded, with one that is the trader's fault; else empty.
    """
    if len(failure) != ERROR_BYTES or slice(failure, 0, 4) != method_id("Error(string)"):
        return ""
    length: uint256 = extract32(failure, 36, output_type=uint256)
    if extract32(failure, 4, output_type=uint256) != 32 or length == 0 or length > CODE_BYTES:
        return ""
    code: String[CODE_BYTES] = abi_decode(slice(failure, 4, 96), String[CODE_BYTES])
    if (
        code == "MARGIN"
        or code == "DEBT"
        or code == "MAX"
        or code == "CAPPED"
        or code == "PRICE"
        or code == "REDUCE"
        or code == "DUST"
    ):
        return code
    return ""


@internal
@view
def _authorise(account: address) -> bool:
    """
    @dev An account is its owner's by the first 19 bytes; else the vault knows operators.
    @return whether it is the owner.
    """
    if convert(account, uint256) >> 8 == convert(msg.sender, uint256) >> 8:
        return True
    assert staticcall VAULT.may(msg.sender, account, ICollateralVault.Power.TRADE), "AUTH"
    return False


@internal
@view
def _last_call(due: uint256) -> uint256:
    """
    @dev Until then it can only be executed, after it only cancelled: an order that could not fill meanwhile is no
        option on its old price.
    """
    # a live order is due 2**32 seconds from now at most; another is refused for its hash
    return unsafe_add(due, unsafe_add(WINDOW, GRACE))


@internal
@view
def _is_alive(order: IOrderModule.Order, slot: uint256) -> bool:
    """
    @dev Whether the slot holds the order. A hash is neither 0 nor FREE.
    """
    return slot < SLOTS and self._slots[order.account][slot] == self._hash(order)


@internal
@pure
def _hash(order: IOrderModule.Order) -> uint256:
    return convert(keccak256(abi_encode(order)), uint256)
