"""Imports run downwards only, between the packages of `novation` and between those of the fuzzer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from novation.chain.compiler import ROOT

# From the bottom to the top; who stands beside another does not import it.
NOVATION = (
    ("fixed",),
    ("model", "chain"),
    ("upstream",),
    ("deployment",),
    ("console", "bots"),
    ("sim",),
    ("report",),
    ("fuzz",),
    ("bytecode", "mutation", "proofs"),
    ("demo", "fork", "operations"),
)
FUZZ = (
    ("system",),
    ("probes", "evms", "actions"),
    ("campaign",),
    ("coverage", "engines"),
    ("bench", "command"),
)
ORDERS = {"novation": NOVATION, "novation.fuzz": FUZZ}


def heights(order: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {name: height for height, names in enumerate(order) for name in names}


def files(package: str) -> list[Path]:
    return sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def part_of(module: str, package: str) -> str:
    """The package or module right below `package` that it belongs to; "" where it is none of these."""
    return module.removeprefix(f"{package}.").split(".")[0] if module.startswith(f"{package}.") else ""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(source: str) -> Iterator[str]:
    """All modules, those that are imported within functions and for types only, too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong(module: str, source: str, package: str) -> list[str]:
    """What a module of the package imports that does not stand below it."""
    height, own = heights(ORDERS[package]), part_of(module, package)
    found = ((name, part_of(name, package)) for name in imported(source))
    return [f"{module} -> {name}" for name, part in found if part not in ("", own) and height[part] >= height[own]]


@pytest.mark.parametrize("package", ORDERS)
def test_no_package_imports_what_is_not_below_it(package: str) -> None:
    modules = {module_of(path): path for path in files(package)}
    parts = {name: path for name, path in modules.items() if part_of(name, package)}
    assert {part_of(name, package) for name in parts} == set(heights(ORDERS[package]))
    assert [line for name, path in parts.items() for line in wrong(name, path.read_text(), package)] == []
    assert list(imported(modules[package].read_text())) in ([], ["__future__.annotations"])  # a package is a name


@pytest.mark.parametrize(
    "source",
    [
        "from novation.fuzz.coverage.counts import counts",
        "from novation.fuzz import engines",
        "def late():\n    import novation.fuzz.command",
    ],
)
def test_an_import_upwards_is_seen(source: str) -> None:
    assert len(wrong("novation.fuzz.campaign.run", source, "novation.fuzz")) == 1
    assert wrong("novation.fuzz.campaign.run", "from novation.fuzz import actions", "novation.fuzz") == []
