"""What the vault tells about itself, and the bounds of its constructor."""

from __future__ import annotations

import pytest

from novation.chain.abi import checksum
from novation.chain.protocol import Reverted
from tests.support.bench import CREDIT, MARKETS, WAD, Bench


def test_wiring(bench: Bench) -> None:
    names = ("TOKEN", "ORDER_MODULE", "LIQUIDATION_MODULE", "TREASURY", "INSURANCE_SHARE")
    roles = (bench.order_module, bench.liquidation_module, bench.treasury)
    assert tuple(bench.vault.call(name) for name in names) == (bench.token.address, *roles, 5_000)


def test_account_word(bench: Bench) -> None:
    assert bench.vault.call("account_word", bench.trader) == 100_000 * WAD << 152
    assert bench.vault.call("account_word", bench.anyone) == 0
    bench.open(bench.trader, WAD, 1)
    assert bench.vault.call("account_word", bench.trader) & (2**152 - 1) == 2 << 16


def test_pool_word(bench: Bench) -> None:
    word = int(bench.pool.address, 16) | MARKETS << 160 | 10_000 << 192 | CREDIT << 208
    assert bench.vault.call("pool_word", 0) == word
    assert [bench.vault.call("pool_word", index) for index in (1, 2, 3)] == [0, 0, 0]
    with pytest.raises(Reverted):
        bench.vault.call("pool_word", 4)


def test_what_is_no_pool_or_module(bench: Bench) -> None:
    assert bench.vault.call("shares_of", bench.anyone) == checksum(bytes(20))
    assert bench.vault.call("is_module", bench.module)
    assert not bench.vault.call("is_module", bench.liquidation_module)
    assert not bench.vault.call("is_paused", 7)


def test_a_share_above_all(bench: Bench) -> None:
    arguments = (bench.token.address, bench.treasury, bench.order_module, bench.liquidation_module)
    with pytest.raises(Reverted) as refused:
        bench.chain.deploy("CollateralVault", *arguments, 10_001, bench.owner, bench.guardian, sender=bench.owner)
    assert refused.value.code == "BOUND"
