"""Every planted bug is found by the campaign, in a story of ten steps or fewer which passes on the true contracts."""

from __future__ import annotations

from collections import Counter

import pytest

from novation.fuzz.campaign.stages import Stages
from tests.planted.bug import Bug, Edit
from tests.planted.bugs import BUGS, PLAYED
from tests.planted.builds import build
from tests.planted.hunt import hunt, shortened

SEED = 1
CALLS = 150_000  # of the campaign; the median is two thousand
STEPS = 10


@pytest.fixture(scope="module")
def true_contracts() -> Stages:
    return Stages()


def test_bugs_fit_their_sources() -> None:
    for bug in BUGS:
        assert bug.patches(), bug.name


def test_bugs_are_many_and_of_many_kinds() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert len(PLAYED) >= 30
    assert sum(bug.subtle for bug in PLAYED) >= 10
    assert {bug.kind for bug in PLAYED} == {bug.kind for bug in BUGS}
    assert len(Counter(bug.kind for bug in BUGS)) >= 10


def test_a_text_that_is_gone_is_told() -> None:
    bug = Bug("none", "sign", "", (Edit("contracts/PoolShares.vy", "no such text", ""),))
    with pytest.raises(ValueError, match="has 0 times"):
        bug.patches()


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLAYED, ids=lambda bug: bug.name.replace(" ", "-"))
def test_found_and_shrunk(bug: Bug, true_contracts: Stages) -> None:
    artifacts = build(bug).artifacts
    find = hunt(Stages(replaced=artifacts), SEED, CALLS)
    assert find is not None, f"not found in {CALLS:,} calls"
    short = shortened(find, artifacts)
    assert len(short.story.steps) <= STEPS, str(short.story)
    assert true_contracts.play(short.story) is None, str(short.story)
