"""What notices a mutant: the campaign with the model, then the tests of the contract."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from novation.chain.compiler import ROOT, Artifact
from novation.chain.protocol import ChainError, Reverted
from novation.chain.revm import RevmChain
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Story

FRESH = 1_500  # calls of new stories that a mutant is played after the corpus

_UNIT = "tests/unit"
_COMMON = (("tests/attack", f"{_UNIT}/test_roles.py", f"{_UNIT}/test_pause_matrix.py"),)
TESTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "CollateralVault": ((f"{_UNIT}/vault",), (f"{_UNIT}/liquidation",), *_COMMON, (f"{_UNIT}/shares",)),
    "ClearingPool": ((f"{_UNIT}/pool", "tests/differential/test_words.py"), (f"{_UNIT}/liquidation",), *_COMMON),
    "OracleAdapter": ((f"{_UNIT}/oracle",), *_COMMON, ("tests/differential/test_oracle.py",)),
    "OrderModule": ((f"{_UNIT}/orders",), *_COMMON),
    "PoolShares": ((f"{_UNIT}/shares",), *_COMMON, ("tests/differential/test_shares.py",)),
    "LiquidationModule": ((f"{_UNIT}/liquidation",), *_COMMON),
    "Lens": ((f"{_UNIT}/lens",), (f"{_UNIT}/liquidation", f"{_UNIT}/orders"), *_COMMON),
}
SURVIVORS = f"{_UNIT}/survivors"
HARNESS_TESTS = ("tests/differential/test_math.py",)


def replay(replaced: Mapping[str, Artifact], corpus: Iterable[tuple[int, Story]]) -> str | None:
    """Plays numbered stories. @return what was noticed, None for nothing."""
    try:
        stages = Stages(replaced=replaced)
        for number, story in corpus:
            found = _play(stages, story)
            if found is not None:
                return f"story {number}: {found}"
    except (Reverted, ChainError) as error:
        return f"deployment: {error}"
    return None


class Disputed(Exception):
    """A story fails on the true contracts: the campaign has found a bug, or the model is wrong. The message tells how
    and which."""


def new_stories(replaced: Mapping[str, Artifact], seed: int) -> str | None:
    """Plays stories that nobody has seen. @return what was noticed, None for nothing. @raises Disputed."""
    author, stages = Author(seed), Stages(replaced=replaced)
    while sum(game.mirror.calls for game in stages.games.values()) < FRESH:
        story = author.story()
        try:
            found = _play(stages, story)
        except (Reverted, ChainError) as error:
            return f"deployment: {error}"
        if found is not None:
            confirm(Stages(), story)
            return f"new story: {found}"
    return None


def confirm(true_contracts: Stages, story: Story) -> None:
    """@raises Disputed where a story fails on the contracts as they are."""
    found = _play(true_contracts, story)
    if found is not None:
        raise Disputed(f"{found}\n  {story}")


def _play(stages: Stages, story: Story) -> str | None:
    """A story; whatever stops it is something that the campaign shows."""
    try:
        failure = stages.play(story)
    except (Reverted, ChainError):
        if story.world not in stages.games:
            raise  # not even deployed
        return "a call of the surroundings reverts"
    except Exception as error:  # noqa: BLE001 (a mutant may break any assumption of the mirror; the original does not)
        return f"{type(error).__name__}: {error}"
    return None if failure is None else f"{failure.kind}: {failure.message}"


class _First:
    """The first test that fails."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """See pytest."""
        if report.failed and not self.failed:
            self.failed = str(report.nodeid)

    def pytest_collectreport(self, report: Any) -> None:
        """See pytest."""
        if report.failed and not self.failed:
            self.failed = f"collecting {report.nodeid}"


def tests(paths: Sequence[str]) -> str | None:
    """Runs tests, in a process that says nothing more. @return the first that fails, None for none.

    @raises FileNotFoundError for a path that is gone, RuntimeError where pytest itself fails: neither kills a mutant.
    """
    for path in paths:
        if not (ROOT / path).exists():
            raise FileNotFoundError(f"there are no tests at {path}")
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # ours need none, and loading them takes longer than most tests
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    first = _First()
    options = [
        "-x",
        "--no-header",
        "-m",
        "not anvil and not slow",
        "-o",
        f"cache_dir={ROOT / '.cache/mutation/pytest'}",
    ]
    status = pytest.main([*options, *paths], plugins=[first])
    if first.failed:
        return first.failed
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"pytest ends with {status!r}")
    return None


@contextmanager
def deployed_instead(replaced: Mapping[str, Artifact]) -> Iterator[None]:
    """Within, every chain in process deploys these builds."""
    original = RevmChain.__init__

    def changed(self: RevmChain, *arguments: Any, **named: Any) -> None:
        named["replaced"] = {**replaced, **(named.get("replaced") or {})}
        original(self, *arguments, **named)

    RevmChain.__init__ = changed  # type: ignore[method-assign]
    try:
        yield
    finally:
        RevmChain.__init__ = original  # type: ignore[method-assign]


def tests_of(contract: str, harness: bool) -> list[tuple[str, ...]]:
    """The tests that touch a contract in groups that are run one after the other, the quickest first."""
    first, *others = TESTS[contract]
    return [(SURVIVORS, *first), *([HARNESS_TESTS] if harness else []), *others]


def file_of(hint: str, groups: Iterable[Sequence[str]]) -> list[tuple[str]]:
    """The file of the test that noticed a mutant before, where it is still there and one of those that are run."""
    file = hint.partition("::")[0]
    is_run = any(file == path or file.startswith(f"{path}/") for paths in groups for path in paths)
    return [(file,)] if is_run and (ROOT / file).is_file() else []


def red(quick: bool) -> str | None:
    """The first test that fails on the contracts as they are, for the same tests: it would kill every mutant."""
    groups = [paths for contract in TESTS for paths in tests_of(contract, True)[: 2 if quick else None]]
    for paths in dict.fromkeys(groups):
        read, write = os.pipe()
        pid = os.fork()
        if not pid:
            code = 1
            try:
                os.write(write, (tests(paths) or "").encode())
                code = 0
            finally:
                os._exit(code)  # what was raised is told by the code
        os.close(write)
        with os.fdopen(read) as pipe:
            failed = pipe.read()
        if os.waitpid(pid, 0)[1] or failed:
            return failed or f"pytest on {' '.join(paths)}"
    return None
