# pragma version 0.4.3
# pragma nonreentrancy on
"""
@title The pools that the vault knows, and what the guardian has paused
@notice Registered once and for ever; what is said of a pool is one word, low bits first:
        pool 160 | markets 32 | gain_weight 16 (bps) | credit 40 (USD) | flags 8 (bit 0: openings are paused)
"""

from contracts.modules import ledger
from contracts.modules import roles
from interfaces import ICollateralVault

uses: roles
uses: ledger

WAD: constant(uint256) = 10**18
BPS: constant(uint256) = 10_000
MAX_POOLS: constant(uint256) = 4
MAX_MARKETS: constant(uint256) = 32
OPEN_PAUSED: constant(uint256) = 1 << 248

_pools: uint256[MAX_POOLS]


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
    @return A pool as stored; layout at the top of this module.
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
