# pragma version 0.4.3
# pragma nonreentrancy off
"""
@title A contract that acts as anybody does, several times in one transaction, and again when it is called back
@license AGPL-3.0-only
@dev For tests only: everything is open to everybody. It owns the vault accounts of its address, holds tokens and LP
    shares, keeps and liquidates.
"""

MANY: constant(uint256) = 8
DATA_BYTES: constant(uint256) = 4096
OUTPUT_BYTES: constant(uint256) = 512


struct Call:
    target: address
    data: Bytes[DATA_BYTES]
    may_fail: bool


# After each call of a list: what is logged before it is that call's.
event Done:
    number: uint256


# What it calls when it is called back, whether or not they succeed.
_plan: DynArray[Call, MANY]
called_back: public(uint256)    # times
succeeded: public(uint256)      # bits of the plan's calls that succeeded, the last time
_is_refusing: bool


@external
@payable
@raw_return
def act(target: address, data: Bytes[DATA_BYTES]) -> Bytes[OUTPUT_BYTES]:
    """
    @notice One call with the ether of this one; it reverts with its data.
    @return Its return data.
    """
    return raw_call(target, data, max_outsize=OUTPUT_BYTES, value=msg.value)


@external
def run(calls: DynArray[Call, MANY]) -> (uint256, DynArray[Bytes[OUTPUT_BYTES], MANY]):
    """
    @notice Calls one after another: all or nothing, but for those that may fail.
    @return bits of those that succeeded, what each returned or reverted with.
    """
    done: uint256 = 0
    outputs: DynArray[Bytes[OUTPUT_BYTES], MANY] = []
    for i: uint256 in range(len(calls), bound=MANY):
        success: bool = False
        output: Bytes[OUTPUT_BYTES] = b""
        success, output = raw_call(
            calls[i].target, calls[i].data, max_outsize=OUTPUT_BYTES, revert_on_failure=False
        )
        if success:
            done |= 1 << i
        elif not calls[i].may_fail:
            raw_revert(output)
        outputs.append(output)
        log Done(number=i)
    return done, outputs


@external
def plan(calls: DynArray[Call, MANY]):
    """
    @notice What it will do when it is called back.
    """
    self._plan = calls
    self.called_back = 0
    self.succeeded = 0


@external
def refuse(is_refusing: bool):
    """
    @notice Whether it takes no ether and no call back.
    """
    self._is_refusing = is_refusing


@external
@payable
def __default__():
    """
    @dev The callback.
    """
    assert not self._is_refusing
    done: uint256 = 0
    for i: uint256 in range(len(self._plan), bound=MANY):
        success: bool = raw_call(self._plan[i].target, self._plan[i].data, revert_on_failure=False)
        if success:
            done |= 1 << i
    self.called_back += 1
    self.succeeded = done
