"""Calls run downwards only: the external calls of the deployed contracts, read from the compiler's tree."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vyper import ast
from vyper.compiler import CompilerData
from vyper.compiler.input_bundle import FilesystemInputBundle

from novation.chain.compiler import ROOT, sources

# From the top to the bottom; a contract may call only what stands below it. IERC20 is the token, `sender` who is given
# ether back.
HEIGHT = {
    "Lens": 4,
    "OrderModule": 4,
    "LiquidationModule": 4,
    "PoolShares": 4,
    "CollateralVault": 3,
    "ClearingPool": 2,
    "OracleAdapter": 1,
    "IERC20": 0,
    "PriceSource": 0,
    "SequencerUptime": 0,
    "sender": 0,
}
CALLS = {
    "OrderModule": {
        "CollateralVault": {"account_word", "may", "push", "release", "reserve", "raw_call"},  # raw_call: trade
        "OracleAdapter": {"fee", "outdated_since", "read", "update"},
        "sender": {"raw_call"},
    },
    "LiquidationModule": {
        "CollateralVault": {"account_word", "liquidate", "raw_call"},  # raw_call: liquidate, of many
        "OracleAdapter": {"fee", "outdated_since", "update"},
        "sender": {"raw_call"},
    },
    "PoolShares": {
        "CollateralVault": {"account_word", "is_paused", "pull", "push"},
        "ClearingPool": {"mark"},
    },
    "CollateralVault": {
        "ClearingPool": {"collect", "fill", "liquidate", "realise", "risk", "risk_with"},
        "IERC20": {"balanceOf", "decimals", "transfer", "transferFrom"},
    },
    "ClearingPool": {"OracleAdapter": {"bounds", "observe", "observe_at", "read"}},
    "OracleAdapter": {
        "PriceSource": {"fee", "following", "latest", "observation", "prove"},
        "SequencerUptime": {"is_up"},
    },
    "Lens": {
        "CollateralVault": {"account_word", "account_words", "debts", "pool_word", "shares_of"},
        "ClearingPool": {
            "MIN_NOTIONAL",
            "ORACLE",
            "PROTOCOL_SHARE",
            "UTILISATION",
            "book_word",
            "market_words",
            "position_word",
            "position_words",
            "risk",
        },
        "OracleAdapter": {"bounds", "read"},
    },
}
LOW_LEVEL = ("raw_call", "send", "raw_create", "create_copy_of", "create_from_blueprint", "create_minimal_proxy_to")
RAW_TARGETS = {"VAULT.address": "CollateralVault", "msg.sender": "sender"}
# Every source calls its own network alone; with which gas and bounds is in tests/bytecode/test_sites.py.
SOURCES: dict[str, set[str]] = {
    "ChainlinkSource": {"feed"},
    "DataStreamsSource": {"PROXY", "manager", "target"},
    "MedianSource": {"source"},
    "PythSource": {"WORMHOLE"},
    "RedStoneSource": set(),
    "SequencerUptime": {"feed"},
    "TwapSource": {"POOL"},
}
TWAP_DEPLOYMENT = {("UniswapPool", "token0"), ("UniswapPool", "token1"), ("Token", "decimals")}
INTERFACES = {"Pool": "ClearingPool", "IERC20": "IERC20", "IERC20Detailed": "IERC20"}


def modules(name: str) -> list[ast.Module]:
    """The contract and every module it is made of, annotated."""
    bundle = FilesystemInputBundle([Path(sysconfig.get_path("purelib")), ROOT])
    data = CompilerData(bundle.load_file(sources()[name]), input_bundle=bundle)
    found: list[ast.Module] = []
    waiting = [data.annotated_vyper_module]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.append(module)
            waiting += [info.module_t._module for info in module._metadata["type"].imported_modules.values()]
    return found


def typed_calls(name: str) -> Iterator[tuple[str, str]]:
    """Interface and function of each call through an interface."""
    for module in modules(name):
        for node in module.get_descendants((ast.ExtCall, ast.StaticCall)):
            function = node.value.func
            yield Path(str(function.value._metadata["type"])).stem, function.attr


def raw_calls(name: str) -> Iterator[Any]:
    """The low-level ones."""
    for module in modules(name):
        for node in module.get_descendants(ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in LOW_LEVEL:
                yield node


def calls(name: str) -> dict[str, set[str]]:
    """What the contract calls: contract -> functions."""
    found: dict[str, set[str]] = {}
    for interface, function in typed_calls(name):
        found.setdefault(INTERFACES.get(interface, interface.removeprefix("I")), set()).add(function)
    for node in raw_calls(name):
        found.setdefault(RAW_TARGETS[node.args[0].node_source_code], set()).add(node.func.id)
    return found


def of_folder(folder: str) -> list[str]:
    """The contracts of a folder."""
    return [name for name, path in sources().items() if path.parent.name == folder]


@pytest.mark.parametrize("name", of_folder("contracts"))
def test_no_contract_calls_what_is_above_it(name: str) -> None:
    found = calls(name)
    assert all(HEIGHT[target] < HEIGHT[name] for target in found)
    assert found == CALLS[name]


@pytest.mark.parametrize("name", of_folder("sources"))
def test_sources_call_their_network_alone(name: str) -> None:
    assert set(typed_calls(name)) == (TWAP_DEPLOYMENT if name == "TwapSource" else set())
    assert {node.args[0].node_source_code for node in raw_calls(name)} == SOURCES[name]
