"""The drills' clearing house, built once for a file; each drill begins there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from novation.chain.components import ComponentUnavailable
from novation.upstream import fork
from tests.fork.ground import Ground, Mark
from tests.fork.start import build


@pytest.fixture(scope="module")
def built() -> Iterator[tuple[Ground, Mark]]:
    try:
        kept = fork.upstream(lambda text: None)
    except ComponentUnavailable as missing:
        pytest.skip(str(missing))
    with fork.fork(kept) as running, fork.connected(running) as network:
        ground = build(network)
        yield ground, ground.mark()


@pytest.fixture
def ground(built: tuple[Ground, Mark]) -> Ground:
    found, mark = built
    found.begin(mark)
    return found
