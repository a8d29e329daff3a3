"""A contract that answers with what it is told: for what the contracts of ours would never say."""

from __future__ import annotations

from eth_utils.crypto import keccak

from novation.chain.protocol import Chain, Contract, Receipt
from novation.chain.revm import RevmChain


def answering(chain: RevmChain, answers: dict[str, list[int]]) -> Contract:
    """A contract that answers each of these functions with words, at an address with its highest bit set."""
    found = [
        (keccak(text=signature)[:4], b"".join(word.to_bytes(32, "big") for word in words))
        for signature, words in answers.items()
    ]
    code = bytes.fromhex("5f3560e01c")
    at = len(code) + 11 * len(found) + 3  # of the first body
    data = at + 15 * len(found)
    bodies, tail = b"", b""
    for selector, answer in found:
        code += b"\x80\x63" + selector + b"\x14\x61" + at.to_bytes(2, "big") + b"\x57"
        size, place = len(answer).to_bytes(2, "big"), (data + len(tail)).to_bytes(2, "big")
        body = b"\x5b\x61" + size + b"\x61" + place + b"\x5f\x39\x61" + size + b"\x5f\xf3\x00"
        bodies, tail, at = bodies + body, tail + answer, at + len(body)
    code += b"\x5f\x5f\xfd" + bodies + tail
    creation = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600a5f395ff3") + code
    while True:
        contract = chain.deploy(("Answers", [], creation), sender=chain.account(0))
        if int(contract.address, 16) >> 159:
            return contract


def passing(chain: Chain, back: tuple[str, bytes] | None = None) -> Contract:
    """A contract that passes a call on with its ether: calldata is a word with the target, then what it is called with.

    @param back Target and calldata of what it calls when it is sent ether alone: then the word 0 of its storage is 1
        where that failed, 2 where it did not. None: it refuses ether.
    """
    data = back[1] if back else b""
    size = len(data).to_bytes(2, "big")
    # CALLDATACOPY, CALL, RETURNDATACOPY
    pass_on = bytes.fromhex("365f5f37" + "5f5f60203603602034" + "5f355af1" + "3d5f5f3e")
    done = 5 + len(pass_on) + 6
    lone = done + 4
    code = bytes([0x36, 0x15, 0x60, lone, 0x57]) + pass_on + bytes([0x60, done, 0x57]) + bytes.fromhex("3d5ffd")
    code += bytes.fromhex("5b3d5ff3") + b"\x5b"
    if back:
        call = b"\x5f\x5f\x61" + size + b"\x5f\x5f\x73" + bytes.fromhex(back[0][2:]) + b"\x5a\xf1"
        tail = call + bytes.fromhex("6001015f5500")
        at = (len(code) + 8 + len(tail)).to_bytes(2, "big")
        code += b"\x61" + size + b"\x61" + at + b"\x5f\x39" + tail
    else:
        code += bytes.fromhex("5f5ffd")
    code += data
    creation = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600a5f395ff3") + code
    return chain.deploy(("Passing", [], creation), sender=chain.account(0))


def passed(chain: Chain, through: Contract, target: Contract, data: bytes, value: int) -> Receipt:
    """Calls a contract through such a one, with ether of its sender; may revert."""
    payload = bytes(12) + bytes.fromhex(target.address[2:]) + data
    return chain.raw_transact(through.address, payload, sender=chain.account(0), value=value)
