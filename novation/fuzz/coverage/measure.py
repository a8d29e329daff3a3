"""The build with probes against the plain one: the same stories on both, as fast, and call by call the same."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from novation.chain.revm import GAS_LIMIT
from novation.console import CheckFailed
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story
from novation.fuzz.probes.builds import replaced
from novation.fuzz.probes.hits import Watch
from novation.fuzz.system.mirror import Mirror

Progress = Callable[[int], None]
WARM_UP = 6  # stories, in which doors are opened; every world is deployed before


def silent(done: int) -> None:
    """Tells nobody."""


@dataclass
class Speed:
    """Seconds for the same calls, on both builds in turn; with probes what was reached is read after every story."""

    calls: int = 0
    plain: float = 0.0
    probed: float = 0.0

    @property
    def ratio(self) -> float:
        """Of the plain build's speed."""
        return self.plain / max(self.probed, 1e-9)

    @property
    def rates(self) -> tuple[float, float]:
        """Calls a second, plain and with probes."""
        return self.calls / max(self.plain, 1e-9), self.calls / max(self.probed, 1e-9)


def speed(stories: Iterable[Story], progress: Progress = silent) -> Speed:
    """Plays stories on both builds, with the invariants after every call and without the model.

    @raises CheckFailed where one build fails and the other does not.
    """
    plain, probed = Stages(modelled=False), Stages(modelled=False, replaced=replaced())
    stories = list(stories)
    for stages in (plain, probed):
        stages.warm(story.world for story in stories)
    watches: dict[str, Watch] = {}
    found = Speed()
    for done, story in enumerate(stories):
        first = probed if done % 2 else plain  # what comes second finds the processor warmer
        spent = {}
        failures = {}
        for stages in (first, probed if first is plain else plain):
            start = time.perf_counter()
            failures[stages is probed] = stages.play(story, whole=False)
            if stages is probed:
                game = probed.games[story.world]
                watches.setdefault(story.world, Watch(game.mirror.chain)).new()
            spent[stages is probed] = time.perf_counter() - start
        if failures[True] != failures[False]:
            raise CheckFailed(f"{failures[False]} on the plain build, {failures[True]} with probes, of {story}")
        mirror = plain.games[story.world].mirror
        if done >= WARM_UP:
            found.calls += mirror.calls
            found.plain += spent[False]
            found.probed += spent[True]
        mirror.calls = 0
        progress(done + 1)
    return found


@dataclass
class Equality:
    """Stories of which both builds gave the same digest, and those of which not. Where a call had less gas than it
    could want (probes use some), a story proves nothing."""

    same: int = 0
    calls: int = 0
    different: list[Story] = field(default_factory=list)
    starved: int = 0


def equality(stories: Iterable[Story], progress: Progress = silent) -> Equality:
    """Success, revert code, return data, logs, and every word after each call, on both builds."""
    builds = (Stages(modelled=False, check=False), Stages(modelled=False, check=False, replaced=replaced()))
    found = Equality()
    for done, story in enumerate(stories, 1):
        digests = [_digest(stages, story) for stages in builds]
        if any(starved for _, _, starved in digests):
            found.starved += 1
        elif digests[0] == digests[1]:
            found.same += 1
            found.calls += digests[0][1]
        else:
            found.different.append(story)
        progress(done)
    return found


def _digest(stages: Stages, story: Story) -> tuple[str, int, bool]:
    """Of a story on one build, with its number of calls and whether one of them was short of gas."""
    recorder = _Recorder(stages.game(story.world).mirror)
    try:
        failure = stages.play(story, whole=False)
    finally:
        recorder.end()
    recorder.add(repr(failure))
    return recorder.hash.hexdigest(), recorder.calls, recorder.starved


class _Recorder:
    """Listens to an engine."""

    def __init__(self, mirror: Mirror) -> None:
        self.mirror = mirror
        self.hash = hashlib.sha256()
        self.calls = 0
        self.starved = False
        self.send = mirror.chain.send
        vars(mirror.chain)["send"] = self._send

    def end(self) -> None:
        """Listens no more."""
        del vars(self.mirror.chain)["send"]

    def add(self, text: str) -> None:
        """Makes a text part of the digest."""
        self.hash.update(text.encode())

    def _send(
        self, sender: str, to: str, data: bytes, value: int = 0, gas: int = GAS_LIMIT
    ) -> tuple[str | None, bytes]:
        self.starved |= gas < GAS_LIMIT
        self.calls += 1
        code, output = self.send(sender, to, data, value, gas)
        logs = self.mirror.chain.logs() if code is None else []
        self.add(repr((sender, to, data, value, code, output, logs, self.mirror.chain.words(self.mirror.places))))
        return code, output
