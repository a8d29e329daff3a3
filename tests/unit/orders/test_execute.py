"""`execute`: a due order fills, or ends by the trader's fault; else it reverts as the vault did and the order lives."""

from __future__ import annotations

from typing import Any

import pytest

from novation.fixed import pack
from novation.model import words
from tests.support.oracle import AGED, FALLBACK_AGE, FEED, HALT, NORMAL, PULLED, REDUCE_ONLY, STARVED, TRADE_AGE
from tests.support.orders import (
    BURN,
    GRACE,
    SPEND,
    SYSTEM_CODES,
    TRADER_CODES,
    WAD,
    WINDOW,
    Desk,
    called,
    error,
)

UNPRICED = ("REDUCE", "MAX")  # of what is the trader's fault


def test_fills(desk: Desk) -> None:
    order = desk.due(3, market=2, size=-5 * WAD, acceptable=9 * WAD, fee=2 * WAD)
    receipt = desk.execute(order, 3, reference=77)
    assert receipt.ok
    (call,) = called(receipt, "trade")
    assert call == {
        "name": "trade",
        "account": desk.account,
        "market": 2,
        "size": -5 * WAD,
        "due": order.due,
        "window": WINDOW,
        "observation_id": 77,
        "amount": 9 * WAD,
        "flag": False,
    }
    assert receipt.one("Executed").args == {
        "account": desk.account,
        "slot": 3,
        "keeper": desk.keeper,
        "fee": 2 * WAD,
        "code": "",
    }
    assert called(receipt, "release") == []
    assert desk.earned() == 2 * WAD
    assert desk.slot_word(desk.account, 3) == 1
    assert desk.orders.call("order_hash", desk.account, 3) == bytes(32)
    assert desk.orders.call("taken", desk.account) == 0


def test_the_slot_can_be_used_again(desk: Desk) -> None:
    for _ in range(3):
        assert desk.execute(desk.due()).ok
    assert desk.earned() == 3 * WAD


@pytest.mark.parametrize("code", TRADER_CODES)
@pytest.mark.parametrize("reduce_only", [False, True])
def test_the_traders_fault_ends_the_order_and_pays_the_keeper(desk: Desk, code: str, reduce_only: bool) -> None:
    order = desk.due(reduce_only=reduce_only)
    desk.fail_with(error(code))
    receipt = desk.execute(order)
    assert receipt.ok
    assert receipt.one("Executed").args["code"] == code
    (call,) = called(receipt, "release")
    assert (call["account"], call["amount"], call["flag"]) == (desk.account, 0, not reduce_only)
    assert called(receipt, "trade") == []
    assert desk.earned() == WAD
    assert desk.slot_word(desk.account, 0) == 1


@pytest.mark.parametrize("code", SYSTEM_CODES)
def test_any_other_fault_reverts_and_the_order_lives(desk: Desk, code: str) -> None:
    order = desk.due()
    desk.fail_with(error(code))
    receipt = desk.execute(order)
    assert (receipt.ok, receipt.error, receipt.output) == (False, code, error(code))
    assert desk.is_alive(order)
    assert desk.earned() == 0
    desk.make_vault(0)
    assert desk.execute(order).ok


HALTED, UNKNOWN = 9, 31  # feeds: one of which no price is good, the last that a market may have


def hold(desk: Desk, *markets: int, flagged_at: int = 0) -> None:
    """The account is in these markets from now on, as far as the vault tells; every other bit of its word is set."""
    held = sum(1 << market for market in markets)
    word = pack((255, 255, held, flagged_at, 2**64 - 1, -1), words.ACCOUNT)
    desk.vault.transact("set_account_word", desk.account, word, sender=desk.anyone)


