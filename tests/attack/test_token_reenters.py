"""A token that calls back, before or after it has moved, finds every door of the vault shut, to read and to write."""

from __future__ import annotations

from typing import Any

import pytest

from novation.chain.protocol import Contract, revert_code
from tests.support.system import ETH, WAD, House
from tests.support.tokens import REENTER, REENTER_FIRST, build_hostile

UNIT = 10**6


@pytest.fixture(scope="module")
def deployed_hostile() -> tuple[House, Contract, int]:
    """The token has an account of its own, with cash, LP shares and an open request."""
    house, token = build_hostile()
    house.provide(house.lp, 500_000)
    me = token.address
    house.fund(house.lp, 60_000)
    house.vault.transact("transfer", house.lp, me, 50_000 * WAD, sender=house.lp)
    act(house, token, house.shares, "request_deposit", me, 20_000 * WAD)
    house.settle()
    house.shares.transact("claim", me, sender=house.keeper)
    act(house, token, house.shares, "request_redeem", 5_000 * WAD)
    house.end_epoch()
    token.transact("mint", me, 10_000 * UNIT, sender=house.attacker)
    act(house, token, token, "approve", house.vault.address, 2**256 - 1)
    return house, token, house.chain.snapshot()


@pytest.fixture
def hostile(deployed_hostile: tuple[House, Contract, int]) -> tuple[House, Contract]:
    house, token, mark = deployed_hostile
    house.chain.restore(mark)
    return house, token


def act(house: House, token: Contract, target: Contract, function: str, *args: Any) -> None:
    """The token itself calls."""
    token.transact("call", target.address, target.encode(function, *args), sender=house.attacker)


def targets(house: House, me: str) -> dict[str, tuple[Contract, tuple[Any, ...]]]:
    """What the token may try from within; each would pass from outside."""
    order = (me, ETH, WAD, 0, 0, False, False, WAD, house.now + 10**6, 0, 0)
    return {
        "deposit": (house.vault, (me, UNIT)),
        "withdraw": (house.vault, (me, UNIT, me)),
        "exit": (house.vault, (me, me)),
        "transfer": (house.vault, (me, house.attacker, WAD)),
        "transfer_many": (house.vault, ([(me, house.attacker, WAD)],)),
        "collect": (house.vault, (0,)),
        "set_operator": (house.vault, (house.attacker, 3, house.attacker, house.now + 99)),
        "account_word": (house.vault, (me,)),
        "debts": (house.vault, ()),
        "may": (house.vault, (me, me, 1)),
        "commit": (house.orders, (order, 0)),
        "request_deposit": (house.shares, (me, WAD)),
        "settle": (house.shares, ()),
    }


NAMES = (
    "deposit",
    "withdraw",
    "exit",
    "transfer",
    "transfer_many",
    "collect",
    "set_operator",
    "account_word",
    "debts",
    "may",
    "commit",
    "request_deposit",
    "settle",
)


@pytest.mark.parametrize("name", NAMES)
def test_from_outside_it_passes(hostile: tuple[House, Contract], name: str) -> None:
    """Else the refusals below would say nothing."""
    house, token = hostile
    contract, args = targets(house, token.address)[name]
    act(house, token, contract, name, *args)


@pytest.mark.parametrize("switch", [REENTER, REENTER_FIRST])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("door", ["deposit", "withdraw", "exit"])
def test_from_within_it_is_refused(hostile: tuple[House, Contract], door: str, name: str, switch: int) -> None:
    house, token = hostile
    me = token.address
    contract, args = targets(house, me)[name]
    token.transact("set_callback", contract.address, contract.encode(name, *args), sender=house.attacker)
    token.transact("set_switches", switch, sender=house.attacker)
    words = (house.cash(me), house.cash(house.pool.address), house.supply())
    arguments = {"deposit": (me, 7 * UNIT), "withdraw": (me, 7 * UNIT, me), "exit": (me, me)}[door]
    act(house, token, house.vault, door, *arguments)
    assert (token.call("reentered"), token.call("refused")) == (0, 1)
    assert revert_code(token.call("refusal")) == ""  # the lock has no code
    moved = {"deposit": 7 * WAD, "withdraw": -7 * WAD, "exit": -words[0]}[door]
    assert (house.cash(me), house.cash(house.pool.address), house.supply()) == (words[0] + moved, *words[1:])
