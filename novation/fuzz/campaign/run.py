"""The loop of a campaign in one process: replay the corpus, draw stories, keep what reaches something new, stop at a
failure and shorten it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from novation.fuzz.campaign.author import WORLD_OF, Author
from novation.fuzz.campaign.corpus import Corpus
from novation.fuzz.campaign.report import Finding, Report
from novation.fuzz.campaign.shrink import shrink, shrink_moves
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story
from novation.fuzz.probes.hits import Watch

TELL_EVERY = 0.5  # seconds


@dataclass(frozen=True)
class Plan:
    """What a process is to do. It ends after `calls` or `seconds`, whichever comes first, or with `failures`."""

    calls: int | None = None
    seconds: float | None = None
    seed: int = 1
    failures: int = 1
    guided: bool = True  # draws from the corpus as well
    folder: Path | None = None  # of the corpus
    stored: tuple[Story, ...] = ()  # what was there: replayed first
    worlds: tuple[str, ...] = ()  # the usual ones


def nothing(report: Report) -> None:
    """Tells nobody."""


class Runner:
    """One process's campaign. What it did since it last told is in `report`."""

    def __init__(self, plan: Plan, stages: Stages, tell: Callable[[Report], None] = nothing) -> None:
        self.plan = plan
        self.stages = stages
        self.tell = tell
        self.corpus = Corpus(plan.folder)
        self.author = Author(plan.seed, self.corpus.stories if plan.guided else (), plan.worlds or WORLD_OF)
        self.report = Report()
        self.known: set[object] = set()
        self.watches: dict[str, Watch] = {}
        self.calls = self.failures = 0

    def run(self, stopped: Callable[[], bool] = lambda: False) -> None:
        """Plays until the plan is done or somebody stops it."""
        start = told = time.perf_counter()
        for story in self._stories():
            self._play(story)
            now = time.perf_counter()
            done = self._done(now - start) or stopped()
            if done or now - told >= TELL_EVERY:
                self.report.seconds = now - told
                self.tell(self.report)
                self.report, told = Report(), now
            if done:
                return

    def _done(self, seconds: float) -> bool:
        plan = self.plan
        return (
            (plan.calls is not None and self.calls >= plan.calls)
            or (plan.seconds is not None and seconds >= plan.seconds)
            or self.failures >= plan.failures
        )

    def _stories(self) -> Iterator[Story]:
        yield from self.plan.stored
        while True:
            yield self.author.story()

    def _play(self, story: Story) -> None:
        failure = self.stages.play(story)
        new = self._collect(story)
        if failure is not None:
            self.failures += 1
            # Kept before it is shortened, in case that is interrupted.
            self.report.failures.append(Finding(failure.kind, failure.message, str(story), ()))
            shortest = shrink(story, failure, self.stages)
            again = self.stages.play(shortest) or failure
            moves = shrink_moves(shortest.world, self.stages.trail(shortest.world), again, self.stages)
            self.report.failures[-1] = Finding(again.kind, again.message, str(shortest), tuple(map(str, moves)))
            self.stages.forget(shortest.world)  # those calls do not count
        elif new:
            self.corpus.add(story)
            self.report.corpus.append(str(story))

    def _collect(self, story: Story) -> bool:
        """Takes the counts over. @return whether the story was the first to reach something."""
        mirror = self.stages.games[story.world].mirror
        report = self.report
        self.calls += mirror.calls
        report.calls += mirror.calls
        report.stories += 1
        report.counts.update(mirror.counts)
        report.tally.update(mirror.tally)
        report.actions.update(step.name for step in story.steps)
        report.most_gas(mirror.gas)
        reached: set[object] = {*mirror.counts, *mirror.tally}
        if self.stages.probed:
            watch = self.watches.get(story.world)
            if watch is None:
                watch = self.watches[story.world] = Watch(mirror.chain)
            outcomes = watch.new()
            report.outcomes |= outcomes
            reached |= outcomes
        self.stages.forget(story.world)
        new = not reached <= self.known
        self.known |= reached
        return new
