"""A contract that answers with what it is told: for what the contracts of ours would never say."""

from __future__ import annotations

from eth_utils.crypto import keccak

from novation.chain.protocol import Contract
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
