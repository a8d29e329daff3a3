"""The edges of custody and of the ledger."""

from __future__ import annotations

from novation.chain.abi import checksum
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import refusal

DEPOSIT = 1
WITHDRAW = 2


def in_debt(bench: Bench) -> str:
    """An account that closed at a loss against gains elsewhere."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD, ETH)
    bench.push(ETH, 5_000)
    bench.open(account, WAD // 2, BTC)
    bench.open(account, -WAD // 2, BTC, usd=102_000)
    assert bench.cash(account) < 0
    return account


def test_debts_are_of_who_owes_not_of_who_is_paid(bench: Bench) -> None:
    debtor = in_debt(bench)
    debts = bench.vault.call("debts")
    assert debts == -bench.cash(debtor) > 0
    bench.vault.transact("withdraw", bench.other, 10**6, debtor, sender=bench.other)
    assert bench.vault.call("debts") == debts
    bench.vault.transact("exit", bench.other, debtor, sender=bench.other)
    assert bench.vault.call("debts") == debts


def test_paused_deposits_look_at_the_account_not_at_the_payer(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.vault.transact("pause", DEPOSIT, sender=bench.guardian)
    for payer in (bench.trader, bench.other):
        bench.token.transact("mint", payer, 10**6, sender=bench.owner)
        bench.token.transact("approve", bench.vault.address, 10**6, sender=payer)
    assert refusal(bench.vault, "deposit", bench.other, 10**6, sender=bench.trader) == "PAUSED"
    assert refusal(bench.vault, "deposit", bench.trader, 10**6, sender=bench.other) is None


def test_paused_deposits_help_no_account_without_debt(bench: Bench) -> None:
    """Of no cash at all; and a wei short of that."""
    bench.token.transact("mint", bench.trader, 10**6, sender=bench.owner)
    bench.token.transact("approve", bench.vault.address, 10**6, sender=bench.trader)
    debtor, empty = in_debt(bench), bench.sub_account(2)
    assert bench.cash(empty) == 0
    bench.vault.transact("transfer", bench.other, debtor, -bench.cash(debtor) - 1, sender=bench.other)
    assert bench.cash(debtor) == -1
    bench.vault.transact("pause", DEPOSIT, sender=bench.guardian)
    assert refusal(bench.vault, "deposit", empty, 10**6, sender=bench.trader) == "PAUSED"
    assert refusal(bench.vault, "deposit", debtor, 10**6, sender=bench.trader) is None


def test_cash_below_its_width(bench: Bench) -> None:
    """RANGE on the side of debts as well, before anybody looks at the sign."""
    for amount, code in ((2**103 - 1, "CASH"), (2**103, "RANGE"), (2**103 + 2, "RANGE")):
        assert refusal(bench.vault, "push", bench.trader, amount, sender=bench.module) == code


def test_all_that_is_collected_may_go_to_insurance(bench: Bench) -> None:
    arguments = (bench.token.address, bench.treasury, bench.order_module, bench.liquidation_module)
    vault = bench.chain.deploy("CollateralVault", *arguments, 10_000, bench.owner, bench.guardian, sender=bench.owner)
    assert vault.call("INSURANCE_SHARE") == 10_000


def test_when_a_grant_expires(bench: Bench) -> None:
    expires_at = bench.now + 1_001 + bench.now % 2  # odd
    bench.vault.transact("set_operator", bench.operator, 1, bench.anyone, expires_at, sender=bench.trader)
    assert bench.vault.call("operator", bench.trader, bench.operator) == (1, bench.anyone, expires_at)
    assert expires_at % 2


def test_a_stranger_cannot_burn(bench: Bench) -> None:
    """No grant has the empty address for its payout, and is no grant."""
    for function, arguments in (("exit", ()), ("withdraw", (10**6,))):
        code = refusal(bench.vault, function, bench.trader, *arguments, "0x" + "00" * 20, sender=bench.anyone)
        assert code == "AUTH"


def test_a_payout_with_all_its_bits(bench: Bench) -> None:
    payout, other = checksum(bytes([255] * 20)), checksum(bytes([127] + [255] * 19))
    bench.vault.transact("set_operator", bench.operator, WITHDRAW, payout, bench.now + 100, sender=bench.trader)
    assert bench.vault.call("operator", bench.trader, bench.operator)[1] == payout
    for to, code in ((other, "AUTH"), (payout, None)):
        assert refusal(bench.vault, "withdraw", bench.trader, 10**6, to, sender=bench.operator) == code


def test_a_pool_in_debt_may_be_helped_while_deposits_are_paused(bench: Bench) -> None:
    """It has no positions of its own."""
    bench.open(bench.trader, 10 * WAD)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool) - 100 * WAD, sender=bench.shares)
    bench.vault.transact("pause", DEPOSIT, sender=bench.guardian)
    assert refusal(bench.vault, "deposit", pool, 10**6, sender=bench.owner) == "PAUSED"
    bench.open(bench.trader, -10 * WAD, usd=4_100)
    assert bench.cash(pool) < 0
    assert refusal(bench.vault, "deposit", pool, 10**6, sender=bench.owner) is None
