"""`ape run fuzz`, without its options: plays, shows, writes the page, the JSON and the tests of what broke."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from novation.chain.compiler import ROOT
from novation.console import Refused
from novation.fixed import WAD
from novation.fuzz.campaign import case, page, profit
from novation.fuzz.campaign.confirm import confirm
from novation.fuzz.campaign.progress import Progress
from novation.fuzz.campaign.report import Report, rewrite, show
from novation.fuzz.campaign.run import Plan
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import StoryError, load, parse
from novation.fuzz.campaign.workers import run
from novation.fuzz.coverage import page as source_page
from novation.fuzz.coverage.counts import counts
from novation.fuzz.probes import builds
from novation.fuzz.probes.sites import USER
from novation.fuzz.system.worlds import WORLDS
from novation.model import registry
from novation.report import marks

REPORTS = ROOT / "reports" / "fuzz"
CORPUS = ROOT / ".cache" / "fuzz" / "corpus"


@dataclass(frozen=True)
class Options:
    """What `ape run fuzz` was told."""

    calls: int | None = None
    minutes: float | None = None
    workers: int = 1
    seed: int = 1
    invariants: tuple[int, ...] = ()
    worlds: tuple[str, ...] = ()
    engine: str = "revm"
    target: str = "faults"
    modelled: bool = True
    covered: bool = True
    corpus: Path | None = CORPUS
    json: Path | None = None
    figures: Path | None = None
    reports: Path = REPORTS

    def checks(self) -> str:
        """The options that say what is looked for, each after a space."""
        chosen = "".join(f" --invariant {number}" for number in self.invariants)
        return chosen or ("" if self.modelled else " --no-model")

    def command(self) -> str:
        """As it is typed, so that a page says how it was made."""
        words = ["ape run fuzz"]
        for name, value in (
            ("calls", self.calls),
            ("minutes", self.minutes),
            ("workers", self.workers),
            ("seed", self.seed),
        ):
            if value is not None:
                words.append(f"--{name} {value:g}" if isinstance(value, float) else f"--{name} {value}")
        words += [f"--target {self.target}"] if self.target != "faults" else []
        words += [f"--engine {self.engine}"] if self.engine != "revm" else []
        words += [f"--world {name}" for name in self.worlds]
        words += [self.checks().strip()] if self.checks() else []
        words += ["--no-coverage"] if not self.covered else []
        if self.corpus != CORPUS:
            words.append(f"--corpus {shlex.quote(str(self.corpus or 'none'))}")
        return " ".join(words)


def main(
    invariants: tuple[int, ...],
    worlds: tuple[str, ...],
    target: str,
    engine: str,
    model: bool,
    coverage: bool,
    corpus: str | None,
    replay: Path | None,
    json_file: Path | None,
    calls: int | None,
    minutes: float | None,
    **given: Any,
) -> int:
    """From the command line's words. @return the exit code. @raises Refused, OSError."""
    console = Console()
    if replay is not None:
        if engine != "revm" or target != "faults" or worlds or calls is not None or minutes is not None:
            raise Refused("--replay plays a file on revm: of the other options it takes --invariant and --no-model")
        _choose(invariants)
        return play_again(replay, console, Stages(model and not invariants))
    for name in worlds:
        if name not in WORLDS:
            raise Refused(f"--world {name}: there is none of that name, only {', '.join(WORLDS)}")
    if engine != "revm" and (given["workers"] != 1 or target == "profit"):
        raise Refused(f"--engine {engine} plays campaigns in one process: leave out --workers and --target")
    if calls is None and minutes is None:
        minutes = 1.0
    options = Options(
        calls=calls,
        minutes=minutes,
        invariants=invariants,
        worlds=worlds,
        modelled=model,
        covered=coverage and engine == "revm",
        corpus=CORPUS if corpus is None else None if corpus == "none" else Path(corpus),
        json=json_file,
        target=target,
        engine=engine,
        **given,
    )
    if target == "profit":
        return seek_profit(options, console)
    return fuzz(options, console)


