"""The edges of the registry of pools."""

from __future__ import annotations

from tests.support.bench import Bench
from tests.support.stored import refusal


def test_a_weight_is_no_market(bench: Bench) -> None:
    """It stands in the pool's word where the bit of a thirty-third market would be."""
    bench.vault.transact("set_gain_weight", 0, 1, sender=bench.owner)
    assert refusal(bench.vault, "realise", bench.trader, 32, sender=bench.anyone) == "MARKET"
    assert refusal(bench.vault, "realise", bench.trader, 31, sender=bench.anyone) == "MARKET"
    assert refusal(bench.vault, "realise", bench.trader, 0, sender=bench.anyone) == "ZERO"


def test_a_weight_leaves_nothing_of_the_one_before(bench: Bench) -> None:
    before = bench.vault.call("pool_word", 0)
    for weight in (2**13 - 1, 10_000, 1, 2, 0):
        bench.vault.transact("set_gain_weight", 0, weight, sender=bench.owner)
        assert bench.vault.call("pool_word", 0) == before & ~(0xFFFF << 192) | weight << 192
