# pragma version 0.4.3
"""
@title How late an order may fill at its own price alone
@dev One rule with two halves: filled later than this, the adapter asks for a newest price beside the order's own, and the
    pool takes the worse of the two for the trader. Neither guards without the other.
"""

# Seconds after T, the order's time.
LATE: constant(uint256) = 30
