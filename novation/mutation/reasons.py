"""Why a mutant cannot be told from the original: `equivalent.yaml`, by file, function and lines before and after."""

from __future__ import annotations

from pathlib import Path

import yaml

from novation.console import Refused
from novation.mutation.mutant import Mutant

PATH = Path(__file__).with_name("equivalent.yaml")
Reasons = dict[tuple[str, str, str, str], str]


class BadReasons(Refused):
    """The file is not as it should be; the message is one sentence."""


def load(path: Path = PATH) -> Reasons:
    """All reasons. @raises BadReasons."""
    found: Reasons = {}
    for number, entry in enumerate(yaml.safe_load(path.read_text()) or [], 1):
        if not isinstance(entry, dict) or set(entry) != {"file", "function", "before", "after", "reason"}:
            raise BadReasons(f"{path.name}: entry {number} must have file, function, before, after and reason")
        key = (entry["file"], entry["function"] or "", entry["before"], entry["after"])
        if key in found:
            raise BadReasons(f"{path.name}: entry {number} is there twice")
        found[key] = " ".join(str(entry["reason"]).split())
    return found


def reason_of(mutant: Mutant, text: str, reasons: Reasons) -> str | None:
    """Why it is equivalent, if somebody said so."""
    before, after = mutant.lines(text)
    return reasons.get((mutant.file, mutant.function, before, after))
