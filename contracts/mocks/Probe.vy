# pragma version 0.4.3
# pragma nonreentrancy on
# pragma optimize gas
"""
@title Probe
@license AGPL-3.0-only
@notice A toy for the tests of `novation.chain`: storage, events, structs, revert codes, time.
"""

struct Reading:
    at: uint256
    amount: int128
    writer: address

event Written:
    writer: indexed(address)
    amount: int128
    at: uint256

event Noted:
    key: indexed(uint256)
    note: String[64]

OWNER: public(immutable(address))
SCALE: public(immutable(uint256))

reading: public(Reading)
written: public(HashMap[address, uint256])


@deploy
@payable
def __init__(scale: uint256):
    OWNER = msg.sender
    SCALE = scale


@external
def write(amount: int128):
    """
    @param amount Above zero; below -10 a multiplication overflows on purpose.
    @dev Reverts: NEGATIVE for -10 <= amount < 0, ZERO for 0, no code below -10.
    """
    if amount < -10:
        assert max_value(uint256) * SCALE == 0
    assert amount >= 0, "NEGATIVE"
    assert amount != 0, "ZERO"
    self.reading = Reading(at=block.timestamp, amount=amount, writer=msg.sender)
    self.written[msg.sender] += 1
    log Written(writer=msg.sender, amount=amount, at=block.timestamp)


@external
def note(keys: DynArray[uint256, 8], text: String[64]):
    """
    @dev Logs `text` under every key. Reverts: EMPTY.
    """
    assert len(keys) > 0, "EMPTY"
    for key: uint256 in keys:
        log Noted(key=key, note=text)


@external
def own():
    """
    @dev Does nothing for the deployer. Reverts: OWNER.
    """
    assert msg.sender == OWNER, "OWNER"


@external
def refuse():
    """
    @dev Hits an invalid opcode.
    """
    raise UNREACHABLE


@external
@payable
def pay() -> uint256:
    """
    @return The contract's ether.
    """
    return self.balance


@external
@view
def clock() -> (uint256, uint256):
    """
    @return Time and chain id.
    """
    return block.timestamp, chain.id


@external
@view
def sums(values: DynArray[int256, 8], pair: int256[2]) -> (DynArray[int256, 8], Reading[2]):
    """
    @return `values`, each times the scale plus the pair's sum, and the reading twice.
    """
    result: DynArray[int256, 8] = []
    for amount: int256 in values:
        result.append(amount * convert(SCALE, int256) + pair[0] + pair[1])
    return result, [self.reading, self.reading]


@external
@view
def check(amount: int256) -> uint256:
    """
    @dev A view that may revert: NEGATIVE.
    """
    assert amount >= 0, "NEGATIVE"
    return convert(amount, uint256)
