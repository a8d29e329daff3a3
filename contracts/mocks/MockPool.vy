# pragma version 0.4.3
# pragma nonreentrancy off
"""
@title A pool whose books are what a test says
@license AGPL-3.0-only
@dev It answers what PoolShares and the vault ask of a pool without traders.
"""

from interfaces import IClearingPool

# WAD USD: liability at the cheaper and at the dearer side.
low: int256
high: int256
owed: uint256
reserve: uint256
failure: String[8]
since: public(uint256)      # of the last `mark`
marks: public(uint256)


@external
def set_books(low: int256, high: int256, owed: uint256, reserve: uint256):
    self.low = low
    self.high = high
    self.owed = owed
    self.reserve = reserve


@external
def set_failure(code: String[8]):
    """
    @param code What `mark` reverts with; empty: it does not.
    """
    self.failure = code


@external
def mark(since: uint256) -> (int256, int256, uint256, uint256):
    assert self.failure == "", self.failure
    self.since = since
    self.marks += 1
    return self.low, self.high, self.owed, self.reserve


@external
@view
def risk(account: address, account_markets: uint256) -> IClearingPool.Risk:
    return empty(IClearingPool.Risk)
