"""`deposit`: token units in, WAD on the account."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.bench import WAD, Bench
from tests.support.stored import account_of, refusal

FEE, REFUSE, SILENT, PAUSED, LIE, BONUS = 1, 2, 4, 16, 32, 64
DEPOSIT = 1


@pytest.fixture
def hostile(bench: Bench) -> Bench:
    """The bench with a vault on a token that misbehaves."""
    token = bench.chain.deploy("HostileToken", 6, sender=bench.owner)
    modules = (bench.treasury, bench.order_module, bench.liquidation_module, 5_000, bench.owner, bench.guardian)
    vault = bench.chain.deploy("CollateralVault", token.address, *modules, sender=bench.owner)
    token.transact("mint", bench.trader, 10**9, sender=bench.owner)
    token.transact("approve", vault.address, 2**256 - 1, sender=bench.trader)
    changed = dict(vars(bench)) | {"token": token, "vault": vault}
    return Bench(**changed)


def vault_with_decimals(bench: Bench, decimals: int) -> Bench:
    token = bench.chain.deploy("MockToken", "Token", "TKN", decimals, sender=bench.owner)
    modules = (bench.treasury, bench.order_module, bench.liquidation_module, 5_000, bench.owner, bench.guardian)
    vault = bench.chain.deploy("CollateralVault", token.address, *modules, sender=bench.owner)
    token.transact("mint", bench.trader, 10**60, sender=bench.owner)
    token.transact("approve", vault.address, 2**256 - 1, sender=bench.trader)
    return Bench(**(dict(vars(bench)) | {"token": token, "vault": vault}))


def test_by_anyone_for_any_account(bench: Bench) -> None:
    before = bench.cash(bench.trader)
    held = bench.token.call("balanceOf", bench.vault.address)
    bench.token.transact("mint", bench.anyone, 7, sender=bench.owner)
    bench.token.transact("approve", bench.vault.address, 7, sender=bench.anyone)
    receipt = bench.vault.transact("deposit", bench.trader, 7, sender=bench.anyone)
    event = receipt.one("Deposited").args
    assert (event["account"], event["payer"], event["amount"]) == (bench.trader, bench.anyone, 7 * 10**12)
    assert event["word"] == bench.vault.call("account_word", bench.trader)
    assert account_of(event["word"]).cash == before + 7 * 10**12
    assert bench.token.call("balanceOf", bench.vault.address) == held + 7
    assert bench.token.call("balanceOf", bench.anyone) == 0


@pytest.mark.parametrize(
    ("decimals", "amount", "credit"),
    [(0, 3, 3 * WAD), (6, 1, 10**12), (8, 1, 10**10), (18, 5, 5), (27, 10**9 + 999, 1), (36, 10**18, 1)],
)
def test_decimals(bench: Bench, decimals: int, amount: int, credit: int) -> None:
    other = vault_with_decimals(bench, decimals)
    receipt = other.vault.transact("deposit", other.trader, amount, sender=other.trader)
    assert receipt.one("Deposited").args["amount"] == credit
    assert other.cash(other.trader) == credit


def test_no_token_of_too_many_decimals(bench: Bench) -> None:
    token = bench.chain.deploy("MockToken", "Token", "TKN", 37, sender=bench.owner)
    modules = (bench.treasury, bench.order_module, bench.liquidation_module, 5_000, bench.owner, bench.guardian)
    with pytest.raises(Reverted, match="TOKEN"):
        bench.chain.deploy("CollateralVault", token.address, *modules, sender=bench.owner)


def test_nothing_is_refused(bench: Bench) -> None:
    assert refusal(bench.vault, "deposit", bench.trader, 0, sender=bench.owner) == "ZERO"
    assert refusal(bench.vault, "deposit", "0x" + "00" * 20, 10**6, sender=bench.owner) == "ZERO"


def test_what_is_worth_nothing_is_refused(bench: Bench) -> None:
    other = vault_with_decimals(bench, 27)
    assert refusal(other.vault, "deposit", other.trader, 10**9 - 1, sender=other.trader) == "ZERO"
    assert refusal(other.vault, "deposit", other.trader, 10**9, sender=other.trader) is None


def test_paused(bench: Bench) -> None:
    bench.vault.transact("pause", DEPOSIT, sender=bench.guardian)
    assert refusal(bench.vault, "deposit", bench.trader, 10**6, sender=bench.owner) == "PAUSED"
    bench.vault.transact("unpause", DEPOSIT, sender=bench.owner)
    assert refusal(bench.vault, "deposit", bench.trader, 10**6, sender=bench.owner) is None


@pytest.mark.parametrize("switch", [FEE, REFUSE, LIE, BONUS])
def test_another_amount_than_was_sent(hostile: Bench, switch: int) -> None:
    hostile.token.transact("set_switches", switch, sender=hostile.owner)
    assert refusal(hostile.vault, "deposit", hostile.trader, 10**6, sender=hostile.trader) == "TOKEN"
    assert hostile.cash(hostile.trader) == 0


def test_a_token_that_returns_nothing(hostile: Bench) -> None:
    hostile.token.transact("set_switches", SILENT, sender=hostile.owner)
    assert refusal(hostile.vault, "deposit", hostile.trader, 10**6, sender=hostile.trader) is None
    assert hostile.cash(hostile.trader) == WAD


def test_a_token_that_is_paused(hostile: Bench) -> None:
    hostile.token.transact("set_switches", PAUSED, sender=hostile.owner)
    assert refusal(hostile.vault, "deposit", hostile.trader, 10**6, sender=hostile.trader) == "PAUSED"


def test_more_than_the_word_holds(bench: Bench) -> None:
    """Cash is an int104: the operation reverts instead of wrapping."""
    bench.token.transact("mint", bench.owner, 2**100, sender=bench.owner)
    assert refusal(bench.vault, "deposit", bench.anyone, 2**103 // 10**12 + 1, sender=bench.owner) == "RANGE"
    assert refusal(bench.vault, "deposit", bench.anyone, 2**103 // 10**12, sender=bench.owner) is None
