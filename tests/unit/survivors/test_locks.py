"""Every external of ours is shut while another is running, but for the oracle's prices: each contract is called through
a stand-in whose lock is taken."""

from __future__ import annotations

import pytest

from novation.chain.abi import Function
from novation.chain.compiler import compile_all
from novation.chain.protocol import Contract
from tests.support.system import House

LOCK = 0  # the transient slot of Vyper's lock in every contract of ours
# Without a lock: immutables, which never change; the oracle's prices, as all that they call is static; and the ERC-20
# functions of the library, which call nothing.
OPEN = {
    "vault": "INSURANCE_SHARE LIQUIDATION_MODULE ORDER_MODULE TOKEN TREASURY",
    "pool": "BUFFER MIN_NOTIONAL MIN_PENALTY ORACLE PROTOCOL_SHARE UTILISATION VAULT",
    "oracle": "UPTIME observe observe_at read",
    "orders": "DELAY FEE_MAX FEE_MIN GRACE ORACLE VAULT WINDOW",
    "shares": "DOMAIN_SEPARATOR EPOCH POOL UTILISATION VAULT allowance approve balanceOf decimals eip712Domain name "
    "nonces permit symbol totalSupply transfer transferFrom",
    "liquidation": "MINIMUM_REWARD ORACLE RAMP SHARE_CEILING SHARE_FLOOR VAULT",
    "lens": "VAULT",
}


def stand_in(house: House, contract: Contract, locked: bool) -> Contract:
    """A contract that runs another's code on its own storage, with the lock taken or not."""
    code = bytes([0x60, 1 if locked else 0, 0x60, LOCK, 0x5D])  # TSTORE
    code += bytes.fromhex("365f5f375f5f365f73") + bytes.fromhex(contract.address[2:]) + bytes.fromhex("5af4")
    code += bytes.fromhex("3d5f5f3e")  # what came back
    code += bytes([0x60, len(code) + 6, 0x57, 0x3D, 0x5F, 0xFD, 0x5B, 0x3D, 0x5F, 0xF3])
    creation = bytes([0x60, len(code), 0x80, 0x60, 0x09, 0x5F, 0x39, 0x5F, 0xF3]) + code
    return house.chain.deploy((contract.name, [], creation), sender=house.owner)


@pytest.mark.parametrize("name", OPEN)
def test_nothing_is_open_while_a_function_runs(system: House, name: str) -> None:
    """What is shut reverts without a code, where it would have gone on without the lock."""
    contract = getattr(system, name)
    shut, free = (stand_in(system, contract, locked) for locked in (True, False))
    found = set()
    for entry in compile_all([contract.name])[contract.name].abi:
        if entry["type"] == "function":
            data = Function(entry).selector + bytes(32 * 40)  # zeros are an argument of any type
            a, b = (system.chain.raw_transact(each.address, data, system.outsider) for each in (shut, free))
            if a.ok or a.output or a.gas == b.gas:
                found.add(entry["name"])
    assert found == set(OPEN[name].split())
