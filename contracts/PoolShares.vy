# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title Shares of a clearing pool
@license AGPL-3.0-only
@notice The LP token. Deposits and redemptions are requests that settle together by epochs, at prices published after
    the epoch's end.

    epoch      |------- 1 -------|------- 2 -------|
    requests      batch 1            batch 2
    settle                         ^ the first call after the end with fresh prices settles batch 1

@dev Assets are WAD USD of the vault, shares are WAD. What waits (requests, payouts, refunds) is in the vault account of
    this contract; shares that wait, and the first 1,000 for ever, are in this contract's own balance, so that the
    supply is the sum of all balances. The functions of snekmate's ERC-20 are not locked against reentering: they call
    nothing, and nothing that this contract calls runs foreign code but the price sources, which are called statically.
"""

from contracts.modules import account_words
from interfaces import IClearingPool
from interfaces import ICollateralVault
from interfaces import IPoolShares
from snekmate.auth import ownable
from snekmate.tokens import erc20

implements: IPoolShares

initializes: ownable
initializes: erc20[ownable := ownable]
exports: (
    erc20.name,
    erc20.symbol,
    erc20.decimals,
    erc20.totalSupply,
    erc20.balanceOf,
    erc20.allowance,
    erc20.transfer,
    erc20.transferFrom,
    erc20.approve,
    erc20.permit,
    erc20.nonces,
    erc20.DOMAIN_SEPARATOR,
    erc20.eip712Domain,
)

WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10**4
BOOTSTRAP: constant(uint256) = 1000 * WAD       # locked for ever, assets and shares
LEFT: constant(uint256) = 10**36                # `left` of a new generation
SCALE: constant(uint256) = 10**18               # `left` below it starts the next generation, this much larger
PRICE_INVERSE_MAX: constant(int256) = 100       # deposits are refunded below 1 / 100 USD a share
EPOCH_MIN: constant(uint256) = 60
EPOCH_MAX: constant(uint256) = 30 * 86400

LIVE: constant(uint256) = 1 << 64
MASK_32: constant(uint256) = 2**32 - 1
MASK_40: constant(uint256) = 2**40 - 1
MASK_104: constant(uint256) = 2**104 - 1
MASK_112: constant(uint256) = 2**112 - 1
MASK_24: constant(uint256) = 2**24 - 1


# Where the queue of redemptions stood before a batch.
struct Start:
    queue: uint256
    paid: uint256


VAULT: public(immutable(ICollateralVault))
POOL: public(immutable(IClearingPool))
EPOCH: public(immutable(uint256))               # seconds
UTILISATION: public(immutable(uint256))         # bps, as the pool's

# live 1 | settled 32 | opened 32: the newest batch, and the newest that is settled. At most two batches are unsettled.
_progress: uint256
# shares 112 | assets 104 | closes_at 40, by the parity of the batch's number: the words of settled batches are used
# again.
_batches: uint256[2]
# rolled over 112 | generation 24 | left 120
_queue: uint256
# WAD USD * left / shares, summed over all settlements
_paid: uint256
# shares minted 128 | assets 128; no shares: refunded
_results: HashMap[uint256, uint256]
# of batches with redemptions
_starts: HashMap[uint256, Start]
# paid when a generation ended 255 | whether it goes on in the next one 1
_ends: HashMap[uint256, uint256]
# assets 104 | batch 32. Words of requests are never zeroed, they will be used again.
_deposits: HashMap[address, uint256]
# assets claimed 112 | shares 112 | batch 32
_redemptions: HashMap[address, uint256]


@deploy
def __init__(
    vault: address, pool: address, epoch_seconds: uint256, utilisation_bps: uint256, name: String[25], symbol: String[5]
):
    """
    @param epoch_seconds 60 to 30 days.
    @param utilisation_bps The pool's own: what LPs take out leaves the reserve covered.
    @custom:reverts BOUND.
    """
    assert epoch_seconds >= EPOCH_MIN and epoch_seconds <= EPOCH_MAX, "BOUND"
    assert utilisation_bps > 0 and utilisation_bps <= BPS, "BOUND"
    ownable.__init__()
    erc20.__init__(name, symbol, 18, name, "1")
    # Nobody owns or mints: none of it is exported.
    ownable._transfer_ownership(empty(address))
    VAULT = ICollateralVault(vault)
    POOL = IClearingPool(pool)
    EPOCH = epoch_seconds
    UTILISATION = utilisation_bps


# ---------------------------------------------------------------- requests


@external
def bootstrap(account: address):
    """
    @notice Opens the pool for LPs, once: 1,000 USD of `account` go to the pool, the 1,000 shares stay here for ever.
        Its owner.
    @custom:reverts ONCE, AUTH, and what the vault's `pull` reverts with.
    """
    assert self._progress == 0, "ONCE"
    assert convert(account, uint256) >> 8 == convert(msg.sender, uint256) >> 8, "AUTH"
    self._progress = LIVE
    self._queue = self._pack_queue(0, 0, LEFT)
    erc20._mint(self, BOOTSTRAP)
    extcall VAULT.pull(account, BOOTSTRAP)
    extcall VAULT.push(POOL.address, BOOTSTRAP)


@external
def request_deposit(account: address, assets: uint256):
    """
    @notice Pulls cash from the caller's vault account into the queue. `account` must be the caller: its shares are held
        by that address, and nobody could move those of a sub-account.
    @param assets WAD USD.
    @custom:reverts AUTH, CLOSED, PAUSED, ZERO, WAIT, SETTLE, and what the vault's `pull` reverts with.
    """
    assert account == msg.sender, "AUTH"
    number: uint256 = 0
    settled: uint256 = 0
    batch: uint256 = 0
    number, settled, batch = self._joined()
    assert not staticcall VAULT.is_paused(ICollateralVault.Action.LP_DEPOSIT), "PAUSED"
    assert assets > 0, "ZERO"
    word: uint256 = self._deposits[account]
    held: uint256 = word >> 32
    if held > 0:
        if word & MASK_32 <= settled:
            self._claim_deposit(account, settled)
            held = 0
        else:
            assert word & MASK_32 == number, "WAIT"
    assert number <= settled + 2, "SETTLE"
    self._open(number, settled)
    # All cash of the vault is below 2**103, or `pull` reverts.
    total: uint256 = (batch >> 40 & MASK_104) + assets
    self._batches[number % 2] = batch >> 144 << 144 | total << 40 | batch & MASK_40
    self._deposits[account] = held + assets << 32 | number
    log IPoolShares.DepositRequested(account=account, batch=number, assets=held + assets)
    extcall VAULT.pull(account, assets)


@external
def request_redeem(shares: uint256):
    """
    @notice Locks the caller's shares until they are settled.
    @param shares WAD.
    @custom:reverts CLOSED, ZERO, SHARES, WAIT, SETTLE.
    """
    number: uint256 = 0
    settled: uint256 = 0
    batch: uint256 = 0
    number, settled, batch = self._joined()
    assert shares > 0, "ZERO"
    assert erc20.balanceOf[msg.sender] >= shares, "SHARES"
    word: uint256 = self._redemptions[msg.sender]
    held: uint256 = word >> 32 & MASK_112
    if held > 0:
        if word & MASK_32 <= settled:
            owed: uint256 = 0
            owed, held = self._claim_redemption(msg.sender, settled)
            assert held == 0, "WAIT"
        else:
            assert word & MASK_32 == number, "WAIT"
    assert number <= settled + 2, "SETTLE"
    self._open(number, settled)
    total: uint256 = (batch >> 144) + shares
    assert total <= MASK_112, "SHARES"
    self._batches[number % 2] = total << 144 | batch & (2**144 - 1)
    # held + shares <= total
    self._redemptions[msg.sender] = held + shares << 32 | number
    log IPoolShares.RedeemRequested(holder=msg.sender, batch=number, shares=held + shares)
    erc20._transfer(msg.sender, self, shares)


@external
def claim(holder: address) -> (uint256, uint256):
    """
    @notice Hands over what has been settled: shares to the holder, cash to its vault account. Anyone; nothing to claim
        is no error.
    @return shares (WAD), assets (WAD USD: redemption and refund).
    """
    settled: uint256 = self._progress >> 32 & MASK_32
    shares: uint256 = 0
    refund: uint256 = 0
    shares, refund = self._claim_deposit(holder, settled)
    owed: uint256 = 0
    still: uint256 = 0
    owed, still = self._claim_redemption(holder, settled)
    return shares, refund + owed


# ---------------------------------------------------------------- settlement


@external
def settle():
    """
    @notice Settles the oldest batch whose epoch has ended: deposits at the high NAV, redemptions at the low one as far
        as the pool's cash and its reserve allow; the rest waits for the next batch. Anyone.
    @custom:reverts EMPTY, EARLY, STALE, GAS.
    """
    progress: uint256 = self._progress
    opened: uint256 = progress & MASK_32
    number: uint256 = (progress >> 32 & MASK_32) + 1
    assert number <= opened, "EMPTY"
    batch: uint256 = self._batches[number % 2]
    closes_at: uint256 = batch & MASK_40
    assert block.timestamp >= closes_at, "EARLY"
    liability_low: int256 = 0
    liability_high: int256 = 0
    fees_owed: uint256 = 0
    reserve: uint256 = 0
    liability_low, liability_high, fees_owed, reserve = extcall POOL.mark(closes_at)
    # The top 104 bits of an account's word, signed.
    cash: int256 = convert(convert(staticcall VAULT.account_word(POOL.address), bytes32), int256) >> account_words.CASH
    nav_low: int256 = cash - liability_high - convert(fees_owed, int256)
    nav_high: int256 = cash - liability_low - convert(fees_owed, int256)
    supply: uint256 = erc20.totalSupply

    assets_in: uint256 = batch >> 40 & MASK_104
    minted: uint256 = 0
    if assets_in > 0:
        if nav_high * PRICE_INVERSE_MAX >= convert(supply, int256):
            # supply >= 1,000 shares, so nav_high > 0
            minted = assets_in * supply // convert(nav_high, uint256)
        self._results[number] = minted << 128 | assets_in
        if minted == 0:
            assets_in = 0

    # What may leave: no more than the pool has in cash, no more than keeps reserve <= utilisation * NAV.
    room: int256 = convert(assets_in, int256) + min(
        cash, nav_low - convert((reserve * BPS + UTILISATION - 1) // UTILISATION, int256)
    )
    burned: uint256 = 0
    assets_out: uint256 = 0
    rolled: uint256 = 0
    burned, assets_out, rolled = self._redeem(
        number, batch >> 144, convert(max(room, 0), uint256), convert(max(nav_low, 0), uint256), supply
    )
    # What rolls over must not wait for somebody's request.
    if rolled > 0 and opened == number:
        opened += 1
        self._batches[opened % 2] = self._epoch_end()
    self._progress = LIVE | number << 32 | opened
    if minted > 0:
        erc20._mint(self, minted)
    if burned > 0:
        erc20._burn(self, burned)
    log IPoolShares.Settled(
        batch=number,
        assets_in=assets_in,
        shares_minted=minted,
        shares_burned=burned,
        assets_out=assets_out,
        nav_low=nav_low,
        nav_high=nav_high,
        supply=erc20.totalSupply,
    )
    if assets_in > assets_out:
        extcall VAULT.push(POOL.address, assets_in - assets_out)
    elif assets_out > assets_in:
        extcall VAULT.pull(POOL.address, assets_out - assets_in)


@internal
def _redeem(
    number: uint256, added: uint256, room: uint256, nav: uint256, supply: uint256
) -> (uint256, uint256, uint256):
    """
    @dev Fills the queue of redemptions, pro rata where `room` is short, and moves its indices.
    @param added Shares that the batch adds to the queue.
    @param room What may leave the pool, WAD USD.
    @param nav WAD USD; 0: nothing fills.
    @return shares burned, WAD USD paid for them, shares that roll over.
    """
    word: uint256 = self._queue
    queued: uint256 = (word >> 144) + added
    if queued == 0:
        return 0, 0, 0
    generation: uint256 = word >> 120 & MASK_24
    left: uint256 = word & (2**120 - 1)
    paid: uint256 = self._paid
    if added > 0:
        self._starts[number] = Start(queue=word, paid=paid)

    burned: uint256 = 0
    if nav > 0:
        payout: uint256 = queued * nav // supply
        # The ratio is below 1 in the second case.
        burned = queued if payout <= room else queued * room // payout
    rest: uint256 = queued - burned
    product: uint256 = left * rest
    # A fill that leaves nobody a countable part of the rest waits.
    if burned == 0 or (rest > 0 and product < queued):
        self._queue = self._pack_queue(queued, generation, left)
        return 0, 0, queued

    assets: uint256 = burned * nav // supply
    paid += assets * left // queued
    left = product // queued
    if left < SCALE:
        self._ends[generation] = paid << 1 | (1 if rest > 0 else 0)
        generation += 1
        # product < SCALE * queued
        left = product * SCALE // queued if rest > 0 else LEFT
    self._paid = paid
    self._queue = self._pack_queue(rest, generation, left)
    return burned, assets, rest


@internal
@view
def _joined() -> (uint256, uint256, uint256):
    """
    @dev The batch that a request of now belongs to.
    @return its number, the number of the newest settled batch, its word.
    """
    progress: uint256 = self._progress
    assert progress != 0, "CLOSED"
    opened: uint256 = progress & MASK_32
    settled: uint256 = progress >> 32 & MASK_32
    if opened > settled:
        batch: uint256 = self._batches[opened % 2]
        if block.timestamp < batch & MASK_40:
            return opened, settled, batch
    return opened + 1, settled, self._epoch_end()


@internal
def _open(number: uint256, settled: uint256):
    """
    @dev Writes only where the batch is new.
    """
    progress: uint256 = LIVE | settled << 32 | number
    if self._progress != progress:
        self._progress = progress


# ---------------------------------------------------------------- claims


@internal
def _claim_deposit(account: address, settled: uint256) -> (uint256, uint256):
    """
    @return shares handed over, assets refunded.
    """
    word: uint256 = self._deposits[account]
    if word >> 32 == 0 or word & MASK_32 > settled:
        return 0, 0
    shares: uint256 = 0
    refund: uint256 = 0
    shares, refund = self._minted(word, settled)
    self._deposits[account] = word & MASK_32
    log IPoolShares.DepositClaimed(account=account, batch=word & MASK_32, shares=shares, refund=refund)
    if shares > 0:
        erc20._transfer(self, account, shares)
    if refund > 0:
        extcall VAULT.push(account, refund)
    return shares, refund


@internal
def _claim_redemption(holder: address, settled: uint256) -> (uint256, uint256):
    """
    @return assets handed over, shares of the request that are still queued.
    """
    word: uint256 = self._redemptions[holder]
    owed: uint256 = 0
    still: uint256 = 0
    owed, still = self._owed(word, settled)
    held: uint256 = word >> 32 & MASK_112
    if owed > 0 or (held > 0 and still == 0):
        # What is claimed of a request is at most what was settled, so it fits.
        self._redemptions[holder] = word & MASK_32 if still == 0 else word + (owed << 144)
        log IPoolShares.RedeemClaimed(holder=holder, shares=still, assets=owed)
        if owed > 0:
            extcall VAULT.push(holder, owed)
    return owed, still


@internal
@view
def _minted(word: uint256, settled: uint256) -> (uint256, uint256):
    """
    @param word A deposit request.
    @return shares, refund of it.
    """
    assets: uint256 = word >> 32
    if assets == 0 or word & MASK_32 > settled:
        return 0, 0
    result: uint256 = self._results[word & MASK_32]
    if result >> 128 == 0:
        return 0, assets
    return assets * (result >> 128) // (result & (2**128 - 1)), 0


@internal
@view
def _owed(word: uint256, settled: uint256) -> (uint256, uint256):
    """
    @dev What a share of the queue was paid since the request is the growth of `paid`, what is left of it the fall of
        `left`. A generation that goes on in the next one does so at SCALE times; after two such turns less than 1e-18
        would be left.
    @param word A redemption request.
    @return WAD USD that can be claimed now, shares still queued.
    """
    held: uint256 = word >> 32 & MASK_112
    if held == 0 or word & MASK_32 > settled:
        return 0, held
    start: Start = self._starts[word & MASK_32]
    queue: uint256 = self._queue
    generation: uint256 = start.queue >> 120 & MASK_24
    present: uint256 = queue >> 120 & MASK_24
    left: uint256 = start.queue & (2**120 - 1)
    if generation == present:
        return (
            held * (self._paid - start.paid) // left - (word >> 144),
            held * (queue & (2**120 - 1)) // left,
        )
    end: uint256 = self._ends[generation]
    total: uint256 = held * ((end >> 1) - start.paid) // left
    still: uint256 = 0
    if end & 1 == 1:
        paid: uint256 = 0
        if generation + 1 == present:
            paid = self._paid
            still = held * (queue & (2**120 - 1)) // (left * SCALE)
        else:
            paid = self._ends[generation + 1] >> 1
        total += held * (paid - (end >> 1)) // (left * SCALE)
    return total - (word >> 144), still


# ---------------------------------------------------------------- views


@external
@view
def batches() -> (uint256, uint256, uint256, uint256, uint256, uint256):
    """
    @return newest settled batch, newest batch, end of the oldest unsettled one (0 if none), its assets, its new shares,
        shares that rolled over into it.
    """
    progress: uint256 = self._progress
    opened: uint256 = progress & MASK_32
    settled: uint256 = progress >> 32 & MASK_32
    if opened == settled:
        return settled, opened, 0, 0, 0, self._queue >> 144
    batch: uint256 = self._batches[(settled + 1) % 2]
    return settled, opened, batch & MASK_40, batch >> 40 & MASK_104, batch >> 144, self._queue >> 144


@external
@view
def requests(holder: address) -> (uint256, uint256, uint256, uint256):
    """
    @return batch and assets of the deposit request, batch and shares (as requested) of the redemption; amounts are 0
        where there is none.
    """
    deposit: uint256 = self._deposits[holder]
    redemption: uint256 = self._redemptions[holder]
    return deposit & MASK_32, deposit >> 32, redemption & MASK_32, redemption >> 32 & MASK_112


@external
@view
def claimable(holder: address) -> (uint256, uint256, uint256, uint256):
    """
    @return shares minted, assets refunded, assets of the redemption, shares still queued.
    """
    settled: uint256 = self._progress >> 32 & MASK_32
    shares: uint256 = 0
    refund: uint256 = 0
    owed: uint256 = 0
    still: uint256 = 0
    shares, refund = self._minted(self._deposits[holder], settled)
    owed, still = self._owed(self._redemptions[holder], settled)
    return shares, refund, owed, still


@internal
@view
def _epoch_end() -> uint256:
    return (block.timestamp // EPOCH + 1) * EPOCH


@internal
@pure
def _pack_queue(rolled: uint256, generation: uint256, left: uint256) -> uint256:
    """
    @dev rolled <= MASK_112 as the supply is, generation <= MASK_24 for 16 million full fills, left <= LEFT < 2**120.
    """
    return rolled << 144 | generation << 120 | left
