"""Every formula of the pool, compiled, against the model's, over the whole widths of the packed words.

A formula answers what the model answers, or it reverts, and then a product in it is really beyond 256 bits.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from novation.fixed import WAD, pack, trunc_div
from novation.model import market as formulas
from novation.model import words
from novation.model.errors import Revert
from novation.model.market import Config, Market, Ramp

POINTS = 4_000
LIMIT = 1 << 255
RATE = 10**24  # of a rate_max
PUSH = 10**21  # of a velocity


class Draw:
    """Operands over the widths that perp_math names, the ends of each as likely as anything."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def natural(self, bits: int, least: int = 0) -> int:
        """Below 2**bits, any magnitude."""
        roll = self.random.random()
        if roll < 0.08:
            return (1 << bits) - 1
        if roll < 0.16:
            return least
        if roll < 0.24:
            return min((1 << bits) - 1, max(least, 10 ** self.random.randrange(1 + bits * 3 // 10)))
        return max(least, self.random.getrandbits(self.random.randrange(1, bits + 1)))

    def whole(self, bits: int) -> int:
        """A signed one of a field of `bits`."""
        return self.natural(bits - 1) * self.random.choice((-1, 1))

    def size(self) -> int:
        return self.whole(104)

    def scale(self) -> int:
        """K."""
        return self.natural(56, 1) * 10**15

    def price(self) -> int:
        return self.natural(112, 1)

    def rate(self, top: int) -> int:
        """Within the cap, often at it."""
        return self.random.choice((top, -top, 0, self.random.randint(-top, top)))

    def config(self) -> Config:
        """Anything that fits the word."""
        small = [self.natural(16) for _ in range(9)]
        return Config(self.scale(), *small, self.natural(24, 1), self.natural(24))

    def market(self) -> Market:
        """Anything that fits the words."""
        return Market(
            self.natural(104), self.natural(104), 0, self.whole(136), self.whole(105), self.price(), self.whole(143)
        )


@pytest.fixture(scope="module")
def chain() -> RevmChain:
    return RevmChain()


@pytest.fixture(scope="module")
def harness(chain: RevmChain) -> Contract:
    return chain.deploy("MathHarness", sender=chain.account(0))


def compare(harness: Contract, name: str, args: tuple[Any, ...], wanted: Any, *products: int) -> bool:
    """One point. `products` are what the formula computes checked. @return whether it answered."""
    try:
        found = harness.call(name, *args)
    except Reverted:
        found = None
    if found is None:
        wide = any(not -LIMIT <= product < LIMIT for product in products)
        assert wanted is None or wide, (name, args, wanted)
        return False
    assert found == wanted, (name, args)
    return True


def requirement(*args: int) -> int | None:
    """The model's; None where it says that the product is too wide."""
    try:
        return formulas.requirement(*args)
    except Revert:
        return None


def config_word(config: Config, flags: int = words.LISTED) -> int:
    return pack((config.skew_scale // 10**15, *config[1:], flags), words.CONFIG)


def state_words(market: Market) -> tuple[int, int, int]:
    return (
        pack((market.long, market.short, market.accrued_at), words.INTEREST),
        pack((market.rate, market.funding), words.FUNDING),
        pack((market.price, market.basis), words.MARK),
    )


def test_divisions_and_clamp(harness: Contract) -> None:
    draw = Draw(1)
    for _ in range(POINTS):
        x, y = draw.whole(256), draw.natural(255, 1)
        compare(harness, "floor_div", (x, y), x // y)
        compare(harness, "ceil_div", (x, y), -(-x // y))
        compare(harness, "clamp", (x, y), max(-y, min(y, x)))
        exact = trunc_div(x, y) * y
        compare(harness, "floor_div", (exact, y), exact // y)
        compare(harness, "ceil_div", (exact, y), exact // y)


def test_accrue(harness: Contract) -> None:
    draw, answered = Draw(2), 0
    for _ in range(POINTS):
        config = draw.config()
        top = config.rate_max * RATE
        dt = draw.natural(40)
        market = Market(
            draw.natural(104), draw.natural(104), 0, draw.whole(136), draw.rate(top), draw.price(), draw.whole(144)
        )
        rate, funding = formulas.accrue(config, market, dt)
        area = (funding - market.funding) * formulas.RATE
        args = (
            market.funding, market.rate, market.price, market.skew, config.skew_scale,
            config.velocity * PUSH, top, dt,
        )  # fmt: skip
        answered += compare(harness, "accrue", args, (funding, rate), area, area - formulas.RATE)
    assert answered > POINTS // 2


def test_fill_cost(harness: Contract) -> None:
    draw, answered = Draw(3), 0
    for _ in range(POINTS):
        size, price, skew, scale = draw.size(), draw.price(), draw.size(), draw.scale()
        product = size * price * (2 * scale + 2 * skew + size)
        wanted = formulas.fill_cost(scale, price, skew, size)
        answered += compare(harness, "fill_cost", (size, price, skew, scale), wanted, product)
    assert answered > POINTS // 3


def test_liability(harness: Contract) -> None:
    draw, answered = Draw(4), 0
    for _ in range(POINTS):
        skew, price, funding, basis, scale = draw.size(), draw.price(), draw.whole(135), draw.whole(144), draw.scale()
        product = skew * price * (2 * scale + skew)
        wanted = formulas.liability(scale, skew, funding, basis, price)
        answered += compare(harness, "liability", (skew, price, funding, basis, scale), wanted, product)
    assert answered > POINTS // 3


def test_pnl(harness: Contract) -> None:
    draw = Draw(5)
    for _ in range(POINTS):
        size, basis, price, funding = draw.size(), draw.whole(112), draw.price(), draw.whole(136)
        assert compare(harness, "pnl", (size, basis, price, funding), formulas.pnl(size, basis, price, funding))


def test_requirement(harness: Contract) -> None:
    draw, answered = Draw(6), 0
    for _ in range(POINTS):
        size, price, ratio, slope = draw.size(), draw.price(), draw.natural(16), draw.natural(16)
        load, scale = draw.natural(104), draw.scale()
        wanted = requirement(scale, size, price, ratio, slope, load)
        answered += compare(harness, "requirement", (size, price, ratio, slope, load, scale), wanted)
    assert answered > POINTS // 3


def test_fee(harness: Contract) -> None:
    draw = Draw(7)
    for _ in range(POINTS):
        delta, price, skew = draw.size(), draw.price(), draw.size()
        maker, taker, spread = draw.natural(16), draw.natural(16), draw.natural(20)
        size = abs(delta)
        made = min(size, abs(skew)) if (delta > 0) != (skew > 0) and skew else 0
        wanted = formulas.charge(price, delta, skew, maker, taker, spread)
        assert compare(harness, "fee", (size, made, price, maker, taker, spread), wanted)
        config = draw.config()._replace(maker_fee=maker, taker_fee=taker)
        assert compare(harness, "trade_fee", (config_word(config), delta, price, skew, spread, False), wanted)
        wanted = formulas.charge(price, delta, 0, 0, taker, spread)
        assert compare(harness, "trade_fee", (config_word(config), delta, price, skew, spread, True), wanted)


def test_share(harness: Contract) -> None:
    draw = Draw(8)
    for _ in range(POINTS):
        size, price, factor = draw.natural(104), draw.price(), draw.natural(16)
        assert compare(harness, "share", (size, price, factor), -(-size * price * factor // (10**4 * WAD)))


@pytest.mark.parametrize("sane", [False, True])
def test_partial(harness: Contract, sane: bool) -> None:
    """Over the widths, and over markets as they are listed, where most answers are parts."""
    draw, answered, parts = Draw(9 + sane), 0, 0
    r = draw.random
    for _ in range(POINTS):
        if sane:
            scale, price = 10 ** r.randrange(18, 26), r.randrange(10**15, 10**23)
            size = r.randrange(1, scale // 20) * r.choice((-1, 1))
            skew = r.randrange(-scale // 20, scale // 20)
            terms = formulas.Terms(
                r.randrange(100, 1000), r.randrange(0, 20_000), r.randrange(0, 100), r.randrange(0, 1000),
                r.randrange(1, 2000),
            )  # fmt: skip
            shortfall = max(1, abs(size) * price // WAD * r.randrange(1, 1000) // 20_000)
        else:
            scale, price, size, skew = draw.scale(), draw.price(), draw.size() or 1, draw.size()
            terms = formulas.Terms(*(draw.natural(16) for _ in range(4)), r.randrange(1, 10_001))
            shortfall = draw.natural(128, 1)
        lift = 10_000 + terms.buffer
        ratio8, slope8 = terms.maintenance * lift, terms.slope * lift
        cost8 = terms.penalty * 10_000 + terms.taker * 100
        wanted = formulas.liquidation_size(terms, scale, price, size, skew, shortfall)
        sigma = skew if size > 0 else -skew
        b = price * ((ratio8 - cost8) * scale + 2 * slope8 * abs(size) + 10**8 * sigma) // (10**8 * scale)
        t = -(-2 * price * (2 * slope8 + 10**8) // 10**8)
        products = (b * b, t * shortfall * WAD, b * b - t * shortfall * WAD // scale, 2 * shortfall * WAD)
        args = (size, price, skew, scale, shortfall, ratio8, slope8, cost8)
        answered += compare(harness, "partial", args, wanted, *products)
        parts += wanted < abs(size)
    assert answered > (POINTS - 1 if sane else POINTS // 3)
    assert not sane or parts > POINTS // 4


def test_market(chain: RevmChain, harness: Contract) -> None:
    """The formulas on words: accrual, L, reserve, requirements, open interest."""
    draw, answered = Draw(11), 0
    for _ in range(POINTS // 2):
        config, market = draw.config(), draw.market()
        dt = draw.natural(28)
        top = config.rate_max * RATE
        market = market._replace(accrued_at=chain.now - dt, rate=draw.rate(top))
        word, stored = config_word(config), state_words(market)
        rate, funding = formulas.accrue(config, market, chain.now)
        area = (funding - market.funding) * formulas.RATE
        now = (market.long, market.short, chain.now, rate, funding, market.price, market.basis)
        compare(harness, "accrued", (word, *stored), now, area, area - formulas.RATE)
        price, size = draw.price(), draw.size()
        scale = config.skew_scale
        product = market.skew * price * (2 * scale + market.skew)
        wanted = formulas.liability(scale, market.skew, market.funding, market.basis, price)
        answered += compare(harness, "market_liability", (word, *stored, price), wanted, product)
        assert compare(harness, "reserve", (word, stored[0], stored[2]), formulas.reserve_of(config, market))
        for name, ratio, depth, extra in (
            ("maintenance", config.maintenance, abs(size), ()),
            ("initial", config.initial, max(abs(size), market.long if size > 0 else market.short), (stored[0],)),
        ):
            wanted = requirement(scale, size, price, ratio, config.slope, depth)
            compare(harness, name, (word, *extra, size, price), wanted)
        if size:
            held = draw.random.randrange(abs(size)) * (1 if size > 0 else -1)
            long, short = formulas.moved(market, 0, held)
            if long < 1 << 104 and short < 1 << 104:
                before = pack((long, short, 1), words.INTEREST)
                long, short = formulas.moved(Market(long, short, 1, 0, 0, 0, 0), held, size)
                if long < 1 << 104 and short < 1 << 104:
                    assert compare(harness, "with_size", (before, held, size), pack((long, short, 1), words.INTEREST))
    assert answered > POINTS // 6


def test_ramps(chain: RevmChain, harness: Contract) -> None:
    draw = Draw(12)
    for _ in range(POINTS):
        config = draw.config()
        length = draw.natural(30, 1)
        start = max(1, chain.now - draw.natural(31))
        ramp = Ramp(draw.natural(16), draw.natural(16), start, start + length)
        maintenance, penalty = formulas.in_force(config, ramp, chain.now)
        flags = words.LISTED | words.RAMPING
        wanted = config_word(config._replace(maintenance=maintenance, penalty=penalty), flags)
        assert compare(harness, "in_force", (config_word(config, flags), pack(ramp, words.RAMP)), wanted)
