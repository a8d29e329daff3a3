"""Plays mutants, each in a forked process that ends with it."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import NamedTuple

from novation.chain import compiler
from novation.chain.compiler import Artifact, compile_all
from novation.deployment import parameters
from novation.fuzz.campaign.story import Story
from novation.fuzz.system import worlds
from novation.mutation import results
from novation.mutation.killers import Disputed, deployed_instead, file_of, new_stories, replay, tests, tests_of
from novation.mutation.mutant import Mutant
from novation.mutation.results import Result
from novation.mutation.targets import HARNESS, Targets
from novation.mutation.workshop import Rejected

FIRST = 8  # stories that are played before the tests
CAP = 600  # seconds of a mutant; a loop in a contract ends by its gas, long before


class Broken(Exception):
    """A process of ours failed, which says nothing about its mutant; the message is its trace."""


class Child(NamedTuple):
    """A process, what it plays, where it will tell, since when it runs."""

    pid: int
    mutant: Mutant
    pipe: int
    began: float


class Runner:
    """`known` are the results so far, `hints` how mutants were noticed under other sources, `seen` the codes by hash
    with the mutant that had each first, `disputed` what fails on the true contracts. A `quick` run plays a few stories
    and the contract's own tests only."""

    def __init__(
        self,
        targets: Targets,
        corpus: Sequence[Story],
        known: dict[str, Result],
        quick: bool = False,
        hints: Mapping[str, str] | None = None,
    ) -> None:
        self.quick = quick
        self.targets = targets
        self.corpus = list(enumerate(corpus, 1))
        self.known = known
        self.hints = hints or {}
        self.source = results.state()
        self.disputed: list[str] = []
        self.kills = Counter(_story(result.how) for result in known.values())
        self.seen = {
            result.code: result.name for result in known.values() if result.code and result.outcome != results.DUPLICATE
        }

    def run(self, mutants: Sequence[Mutant], workers: int, progress: Callable[[Mutant, Result], None]) -> None:
        """Plays all; results are written as they come. @raises Broken."""
        self.targets.prepare(mutants)
        _settle()
        gc.collect()
        gc.freeze()
        waiting, running = list(reversed(mutants)), dict[int, Child]()
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    child = self._start(waiting.pop())
                    running[child.pipe] = child
                ready, _, _ = select.select(list(running), [], [], 1.0)
                for pipe in ready:
                    child = running.pop(pipe)
                    self._note(child.mutant, _told(child), progress)
                for child in [each for each in running.values() if time.monotonic() - each.began > CAP]:
                    del running[child.pipe]
                    os.kill(child.pid, signal.SIGKILL)
                    os.waitpid(child.pid, 0)
                    os.close(child.pipe)
                    late = Result(child.mutant.name, "", results.TIMEOUT, "", "", CAP, self.source)
                    self._note(child.mutant, late, progress)
        finally:
            for child in running.values():
                os.kill(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)

    def _note(self, mutant: Mutant, result: Result, progress: Callable[[Mutant, Result], None]) -> None:
        if result.outcome == results.DISPUTED:  # says nothing about the mutant, which a later run plays again
            self.disputed.append(result.how)
            progress(mutant, result)
            return
        self.known[mutant.name] = result
        self.kills[_story(result.how)] += 1
        self.corpus.sort(key=lambda entry: -self.kills[entry[0]])  # those that notice most are played first
        if result.code and result.outcome != results.DUPLICATE:
            self.seen.setdefault(result.code, mutant.name)
        results.append([result])
        progress(mutant, result)

    def _start(self, mutant: Mutant) -> Child:
        sys.stdout.flush()
        read, write = os.pipe()
        pid = os.fork()
        if pid:
            os.close(write)
            return Child(pid, mutant, read, time.monotonic())
        os.close(read)
        try:
            told = json.dumps(asdict(self.play(mutant)))
        except BaseException:  # noqa: BLE001 (told to the parent, which raises it)
            told = f"!{traceback.format_exc()}"
        with os.fdopen(write, "w") as pipe:
            pipe.write(told)
        os._exit(0)

    def play(self, mutant: Mutant) -> Result:
        """One mutant, in a process that ends after it."""
        start = time.monotonic()

        def result(outcome: str, how: str = "", contract: str = "", code: str = "") -> Result:
            how = how if outcome == results.DISPUTED else how[:400]
            seconds = round(time.monotonic() - start, 2)
            return Result(mutant.name, contract, outcome, how, code, seconds, self.source)

        try:
            contract, artifact = self._compile(mutant)
        except Rejected as error:
            return result(results.REJECTED, " ".join(str(error).split())[:120])
        if artifact is None:
            return result(results.EQUIVALENT, "the same code" if contract else "in no contract", contract)
        code = hashlib.sha256(contract.encode() + artifact.bytecode).hexdigest()[:16]
        if self.seen.get(code, mutant.name) != mutant.name:
            return result(results.DUPLICATE, self.seen[code], contract, code)
        replaced = {contract: artifact}
        try:
            outcome, how = self._notice(mutant, contract, replaced)
        except Disputed as error:
            outcome, how = results.DISPUTED, str(error)
        return result(outcome, how, contract, code)

    def _notice(self, mutant: Mutant, contract: str, replaced: dict[str, Artifact]) -> tuple[str, str]:
        """Who notices it and how: what noticed it the last time, a few stories, but where they never look, then the
        tests, then the rest."""
        hint = self.hints.get(mutant.name, "")
        last = _story(hint)
        if last and (how := replay(replaced, [entry for entry in self.corpus if entry[0] == last])) is not None:
            return results.CAMPAIGN, how
        first = 0 if mutant.function == "__init__" else FIRST
        if (how := replay(replaced, self.corpus[:first])) is not None:
            return results.CAMPAIGN, how
        harness = self.targets.harness(mutant)
        if harness:
            replaced[HARNESS] = self.targets.workshops[HARNESS].build(mutant)
        groups = tests_of(contract, harness)[: 1 + harness if self.quick else None]
        with deployed_instead(replaced):
            for paths in [*file_of(hint, groups), *groups]:
                if (how := tests(paths)) is not None:
                    return results.TESTS, how
        if self.quick:
            return results.SURVIVED, "quick"
        if (how := replay(replaced, self.corpus[first:])) is not None:
            return results.CAMPAIGN, how
        if (how := new_stories(replaced, int(mutant.name, 16))) is not None:
            return results.CAMPAIGN, how
        return results.SURVIVED, ""

    def _compile(self, mutant: Mutant) -> tuple[str, Artifact | None]:
        """The first contract whose code differs; none where no code does. @raises Rejected."""
        contract = ""
        for contract in self.targets.of(mutant):
            shop = self.targets.workshops[contract]
            artifact = shop.build(mutant)
            if artifact.bytecode != shop.code:
                return contract, artifact
        return contract, None


def _story(how: str) -> int:
    """The number of the story that noticed a mutant, 0 for none."""
    found = re.match(r"story (\d+):", how)
    return int(found[1]) if found else 0


def _settle() -> None:
    """What every child would do again is done once: sources and parameters do not change meanwhile."""
    compile_all()
    state, load = compiler.source_hash(), lru_cache(parameters.load)
    compiler.source_hash = lambda: state
    for place in (parameters, worlds):
        setattr(place, "load", load)  # noqa: B010 (a name that they import)


def _told(child: Child) -> Result:
    """What a process said. @raises Broken."""
    with os.fdopen(child.pipe) as pipe:
        told = pipe.read()
    os.waitpid(child.pid, 0)
    if not told or told[0] == "!":
        raise Broken(f"{child.mutant}\n{told[1:] or 'ended without a word'}")
    return Result(**json.loads(told))
