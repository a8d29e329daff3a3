"""One bench for all tests of a module, put back before each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.bench import Bench, build


@pytest.fixture(scope="session")
def built() -> tuple[Bench, int]:
    bench = build()
    return bench, bench.chain.snapshot()


@pytest.fixture
def bench(built: tuple[Bench, int]) -> Bench:
    bench, mark = built
    bench.chain.restore(mark)
    return replace(bench, feeds=dict(bench.feeds))