class TestWhatAsksForAPriceIsNotToldAtAnOutdatedOne:
    """The keeper may have left out a newer one, of any market that the account is in: the order lives.

    Market 0 has a price of now, FEED its own of now, PULLED an AGED one; of HALTED and UNKNOWN there is none.
    """

    @pytest.fixture(autouse=True)
    def prices(self, desk: Desk) -> None:
        desk.rig.bring(2_000)
        desk.chain.warp(TRADE_AGE + 1)
        desk.rig.push(2_000)
        statuses = [desk.rig.read(market).status for market in (0, FEED, PULLED, HALTED, UNKNOWN)]
        assert statuses == [NORMAL, NORMAL, AGED, HALT, HALT]

    @pytest.mark.parametrize("reduce_only", [False, True])
    @pytest.mark.parametrize(
        "markets",
        [(PULLED,), (HALTED,), (UNKNOWN,), (0, PULLED), (0, FEED, HALTED), (0, FEED, UNKNOWN), (PULLED, HALTED)],
        ids=str,
    )
    @pytest.mark.parametrize("code", [code for code in TRADER_CODES if code not in UNPRICED])
    def test_the_order_lives(self, desk: Desk, markets: tuple[int, ...], reduce_only: bool, code: str) -> None:
        hold(desk, *markets)
        order = desk.due(reduce_only=reduce_only)
        desk.fail_with(error(code))
        receipt = desk.execute(order)
        assert (receipt.ok, receipt.error, receipt.output) == (False, code, error(code))
        assert desk.is_alive(order)
        assert desk.earned() == 0
        desk.make_vault(0)
        assert desk.execute(order).ok

    @pytest.mark.parametrize("markets", [(), (0,), (FEED,), (0, FEED)], ids=str)
    def test_it_is_consumed_where_none_is(self, desk: Desk, markets: tuple[int, ...]) -> None:
        """The order's own market is not looked at where the account is not in it: the fill needs a good price of it."""
        hold(desk, *markets)
        order = desk.due(market=PULLED)
        desk.fail_with(error("MARGIN"))
        assert desk.execute(order).one("Executed").args["code"] == "MARGIN"
        assert desk.earned() == WAD

    @pytest.mark.parametrize("code", UNPRICED)
    def test_other_faults_consume_it_as_ever(self, desk: Desk, code: str) -> None:
        hold(desk, 0, PULLED, HALTED)
        order = desk.due()
        desk.fail_with(error(code))
        assert desk.execute(order).one("Executed").args["code"] == code

    def test_a_fill_is_a_fill(self, desk: Desk) -> None:
        hold(desk, 0, PULLED, HALTED)
        assert desk.execute(desk.due()).one("Executed").args["code"] == ""

    @pytest.mark.parametrize("ago", [0, 1, 10**6])
    def test_a_flag_changes_nothing(self, desk: Desk, ago: int) -> None:
        """Nor when the price is of: it need not be of after anything."""
        hold(desk, PULLED, flagged_at=desk.chain.now - ago)
        order = desk.due()
        desk.fail_with(error("MARGIN"))
        assert desk.execute(order).error == "MARGIN"

    @pytest.mark.parametrize("status", [NORMAL, REDUCE_ONLY])
    def test_it_is_consumed_when_a_newer_one_is_brought(self, desk: Desk, status: int) -> None:
        """By the one who executes it, or before."""
        desk.rig.set_status(status, PULLED)
        hold(desk, 0, PULLED)
        order = desk.due()
        desk.fail_with(error("MARGIN"))
        assert desk.execute(order).error == "MARGIN"
        desk.rig.bring(2_001)
        assert desk.rig.read(PULLED).status == status
        assert desk.execute(order).one("Executed").args["code"] == "MARGIN"

    def test_what_it_brings_itself_counts(self, desk: Desk) -> None:
        hold(desk, PULLED)
        order = desk.due(market=PULLED)
        desk.fail_with(error("MARGIN"))
        receipt = desk.execute(order, update=desk.rig.update(2_001 * WAD))
        assert receipt.one("Executed").args["code"] == "MARGIN"

    def test_what_it_brings_is_undone_where_the_order_lives(self, desk: Desk) -> None:
        hold(desk, PULLED, HALTED)
        order = desk.due(market=PULLED)
        before = desk.rig.words(PULLED)
        desk.fail_with(error("MARGIN"))
        assert desk.execute(order, update=desk.rig.update(2_001 * WAD)).error == "MARGIN"
        assert desk.rig.words(PULLED) == before

    def test_a_fallbacks_price_is_outdated(self, desk: Desk) -> None:
        desk.rig.reset(PULLED, fallback_age=FALLBACK_AGE)
        desk.rig.push_to(desk.rig.fallback, 2_000 * WAD)
        desk.chain.warp(3_600)
        desk.rig.push(2_000)
        desk.rig.push_to(desk.rig.fallback, 2_000 * WAD)
        assert desk.rig.read(PULLED).status == AGED
        hold(desk, PULLED)
        order = desk.due()
        desk.fail_with(error("MARGIN"))
        assert desk.execute(order).error == "MARGIN"

    def test_another_accounts_markets_are_its_own(self, desk: Desk) -> None:
        hold(desk, HALTED)
        order = desk.due(account=desk.sub_account(1))
        desk.fail_with(error("MARGIN"))
        assert desk.execute(order).one("Executed").args["code"] == "MARGIN"

    def test_gas_where_a_source_cannot_tell(self, desk: Desk) -> None:
        hold(desk, 0)
        order = desk.due()
        desk.fail_with(error("MARGIN"))
        desk.rig.modes(STARVED)
        assert desk.execute(order).error == "GAS"
        assert desk.is_alive(order)
        for code in UNPRICED:
            desk.fail_with(error(code))
            assert desk.execute(order).ok
            order = desk.due()

    def test_with_any_gas_it_lives(self, desk: Desk) -> None:
        hold(desk, 0, PULLED)
        order = desk.due()
        desk.fail_with(error("MARGIN"))
        for gas in range(26_000, 120_000, 811):
            assert not desk.execute(order, gas=gas).ok
        assert desk.is_alive(order)


