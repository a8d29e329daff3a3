"""Shortens a story that fails."""

from __future__ import annotations

from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Story


def shrink(story: Story, failure: Failure, stages: Stages) -> Story:
    """The shortest part of a story that fails in the same way: leaves out ever smaller pieces."""
    steps = list(story.steps[: failure.steps])
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            shorter = steps[:at] + steps[at + size :]
            found = stages.play(Story(story.world, tuple(shorter)))
            if found is not None and found.like(failure):
                steps = shorter[: found.steps]
            else:
                at += size
        size //= 2
    return Story(story.world, tuple(steps))
