"""Two systems side by side: the shipped contracts, and the same contracts by another build, told the same.

After every action everything that was heard must be equal: success, revert code, return data, logs, and all words that
the fuzzer watches; the other build is also held to the model. At a story's end come views and spoiled calldata, and
then every slot that was ever written, watched or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import NamedTuple

from novation.bytecode.probes import Prober
from novation.chain.compiler import Artifact
from novation.fuzz.actions import Game
from novation.fuzz.campaign.shrink import shrink
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.system.compare import Mismatch, named
from novation.fuzz.system.engine import Engine, Log
from novation.model.invariants import Violation

KIND = "Difference"
OURS, THEIRS = "shipped", "other"
RECENT = 64  # calls whose calldata may be spoiled


class Heard(NamedTuple):
    """A transaction as its sender sees it; `code` is None where it succeeded."""

    to: str
    data: bytes
    code: str | None
    output: bytes
    logs: tuple[tuple[str, tuple[bytes, ...], bytes], ...]

    def shown(self) -> str:
        """The outcome in a few words."""
        if self.code is not None:
            return f"reverts {self.code or '(without a code)'} 0x{self.output.hex()[:80]}"
        return f"returns 0x{self.output.hex()[:80]} with {len(self.logs)} logs"


class Ear:
    """Hears every transaction of a chain."""

    def __init__(self, chain: Engine) -> None:
        self.heard: list[Heard] = []
        self._send: Callable[..., tuple[str | None, bytes]] = chain.send
        self._logs = chain.logs
        chain.send = self._listen  # type: ignore[method-assign]

    def _listen(self, sender: str, to: str, data: bytes, *more: int, **options: int) -> tuple[str | None, bytes]:
        code, output = self._send(sender, to, data, *more, **options)
        logs = tuple(map(_plain, self._logs())) if code is None else ()
        self.heard.append(Heard(to, data, code, output, logs))
        return code, output


def _plain(log: Log) -> tuple[str, tuple[bytes, ...], bytes]:
    emitter, topics, data = log
    return str(emitter).lower(), tuple(map(bytes, topics)), bytes(data)


class Twins(Stages):
    """Stages of the replaced contracts with the shipped ones beside them: `play` and `shrink` work as for any stages.

    `played` counts the campaign's calls, `probes` the views and the spoiled calldata after them, both on one side.
    `shortest` keeps the probes of the story that it shortens. `disputed` are faults that both builds have alike, so
    not a build's: the model's or the contracts', and a matter for the campaign; the story ends there.
    """

    def __init__(self, replaced: Mapping[str, Artifact], modelled: bool = True) -> None:
        super().__init__(modelled, check=False, replaced=replaced)
        self.shipped = Stages(modelled=False, check=False)
        self.ears: dict[str, tuple[Ear, Ear]] = {}
        self.played = self.probes = 0
        self.disputed: list[str] = []
        self.dice: str | None = None  # of the probes; without it the story's own

    def play(self, story: Story, whole: bool = True) -> Failure | None:
        """A story on both sides. @return the first thing that is not equal."""
        ours, theirs = self.shipped.game(story.world), self.game(story.world)
        if story.world not in self.ears:
            self.ears[story.world] = Ear(ours.mirror.chain), Ear(theirs.mirror.chain)
        ears = self.ears[story.world]
        recent: list[tuple[str, bytes]] = []
        done = 0
        for done, step in enumerate(story.steps, 1):
            message = self._act(step, ours, theirs, ears)
            if message is not None:
                return self._judge(message, story, done)
            recent = [*recent, *((call.to, call.data) for call in ears[0].heard)][-RECENT:]
        if whole:
            message = self._end(story, ours, theirs, ears, recent)
            if message is not None:
                return self._judge(message, story, done)
        return None

    def _judge(self, message: tuple[str, str], story: Story, done: int) -> Failure | None:
        """A difference of builds is a failure."""
        if message[0] == KIND:
            return Failure(*message, done)
        self.disputed.append(f"{message[0]}: {message[1]}\n  {Story(story.world, story.steps[:done])}")
        return None

    def shortest(self, story: Story, failure: Failure) -> tuple[Story, Failure]:
        """The shortest part of a story that fails in the same way, and how it does."""
        self.dice = str(story)
        try:
            found = shrink(story, failure, self)
            return found, self.play(found) or failure
        finally:
            self.dice = None

    def _act(self, step: Step, ours: Game, theirs: Game, ears: tuple[Ear, Ear]) -> tuple[str, str] | None:
        """The same on both sides. @return kind and message of what differs."""
        for ear in ears:
            ear.heard.clear()
        before = ours.mirror.calls
        ours.play(*step)
        self.played += ours.mirror.calls - before
        fault: Exception | None = None
        try:
            theirs.play(*step)
        except Exception as error:  # noqa: BLE001 - raised below where the calls do not differ
            fault = error
        message = difference(ears[0].heard, ears[1].heard)
        if message is not None:
            return KIND, message
        left, right = ours.mirror.fresh(), theirs.mirror.fresh()
        if left != right:
            pairs = zip(ours.mirror.slots.keys, left, right, strict=True)
            return KIND, "; ".join(f"{named(key)}: {OURS} {a:#x}, {THEIRS} {b:#x}" for key, a, b in pairs if a != b)
        if isinstance(fault, Mismatch | Violation):
            return type(fault).__name__, str(fault)
        if fault is not None:
            raise fault
        return None

    def _end(
        self, story: Story, ours: Game, theirs: Game, ears: tuple[Ear, Ear], recent: Sequence[tuple[str, bytes]]
    ) -> tuple[str, str] | None:
        """The words that only the model knows, probes, every written slot. @return kind and message of what differs."""
        found: tuple[str, str] | None = None
        try:
            theirs.mirror.whole()
        except Mismatch as error:
            found = type(error).__name__, str(error)
        random = Random(self.dice or str(story))
        prober = Prober(ours.stage)
        questions = prober.questions(random)
        bent = prober.bent(random, recent)
        sent = [(prober.senders[0], question.to, question.data) for question in questions] + bent
        for ear in ears:
            ear.heard.clear()
        for sender, to, data in sent:
            for game in (ours, theirs):
                game.mirror.chain.send(sender, to, data)
        self.probes += len(sent)
        message = difference(ears[0].heard, ears[1].heard)
        if message is not None:
            return KIND, message
        chains = ours.mirror.chain, theirs.mirror.chain
        written = sorted(chains[0].written() | chains[1].written())
        left, right = (chain.words(written) for chain in chains)
        for place, a, b in zip(written, left, right, strict=True):
            if a != b:
                return KIND, f"slot {place[1]:#x} of {place[0]}: {OURS} {a:#x}, {THEIRS} {b:#x}"
        return found


def difference(ours: Sequence[Heard], theirs: Sequence[Heard]) -> str | None:
    """The first call that two sides saw differently, None where there is none."""
    for left, right in zip(ours, theirs, strict=False):
        if left != right:
            what = f"call of {left.to} 0x{left.data.hex()}"
            if (left.to, left.data) != (right.to, right.data):
                return f"{what}: {THEIRS} calls {right.to} 0x{right.data.hex()}"
            return f"{what}: {OURS} {left.shown()}, {THEIRS} {right.shown()}"
    if len(ours) != len(theirs):
        return f"number of calls: {OURS} {len(ours)}, {THEIRS} {len(theirs)}"
    return None
