"""Access control as properties of the bytecode, for halmos: for every state of the storage, every sender and all
arguments, a call by who is not in the function's role is refused.

`python -m novation.bytecode.symbolic FOLDER` writes a project; halmos is no dependency of ours, so it is run from an
environment of its own (it asks for `forge build`, for which the project has an empty stand-in):

    PATH=FOLDER/bin:$PATH halmos --root FOLDER --storage-layout generic --match-contract Access
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from novation.bytecode.access import guarded
from novation.bytecode.trees import shipped
from novation.chain.abi import codec
from novation.chain.compiler import EVM_VERSION, Artifact, compile_all

# Constructor arguments, and who may pass as each role. `self` stands for the token: it has decimals.
ARGUMENTS = {
    "OracleAdapter": "A, B, empty(address)",
    "ClearingPool": "A, B, USD, CENTS, BPS, BPS, BPS, HOUR, A, B",
    "CollateralVault": "self, A, B, C, BPS, A, B",
}
PASSES = {
    "owner": "sender == self._address(method_id('owner()'))",
    "guardian": "sender == self._address(method_id('guardian()')) or sender == self._address(method_id('owner()'))",
    "candidate": "sender == self._address(method_id('pending_owner()'))",
    "CollateralVault": "sender == A",
    "OrderModule": "sender == B",
    "LiquidationModule": "sender == C",
    "module": "self._is_module(sender)",
}
NOBODY = "sender == empty(address)"
HEAD = """
VM: constant(address) = 0x7109709ECfa91a80626fF3989D68f67F5b1DD12D
SVM: constant(address) = 0xF3993A62377BCd56AE39D773740A5390411E8BC9
A: constant(address) = 0x0000000000000000000000000000000000001000
B: constant(address) = 0x0000000000000000000000000000000000002000
C: constant(address) = 0x0000000000000000000000000000000000003000
USD: constant(uint256) = 10**18
CENTS: constant(uint256) = 10**17
BPS: constant(uint256) = 100
HOUR: constant(uint256) = 3600
target: address


@external
def setUp():
    self.target = raw_create(x"{code}", {arguments})
    # Every slot has any value: all states, those that cannot be reached too.
    raw_call(SVM, abi_encode(self.target, method_id=method_id("enableSymbolicStorage(address)")))


@external
@view
def decimals() -> uint8:
    return 18


@internal
@view
def _address(what: Bytes[4]) -> address:
    return abi_decode(raw_call(self.target, what, max_outsize=32, is_static_call=True), address)


@internal
@view
def _is_module(sender: address) -> bool:
    data: Bytes[36] = abi_encode(sender, method_id=method_id("is_module(address)"))
    return abi_decode(raw_call(self.target, data, max_outsize=32, is_static_call=True), bool)


@internal
def _refused(sender: address, data: Bytes[1028]):
    raw_call(VM, abi_encode(sender, method_id=method_id("prank(address)")))
    if raw_call(self.target, data, revert_on_failure=False):
        raw_revert(abi_encode(convert(1, uint256), method_id=method_id("Panic(uint256)")))
"""
CHECK = """

@external
def check_{name}(sender: address{parameter}):
    if {passes}:
        return
    self._refused(sender, concat({selector}{words}))
"""


def harness(name: str, nobody: bool = False) -> tuple[str, list[str]]:
    """A Vyper contract with a property for every function of a contract that one role may call, and their names.

    With `nobody` the properties are false on purpose: that even who is in the role is refused.
    """
    artifact = compile_all([name])[name]
    entries = {entry["name"]: entry for entry in artifact.abi if entry["type"] == "function"}
    text = HEAD.format(code=artifact.bytecode.hex(), arguments=ARGUMENTS[name])
    checks = []
    for function, roles in guarded(shipped(name)).items():
        # The owner passes wherever the guardian does.
        role = "guardian" if "guardian" in roles else min(roles)
        if role in PASSES:
            text += _check(function, NOBODY if nobody else PASSES[role], artifact, entries[function])
            checks.append(f"check_{function}")
    return text, checks


def _check(function: str, passes: str, artifact: Artifact, entry: Mapping[str, Any]) -> str:
    """One property; all words of the arguments' head are symbolic."""
    count = codec(entry["inputs"]).size // 32 if entry["inputs"] else 0
    signature = next(found for found in artifact.method_ids if found.split("(")[0] == function)
    return CHECK.format(
        name=function,
        parameter=f", words: uint256[{count}]" if count else "",
        passes=passes,
        selector=f"method_id('{signature}')",
        words=", abi_encode(words)" if count else ", b''",
    )


def write(folder: Path, title: str, text: str) -> None:
    """The project's artifact of a harness, in the form in which forge leaves it."""
    from vyper.compiler import compile_code
    from vyper.compiler.settings import Settings
    from vyper.warnings import ContractSizeLimit

    warnings.simplefilter("ignore", ContractSizeLimit)  # a harness holds a whole contract; nobody deploys it
    formats = ["abi", "bytecode", "bytecode_runtime", "method_identifiers"]
    made = compile_code(text, output_formats=formats, settings=Settings(evm_version=EVM_VERSION))
    node = {"nodeType": "ContractDefinition", "name": title, "contractKind": "contract", "abstract": False, "id": 2}
    content = {
        "abi": made["abi"],
        "bytecode": {"object": made["bytecode"], "sourceMap": "", "linkReferences": {}},
        "deployedBytecode": {"object": made["bytecode_runtime"], "sourceMap": "", "linkReferences": {}},
        "methodIdentifiers": {key: value[2:].zfill(8) for key, value in made["method_identifiers"].items()},
        "metadata": {"compiler": {"version": "0.8.30"}},
        "ast": {
            "nodeType": "SourceUnit", "absolutePath": f"src/{title}.sol", "id": 1, "src": "0:1:0",
            "nodes": [node | {"nodes": [], "src": "0:1:0"}],
        },
        "id": 0,
    }  # fmt: skip
    path = folder / "out" / f"{title}.sol" / f"{title}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(prog="python -m novation.bytecode.symbolic", description="A project for halmos.")
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args(arguments).folder
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    stand_in = folder / "bin" / "forge"
    stand_in.write_text("#!/bin/sh\nexit 0\n")
    stand_in.chmod(0o755)
    (folder / "foundry.toml").write_text("[profile.default]\n")
    for name in ARGUMENTS:
        text, checks = harness(name)
        write(folder, f"{name}Access", text)
        write(folder, f"{name}Nobody", harness(name, nobody=True)[0])
        print(f"{name}: {len(checks)} properties, and as many false ones in {name}Nobody, which should fail")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
