"""The mean price of a Uniswap v3 pool."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Contract, Reverted
from novation.upstream.uniswap import Uniswap
from tests.sources.ground import ETH, LIQUIDITY, WAD, WINDOW, Ground, prove, slow, starved

Pool = tuple[Uniswap, Contract, Contract]


@pytest.fixture
def pool(ground: Ground) -> Pool:
    return ground.pool()


def source_of(
    ground: Ground, pool: Pool, base: Contract | None = None, window: int = WINDOW, liquidity: int = LIQUIDITY
) -> Contract:
    address = (base or ground.weth).address
    return ground.chain.deploy("TwapSource", pool[1].address, address, window, liquidity, sender=ground.me)


def test_a_mean(ground: Ground, pool: Pool) -> None:
    source = source_of(ground, pool)
    ground.chain.warp(WINDOW)
    id, mid, confidence, published_at, previous_at = source.call("latest")
    assert id == published_at == ground.chain.now
    assert (confidence, previous_at) == (0, 0)
    assert abs(mid - ETH) < ETH // 10_000  # a tick


def test_the_other_token(ground: Ground, pool: Pool) -> None:
    source = source_of(ground, pool, pool[2])
    ground.chain.warp(WINDOW)
    assert abs(source.call("latest")[1] - WAD * WAD // ETH) < WAD * WAD // ETH // 10_000


def test_one_block_moves_nothing(ground: Ground, pool: Pool) -> None:
    """A swap has no weight in its own block, and after it the weight of the time that it stood."""
    uniswap, _, usdc = pool
    source = source_of(ground, pool)
    ground.chain.warp(WINDOW)
    before = source.call("latest")[1]
    usdc.transact("mint", ground.me, 10**13, sender=ground.me)
    uniswap.swap(usdc, ground.weth, 4 * 10**12, ground.me)  # doubles the reserve: four times the price
    assert source.call("latest")[1] == before
    ground.chain.warp(12)
    moved = source.call("latest")[1]
    assert before < moved < before * 103 // 100  # 4**(12 / 600) = 1.028
    uniswap.swap(ground.weth, usdc, 499 * WAD, ground.me)
    ground.chain.warp(WINDOW)
    assert abs(source.call("latest")[1] - ETH) < ETH // 100


def test_half_a_window(ground: Ground, pool: Pool) -> None:
    """The mean is geometric."""
    uniswap, _, usdc = pool
    source = source_of(ground, pool)
    ground.chain.warp(WINDOW)
    uniswap.swap(ground.weth, usdc, 100 * WAD, ground.me)
    ground.chain.warp(WINDOW // 2)
    half = source.call("latest")[1]
    ground.chain.warp(WINDOW // 2)
    whole = source.call("latest")[1]
    assert abs(half * half - ETH * whole) < ETH * whole // 5_000


def test_a_young_pool(ground: Ground, pool: Pool) -> None:
    source = source_of(ground, pool)
    ground.chain.warp(WINDOW - 1)
    assert source.call("latest") == (0, 0, 0, 0, 0)
    ground.chain.warp(1)
    assert source.call("latest")[1] > 0


def test_a_thin_pool(ground: Ground, pool: Pool) -> None:
    liquidity = pool[1].call("liquidity")
    enough, more = (source_of(ground, pool, liquidity=liquidity + more) for more in (-1, 1))
    ground.chain.warp(WINDOW)
    assert enough.call("latest")[1] > 0
    assert more.call("latest") == (0, 0, 0, 0, 0)


def test_liquidity_that_comes_for_a_moment(ground: Ground, pool: Pool) -> None:
    """The harmonic mean: a hundred times as much for a tenth of the window hardly counts."""
    uniswap, contract, usdc = pool
    liquidity = contract.call("liquidity")
    source = source_of(ground, pool, liquidity=liquidity * 6 // 5)
    ground.chain.warp(WINDOW * 9 // 10)
    usdc.transact("mint", ground.me, 4 * 10**14, sender=ground.me)
    ground.chain.fund(ground.me, 200_000 * WAD)
    ground.weth.transact("deposit", sender=ground.me, value=100_000 * WAD)
    uniswap.pool(ground.weth, usdc, 4000 * 10**6 / WAD, ground.me, 100_000 * WAD, 100)
    ground.chain.warp(WINDOW // 10)
    assert contract.call("liquidity") > 100 * liquidity
    assert source.call("latest") == (0, 0, 0, 0, 0)
    ground.chain.warp(WINDOW // 10)
    assert source.call("latest")[1] > 0


def test_it_is_a_reference_only(ground: Ground, pool: Pool) -> None:
    source = source_of(ground, pool)
    ground.chain.warp(WINDOW)
    assert source.call("latest")[4] == 0
    assert source.call("observation", ground.chain.now) == (0, 0, 0, 0, 0)
    assert source.call("following", ground.chain.now) == 0
    assert source.call("fee", b"") == 0
    assert prove(source, b"") == "PUSH"


def test_a_starved_pool_is_told(ground: Ground, pool: Pool) -> None:
    source = source_of(ground, pool)
    arguments = slow(ground.chain, pool[1].address), ground.weth.address, WINDOW, LIQUIDITY
    through = ground.chain.deploy("TwapSource", *arguments, sender=ground.me)
    ground.chain.warp(WINDOW)
    assert through.call("latest") == source.call("latest")
    starved(source, "latest", rare=True)
    starved(through, "latest")


@pytest.mark.parametrize(("decimals", "other", "told"), [(36, 16, True), (36, 0, False), (0, 9, True), (0, 36, False)])
def test_a_price_beyond_the_widths(ground: Ground, pool: Pool, decimals: int, other: int, told: bool) -> None:
    """Smallest units are worth the same: a whole one of 36 decimals is 1e20 of 16 decimals, and 1e36 of none."""
    base = ground.chain.deploy("MockToken", "Base", "B", decimals, sender=ground.me)
    quote = ground.chain.deploy("MockToken", "Quote", "Q", other, sender=ground.me)
    for token in (base, quote):
        token.transact("mint", ground.me, 10**30, sender=ground.me)
    pair = pool[0].pool(base, quote, 1.0, ground.me, 10**20, 10)
    source = ground.chain.deploy("TwapSource", pair.address, base.address, WINDOW, 1, sender=ground.me)
    ground.chain.warp(WINDOW)
    price = source.call("latest")[1]
    exact = 10 ** (18 + decimals - other) if told else 0
    assert abs(price - exact) * 10**9 <= exact


def test_no_pool(ground: Ground) -> None:
    with pytest.raises(Reverted, match="BOUND"):
        ground.chain.deploy("TwapSource", "0x" + 40 * "1", ground.weth.address, WINDOW, 1, sender=ground.me)


@pytest.mark.parametrize(("window", "liquidity"), [(299, 1), (86_401, 1), (WINDOW, 0)])
def test_what_it_is_made_with(ground: Ground, pool: Pool, window: int, liquidity: int) -> None:
    with pytest.raises(Reverted, match="BOUND"):
        source_of(ground, pool, window=window, liquidity=liquidity)


def test_it_prices_a_token_of_the_pool(ground: Ground, pool: Pool) -> None:
    with pytest.raises(Reverted, match="BOUND"):
        source_of(ground, pool, ground.link)
