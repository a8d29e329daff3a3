"""`transfer_many`: all booked, then every source judged once."""

from __future__ import annotations

from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import refusal

Transfers = list[tuple[str, str, int]]


def code(bench: Bench, transfers: Transfers, sender: str = "") -> str | None:
    return refusal(bench.vault, "transfer_many", transfers, sender=sender or bench.trader)


def test_each_has_its_event(bench: Bench) -> None:
    one, two = bench.sub_account(1), bench.sub_account(2)
    moves = [(bench.trader, one, 5 * WAD), (one, two, 2 * WAD)]
    receipt = bench.vault.transact("transfer_many", moves, sender=bench.trader)
    events = [event.args for event in receipt.find("Transferred")]
    assert [(e["source"], e["target"], e["amount"]) for e in events] == moves
    assert events[0]["source_word"] == bench.vault.call("account_word", bench.trader)
    assert events[1]["source_word"] == bench.vault.call("account_word", one)
    assert events[1]["target_word"] == bench.vault.call("account_word", two)
    assert [bench.cash(a) for a in (bench.trader, one, two)] == [99_995 * WAD, 3 * WAD, 2 * WAD]


def test_judged_at_the_end_only(bench: Bench) -> None:
    """Money may pass through an account that does not have it yet."""
    one, two = bench.sub_account(1), bench.sub_account(2)
    assert code(bench, [(one, two, 5 * WAD), (bench.trader, one, 5 * WAD)]) is None
    assert [bench.cash(a) for a in (one, two)] == [0, 5 * WAD]
    assert bench.vault.call("debts") == 0


def test_margin_moves_within_the_batch(bench: Bench) -> None:
    """What the one account frees carries the other: the check is on the final words."""
    one = bench.sub_account(1)
    bench.fund(one, 1_000)
    bench.open(one, WAD)
    free = bench.health(one).withdrawable
    assert code(bench, [(one, bench.trader, free + WAD), (bench.trader, one, WAD)]) is None
    assert code(bench, [(one, bench.trader, 1)]) == "MARGIN"


def test_every_source_is_judged(bench: Bench) -> None:
    one = bench.sub_account(1)
    bench.fund(one, 1_000)
    bench.open(one, WAD)
    too_much = bench.health(one).withdrawable + 1
    assert code(bench, [(bench.trader, bench.other, WAD), (one, bench.other, too_much)]) == "MARGIN"
    assert code(bench, [(one, bench.other, too_much), (bench.trader, bench.other, WAD)]) == "MARGIN"
    assert code(bench, [(one, bench.other, too_much - 1), (bench.trader, bench.other, WAD)]) is None


def test_only_the_owner_of_every_source(bench: Bench) -> None:
    assert code(bench, [(bench.trader, bench.other, WAD), (bench.other, bench.trader, WAD)]) == "AUTH"
    assert code(bench, [(bench.trader, bench.other, WAD)], bench.other) == "AUTH"


def test_zero(bench: Bench) -> None:
    assert code(bench, [(bench.trader, bench.other, WAD), (bench.trader, bench.other, 0)]) == "ZERO"


def test_cash(bench: Bench) -> None:
    assert code(bench, [(bench.trader, bench.other, 60_000 * WAD)] * 2) == "CASH"


def test_pending(bench: Bench) -> None:
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert code(bench, [(bench.trader, bench.other, WAD)]) == "PENDING"


def test_stale(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.reduce_only(ETH)
    assert code(bench, [(bench.trader, bench.other, WAD)]) == "STALE"


def test_none_and_too_many(bench: Bench) -> None:
    assert code(bench, []) is None
    assert code(bench, [(bench.trader, bench.other, 1)] * 8) is None
    assert not bench.vault.attempt("transfer_many", [(bench.trader, bench.other, 1)] * 9, sender=bench.trader).ok
