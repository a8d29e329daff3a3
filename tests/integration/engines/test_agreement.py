"""revm is not believed alone: the same stories on py-evm and anvil."""

from __future__ import annotations

import pytest

from novation.chain.components import ComponentUnavailable
from novation.fuzz.campaign.story import Story
from novation.fuzz.engines.compare import Comparison
from novation.fuzz.engines.recorder import Recordings


@pytest.mark.parametrize("name", ["pyevm", pytest.param("anvil", marks=pytest.mark.anvil)])
def test_engines_agree(recordings: Recordings, stories: list[Story], name: str) -> None:
    comparison = Comparison([name], recordings)
    try:
        for story in stories:
            comparison.play(story)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    finally:
        comparison.close()
    ours, theirs = comparison.lines["revm"], comparison.lines[name]
    assert theirs.differences == []
    assert comparison.stories + comparison.cut == len(stories)
    assert comparison.stories > 0
    assert theirs.digest == ours.digest != bytes(32)
    assert theirs.transactions == ours.transactions > 200
    assert 0 < comparison.reverted < ours.transactions
