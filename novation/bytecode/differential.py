"""The campaign of the other builds: `python -m novation.bytecode --differential`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from novation.bytecode.builds import BUILDS, Build, Built, compile_build, other_places
from novation.bytecode.twins import Twins
from novation.chain.compiler import compile_all
from novation.fuzz.campaign.author import Author


@dataclass
class Outcome:
    """What the comparison of a build with the shipped one came to. `differences` say what differs, after which shortest
    story, and of which story that is a part; `disputed` what contracts and model see differently, in both builds alike.
    """

    built: Built
    calls: int = 0
    probes: int = 0
    stories: int = 0
    seconds: float = 0.0
    differences: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()

    def row(self) -> str:
        """A row of the table."""
        size = sum(artifact.runtime_size for artifact in self.built.artifacts.values())
        shipped = sum(artifact.runtime_size for artifact in compile_all(list(self.built.artifacts)).values())
        compiled = f"{len(self.built.artifacts)} of {len(self.built.artifacts) + len(self.built.refused)}"
        return (
            f"| {self.built.build.name} | {compiled} | {size:,} | {size / max(shipped, 1):.2f} | {self.stories:,} | "
            f"{self.calls:,} | {self.probes:,} | {len(self.differences)} |"
        )


HEAD = (
    "| build | compile | bytes of code | to shipped | stories | calls | views and spoiled calldata | differences |\n"
    "|---|---|---:|---:|---:|---:|---:|---:|"
)


def author_of(seed: int) -> Author:
    """Draws stories without the actions that give a call little gas: builds may need more or less of it."""
    return Author(seed, actions=lambda action: not action.starves)


def compare(built: Built, calls: int, seed: int, progress: Callable[[Outcome], None] = lambda outcome: None) -> Outcome:
    """Plays stories on both builds until so many calls are made or something differs.

    @raises ValueError where the build keeps variables elsewhere: its words say nothing then.
    """
    moved = other_places(built)
    if moved:
        raise ValueError(f"the build {built.build.name} keeps variables elsewhere in {', '.join(moved)}")
    outcome, author, twins = Outcome(built), author_of(seed), Twins(built.artifacts)
    start = time.perf_counter()
    while outcome.calls < calls:
        story = author.story()
        failure = twins.play(story)
        outcome.stories += 1
        outcome.calls, outcome.probes = twins.played, twins.probes
        outcome.seconds = time.perf_counter() - start
        outcome.disputed = tuple(twins.disputed)
        progress(outcome)
        if failure is not None:
            shortest, again = twins.shortest(story, failure)
            outcome.differences += (f"{again.kind}: {again.message}\n  {shortest}\n  of {story}",)
            break
    return outcome


def compare_all(
    names: Sequence[str], calls: int, seed: int, say: Callable[[str], None], progress: Callable[[str], None]
) -> list[Outcome]:
    """Every build by name. `say` gets lines, `progress` what is being done. @raises KeyError for an unknown name."""
    outcomes = []
    for build in [BUILDS[name] for name in names]:
        built = compile_build(build, _compiling(build, progress))
        for name, error in built.refused.items():
            say(f"{build.name}: {name} does not compile: {error}")
        outcomes.append(compare(built, calls, seed, _playing(calls, progress)))
    return outcomes


def _compiling(build: Build, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda name: progress(f"{build.name}: compiling {name}")


def _playing(calls: int, progress: Callable[[str], None]) -> Callable[[Outcome], None]:
    def show(outcome: Outcome) -> None:
        rate = outcome.calls / max(outcome.seconds, 1e-9)
        progress(f"{outcome.built.build.name}: {outcome.calls:,} of {calls:,} calls, {rate:,.0f} calls/s")

    return show
