"""The bounds of a market where another bound hides them, and its changes with shorts."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Contract
from tests.support import stored
from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import config_of

NEW = 7
HOUR = 3_600
NORMAL = 1
UNIT = 10**15  # of K
NOTHING_OPEN = {"open_interest_cap": 0, "position_cap": 0}


def priced(bench: Bench, *words: int) -> Contract:
    """A pool whose oracle answers every call with these words: highest and spread of `bounds`; low, mid, high, the time
    and the status of a price."""
    code = b"".join(bytes([0x7F]) + word.to_bytes(32) + bytes([0x60, 32 * at, 0x52]) for at, word in enumerate(words))
    code += bytes([0x60, 32 * len(words), 0x5F, 0xF3])
    creation = bytes([0x61]) + len(code).to_bytes(2) + bytes([0x80, 0x60, 0x0A, 0x5F, 0x39, 0x5F, 0xF3]) + code
    oracle = bench.chain.deploy(("Answers", [], creation), sender=bench.owner)
    p = bench.parameters.pool
    terms = (p.min_notional, p.min_penalty, p.buffer_bps, p.protocol_share_bps, p.utilisation_bps, p.ramp_seconds)
    arguments = (bench.manager, oracle.address, *terms, bench.owner, bench.guardian)
    return bench.chain.deploy("ClearingPool", *arguments, sender=bench.owner)


def listed_at(bench: Bench, highest: int, **changes: int) -> str | None:
    """Lists a market whose feed has this highest price. @return the code that refuses it."""
    pool = priced(bench, highest, 5, highest, bench.now, NORMAL)
    return bench.set_market(NEW, pool, **changes).error


def test_a_listing_tells_its_mark(bench: Bench) -> None:
    bench.add_feed(NEW)
    receipt = bench.set_market(NEW)
    words = tuple(bench.pool.call("market_words", NEW))
    event = receipt.one("Marked").args
    assert (event["market"], event["interest"], event["funding"], event["mark"]) == (NEW, *words[2:])
    assert event["book"] == bench.pool.call("book_word")


@pytest.mark.parametrize(
    "changes",
    [
        {"open_interest_cap": 2**15},
        {"open_interest_cap": 2**16},
        {"open_interest_cap": 2**255},
        {"taker": 2**15},
        {"penalty": 2**15},
        {"penalty": 2**255},
        {"skew_scale": 2**56 * UNIT} | NOTHING_OPEN,
    ],
    ids=str,
)
@pytest.mark.parametrize("market", [ETH, NEW])
def test_beyond_a_bound(bench: Bench, market: int, changes: dict[str, int]) -> None:
    bench.add_feed(NEW)
    assert bench.set_market(market, None, **changes).error == "BOUND"


def test_the_widest_scale(bench: Bench) -> None:
    """Where nothing may be open no product overflows."""
    changes = {"skew_scale": (2**56 - 1) * UNIT} | NOTHING_OPEN
    receipt = bench.set_market(ETH, None, **changes)
    assert receipt.ok, receipt.error
    assert stored.config(bench.pool).skew_scale == changes["skew_scale"]


@pytest.mark.parametrize(("highest", "code"), [(0, "BOUND"), (1, None), (2**112 - 1, None), (2**112, "BOUND")])
def test_the_width_of_a_price(bench: Bench, highest: int, code: str | None) -> None:
    assert listed_at(bench, highest, **NOTHING_OPEN) == code


@pytest.mark.parametrize("slope", [0, 20_000, 2**16 - 1])
def test_the_highest_price_to_the_wei(bench: Bench, slope: int) -> None:
    """cap * P * K * (1e4 + slope) < 2^255, divided out in this order."""
    scale, cap = 10**12 * WAD, 100
    room = (2**256 - 1) // 2 // scale // (10_000 + slope)
    highest = (room - 1) // (cap * scale // 10_000)
    assert 0 < highest < 2**112 - 1
    changes = {"skew_scale": scale, "open_interest_cap": cap, "slope": slope}
    assert listed_at(bench, highest, **changes) is None
    assert listed_at(bench, highest + 1, **changes) == "BOUND"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_scale_while_one_side_is_open(bench: Bench, sign: int) -> None:
    bench.open(bench.trader, sign * WAD)
    assert bench.set_market(ETH, skew_scale=50_000 * WAD).error == "BOUND"
    assert bench.set_market(ETH).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_the_slope_rises_only_without_open_interest(bench: Bench, sign: int) -> None:
    slope = bench.struct()[3]
    bench.open(bench.trader, sign * WAD)
    assert bench.set_market(ETH, slope=slope + 1).error == "BOUND"
    assert bench.set_market(ETH, slope=slope - 1).ok
    assert bench.set_market(ETH, slope=slope).error == "BOUND"
    bench.open(bench.trader, -sign * WAD)
    assert bench.set_market(ETH, slope=slope + 1).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_a_part_of_a_bp_that_is_open_counts_as_one(bench: Bench, sign: int) -> None:
    """999.9 of 100,000 are 99.99 bps: 100 are covered, with 500 + 10,000 + 5,000 ppm more, by 256 bps."""
    for number in range(4):
        account = bench.sub_account(number)
        bench.fund(account, 100_000)
        bench.open(account, sign * (250 * WAD - (number == 0) * WAD // 10))
    changes = {"open_interest_cap": 10, "position_cap": 10}
    assert bench.set_market(ETH, None, **changes, maintenance=255).error == "BOUND"
    assert bench.set_market(ETH, None, **changes, maintenance=256).ok


def test_the_penalty_in_force_counts(bench: Bench) -> None:
    """It ramps from 144: 100 * cap + 500 + 14,400 + 5,000 < 30,000."""
    assert bench.set_market(ETH, penalty=144).ok
    bench.chain.warp(HOUR)
    bench.push(ETH, 4_000)
    assert bench.set_market(ETH, open_interest_cap=101).error == "BOUND"
    assert bench.set_market(ETH, open_interest_cap=100).ok


def test_the_penalty_that_comes_counts(bench: Bench) -> None:
    """Before it has ramped, for 100 bps that are open beyond the cap: 10,000 + 500 + 14,400 + 5,000 < 30,000."""
    for number in range(4):
        account = bench.sub_account(number)
        bench.fund(account, 100_000)
        bench.open(account, 250 * WAD)
    changes = {"open_interest_cap": 10, "position_cap": 10}
    assert bench.set_market(ETH, None, **changes, penalty=145).error == "BOUND"
    assert bench.set_market(ETH, None, **changes, penalty=144).ok


@pytest.mark.parametrize("sign", [1, -1])
def test_a_lower_cap_of_the_rate_holds_at_once(bench: Bench, sign: int) -> None:
    bench.open(bench.trader, sign * 10 * WAD)
    bench.chain.warp(HOUR)
    bench.push(ETH, 4_000)
    assert bench.set_market(ETH, rate_max=1).ok
    assert bench.market().rate == sign * 10**24


def test_the_highest_caps_of_the_rate_leave_it(bench: Bench) -> None:
    bench.open(bench.trader, 10 * WAD)
    for rate_max in (2**23, 2**24 - 1):
        bench.chain.warp(HOUR)
        bench.push(ETH, 4_000)
        assert bench.set_market(ETH, rate_max=rate_max).ok
        assert bench.market().rate > 10**24


def test_without_a_change_nothing_ramps(bench: Bench) -> None:
    assert bench.set_market(ETH, initial=600).ok
    config, ramp = bench.pool.call("market_words", ETH)[:2]
    assert (config_of(config)[1], ramp) == (1, 0)


def test_where_nothing_may_be_open_no_skew_is_covered(bench: Bench) -> None:
    """500 + 10,000 + 5,000 < 15,600."""
    bench.add_feed(NEW)
    for market in (NEW, ETH):
        assert bench.set_market(market, None, **NOTHING_OPEN, maintenance=155).error == "BOUND"
        assert bench.set_market(market, None, **NOTHING_OPEN, maintenance=156).ok
