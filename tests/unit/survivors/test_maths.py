"""Points of the pool's formulas that a draw over the whole widths is unlikely to hit."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.fixed import WAD, pack
from novation.model import market as formulas
from novation.model import words
from novation.model.market import Config, Market

RATE = 10**24  # of a rate_max
PUSH = 10**21  # of a velocity
SCALE = 10**23


@pytest.fixture(scope="module")
def harness() -> Contract:
    chain = RevmChain()
    return chain.deploy("MathHarness", sender=chain.account(0))


def config_word(**fields: int) -> int:
    config = Config(*(fields.get(name, 1) for name in Config._fields))
    return pack((config.skew_scale // 10**15, *config[1:], words.LISTED), words.CONFIG)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("push", "dt"), [(1, 1), (1, 2), (399, 1)])
@pytest.mark.parametrize("short", [0, 1])
@pytest.mark.parametrize("price", [10**33, 5 * 10**33])
def test_the_rate_reaches_its_cap(harness: Contract, sign: int, push: int, dt: int, short: int, price: int) -> None:
    """To the unit, or one short of it or beyond it: the integral is rounded as if there were no cap."""
    config = Config(SCALE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 1)
    top = config.rate_max * RATE
    rate, skew = sign * (top - push * dt - 1 + short), sign * push * SCALE // PUSH
    for start in (rate, rate + sign, rate + 2 * sign):
        market = Market(max(0, skew), max(0, -skew), 0, 0, start, price, 0)
        after, funding = formulas.accrue(config, market, dt)
        args = (0, start, price, skew, SCALE, PUSH, top, dt)
        assert tuple(harness.call("accrue", *args)) == (funding, after)


PARTS = [
    # nothing that closing frees: no part is enough, whatever the shortfall
    ((10**21, 2**80, 0, SCALE, 2**120, 10**6, 0, 10**6), 10**21),
    # b = 1 and a discriminant of exactly 0: the root is 2 s / b
    ((10**21, 100, 0, SCALE, 1, 2 * 10**6, 0, 10**6), 2 * 10**18),
    ((-(10**21), 100, 0, SCALE, 1, 2 * 10**6, 0, 10**6), 2 * 10**18),
    # b = 1 and a discriminant below 0
    ((10**21, 100, 0, 10**19, 1, 2 * 10**6, 0, 10**6), 10**21),
    # a slope of 5e-9 makes t 3 instead of 2: more than a K of 2e18 allows at b = 1
    ((10**21, 1, 0, 2 * WAD, 1, 10**8 + 10**6, 1, 10**6), 10**21),
    # one wei is closed whole whatever the skew
    ((1, 4_000 * WAD, 10**20, SCALE, 1, 330 * 10**4, 0, 10**6), 1),
    ((1, 4_000 * WAD, -(10**20), SCALE, 1, 330 * 10**4, 0, 10**6), 1),
]


@pytest.mark.parametrize(("args", "wanted"), PARTS)
def test_a_part_at_the_edges(harness: Contract, args: tuple[int, ...], wanted: int) -> None:
    assert harness.call("partial", *args) == wanted


@pytest.mark.parametrize("skew", range(-2, 3))
@pytest.mark.parametrize("delta", range(-2, 3))
def test_the_fee_on_a_wei(harness: Contract, skew: int, delta: int) -> None:
    price, maker, taker = 10**30, 200, 500
    word = config_word(skew_scale=SCALE, maker_fee=maker, taker_fee=taker)
    wanted = formulas.charge(price, delta, skew, maker, taker, 0)
    assert harness.call("trade_fee", word, delta, price, skew, 0, False) == wanted


@pytest.mark.parametrize("size", range(-2, 3))
def test_the_interest_and_the_requirement_of_a_wei(harness: Contract, size: int) -> None:
    """Each side is another number; the slope applies to the position's own."""
    long, short, price = 2 * SCALE, 5 * SCALE, 10**30
    interest = pack((long, short, 1), words.INTEREST)
    word = config_word(skew_scale=SCALE, initial=500, slope=10_000)
    depth = max(abs(size), long if size > 0 else short)
    assert harness.call("initial", word, interest, size, price) == formulas.requirement(
        SCALE, size, price, 500, 10_000, depth
    )
    for after in range(-2, 3):
        moved = formulas.moved(Market(long, short, 1, 0, 0, 0, 0), size, after)
        assert harness.call("with_size", interest, size, after) == pack((*moved, 1), words.INTEREST)


@pytest.mark.parametrize("skew", [1, -1, 2])
def test_what_a_wei_of_skew_is_owed(harness: Contract, skew: int) -> None:
    price, funding = 5 * WAD, WAD // 2
    wanted = formulas.liability(SCALE, skew, funding, 7, price)
    assert wanted != -7
    assert harness.call("liability", skew, price, funding, 7, SCALE) == wanted


def test_times_are_of_40_bits() -> None:
    chain = RevmChain()
    harness = chain.deploy("MathHarness", sender=chain.account(0))
    start = 2**39 + 1
    chain.set_time(start + 500)
    word = config_word(maintenance=300, penalty=100)
    ramp = pack((200, 60, start, start + 1_000), words.RAMP)
    wanted = config_word(maintenance=250, penalty=80)
    assert harness.call("in_force", word, ramp) == wanted