def tampered(at: int, value: bytes) -> bytes:
    """The data of MARGIN with something else in it."""
    data = bytearray(error("MARGIN"))
    data[at : at + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        error("MARGIN")[:99],
        error("MARGIN") + b"\0",
        error("MARGIN") + bytes(32),
        tampered(0, b"\x09"),
        tampered(4, b"\x01"),
        tampered(35, b"\x40"),
        tampered(36, b"\x80"),
        tampered(67, b"\x05"),
        tampered(67, b"\x07"),
        tampered(67, b"\x00"),
        tampered(67, b"\x20"),
        bytes.fromhex("4e487b71") + (0x11).to_bytes(32, "big"),
        b"MARGIN",
        error("MARGIN and a long sentence that takes more than a word of text"),
    ],
    ids=range(16),
)
def test_what_is_not_exactly_a_code_reverts_unchanged(desk: Desk, data: bytes) -> None:
    order = desk.due()
    desk.fail_with(data)
    receipt = desk.execute(order)
    assert not receipt.ok
    assert receipt.output == data
    assert desk.is_alive(order)


def test_longer_revert_data_is_cut(desk: Desk) -> None:
    order = desk.due()
    desk.fail_with(bytes(range(256)) * 4)
    receipt = desk.execute(order)
    assert not receipt.ok
    assert receipt.output == (bytes(range(256)) * 4)[:260]


def test_a_vault_that_burns_its_gas_reverts_without_data(desk: Desk) -> None:
    order = desk.due()
    desk.make_vault(BURN)
    receipt = desk.execute(order)
    assert (receipt.ok, receipt.output) == (False, b"")
    assert desk.is_alive(order)


def test_with_any_gas_it_fills_or_lives(desk: Desk) -> None:
    desk.make_vault(SPEND, 100)
    needed = desk.execute(desk.due()).gas
    for gas in range(26_000, needed + 60_000, 1_511):
        order = desk.due(1)
        receipt = desk.execute(order, 1, gas=gas)
        if receipt.ok:
            assert receipt.one("Executed").args["code"] == ""
            continue
        assert desk.is_alive(order, 1)
        assert desk.execute(order, 1).ok


def test_with_any_gas_a_failure_ends_by_the_traders_fault_or_lives(desk: Desk) -> None:
    for gas in range(26_000, 90_000, 811):
        desk.make_vault(0)
        order = desk.due(1)
        before = desk.earned()
        desk.fail_with(error("MARGIN"))
        receipt = desk.execute(order, 1, gas=gas)
        if receipt.ok:
            assert receipt.one("Executed").args["code"] == "MARGIN"
            assert len(called(receipt, "release")) == 1
            continue
        assert desk.is_alive(order, 1)
        assert desk.earned() == before
        desk.make_vault(0)
        assert desk.execute(order, 1).ok


def test_early(desk: Desk) -> None:
    order = desk.commit()
    desk.chain.set_time(order.due - 1)
    assert desk.execute(order).error == "EARLY"
    desk.chain.warp(1)
    assert desk.execute(order).ok


@pytest.mark.parametrize(("late", "code"), [(0, None), (1, "EXPIRED"), (10**6, "EXPIRED")])
def test_expired_from_when_it_can_be_cancelled(desk: Desk, late: int, code: str | None) -> None:
    order = desk.commit()
    desk.chain.set_time(order.due + WINDOW + GRACE + late)
    assert desk.execute(order).error == code
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) == (None if code else "ORDER")


def test_order_not_triggered(desk: Desk) -> None:
    order = desk.commit(trigger=1)
    desk.chain.warp(100)
    assert desk.execute(order).error == "ORDER"
    assert desk.execute(order._replace(due=desk.chain.now)).error == "ORDER"


def test_order_once(desk: Desk) -> None:
    order = desk.due()
    assert desk.execute(order).ok
    assert desk.execute(order).error == "ORDER"


@pytest.mark.parametrize("slot", [1, 16, 2**255])
def test_order_in_another_slot(desk: Desk, slot: int) -> None:
    assert desk.execute(desk.due(), slot).error == "ORDER"


@pytest.mark.parametrize(
    "change",
    [
        {"account": "0x" + "11" * 20},
        {"market": 1},
        {"size": 2 * WAD},
        {"size": -WAD},
        {"acceptable": 1},
        {"trigger": 1},
        {"trigger_above": True},
        {"reduce_only": True},
        {"fee": 2 * WAD},
        {"expires_at": 1},
        {"due": 1},
        {"committed_at": 1},
    ],
    ids=str,
)
def test_order_with_anything_changed(desk: Desk, change: dict[str, Any]) -> None:
    order = desk.due()
    assert desk.execute(order._replace(**change)).error == "ORDER"
    assert desk.is_alive(order)
