"""A campaign: sequences of random actions over all worlds, each from the state after deployment.

    python -m novation.fuzz.campaign --calls 100000 --seed 1 --workers 2
    python -m novation.fuzz.campaign --replay "tight opening:7 trade:123 liquidate:456"

A sequence is a world and steps; a step is an action's name and the seed of its dice, so that any part of a sequence can
be played again. What fails is shrunk and printed as such a line.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

from novation.fuzz.actions import ACTIONS, Game
from novation.fuzz.mirror import Mirror, Mismatch
from novation.fuzz.report import Report, show, write
from novation.fuzz.worlds import WORLDS, build
from novation.model.invariants import Violation

STEPS = (40, 200)  # actions of a sequence
WORLD_OF = ("tight", "tight", "local", "wide")  # how often each is drawn
SEED_BITS = 40


class Step(NamedTuple):
    """An action and its seed."""

    name: str
    seed: int

    def __str__(self) -> str:
        return f"{self.name}:{self.seed}"


class Story(NamedTuple):
    """A sequence."""

    world: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return " ".join((self.world, *map(str, self.steps)))


def parse(line: str) -> Story:
    """A story from its text. @raises ValueError, KeyError."""
    world, *steps = line.split()
    pairs = [step.split(":") for step in steps]
    for name, _ in pairs:
        ACTIONS[name]
    return Story(world, tuple(Step(name, int(seed)) for name, seed in pairs))


class Author:
    """Draws stories."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.names = [name for name, action in ACTIONS.items() if action.weight]
        self.weights = list(accumulate(ACTIONS[name].weight for name in self.names))

    def story(self) -> Story:
        """The next one."""
        r = self.random
        names = r.choices(self.names, cum_weights=self.weights, k=r.randint(*STEPS))
        steps = [Step(name, r.getrandbits(SEED_BITS)) for name in ("opening", *names)]
        return Story(r.choice(WORLD_OF), tuple(steps))


class Failure(NamedTuple):
    """What went wrong: kind and message, after how many steps."""

    kind: str
    message: str
    steps: int

    def like(self, other: Failure | None) -> bool:
        """Whether it is the same fault as another: the same kind of thing about the same thing."""
        return other is not None and self.kind == other.kind and _topic(self.message) == _topic(other.message)


def _topic(message: str) -> str:
    return message.split(":")[0].split(" 0x")[0].split("(")[0].strip()


class Stages:
    """One mirror a world, built when it is first wanted."""

    def __init__(self, modelled: bool = True, check: bool = True) -> None:
        self.modelled = modelled
        self.check = check
        self.games: dict[str, Game] = {}

    def game(self, world: str) -> Game:
        """A game from its beginning."""
        if world not in self.games:
            self.games[world] = Game(Mirror(build(WORLDS[world]()), self.modelled, self.check))
        game = self.games[world]
        game.mirror.restart()
        return game

    def play(self, story: Story, whole: bool = True) -> Failure | None:
        """A story from its beginning. @return what went wrong, if anything."""
        game = self.game(story.world)
        done = 0
        try:
            for done, (name, seed) in enumerate(story.steps, 1):  # noqa: B007
                game.play(name, seed)
            if whole:
                game.mirror.whole()
        except (Mismatch, Violation) as error:
            return Failure(type(error).__name__, str(error), done)
        except Exception as error:
            error.add_note(f"while playing {Story(story.world, story.steps[:done])}")
            raise
        return None


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


def main(arguments: Sequence[str]) -> int:
    """See the module."""
    parser = argparse.ArgumentParser(
        prog="python -m novation.fuzz.campaign", description="Random calls, held to the model."
    )
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--write", type=Path, help="put the figures into this page")
    parser.add_argument("--replay", help="a sequence as a failure prints it")
    given = parser.parse_args(arguments)
    if given.replay:
        stages = Stages()
        story = parse(given.replay)
        failure = stages.play(story)
        print("\n".join(stages.games[story.world].mirror.trail))
        print("passes" if failure is None else f"{failure.kind}: {failure.message}")
        return failure is not None
    report = parallel(given.calls, given.seed, given.workers) if given.workers > 1 else run(given.calls, given.seed)
    print(show(report))
    if given.write:
        command = (
            f"python -m novation.fuzz.campaign --calls {given.calls} --seed {given.seed} --workers {given.workers}"
        )
        write(given.write, report, command)
    return bool(report.failures)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
