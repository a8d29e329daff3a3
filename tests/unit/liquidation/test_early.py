"""EARLY in the module: at an outdated price that came after a flag of a ramp ago, which warned nobody of it."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Receipt
from novation.fixed import pack
from novation.model import words
from novation.model.doors import FLAG_LIFE
from tests.support.oracle import (
    AGED,
    FALLBACK_AGE,
    FEED,
    HALT,
    NORMAL,
    PULLED,
    REDUCE_ONLY,
    STARVED,
    TRADE_AGE,
    WAD,
)
from tests.support.orders import Desk, error
from tests.support.stub import passed, passing

MARKET = PULLED
RAMP = 600  # of the desk's module
CLOSE_AGE = 1_700  # a price may go out of use while a flag of its time still counts
LAST = 31  # the last market that there may be; nothing is known of its price
OUTDATED = pytest.mark.parametrize(
    ("age", "status"), [(TRADE_AGE + 1, AGED), (CLOSE_AGE, AGED), (CLOSE_AGE + 1, HALT)], ids=["aged", "oldest", "halt"]
)
# The flag's second before the price's, at it, after it.
EDGES = pytest.mark.parametrize(("after", "code"), [(-1, "EARLY"), (0, None), (1, None)])


@pytest.fixture
def good(desk: Desk) -> int:
    """The time of the price that is believed, 2,000."""
    desk.rig.reset(MARKET, close_age=CLOSE_AGE)
    desk.chain.warp(10)
    desk.rig.bring(2_000)
    return desk.chain.now


def hold(desk: Desk, *markets: int, flagged_at: int, account: str = "") -> None:
    """The account is in these markets and flagged from now on, as the vault tells; every other bit is set."""
    word = pack((255, 255, sum(1 << market for market in markets), flagged_at, 2**64 - 1, -1), words.ACCOUNT)
    desk.vault.transact("set_account_word", account or desk.account, word, sender=desk.anyone)


def done(receipt: Receipt) -> list[str]:
    return [event.args["account"] for event in receipt.find("Liquidating")]


@OUTDATED
@EDGES
def test_where_the_price_came_after_the_flag(
    desk: Desk, good: int, age: int, status: int, after: int, code: str | None
) -> None:
    desk.chain.warp(age)
    assert desk.rig.read(MARKET).status == status
    hold(desk, MARKET, flagged_at=good + after)
    assert desk.liquidate(MARKET).error == code


@pytest.mark.parametrize(("ago", "code"), [(3, None), (RAMP - 1, None), (RAMP, "EARLY"), (RAMP + 1, "EARLY")])
def test_a_younger_flag_is_for_the_vault_to_judge(desk: Desk, ago: int, code: str | None) -> None:
    """Of that the vault says EARLY itself, and HEALTHY first."""
    desk.rig.reset(MARKET, trade_age=1)
    flagged_at = desk.chain.now
    hold(desk, MARKET, flagged_at=flagged_at)
    desk.chain.set_time(flagged_at + ago)
    desk.rig.bring(2_000, flagged_at + 1)
    assert desk.rig.read(MARKET).status == AGED
    assert desk.liquidate(MARKET).error == code
    receipt = desk.liquidations.transact("liquidate_many", [desk.account], [MARKET], sender=desk.keeper)
    assert desk.liquidations.returned("liquidate_many", receipt) == (0 if code else 1)


@pytest.mark.parametrize("flag", [1, 2**39])
@pytest.mark.parametrize("age", [0, TRADE_AGE])
@pytest.mark.parametrize("status", [NORMAL, REDUCE_ONLY])
def test_not_at_a_price_of_now(desk: Desk, good: int, age: int, status: int, flag: int) -> None:
    """Whenever it was flagged."""
    desk.rig.set_status(status, MARKET)
    desk.chain.warp(age)
    assert desk.rig.read(MARKET).status == status
    hold(desk, MARKET, flagged_at=flag)
    assert desk.liquidate(MARKET).ok


@OUTDATED
def test_without_a_flag_the_vault_decides(desk: Desk, good: int, age: int, status: int) -> None:
    desk.chain.warp(age)
    hold(desk, MARKET, LAST, flagged_at=0)
    assert desk.liquidate(MARKET).ok
    desk.fail_with(error("HEALTHY"))
    assert desk.liquidate(MARKET).error == "HEALTHY"


def test_without_a_flag_of_a_ramp_ago_no_price_is_asked_for(desk: Desk) -> None:
    hold(desk, 0, FEED, flagged_at=0)
    desk.rig.modes(STARVED)
    assert desk.liquidate(FEED).ok
    hold(desk, 0, FEED, flagged_at=desk.chain.now - RAMP + 1)
    assert desk.liquidate(FEED).ok
    hold(desk, 0, FEED, flagged_at=desk.chain.now - RAMP)
    assert desk.liquidate(FEED).error == "GAS"


@EDGES
@pytest.mark.parametrize("others", [(), (0,), (0, FEED)], ids=str)
def test_of_any_market_that_it_is_in(desk: Desk, good: int, others: tuple[int, ...], after: int, code: str) -> None:
    """Not only of the one that is closed, whose price is of now."""
    desk.chain.warp(TRADE_AGE + 1)
    desk.rig.push(2_000)
    assert [desk.rig.read(market).status for market in others] == [NORMAL] * len(others)
    hold(desk, *others, MARKET, flagged_at=good + after)
    assert desk.liquidate(0).error == code


def test_of_no_market_that_it_is_not_in(desk: Desk, good: int) -> None:
    """The vault says MARKET."""
    desk.chain.warp(TRADE_AGE + 1)
    desk.rig.push(2_000)
    hold(desk, 0, FEED, flagged_at=good - 1)
    assert desk.liquidate(MARKET).ok
    hold(desk, flagged_at=good - 1)
    assert desk.liquidate(MARKET).ok


def test_of_a_market_without_a_price(desk: Desk) -> None:
    """Its time is 0, before every flag."""
    hold(desk, LAST, flagged_at=desk.chain.now - RAMP)
    assert desk.liquidate(LAST).ok


@pytest.mark.parametrize(("ago", "code"), [(FLAG_LIFE, None), (FLAG_LIFE + 1, "EARLY"), (10 * FLAG_LIFE, "EARLY")])
@pytest.mark.parametrize("market", [MARKET, LAST], ids=["halted by age", "without a price"])
def test_where_the_flag_can_be_set_anew(desk: Desk, good: int, market: int, ago: int, code: str | None) -> None:
    """Whenever the price came: what the flag warned of is over."""
    desk.chain.warp(20 * FLAG_LIFE)
    hold(desk, market, flagged_at=desk.chain.now - ago)
    assert desk.liquidate(market).error == code
    receipt = desk.liquidations.transact("liquidate_many", [desk.account], [market], sender=desk.keeper)
    assert desk.liquidations.returned("liquidate_many", receipt) == (0 if code else 1)
    hold(desk, 0, flagged_at=desk.chain.now - ago)
    desk.rig.push(2_000)
    assert desk.liquidate(0).ok


@EDGES
def test_of_a_doubted_price_the_last_believed_counts(desk: Desk, good: int, after: int, code: str | None) -> None:
    desk.chain.warp(RAMP + 1)
    assert not desk.rig.bring(10_000)
    assert desk.rig.read(MARKET).status == HALT
    hold(desk, MARKET, flagged_at=good + after)
    assert desk.liquidate(MARKET).error == code


@EDGES
def test_of_a_fallbacks_price_the_last_believed_counts(desk: Desk, after: int, code: str | None) -> None:
    desk.rig.reset(MARKET, close_age=CLOSE_AGE, fallback_age=FALLBACK_AGE)
    desk.rig.bring(2_000)
    good = desk.chain.now
    desk.chain.warp(CLOSE_AGE + 1)
    desk.rig.push_to(desk.rig.fallback, 2_000 * WAD)
    assert desk.rig.read(MARKET).status == AGED
    hold(desk, MARKET, flagged_at=good + after)
    assert desk.liquidate(MARKET).error == code


def test_a_push_sources_newer_round_counts_before_it_is_stored(desk: Desk) -> None:
    desk.rig.observe(0)
    flagged_at = desk.chain.now
    hold(desk, 0, flagged_at=flagged_at)
    desk.chain.warp(1)
    desk.rig.push(2_000)
    desk.chain.warp(TRADE_AGE + 1)
    assert desk.liquidate(0).error == "EARLY"
    hold(desk, 0, flagged_at=flagged_at + 1)
    assert desk.liquidate(0).ok


class TestWithAnUpdate:
    """It is brought before the question."""

    def test_of_now(self, desk: Desk, good: int) -> None:
        desk.chain.warp(TRADE_AGE + 1)
        hold(desk, MARKET, flagged_at=good - 1)
        assert desk.liquidate(MARKET).error == "EARLY"
        assert desk.liquidate(MARKET, desk.rig.update(2_010 * WAD)).ok

    @EDGES
    def test_of_minutes_ago(self, desk: Desk, good: int, after: int, code: str | None) -> None:
        """What was believed before the flag is not the price any more."""
        desk.chain.warp(2 * TRADE_AGE + 1)
        at = good + TRADE_AGE
        hold(desk, MARKET, flagged_at=at + after)
        before = desk.rig.words(MARKET)
        receipt = desk.liquidate(MARKET, desk.rig.update(2_010 * WAD, at))
        assert receipt.error == code
        if code:
            assert desk.rig.words(MARKET) == before
        else:
            assert desk.rig.stored(MARKET).published_at == at

    def test_that_is_doubted(self, desk: Desk, good: int) -> None:
        hold(desk, MARKET, flagged_at=good - 1)
        desk.chain.warp(RAMP - 1)
        assert desk.liquidate(MARKET).ok
        assert desk.liquidate(MARKET, desk.rig.update(10_000 * WAD)).error == "EARLY"

    def test_its_ether_goes_back(self, desk: Desk, good: int) -> None:
        """All of it, with what was brought."""
        desk.rig.pull.transact("set_price", 7, sender=desk.anyone)
        desk.chain.warp(TRADE_AGE + 2)
        hold(desk, MARKET, flagged_at=good - 1)
        before = desk.chain.balance(desk.keeper)
        data = desk.rig.update(2_010 * WAD, good + 1)
        assert desk.liquidate(MARKET, data, 10).error == "EARLY"
        assert desk.chain.balance(desk.keeper) == before
        assert desk.chain.balance(desk.rig.pull.address) == 0


class TestMany:
    def test_passes_over_such_a_pair(self, desk: Desk, good: int) -> None:
        """The others of the list stand: the second account's price came after its flag, the fourth's too."""
        desk.make_vault(0, WAD)
        desk.chain.warp(TRADE_AGE + 1)
        accounts = [desk.sub_account(number) for number in range(6)]
        flags = [good, good - 1, 0, good - 1, good + 1, good - 1]
        for account, flagged_at in zip(accounts, flags, strict=True):
            hold(desk, MARKET, flagged_at=flagged_at, account=account)
        hold(desk, 0, flagged_at=good - 1, account=accounts[5])
        desk.rig.push(2_000)
        receipt = desk.liquidations.transact("liquidate_many", accounts, [MARKET] * 6, sender=desk.keeper)
        assert desk.liquidations.returned("liquidate_many", receipt) == 4
        assert done(receipt) == [accounts[0], accounts[2], accounts[4], accounts[5]]

    @OUTDATED
    @EDGES
    def test_at_the_same_edges(
        self, desk: Desk, good: int, age: int, status: int, after: int, code: str | None
    ) -> None:
        desk.chain.warp(age)
        hold(desk, MARKET, flagged_at=good + after)
        receipt = desk.liquidations.transact("liquidate_many", [desk.account], [MARKET], sender=desk.keeper)
        assert desk.liquidations.returned("liquidate_many", receipt) == (0 if code else 1)

    def test_gas_where_a_source_cannot_tell(self, desk: Desk) -> None:
        """Nothing is done, whosever pair it is."""
        accounts = [desk.sub_account(1), desk.account]
        hold(desk, 0, flagged_at=1)
        desk.rig.modes(STARVED)
        attempt = desk.liquidations.attempt("liquidate_many", accounts, [0, 0], sender=desk.keeper)
        assert attempt.error == "GAS"
        receipt = desk.liquidations.transact("liquidate_many", accounts[:1], [0], sender=desk.keeper)
        assert done(receipt) == accounts[:1]


def test_the_caller_is_not_called_where_it_is_early(desk: Desk, good: int) -> None:
    """The refund comes last."""
    payload = desk.liquidations.encode("liquidate", desk.account, MARKET, b"")
    liquidator = passing(desk.chain, (desk.liquidations.address, payload))
    desk.chain.warp(TRADE_AGE + 1)
    hold(desk, MARKET, flagged_at=good - 1)
    assert passed(desk.chain, liquidator, desk.liquidations, payload, 1).error == "EARLY"
    assert desk.chain.storage(liquidator.address, 0) == 0
