"""What no transaction can reach, and why: `explained.yaml`, held to what campaigns reach.

Every outcome that somebody wrote has an entry of its own, by file, source text and outcome, so that an edit elsewhere
does not break it. What the compiler adds is explained by classes. A class that is `sure` says that none of its
outcomes can be reached, like a single entry: it is wrong as soon as one is. The other classes say why outcomes of a
kind are not expected, without showing it for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from novation.console import Refused
from novation.fuzz.probes.sites import COMPILER, USER, Site

PAGE = Path(__file__).with_name("explained.yaml")
FIELDS = ("file", "function", "text", "within", "kind", "contract", "outcome")


class BadEntry(Refused):
    """An entry of explained.yaml that is not as it should be."""


class Outcome(NamedTuple):
    """One side of a branch."""

    site: Site
    side: int  # 0 or 1

    @property
    def id(self) -> int:
        """As the probes have it."""
        return self.site.id + self.side

    @property
    def word(self) -> str:
        """What it is called."""
        return self.site.words[self.side]

    def __str__(self) -> str:
        s = self.site
        return f"{s.contract} {s.file}:{s.line} {s.function} {s.kind} `{s.text}` {self.word}"


@dataclass(frozen=True)
class Entry:
    """An explanation. `wanted` are the fields that an outcome must have, each one of a list of values."""

    level: str
    wanted: tuple[tuple[str, tuple[str, ...]], ...]
    reason: str
    evidence: str
    sure: bool
    name: str

    def fits(self, outcome: Outcome) -> bool:
        """Whether it is about this outcome."""
        site = outcome.site
        return site.level == self.level and all(
            (outcome.word if name == "outcome" else getattr(site, name)) in values for name, values in self.wanted
        )


@dataclass
class Judgement:
    """Explanations against what was reached."""

    explained: dict[int, Entry] = field(default_factory=dict)
    unexplained: list[Outcome] = field(default_factory=list)
    wrong: list[tuple[Entry, Outcome]] = field(default_factory=list)
    stale: list[Entry] = field(default_factory=list)  # entries about nothing in the contracts


def outcomes(sites: Iterable[Site]) -> list[Outcome]:
    """Both sides of all branches."""
    return [Outcome(site, side) for site in sites for side in (0, 1)]


def judge(sites: Iterable[Site], hits: Set[int], entries: Iterable[Entry] | None = None) -> Judgement:
    """What is explained, what is not, and which explanations are wrong."""
    chosen = tuple(load() if entries is None else entries)
    found = Judgement()
    used: set[int] = set()
    for outcome in outcomes(sites):
        fitting = [entry for entry in chosen if entry.fits(outcome)]
        used.update(map(id, fitting))
        if outcome.id in hits:
            found.wrong += [(entry, outcome) for entry in fitting if entry.sure]
        elif fitting:
            found.explained[outcome.id] = fitting[0]
        else:
            found.unexplained.append(outcome)
    found.stale = [entry for entry in chosen if id(entry) not in used]
    return found


@lru_cache(maxsize=4)
def load(page: Path = PAGE) -> tuple[Entry, ...]:
    """The entries. @raises BadEntry for one that does not say what it is about, or why."""
    data = yaml.safe_load(page.read_text())
    entries = [_entry(USER, item) for item in data["outcomes"]]
    return tuple(entries + [_entry(COMPILER, item) for item in data["classes"]])


def _entry(level: str, item: dict[str, Any]) -> Entry:
    unknown = set(item) - {*FIELDS, "reason", "evidence", "sure", "class"}
    needed = {"file", "text", "outcome"} if level == USER else {"class", "kind", "outcome"}
    if unknown or needed - set(item) or not item.get("reason"):
        without = f", not {', '.join(sorted(unknown))}" if unknown else ""
        raise BadEntry(f"explained.yaml: {item} needs {', '.join(sorted(needed))} and a reason{without}")
    wanted = tuple((name, _values(item[name])) for name in FIELDS if name in item)
    sure = bool(item.get("sure", level == USER))
    return Entry(level, wanted, item["reason"].strip(), item.get("evidence", "").strip(), sure, item.get("class", ""))


def _values(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
