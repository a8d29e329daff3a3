"""The ERC-20 side: snekmate's functions, and nothing that mints, burns or owns."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from novation.chain.abi import checksum
from tests.support.lp import WAD, Rig

HELD = 100 * WAD


@pytest.fixture
def rig(rig: Rig) -> Rig:
    rig.provide(rig.lp, HELD)
    return rig


def test_transfers(rig: Rig) -> None:
    receipt = rig.shares.transact("transfer", rig.other_lp, 30, sender=rig.lp)
    assert receipt.one("Transfer").args == {"sender": rig.lp, "receiver": rig.other_lp, "value": 30}
    assert (rig.balance(rig.lp), rig.balance(rig.other_lp)) == (HELD - 30, 30)
    assert rig.refusal("transfer", rig.lp, 31, sender=rig.other_lp) == "erc20: transfer amount exceeds balance"


def test_transfers_by_allowance(rig: Rig) -> None:
    rig.shares.transact("approve", rig.anyone, 50, sender=rig.lp)
    rig.shares.transact("transferFrom", rig.lp, rig.anyone, 20, sender=rig.anyone)
    assert rig.shares.call("allowance", rig.lp, rig.anyone) == 30
    assert rig.refusal("transferFrom", rig.lp, rig.anyone, 31, sender=rig.anyone) == "erc20: insufficient allowance"


def test_permits(rig: Rig) -> None:
    key = PrivateKey(bytes(31) + b"\7")
    owner = checksum(key.public_key.to_canonical_address())
    kind = keccak(text="Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
    deadline = rig.chain.now
    words = encode(
        ["bytes32", "address", "address", "uint256", "uint256", "uint256"], [kind, owner, rig.anyone, 9, 0, deadline]
    )
    digest = keccak(b"\x19\x01" + rig.shares.call("DOMAIN_SEPARATOR") + keccak(words))
    signature = key.sign_msg_hash(digest)
    r, s = (part.to_bytes(32, "big") for part in (signature.r, signature.s))
    arguments = (owner, rig.anyone, 9, deadline, signature.v + 27, r, s)
    assert rig.refusal("permit", *arguments, sender=rig.attacker) is None
    assert rig.shares.call("allowance", owner, rig.anyone) == 9
    assert rig.shares.call("nonces", owner) == 1
    assert rig.refusal("permit", *arguments, sender=rig.attacker) == "erc20: invalid signature"


def test_metadata(rig: Rig) -> None:
    assert rig.shares.call("name") == "Pool Share"
    assert rig.shares.call("symbol") == "SHARE"
    assert rig.shares.call("decimals") == 18
    assert rig.shares.call("eip712Domain")[1:5] == ("Pool Share", "1", rig.chain.chain_id, rig.shares.address)


def test_nobody_mints_burns_or_owns(rig: Rig) -> None:
    names = {function.name for function in rig.shares.interface.functions.values()}
    assert not names & {"mint", "burn", "burn_from", "set_minter", "owner", "transfer_ownership", "renounce_ownership"}


def test_shares_in_the_queue_do_not_move(rig: Rig) -> None:
    rig.redeem(rig.lp, HELD)
    assert rig.refusal("transfer", rig.attacker, 1, sender=rig.lp) == "erc20: transfer amount exceeds balance"
