# pragma version 0.4.3
"""
@title The packed word of an account
@notice One place that knows the bits. Low bits first:
    flags 8 (bit 0 PENDING) | collaterals 8 | markets 32 | flagged_at 40 | debt_index 64 | cash int104
"""

PENDING: constant(uint256) = 1
MARKETS: constant(uint256) = 16
FLAGGED_AT: constant(uint256) = 48
CASH: constant(uint256) = 152
MARKETS_MASK: constant(uint256) = (2**32 - 1) << 16
FLAGGED_MASK: constant(uint256) = (2**40 - 1) << 48
# Seconds after which a flag can be set anew; whoever waits for a flag waits no longer.
FLAG_LIFE: constant(uint256) = 1800
