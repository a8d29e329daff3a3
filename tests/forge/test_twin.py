"""The benchmark's campaign does work worth comparing, and is the same every time."""

from __future__ import annotations

import pytest

from tests.forge.ground import counted
from tests.forge.project import ForgeFailed, _number
from tests.forge.scene import Scene
from tests.forge.twin import Twin, digest

CALLS = 600


@pytest.fixture(scope="module")
def twin() -> Twin:
    """On the scene of the benchmark."""
    return Twin(Scene())


def test_same_seeds_same_words(twin: Twin) -> None:
    first = digest(twin, CALLS)
    assert digest(twin, CALLS) == first
    assert digest(twin, CALLS - 1) != first


def test_most_calls_do_something(twin: Twin) -> None:
    counters = counted(digest(twin, CALLS)[1])
    assert counters["calls"] == CALLS  # an act is a call
    assert counters["reverts"] < CALLS * 2 // 5
    assert counters["fills"] > CALLS // 10
    assert all(counters.values()), counters


def test_checks_see_a_wrong_total(twin: Twin) -> None:
    twin.restart()
    twin.came_in += 1
    with pytest.raises(AssertionError, match="invariant 1 "):
        twin.check()


def test_every_watched_word_is_read_by_forge(twin: Twin) -> None:
    scene = twin.scene
    assert sorted(scene.order) == list(range(len(scene.slots.keys)))


def test_number_of_a_broken_invariant() -> None:
    assert _number("Broken(12)") == 12
    assert _number("custom error 0x40da3f2d: " + "\0" * 31 + "\x15") == 21
    with pytest.raises(ForgeFailed):
        _number("another revert")
