"""Every state-changing external checks who the specification's table says, and before it changes anything."""

from __future__ import annotations

import pytest

from novation.bytecode.access import SPEC, disagreements, guarded, inherited, specified
from novation.bytecode.builds import deployed, price_sources
from novation.bytecode.trees import Tree, changes_state, shipped
from novation.chain.compiler import ROOT, compile_all

LEDGER, MARGIN, POOLS = (f"contracts/modules/{name}.vy" for name in ("ledger", "margin", "pools"))
ORDERS = "contracts/OrderModule.vy"


@pytest.mark.parametrize("name", deployed())
def test_the_contract_and_the_table_agree(name: str) -> None:
    if name == "Lens":
        assert [function.name for function in shipped(name).exposed() if changes_state(function)] == []
        return
    assert disagreements(shipped(name)) == []
    assert guarded(shipped(name))


@pytest.mark.parametrize("name", price_sources())
def test_a_price_source_knows_nobody_and_remembers_nothing(name: str) -> None:
    """Whoever brings an update: it has no roles and no storage."""
    assert guarded(shipped(name)) == ({} if name == "SequencerUptime" else {"prove": frozenset({"anyone"})})
    assert inherited(shipped(name)) == []
    assert compile_all([name])[name].layout.get("storage_layout", {}) == {}


def test_only_the_token_of_the_shares_is_inherited() -> None:
    found = {name: inherited(shipped(name)) for name in deployed() if inherited(shipped(name))}
    assert found == {"PoolShares": ["transfer", "transferFrom", "approve", "permit"]}


def test_each_kind_of_caller_is_recognised() -> None:
    """The reading does not say `anyone` of everything."""
    vault = guarded(shipped("CollateralVault"))
    assert vault["set_credit"] == {"owner", "guardian"}
    assert vault["pull"] == {"module"}
    assert vault["trade"] == {"OrderModule"}
    assert vault["withdraw"] == vault["transfer_many"] == vault["set_operator"] == {"own"}
    assert vault["deposit"] == {"anyone"}
    assert guarded(shipped("ClearingPool"))["fill"] == {"CollateralVault"}


OWNER_ONLY = "    roles._only_owner()\n"
WEIGHT = "    word: uint256 = self._pool_at(index)\n    assert weight"
UNPAUSE = "    self._set_paused(ledger._paused & ~actions)"
MODULE = '    assert ledger.is_module[msg.sender], "AUTH"\n'
PUSH = "    word: uint256 = ledger._credit(msg.sender, -convert(amount, int256))\n"
MANY = "    for item: ICollateralVault.Transfer in transfers:\n        assert ledger._owns"
RELEASE = ', "AUTH"\n    ledger._credit(msg.sender, -convert(refund, int256))'
PAYER = ":\n        word: uint256 = self._granted"
KEY = "    if convert(account, uint256) >> 8 {} convert(msg.sender, uint256) >> 8:\n        return True"
CREDIT = "msg.sender == roles.owner or credit {} self._credit_of(word)"
GRANT = "self._operators[self._owner_key({})][operator] = ("
# What is wrong: (contract, file, right, wrong, function, what is told of it).
FAULTS = {
    "no check": ("CollateralVault", POOLS, OWNER_ONLY + WEIGHT, WEIGHT, "set_gain_weight", "anyone"),
    "another role": (
        "CollateralVault", POOLS, OWNER_ONLY + UNPAUSE, "    roles._only_guardian()\n" + UNPAUSE, "unpause", "guardian"
    ),
    "looser": ("CollateralVault", POOLS, CREDIT.format("<="), CREDIT.format(">="), "set_credit", "unknown"),
    "a way around": (
        "CollateralVault", MARGIN, f"msg.sender == ORDER_MODULE{RELEASE}",
        f"msg.sender == ORDER_MODULE or opening{RELEASE}", "release", "unknown",
    ),
    "too late": ("CollateralVault", MARGIN, MODULE + PUSH, PUSH + MODULE, "push", "unknown"),
    "a write outside the loop": (
        "CollateralVault", MARGIN, MANY, "    ledger.debts += 0\n" + MANY, "transfer_many", "unknown"
    ),
    "another branch": (
        "CollateralVault", LEDGER, f"    if not self._owns(msg.sender, account){PAYER}",
        f"    if account != msg.sender and to != msg.sender{PAYER}", "withdraw", "unknown",
    ),
    "another's key": (
        "CollateralVault", LEDGER, GRANT.format("msg.sender"), GRANT.format("payout"), "set_operator", "anyone"
    ),
    "no owner asked": ("OrderModule", ORDERS, "    self._authorise(order.account)\n", "", "cancel", "anyone"),
    "the wrong owner": ("OrderModule", ORDERS, KEY.format("=="), KEY.format("!="), "commit", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_missing_or_a_weaker_check_is_told(fault: str) -> None:
    """Negative control."""
    name, path, right, wrong, function, told = FAULTS[fault]
    source = (ROOT / path).read_text()
    assert source.count(right) == 1
    lines = disagreements(Tree(name, {path: source.replace(right, wrong)}))
    assert [line for line in lines if line.startswith(f"{name}.{function}: the contract lets {told}, ")], lines


def test_a_table_that_says_something_else_is_told() -> None:
    text = SPEC.read_text()
    assert text.count("| poke, mark |") == 1
    lines = disagreements(shipped("ClearingPool"), text.replace("| poke, mark |", "| mark |"))
    assert lines == ["ClearingPool.poke: the contract lets anyone, section 11 says nothing"]
    lines = disagreements(shipped("ClearingPool"), text.replace("| tighten |", "| tighten, poke |"))
    assert lines == ["ClearingPool.poke: the contract lets anyone, section 11 says anyone and guardian"]
    with pytest.raises(ValueError, match="no row for Treasury"):
        specified(text, [], "Treasury")