def fuzz(options: Options, console: Console) -> int:
    """A campaign. @return the exit code: 1 where something broke. @raises Refused, OSError."""
    _choose(options.invariants)
    if options.figures is not None:
        marks.check(options.figures, "figures")
    modelled = options.modelled and not options.invariants
    branches: frozenset[int] = frozenset()
    replaced = None
    if options.covered:
        with console.status("Compiling the contracts with probes, half a minute, once ..."):
            replaced = builds.replaced()
            ours = [site.id for site in builds.sites() if site.level == USER]
            branches = frozenset(number + side for number in ours for side in (0, 1))
    stages = Stages(modelled, True, replaced, options.covered, options.engine)
    stages.warm(options.worlds or WORLDS)
    plan = Plan(
        calls=options.calls,
        seconds=None if options.minutes is None else options.minutes * 60,
        seed=options.seed,
        folder=options.corpus,
        worlds=options.worlds,
    )
    goal = f"{plan.seconds:g} s" if plan.seconds else f"{plan.calls:,} calls"
    with Progress(console, branches, goal) as progress:
        try:
            report = run(plan, stages, options.workers, progress)
        except StoryError as error:
            raise Refused(f"--corpus: {error}; delete that file, or name another folder") from error
    console.print(show(report), highlight=False, soft_wrap=True)
    shipped = Stages(modelled)
    if options.covered:
        confirm(report, shipped, console)
    tests = _tests(report, options, shipped)
    links = _coverage(report, options, console) if options.covered else []
    links += [(f"The test of what broke: {path.name}", path.name) for path in tests]
    written = page.write(options.reports / "index.html", report, progress.samples, branches, options.command(), links)
    if options.json is not None:
        _write_json(options.json, report, options, branches)
    if options.figures is not None:
        rewrite(options.figures, report, options.command())
    for found, path in zip(report.failures, tests, strict=True):
        console.print(f"{found.kind}: {found.message}", highlight=False, soft_wrap=True, markup=False)
        console.print(f"The failure as a test: {path}", highlight=False, soft_wrap=True)
        again = f"ape run fuzz --replay {path}{options.checks()}"
        console.print(f"Again, call by call:   {again}", highlight=False, soft_wrap=True)
    console.print(f"Report: {written}", highlight=False, soft_wrap=True)
    return 1 if report.failures else 0


def seek_profit(options: Options, console: Console) -> int:
    """The search for profit, in one process. @return the exit code: 1 where somebody earned. @raises OSError."""
    if options.workers != 1 or options.invariants:
        raise Refused(
            "--target profit searches in one process and by its own measure: leave out --workers, --invariant"
        )
    stages = Stages(options.modelled)
    seconds = None if options.minutes is None else options.minutes * 60
    search, code = profit.hunt(stages, options.seed, options.worlds, options.calls, seconds, console)
    if options.json is not None:
        best = [{"usd": gain.total / WAD, "story": str(gain.story)} for gain in search.best]
        _save_json(options.json, {"command": options.command(), "calls": search.calls, "best": best})
    return code


def play_again(path: Path, console: Console, stages: Stages) -> int:
    """Plays the stories of a file on the shipped contracts. @return 1 if one fails. @raises Refused."""
    failed = 0
    try:
        stories = load(path)
    except StoryError as error:
        raise Refused(f"--replay: {error}") from error
    except OSError as error:
        raise Refused(f"--replay: {path} cannot be read: {error.strerror}") from error
    for story in stories:
        failure = stages.play(story)
        names = case.names_of(stages.games[story.world].stage)
        for number, move in enumerate(stages.trail(story.world), 1):
            console.print(f"{number:4} {case.named(str(move), names)}", highlight=False, soft_wrap=True, markup=False)
        said = "passes" if failure is None else f"{failure.kind}: {failure.message}"
        console.print(
            f"{story.world}, {len(story.steps)} actions: {said}", highlight=False, soft_wrap=True, markup=False
        )
        failed += failure is not None
    return 1 if failed else 0


def _choose(numbers: Sequence[int]) -> None:
    """Leaves only these invariants in force, in this process and those that it forks."""
    if not numbers:
        return
    known = sorted({item.number for item in registry.INVARIANTS})
    for wanted in numbers:
        if wanted not in known:
            raise Refused(
                f"--invariant {wanted}: there is no check of that number, only of {', '.join(map(str, known))}"
            )
    registry.INVARIANTS[:] = [item for item in registry.INVARIANTS if item.number in numbers]


def _tests(report: Report, options: Options, shipped: Stages) -> list[Path]:
    """Writes a test of each finding."""
    written = []
    for found in report.failures:
        stage = shipped.game(found.story.split()[0]).stage
        written.append(case.write(options.reports, found, stage, options.command(), shipped.modelled))
    return written


def _write_json(path: Path, report: Report, options: Options, branches: Set[int]) -> None:
    sample = report.sample(branches)
    found: dict[str, Any] = {
        "command": options.command(),
        "source_hash": report.source_hash,
        "seed": options.seed,
        "workers": options.workers,
        "calls": report.calls,
        "sequences": report.stories,
        "seconds": round(report.seconds, 3),
        "calls_per_second": round(report.calls / max(report.seconds, 1e-9), 1),
        "coverage": {"outcomes": sample.outcomes, "of": len(branches)} if branches else None,
        "corpus": sample.corpus,
        "reverts": sample.reverts,
        "interrupted": report.interrupted,
        "failures": [item._asdict() for item in report.failures],
    }
    _save_json(path, found)


def _save_json(path: Path, found: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _coverage(report: Report, options: Options, console: Console) -> list[tuple[str, str]]:
    """Lays on the source how many stories of the corpus pass each branch. @return the link to it."""
    stories = [parse(line) for line in report.corpus]
    with console.status(f"Counting what {len(stories)} stories of the corpus pass ..."):
        found = counts(stories)
    path = source_page.write(options.reports / "coverage.html", found, len(stories), options.command())
    return [("Coverage, laid on the source", path.name)]
