"""Where the gas of one transaction goes: a trace of anvil's, summed by contract and kind."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.system import House

CALLS = ("CALL", "STATICCALL", "DELEGATECALL")
KINDS = ("storage", "logs", "calls", "computation")


def anatomy(house: House, transaction: str) -> dict[str, dict[str, int]]:
    """@return gas by contract and kind; "transaction" holds the base cost, calldata and refunds."""
    import ape

    names = {contract.address.lower(): contract.name for contract in house.system.contracts}
    request = ape.networks.active_provider.web3.provider.make_request
    steps = request("debug_traceTransaction", [transaction, {}])["result"]["structLogs"]
    receipt = request("eth_getTransactionReceipt", [transaction])["result"]
    frames = [names[receipt["to"].lower()]]
    spent: Counter[tuple[str, str]] = Counter()
    total = 0
    for number, step in enumerate(steps):
        depth = step["depth"] - steps[0]["depth"] + 1
        del frames[depth:]
        following = steps[number + 1] if number + 1 < len(steps) else None
        cost, kind = _cost(step, following)
        spent[frames[-1], kind] += cost
        total += cost
        if step["op"] in CALLS and following is not None and following["depth"] > step["depth"]:
            address = "0x" + step["stack"][-2][2:].rjust(40, "0")[-40:]
            frames.append(names[address.lower()])
    table: dict[str, dict[str, int]] = {}
    for (name, kind), gas in spent.items():
        table.setdefault(name, dict.fromkeys(KINDS, 0))[kind] += gas
    table["transaction"] = {"computation": int(receipt["gasUsed"], 16) - total}
    return table


def _cost(step: dict[str, Any], following: dict[str, Any] | None) -> tuple[int, str]:
    """A step's own gas, without what it passes on, and its kind."""
    operation = step["op"]
    if operation in CALLS and following is not None and following["depth"] > step["depth"]:
        # The trace counts what the callee starts with to the call.
        return step["gasCost"] - following["gas"], "calls"
    if operation in ("SLOAD", "SSTORE"):
        return step["gasCost"], "storage"
    if operation.startswith("LOG"):
        return step["gasCost"], "logs"
    return step["gasCost"], "computation"
