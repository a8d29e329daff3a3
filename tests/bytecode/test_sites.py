"""Unchecked arithmetic with its arguments, low-level calls with their bounds, loops, revert codes, the linter."""

from __future__ import annotations

import json

import pytest

from novation.bytecode import codes, linter
from novation.bytecode.builds import all_deployed, deployed, price_sources
from novation.bytecode.linter import ACCEPTED, Finding, LinterFailed, findings, linted, unexplained
from novation.bytecode.sites import Call, external_calls, loops, unchecked
from novation.bytecode.snapshot import FOLDER
from novation.bytecode.trees import Tree, shipped
from novation.chain.compiler import ROOT

ORDERS, LIQUIDATION = "contracts/OrderModule.vy", "contracts/LiquidationModule.vy"
MOST = 256  # rounds of any loop


def patched(name: str, path: str, right: str, wrong: str) -> Tree:
    source = (ROOT / path).read_text()
    assert source.count(right) == 1
    return Tree(name, {path: source.replace(right, wrong)})


def unexplained_arithmetic(trees: list[Tree]) -> list[str]:
    """Unchecked expressions without a committed argument, and arguments without their expression."""
    argued = json.loads((FOLDER / "unchecked.json").read_text())
    found = {(place, text) for item in trees for place, texts in unchecked(item).items() for text in texts}
    known = {(place, text) for place, texts in argued.items() for text, why in texts.items() if why}
    return sorted(
        f"{place}: {text}: {'argue in unchecked.json why it cannot wrap' if (place, text) in found else 'is no more'}"
        for place, text in found ^ known
    )


def test_every_unchecked_operation_has_its_argument() -> None:
    assert unexplained_arithmetic([shipped(name) for name in all_deployed()]) == []


def test_an_unchecked_operation_without_an_argument_is_found() -> None:
    """Negative control."""
    wrong = patched(
        "OrderModule", ORDERS, "amount: uint256 = unsafe_sub(word, 1)", "amount: uint256 = unsafe_sub(word, 2)"
    )
    others = [shipped(name) for name in all_deployed() if name != "OrderModule"]
    lines = unexplained_arithmetic([wrong, *others])
    assert lines == [
        f"{ORDERS} claim: unsafe_sub(word, 1): is no more",
        f"{ORDERS} claim: unsafe_sub(word, 2): argue in unchecked.json why it cannot wrap",
    ]


def sites(names: tuple[str, ...]) -> list[Call]:
    return [call for name in names for call in external_calls(shipped(name))]


def test_only_networks_are_called_with_bounded_gas() -> None:
    """The system asks its own contracts, the token and price sources, with all gas; a source that is asked bounds what
    its network may use, one that is brought something spends the gas of who brings it."""
    assert {call.target for call in sites(deployed())} == {
        "ICollateralVault", "IClearingPool", "IOracleAdapter", "IERC20", "IPriceSource", "ISequencerUptime", "Pool",
        "VAULT.address", "msg.sender",
    }  # fmt: skip
    assert {call.gas for call in sites(deployed())} == {"all"}
    asked = [call for call in sites(price_sources()) if not call.place.endswith("__init__")]
    assert {call.target for call in asked if call.gas != "all"} == {"feed", "source", "POOL"}
    assert {call.target for call in asked if call.gas == "all"} == {"PROXY", "manager", "target", "WORMHOLE"}
    assert all("max_outsize" in call.bounds and "revert_on_failure=False" in call.bounds for call in asked)
    assert not any("skip_contract_check" in call.bounds for call in sites(all_deployed()))


def test_ether_goes_to_the_network_and_back_to_the_sender() -> None:
    updates = "contracts/modules/price_updates.vy"
    assert {(call.place, call.target) for call in sites(all_deployed()) if ", value=" in call.bounds} == {
        (f"{updates} _bring", "IOracleAdapter"),
        (f"{updates} _refund", "msg.sender"),
        ("contracts/OracleAdapter.vy update", "IPriceSource"),
        ("contracts/sources/DataStreamsSource.vy prove", "PROXY"),
    }


def test_a_low_level_call_without_a_bound_is_told() -> None:
    """Negative control."""
    path = "contracts/sources/MedianSource.vy"
    source = (ROOT / path).read_text()
    assert source.count("        gas=CALL_GAS,\n") == 1
    found = external_calls(Tree("MedianSource", {path: source.replace("        gas=CALL_GAS,\n", "")}))
    assert {call.gas for call in found} == {"all"}


def test_every_loop_is_short() -> None:
    bounds = [loop.bound for name in all_deployed() for loop in loops(shipped(name))]
    assert len(bounds) > 20
    assert all(0 < bound <= MOST for bound in bounds)


def test_a_longer_loop_is_told() -> None:
    """Negative control."""
    longer = patched("LiquidationModule", LIQUIDATION, "MANY: constant(uint256) = 32", "MANY: constant(uint256) = 999")
    assert [loop.bound for loop in loops(longer)] == [32, 999]


# ------------------------------------------------------------------ revert codes


def used(trees: list[Tree]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in trees:
        for code, functions in codes.used(item).items():
            found.setdefault(code, set()).update(functions)
    return found


def test_every_revert_code_is_in_the_specification_and_in_the_model() -> None:
    trees = [shipped(name) for name in all_deployed()]
    assert codes.disagreements(used(trees)) == []
    assert [line for item in trees for line in codes.sentences(item)] == []


def test_a_code_that_nobody_knows_is_told() -> None:
    """Negative controls: in the contract, and in the specification."""
    wrong = patched("OrderModule", ORDERS, 'assert order.size != 0, "ZERO"', 'assert order.size != 0, "NOTHING"')
    others = [shipped(name) for name in all_deployed() if name != "OrderModule"]
    assert codes.disagreements(used([wrong, *others])) == ["NOTHING is not in section 10 or the model"]
    text = codes.SPEC.read_text()
    assert text.count("| BUSY |") == 1
    lines = codes.disagreements(used([shipped(name) for name in all_deployed()]), text.replace("| BUSY |", "| LAZY |"))
    assert lines == ["BUSY is not in section 10", "LAZY is not in the contracts or the model"]


def test_a_reason_that_is_no_code_is_told() -> None:
    """Negative control."""
    wrong = patched("OrderModule", ORDERS, 'assert order.size != 0, "ZERO"', 'assert order.size != 0, "size is zero"')
    assert codes.sentences(wrong) == ['_commit: assert order.size != 0, "size is zero"']
    bare = patched("OrderModule", ORDERS, 'assert order.size != 0, "ZERO"', "assert order.size != 0")
    assert codes.sentences(bare) == ["_commit: assert order.size != 0"]


# ------------------------------------------------------------------ the linter


@pytest.mark.slow
def test_the_linter_finds_what_is_accepted() -> None:
    """One file; `python -m novation.bytecode --lint` reads all."""
    found = findings([LIQUIDATION])
    assert found == [item for item in ACCEPTED if item.file == LIQUIDATION]


def test_findings_that_are_not_accepted_are_told() -> None:
    new = Finding("NTX8", "contracts/Lens.vy", "Variable 'spare' is declared but never used.")
    known = list(ACCEPTED)
    assert unexplained(known) == []
    assert unexplained([*known, new]) == [f"contracts/Lens.vy: NTX8 {new.message}"]
    assert "not found any more" in unexplained(known[1:])[0]


def test_a_file_that_the_linter_cannot_read_is_told() -> None:
    assert "contracts/modules/ledger.vy" not in linted()
    with pytest.raises(LinterFailed):
        findings(["contracts/no_such_file.vy"])
    assert linter.DISABLED
