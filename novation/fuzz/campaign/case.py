"""A finding as a test that anybody can run: the moves in Python, with names for the addresses."""

from __future__ import annotations

import hashlib
import os
import re
import textwrap
from pathlib import Path

from novation.chain.compiler import ROOT
from novation.fuzz.campaign.report import Finding
from novation.fuzz.system.worlds import Stage, number

MADE_OF = {
    "novation.model": ("Config", "Order"),
    "novation.model.feeds": ("Settings",),
    "novation.model.sources": ("update_bytes",),
}
_HEX = re.compile(r"0x[0-9a-f]{33,40}\b")
_PAGE = '''"""{what}

Found by `{command}`.
Every call of it: ape run fuzz --replay {name}
"""

from novation.fuzz.campaign.stages import Stages
{imports}
STORY = (
{story}
)

{names}


def test_{function}() -> None:
    mirror = Stages({arguments}).game("{world}").mirror
{moves}
    mirror.whole()
'''


def names_of(stage: Stage) -> dict[int, str]:
    """Addresses that moves speak of, by number."""
    cast = stage.cast
    found = {number(contract): part.upper() for part, contract in stage.contracts.items()}
    for role in ("owner", "guardian", "treasury", "liquidator", "operator", "whale", "stranger", "attacker"):
        found[getattr(cast, role)] = role.upper()
    for role, members in (("trader", cast.traders), ("lp", cast.lps), ("keeper", cast.keepers)):
        found |= {address: f"{role.upper()}_{index}" for index, address in enumerate(members)}
    for index, sender in enumerate(cast.senders):
        found.setdefault(sender, f"SENDER_{index}")
    return found


def named(text: str, names: dict[int, str]) -> str:
    """A move with names for the addresses that have one."""
    return _HEX.sub(lambda found: names.get(int(found[0], 16), found[0]), text)


def _used(body: str) -> dict[str, list[str]]:
    """What the moves are made of, by module."""
    found = {module: [name for name in names if re.search(rf"\b{name}\(", body)] for module, names in MADE_OF.items()}
    return {module: names for module, names in found.items() if names}


def write(folder: Path, finding: Finding, stage: Stage, command: str, modelled: bool = True) -> Path:
    """Writes the test. @return its file. @raises OSError."""
    names = names_of(stage)
    moves = [named(move, names) for move in finding.moves]
    body = "\n".join(f"    mirror.{move}" for move in moves)
    used = {address: name for address, name in names.items() if re.search(rf"\b{name}\b", body)}
    imports = [f"from {module} import {', '.join(used)}\n" for module, used in _used(body).items()]
    digest = hashlib.sha256(finding.story.encode()).hexdigest()[:8]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"test_{finding.kind.lower()}_{digest}.py"
    lines = textwrap.wrap(finding.story, 100, break_on_hyphens=False)
    what = " ".join(f"{finding.kind}: {finding.message}".split()).replace("\\", "/").replace('"""', "'''")
    page = _PAGE.format(
        what="\n".join(textwrap.wrap(what, 116)),
        command=command,
        name=os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else path,
        imports="".join(imports),
        story="\n".join(f'    "{line} "' for line in lines),
        names="\n".join(f"{name} = {address:#x}" for address, name in sorted(used.items(), key=lambda item: item[1])),
        function=f"{finding.kind.lower()}_{digest}",
        arguments="" if modelled else "modelled=False",
        world=finding.story.split()[0],
        moves=body,
    )
    path.write_text(page, encoding="utf-8")
    return path
