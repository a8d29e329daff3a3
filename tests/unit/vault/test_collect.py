"""`collect`: fees that a pool owes go to insurance and treasury."""

from __future__ import annotations

from novation.model.market import OWED_UNIT
from tests.support.bench import CREDIT, ETH, WAD, Bench
from tests.support.stored import refusal


def test_in_two_parts(bench: Bench) -> None:
    bench.open(bench.trader, WAD // 3, usd=4_000.01)
    owed = bench.book().owed
    assert owed > 0
    assert owed % OWED_UNIT == 0
    before = bench.cash(bench.pool.address)
    receipt = bench.vault.transact("collect", 0, sender=bench.anyone)
    event = next(found for found in receipt.find("Collected") if found.address == bench.vault.address).args
    assert event["pool"] == bench.pool.address
    assert event["insurance_amount"] == owed * 5_000 // 10_000 == bench.cash(bench.vault.address)
    assert event["treasury_amount"] == owed - owed * 5_000 // 10_000 == bench.cash(bench.treasury)
    assert bench.cash(bench.pool.address) == before - owed
    book = next(found for found in receipt.find("Collected") if found.address == bench.pool.address).args
    assert book["amount"] == owed
    assert book["book"] == bench.pool.call("book_word")
    assert bench.book().owed == 0


def test_nothing_owed_is_no_error(bench: Bench) -> None:
    bench.vault.transact("collect", 0, sender=bench.anyone)
    bench.open(bench.trader, WAD)
    bench.vault.transact("collect", 0, sender=bench.anyone)
    before = bench.cash(bench.treasury)
    receipt = bench.vault.transact("collect", 0, sender=bench.anyone)
    assert [found for found in receipt.find("Collected") if found.address == bench.vault.address] == []
    assert bench.cash(bench.treasury) == before


def test_a_fifth_of_the_fees(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    assert bench.book().owed == 4 * WAD


def test_no_such_pool(bench: Bench) -> None:
    for index in (1, 3, 4, 2**256 - 1):
        assert refusal(bench.vault, "collect", index, sender=bench.anyone) == "BOUND"


def test_not_out_of_what_others_deposited(bench: Bench) -> None:
    """Fees are not paid beyond the pool's credit."""
    bench.open(bench.trader, 10 * WAD)
    bench.vault.transact("set_credit", 0, 3 * WAD, sender=bench.guardian)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    assert refusal(bench.vault, "collect", 0, sender=bench.anyone) == "CREDIT"
    bench.vault.transact("set_credit", 0, CREDIT * WAD, sender=bench.owner)
    assert refusal(bench.vault, "collect", 0, sender=bench.anyone) is None
    assert bench.cash(pool) == -4 * WAD
    assert bench.vault.call("debts") == 0
    assert bench.market(ETH).long == 10 * WAD
