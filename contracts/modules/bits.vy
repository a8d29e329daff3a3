# pragma version 0.4.3
"""
@title Fields of packed words
"""


@internal
@pure
def _signed(x: uint256) -> int256:
    """
    @dev The same bits.
    """
    return convert(convert(x, bytes32), int256)


@internal
@pure
def _unsigned(x: int256) -> uint256:
    """
    @dev The same bits.
    """
    return convert(convert(x, bytes32), uint256)


@internal
@pure
def _field(x: int256, at: uint256, mask: uint256) -> uint256:
    """
    @dev The bits of a field that `x` must fit: unsigned for a mask over a non-negative x.
    """
    assert x >= 0 and x <= convert(mask, int256), "RANGE"
    return convert(x, uint256) << at


@internal
@pure
def _signed_field(x: int256, at: uint256, bits: uint256) -> uint256:
    """
    @dev As `_field` for two's complement in `bits` bits.
    """
    top: int256 = x >> (bits - 1)
    assert top == 0 or top == -1, "RANGE"
    return (self._unsigned(x) & ((1 << bits) - 1)) << at
