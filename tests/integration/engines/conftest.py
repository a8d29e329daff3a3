"""Stories on revm, recorded: the same for all tests of the other engines."""

from __future__ import annotations

import pytest

from novation.fuzz.campaign.story import Story
from novation.fuzz.engines.compare import ShortStories
from novation.fuzz.engines.recorder import Recordings
from novation.fuzz.system.worlds import WORLDS

DRAWN = 400  # stories at most, to find those that are wanted
WANTED = {*((world, "fill:") for world in WORLDS), ("tight", "liquidation:"), ("tight", "settlement:")}


@pytest.fixture(scope="session")
def recordings() -> Recordings:
    return Recordings()


@pytest.fixture(scope="session")
def stories(recordings: Recordings) -> list[Story]:
    """Fills in every world, and somewhere liquidations and settlements."""
    missing = set(WANTED)
    found = []
    author = ShortStories(11, 20, 40)
    for _ in range(DRAWN):
        story = author.story()
        tally = recordings.game(story.world).mirror.tally
        tally.clear()
        recordings.play(story)
        names = " ".join(tally)
        has = {(world, what) for world, what in missing if world == story.world and what in names}
        if has:
            missing -= has
            found.append(story)
        if not missing:
            return found
    raise AssertionError(f"{DRAWN} stories without {missing}")
