"""The bounds of a pool's constructor, from inside and from outside."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from tests.support.bench import Bench

NAMES = {
    "min_notional": "MIN_NOTIONAL",
    "min_penalty": "MIN_PENALTY",
    "buffer": "BUFFER",
    "protocol_share": "PROTOCOL_SHARE",
    "utilisation": "UTILISATION",
}
LEAST = {"min_notional": 1, "min_penalty": 0, "buffer": 1, "protocol_share": 0, "utilisation": 1, "ramp": 3_600}
MOST = {
    "min_notional": 10**24,
    "min_penalty": 10**23,
    "buffer": 10_000,
    "protocol_share": 5_000,
    "utilisation": 10_000,
    "ramp": 2**32 - 1,
}


@pytest.mark.parametrize("terms", [LEAST, MOST])
def test_terms_at_their_bounds(bench: Bench, terms: dict[str, int]) -> None:
    pool = bench.new_pool(bench.manager, **terms)
    assert {name: pool.call(getter) for name, getter in NAMES.items()} == {name: terms[name] for name in NAMES}


@pytest.mark.parametrize(
    "beyond",
    [
        {"min_notional": 0},
        {"min_notional": 10**24 + 1},
        {"min_penalty": 10**23 + 1},
        {"buffer": 0},
        {"buffer": 10_001},
        {"protocol_share": 5_001},
        {"utilisation": 0},
        {"utilisation": 10_001},
        {"ramp": 3_599},
    ],
    ids=str,
)
def test_terms_beyond_them(bench: Bench, beyond: dict[str, int]) -> None:
    with pytest.raises(Reverted) as refused:
        bench.new_pool(bench.manager, **((LEAST if 0 in beyond.values() else MOST) | beyond))
    assert refused.value.code == "BOUND"
