"""How many items each list takes: as many as the interface says, and not one more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from novation.chain.protocol import Reverted
from tests.support.system import ETH, House

Arguments = Callable[[House, int], tuple[Any, ...]]
Case = tuple[str, str, int, Arguments]


def accounts(house: House, count: int) -> list[str]:
    return [house.chain.account(100 + number) for number in range(count)]


def orders(house: House, count: int) -> list[tuple[Any, ...]]:
    return [(house.taker, ETH, 1, 0, 0, False, False, 0, 0, 0, 0)] * count


LISTS: list[Case] = [
    ("vault", "account_words", 256, lambda house, count: (accounts(house, count),)),
    ("pool", "position_words", 256, lambda house, count: (accounts(house, count), ETH)),
    ("lens", "unhealthy_bits", 256, lambda house, count: (accounts(house, count),)),
    ("lens", "health_many", 64, lambda house, count: (accounts(house, count),)),
]
# Too many are refused without a code, before anything is looked at.
WRITING: list[Case] = [
    ("orders", "commit_many", 8, lambda house, count: (orders(house, count), [0] * count)),
    ("orders", "execute_many", 8, lambda house, count: (orders(house, count), [0] * count, [1] * count)),
]


@pytest.mark.parametrize(("name", "function", "most", "arguments"), LISTS)
def test_a_view_takes_so_many(system: House, name: str, function: str, most: int, arguments: Arguments) -> None:
    contract = getattr(system, name)
    found = contract.call(function, *arguments(system, most))
    assert found == 0 or len(found) == most
    with pytest.raises(Reverted) as refused:
        contract.call(function, *arguments(system, most + 1))
    assert refused.value.code == ""


@pytest.mark.parametrize(("name", "function", "most", "arguments"), WRITING)
def test_a_batch_takes_so_many(system: House, name: str, function: str, most: int, arguments: Arguments) -> None:
    contract = getattr(system, name)
    receipts = [
        contract.attempt(function, *arguments(system, count), sender=system.outsider) for count in (most, most + 1)
    ]
    assert receipts[0].ok or receipts[0].error
    assert not receipts[1].ok
    assert receipts[1].error == ""
