"""Properties of the executable specification alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from novation.fixed import BPS, WAD
from novation.model.market import (
    Config,
    Market,
    Position,
    Terms,
    accrue,
    change,
    charge,
    fill_cost,
    liability,
    liquidation_size,
    pnl,
    requirement,
)
from tests.support.model import (
    TRADERS,
)

CAP = 3 * 10**18
scales = st.integers(1, 10**9).map(lambda k: k * 10**15)
prices = st.integers(10**10, 10**24)
fundings = st.integers(-(10**22), 10**22)
TRADER, OTHER = TRADERS[0], TRADERS[1]


def sizes(scale: int) -> st.SearchStrategy[int]:
    """Sizes up to a third of K, either sign, dust among them."""
    top = scale // 3 + 1
    return st.one_of(st.integers(-top, top), st.integers(-5, 5))


# --- fill (11, 10, 12)


@given(st.data(), scales, prices)
def test_splitting_a_fill_never_costs_less(data: st.DataObject, scale: int, price: int) -> None:
    skew, first, second = (data.draw(sizes(scale)) for _ in range(3))
    whole = fill_cost(scale, price, skew, first + second)
    parts = fill_cost(scale, price, skew, first) + fill_cost(scale, price, skew + first, second)
    assert 0 <= parts - whole <= 1


@given(st.data(), scales, prices, st.integers(0, 500), st.integers(0, 500), st.integers(0, 5000))
def test_splitting_an_order_never_lowers_its_fee(
    data: st.DataObject, scale: int, price: int, maker: int, more: int, spread: int
) -> None:
    skew, first, second = (data.draw(sizes(scale)) for _ in range(3))
    if first * second < 0:
        second = -second
    rates = maker, maker + more, spread
    parts = charge(price, first, skew, *rates) + charge(price, second, skew + first, *rates)
    assert 0 <= parts - charge(price, first + second, skew, *rates) <= 1


@given(st.data(), scales, prices)
def test_a_round_trip_at_one_price_never_earns(data: st.DataObject, scale: int, price: int) -> None:
    skew, delta = data.draw(sizes(scale)), data.draw(sizes(scale))
    assert fill_cost(scale, price, skew, delta) + fill_cost(scale, price, skew + delta, -delta) >= 0


@given(st.data(), scales, prices, prices, fundings)
def test_a_fill_moves_nav_by_its_fee_alone(data: st.DataObject, scale: int, price: int, old: int, funding: int) -> None:
    """ΔNAV = -realised - ΔL at the fill's price: 0 to 2 wei a fill, a flip is two; size 0 means basis 0."""
    others, size, delta = data.draw(sizes(scale)), data.draw(sizes(scale)), data.draw(sizes(scale).filter(bool))
    total = data.draw(st.integers(-(10**26), 10**26))
    basis = size * old // WAD if size else 0
    skew = others + size
    done = change(Position(size, basis, 0), delta, price, funding, scale, skew)
    before = liability(scale, skew, funding, total, price)
    after = liability(scale, skew + delta, funding, total + done.basis - basis, price)
    moved = -done.realised - (after - before)
    flips = size and done.size and (size > 0) != (done.size > 0)
    assert 0 <= moved <= (4 if flips else 2)
    assert done.size or not done.basis


@given(st.data(), scales, prices, fundings)
def test_what_all_would_get_covers_what_each_would(data: st.DataObject, scale: int, price: int, funding: int) -> None:
    held = [Position(data.draw(sizes(scale)), data.draw(st.integers(-(10**24), 10**24)), 0) for _ in range(4)]
    skew, total = sum(p.size for p in held), sum(p.basis for p in held)
    owed = liability(scale, skew, funding, total, price)
    worth = sum(pnl(p.size, p.basis, price, funding) for p in held)
    assert (owed - worth) * 2 * scale * WAD >= skew * skew * price


# --- funding (14, 15)

CONFIG = Config(10**24, 1000, 500, 500, 200, 600, 300, 100, 2500, 100, 400_000, 1_000_000)


