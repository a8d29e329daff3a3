"""Every planted bug is found by the campaign, in a story of ten steps or fewer which passes on the true contracts."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter

import pytest

from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Story
from tests.planted.bug import Bug, Edit
from tests.planted.bugs import BUGS, PLAYED
from tests.planted.builds import build
from tests.planted.hunt import Find, hunt, shortened
from tests.planted.measure import Result, Run, command_of, page

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


def test_the_table_tells_how_it_was_made() -> None:
    given = Namespace(seeds=2, calls=7, bare_calls=0, workers=1, only="late fee", played=True)
    command = (
        "python -m tests.planted.measure --seeds 2 --calls 7 --bare-calls 0 --workers 1 --only 'late fee' --played"
    )
    assert command_of(given) == command
    run = Run(Find(Story("local", ()), Failure("Violation", "1 (cash)", 1), 100, 1.0), "1", 3, 4, True)
    assert page([Result(BUGS[0], 1.0, [run, None], "")], command).startswith(f"`{command}` on contracts with")


def test_a_table_without_finds() -> None:
    assert "0 of 1 hunts successful" in page([Result(BUGS[0], 1.0, [None], "")], "command")


@pytest.mark.slow
@pytest.mark.parametrize("bug", PLAYED, ids=lambda bug: bug.name.replace(" ", "-"))
def test_found_and_shrunk(bug: Bug, true_contracts: Stages) -> None:
    artifacts = build(bug).artifacts
    find = hunt(Stages(replaced=artifacts), SEED, CALLS)
    assert find is not None, f"not found in {CALLS:,} calls"
    short = shortened(find, artifacts)
    assert len(short.story.steps) <= STEPS, str(short.story)
    assert true_contracts.play(short.story) is None, str(short.story)
