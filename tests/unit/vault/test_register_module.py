"""`register_module`: for ever, by the owner."""

from __future__ import annotations

import pytest

from tests.support.bench import Bench
from tests.support.stored import refusal


def test_event_and_state(bench: Bench) -> None:
    assert not bench.vault.call("is_module", bench.anyone)
    receipt = bench.vault.transact("register_module", bench.anyone, sender=bench.owner)
    assert receipt.one("ModuleSet").args == {"module": bench.anyone}
    assert bench.vault.call("is_module", bench.anyone)


def test_once(bench: Bench) -> None:
    assert refusal(bench.vault, "register_module", bench.module, sender=bench.owner) == "ONCE"


@pytest.mark.parametrize("role", ["guardian", "module", "trader", "treasury"])
def test_only_the_owner(bench: Bench, role: str) -> None:
    assert refusal(bench.vault, "register_module", bench.anyone, sender=bench.roles[role]) == "AUTH"