@given(
    st.integers(-(10**24), 10**24),
    st.integers(-400_000, 400_000),
    st.lists(st.integers(1, 40_000), min_size=1, max_size=12),
    prices,
    st.integers(0, 1 << 23),
)
def test_many_pokes_are_as_one(skew: int, rate: int, waits: list[int], price: int, velocity: int) -> None:
    """Also across the cap: F within one unit a poke, the rate exactly."""
    config = CONFIG._replace(velocity=velocity)
    start = Market(max(0, skew), max(0, -skew), 0, 0, rate * 10**24, price, 0)
    market, now = start, 0
    for wait in waits:
        now += wait
        new_rate, funding = accrue(config, market, now)
        assert abs(new_rate) <= config.rate_max * 10**24
        market = market._replace(rate=new_rate, funding=funding, accrued_at=now)
    once = accrue(config, start, now)
    assert market.rate == once[0]
    assert abs(market.funding - once[1]) <= len(waits)


@given(st.integers(1, 10**24), st.integers(1, 10**6))
def test_a_small_skew_does_not_round_to_nothing(skew: int, elapsed: int) -> None:
    start = Market(skew, 0, 0, 0, 0, 2000 * WAD, 0)
    rate, _ = accrue(CONFIG, start, elapsed)
    assert rate > 0


# --- margin (16)


@given(st.data(), scales, prices, st.integers(1, 2000), st.integers(0, 2000), st.integers(2, 5))
def test_sub_accounts_gain_nothing(
    data: st.DataObject, scale: int, price: int, ratio: int, slope: int, parts: int
) -> None:
    """Initial margin uses the side's interest after, so split over accounts a position needs at least as much."""
    others = data.draw(st.integers(0, scale // 3))
    pieces = [data.draw(st.integers(1, scale // 10 + 1)) for _ in range(parts)]
    whole = sum(pieces)
    one = requirement(scale, whole, price, ratio, slope, max(whole, others + whole))
    split = sum(requirement(scale, piece, price, ratio, slope, max(piece, others + whole)) for piece in pieces)
    assert split >= one


# --- liquidation (19, 20)


@given(
    st.integers(100, 1500), st.integers(0, 1000), st.integers(0, 90), st.integers(0, 1000), st.integers(0, 3000),
    st.integers(10**20, 10**25), st.integers(10**15, 10**23), st.integers(1, 1000), st.integers(-1000, 1000),
    st.integers(0, 10_000),
)  # fmt: skip
def test_a_partial_liquidation_reaches_its_target_and_a_billionth_less_misses_it(
    maintenance: int, slope: int, penalty_share: int, taker: int, buffer: int, scale: int, price: int, part: int,
    tilt: int, depth: int,
) -> None:  # fmt: skip
    """After q margin is at its target, up to the wei of eight roundings; q less a billionth is not (but for dust)."""
    penalty = maintenance * penalty_share // 100
    terms = Terms(maintenance, slope, penalty, taker, buffer)
    size = scale * part // 10_000
    skew = size + (scale - size) * tilt // 20_000
    required = requirement(scale, size, price, maintenance, slope, size)
    margin = required * depth // 10_000 - 1
    target = -(-required * (BPS + buffer) // BPS)
    q = liquidation_size(terms, scale, price, size, skew, target - margin)
    if margin < 0 or q >= size:
        return

    def gap(closed: int) -> int:
        cost = fill_cost(scale, price, skew, -closed)
        fee = charge(price, -closed, 0, 0, taker, 0)
        fine = -(-closed * price * penalty // (BPS * WAD))
        left = size - closed
        after = margin - cost + left * price // WAD - size * price // WAD - fee - fine
        wanted = -(-requirement(scale, left, price, maintenance, slope, left) * (BPS + buffer) // BPS)
        return after - wanted

    assert gap(q) >= -8
    less = q - max(1, q // 10**9)
    if (q - less) * price // WAD > 10**9:
        assert gap(less) < 0
