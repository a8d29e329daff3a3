"""The loop of a campaign, in one process and in several."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable

from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.report import Report
from novation.fuzz.campaign.shrink import shrink
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story


def run(calls: int, seed: int, progress: Callable[[Report], None] = lambda report: None, failures: int = 1) -> Report:
    """Plays stories until so many calls are made or so many have failed."""
    author, stages, report = Author(seed), Stages(), Report()
    start = time.perf_counter()
    while report.calls < calls:
        story = author.story()
        failure = stages.play(story)
        report.stories += 1
        _collect(report, stages, story)
        report.seconds = time.perf_counter() - start
        if failure is not None:
            shortest = shrink(story, failure, stages)
            again = stages.play(shortest) or failure
            trail = "\n      ".join(stages.games[story.world].mirror.trail)
            report.failures.append((f"{again.kind}: {again.message}", f"{shortest}\n      {trail}"))
            _collect(Report(), stages, story)  # those calls do not count
            if len(report.failures) >= failures:
                break
        progress(report)
    return report


def _collect(report: Report, stages: Stages, story: Story) -> None:
    mirror = stages.games[story.world].mirror
    report.calls += mirror.calls
    report.counts.update(mirror.counts)
    report.tally.update(mirror.tally)
    report.actions.update(step.name for step in story.steps)
    mirror.calls = 0
    mirror.counts.clear()
    mirror.tally.clear()


def _work(job: tuple[int, int]) -> Report:
    return run(*job)


def parallel(calls: int, seed: int, workers: int) -> Report:
    """The same over several processes, each with seeds of its own."""
    total = Report()
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        jobs = [(calls // workers, seed * 1000 + worker) for worker in range(workers)]
        for report in pool.imap_unordered(_work, jobs):
            total.add(report)
    return total
