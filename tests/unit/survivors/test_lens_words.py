"""Every bit of the words that the lens unpacks."""

from __future__ import annotations

from random import Random

import pytest

from novation.chain.abi import checksum
from novation.chain.protocol import Contract
from novation.model.market import OWED_UNIT, Config
from tests.support import stored
from tests.support.bench import WAD, Bench
from tests.support.stub import answering

TOP = 2**256 - 1
WORDS = [TOP, TOP // 3, TOP // 3 * 2, *(Random(seed).getrandbits(256) for seed in range(3))]
LISTED = 1 << 248
FLAGS = 255 << 248


def lens_over(bench: Bench, **answers: list[int]) -> Contract:
    """The lens of a vault with one pool, which has all markets; they answer account, pool, market, position, book."""
    signatures = {
        "market": "market_words(uint256)",
        "position": "position_word(address,uint256)",
        "book": "book_word()",
    }
    given: dict[str, list[int]] = {signatures[key]: words for key, words in answers.items() if key in signatures}
    pool = answering(bench.chain, given or {"none()": []})
    vault = answering(
        bench.chain,
        {
            "account_word(address)": answers.get("account", [0]),
            "pool_word(uint256)": answers.get("pool", [int(pool.address, 16) | (2**32 - 1) << 160]),
            "shares_of(address)": [int(bench.shares, 16)],
        },
    )
    return bench.chain.deploy("Lens", vault.address, sender=bench.anyone)


@pytest.mark.parametrize("word", WORDS)
def test_an_accounts_word(bench: Bench, word: int) -> None:
    found = stored.account_of(word)
    told = lens_over(bench, account=[word]).call("account", bench.trader)
    assert tuple(told) == (
        found.cash,
        found.debt_index,
        found.flagged_at,
        found.markets,
        found.collaterals,
        bool(found.flags & stored.PENDING),
    )


@pytest.mark.parametrize("word", WORDS)
def test_a_pools_word(bench: Bench, word: int) -> None:
    told = lens_over(bench, pool=[word]).call("pool_at", 0)
    fields = []
    for bits in (160, 32, 16, 40):
        fields.append(word % 2**bits)
        word >>= bits
    address, markets, weight, credit = fields
    assert tuple(told) == (checksum(address.to_bytes(20, "big")), markets, weight, credit * WAD, bench.shares)


@pytest.mark.parametrize("word", WORDS)
def test_a_markets_words(bench: Bench, word: int) -> None:
    """A ramp counts only while the flag says that there is one."""
    config = word & ~FLAGS | LISTED
    now = bench.now
    ramp = 7 | 9 << 16 | now - 10 << 32 | now + 10 << 72
    interest = word & ~FLAGS  # eight bits that nothing is kept in
    lens = lens_over(bench, market=[config, ramp, interest, word, word])
    assert Config(*lens.call("market_config", 31)) == stored.config_of(config)[0]
    found = stored.market_of(interest, word, word)
    expected = (found.long, found.short, found.accrued_at, found.funding, found.rate, found.price, found.basis)
    assert tuple(lens.call("market_state", 31)) == expected


@pytest.mark.parametrize("word", WORDS)
def test_a_positions_word(bench: Bench, word: int) -> None:
    assert tuple(lens_over(bench, position=[word]).call("position", bench.trader, 31)) == stored.position_of(word)


@pytest.mark.parametrize("word", WORDS)
def test_a_books_word(bench: Bench, word: int) -> None:
    found, cash = stored.book_of(word), stored.account_of(word).cash
    assert found.owed % OWED_UNIT == 0
    told = lens_over(bench, book=[word], account=[word]).call("book", 0)
    assert tuple(told) == (*found, cash - found.liability - found.owed)
