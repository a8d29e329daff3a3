"""Who may call what (docs/spec.md, section 11): administration refuses everybody else, the guardian tightens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from novation.deployment.plan import feed_settings
from tests.support.stored import refusal
from tests.support.system import ETH, ROLES, WAD, House

EMPTY = "0x" + "00" * 20
OWNER, GUARDIAN = {"owner"}, {"owner", "guardian"}


def calls(house: House) -> dict[tuple[str, str], tuple[set[str], tuple[Any, ...]]]:
    """(contract, function) -> who may, with arguments that are within every bound."""
    struct = house.market(ETH).struct()
    feed = feed_settings(house.market(ETH).feed, house.feeds[ETH].source.address)
    common = {
        (name, function): (OWNER, arguments)
        for name in ("vault", "pool", "oracle")
        for function, arguments in (("transfer_ownership", (house.outsider,)), ("set_guardian", (house.guardian,)))
    }
    return common | {
        ("vault", "register_module"): (OWNER, (house.outsider,)),
        ("vault", "register_pool"): (OWNER, (1, house.outsider, house.outsider, 1 << 20, 0)),
        ("vault", "set_gain_weight"): (OWNER, (0, 10_000)),
        ("vault", "unpause"): (OWNER, (7,)),
        ("vault", "pause"): (GUARDIAN, (7,)),
        ("vault", "set_credit"): (GUARDIAN, (0, 1_000 * WAD)),
        ("pool", "set_market"): (OWNER, (ETH, struct)),
        ("pool", "tighten"): (GUARDIAN, (ETH, 600, 50, 20)),
        ("oracle", "set_feed"): (OWNER, (ETH, feed)),
        ("oracle", "set_status"): (GUARDIAN, (ETH, 2)),
    }


FOR_ONE_CONTRACT = {
    ("vault", "trade"): (0, WAD, 0, 60, 1, 0, False),
    ("vault", "reserve"): (0, WAD, WAD, True),
    ("vault", "release"): (0, True),
    ("vault", "liquidate"): (0, EMPTY, 0, 0, 1, 0),
    ("vault", "pull"): (1,),
    ("vault", "push"): (1,),
    ("pool", "fill"): (0, WAD, 0, 60, 1, 0, False, 0, 0, True),
    ("pool", "liquidate"): (0, 1, 0, 0, False),
    ("pool", "realise"): (0, 1),
}


@pytest.mark.parametrize("role", ROLES)
def test_administration(system: House, role: str) -> None:
    mark = system.chain.snapshot()
    for (name, function), (allowed, arguments) in calls(system).items():
        system.chain.restore(mark)
        code = refusal(getattr(system, name), function, *arguments, sender=system.roles[role])
        assert code == (None if role in allowed else "AUTH"), f"{name}.{function} by {role}"


@pytest.mark.parametrize("role", ROLES)
def test_what_only_a_contract_may(system: House, role: str) -> None:
    """Not even the owner trades, pulls or liquidates past the modules."""
    for (name, function), arguments in FOR_ONE_CONTRACT.items():
        sender = system.roles[role]
        assert refusal(getattr(system, name), function, system.taker, *arguments, sender=sender) == "AUTH"
    assert refusal(system.pool, "collect", sender=system.roles[role]) == "AUTH"


def looser(house: House) -> Iterator[tuple[str, str, tuple[Any, ...], str]]:
    """What a guardian may not do, with the code that says so."""
    credit = house.system.parameters.pool.credit
    yield "vault", "set_credit", (0, credit + WAD), "AUTH"
    yield "vault", "unpause", (1,), "AUTH"
    yield "vault", "set_gain_weight", (0, 0), "AUTH"
    for arguments in ((499, 100, 25), (500, 101, 25), (500, 100, 26)):
        yield "pool", "tighten", (ETH, *arguments), "BOUND"
    yield "oracle", "set_status", (ETH, 1), "AUTH"
    yield "oracle", "set_status", (ETH, 4), "BOUND"


def test_the_guardian_only_tightens(system: House) -> None:
    system.oracle.transact("set_status", ETH, 2, sender=system.guardian)
    for name, function, arguments, code in looser(system):
        assert refusal(getattr(system, name), function, *arguments, sender=system.guardian) == code


def test_the_guardian_moves_no_cash_and_liquidates_nobody(system: House) -> None:
    """Invariant 25: all that it can do at once changes no account's cash, margin or maintenance."""
    system.provide(system.lp, 1_000_000)
    for account, size in ((system.taker, 10 * WAD), (system.maker, -3 * WAD)):
        system.fund(account, 3_000)
        system.trade(account, ETH, size)
    accounts = [system.roles[role] for role in ROLES] + [system.pool.address, system.vault.address]
    before = [tuple(system.lens.call("health", account))[:2] for account in accounts]
    needs = [system.lens.call("health", account)[3] for account in accounts]
    for name, function, arguments in (
        ("vault", "pause", (7,)),
        ("vault", "set_credit", (0, 0)),
        ("pool", "tighten", (ETH, 10_000, 0, 0)),
        ("oracle", "set_status", (ETH, 2)),
    ):
        getattr(system, name).transact(function, *arguments, sender=system.guardian)
    assert [tuple(system.lens.call("health", account))[:2] for account in accounts] == before
    assert [system.lens.call("health", account)[3] for account in accounts] == needs
    assert system.lens.call("unhealthy_bits", accounts) == 0


def test_the_matrix_is_complete(system: House) -> None:
    """Every function that writes is in a row above, or open to all for what is theirs."""
    open_to_all = {
        "vault": "deposit withdraw exit transfer transfer_many set_operator realise flag collect",
        "pool": "poke mark",
        "oracle": "observe observe_at update",
    }
    known = {*calls(system), *FOR_ONE_CONTRACT, ("pool", "collect")}
    known |= {(name, function) for name, functions in open_to_all.items() for function in functions.split()}
    known |= {(name, "accept_ownership") for name in open_to_all}
    for name in open_to_all:
        contract = getattr(system, name)
        writes = {found.name for found in contract.interface.functions.values() if not found.view}
        assert writes == {function for owner, function in known if owner == name}


@pytest.mark.parametrize("name", ["oracle", "vault", "pool"])
def test_the_first_roles_are_told(system: House, name: str) -> None:
    contract = getattr(system, name)
    receipt = contract.receipt
    assert receipt is not None
    assert receipt.one("OwnershipTaken").args == {"owner": system.system.deployer}
    assert receipt.one("GuardianSet").args == {"guardian": system.guardian}
