"""The commands of the auditing tools: what they cannot do is refused in one sentence before any work, with code 2."""

from __future__ import annotations

import runpy
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from novation.bytecode.__main__ import main as bytecode
from novation.chain.compiler import ROOT
from novation.console import positive
from novation.fuzz.coverage.__main__ import main as coverage
from novation.fuzz.engines.__main__ import main as engines
from novation.mutation.__main__ import main as mutation
from novation.proofs import __main__ as proofs
from tests.forge.bench import main as forge
from tests.planted.measure import main as planted

Command = Callable[[Sequence[str]], int]
PAGED: dict[str, Command] = {"coverage": coverage, "engines": engines, "mutation": mutation, "planted": planted}
REFUSED: dict[str, tuple[Command, str, str]] = {
    "some lemmas on the page": (proofs.main, "--lemma fill --write", "leave out --check and --write"),
    "some lemmas compared": (proofs.main, "--lemma fill --check", "leave out --check and --write"),
    "points of nothing": (proofs.main, "--points 9", "--points is an option of --check"),
    "no such lemma": (proofs.main, "--lemma moon", "there is no lemma with 'moon' in its name"),
    "calls of nothing": (bytecode, "--calls 9", "options of --differential"),
    "seed of nothing": (bytecode, "--lint --seed 0", "options of --differential"),
    "builds of nothing": (bytecode, "--write --builds none", "options of --differential"),
    "some bugs on the page": (planted, "--only fee --write page.md", "leave out --only and --played"),
    "played bugs on the page": (planted, "--played --write page.md", "leave out --only and --played"),
    "no such bug": (planted, "--only moon-landing", "there is no bug with 'moon-landing' in its name"),
    "some mutants on the page": (mutation, "--file margin.vy --write page.md", "leave out --file"),
    "a run that is none": (mutation, "--no-run --workers 2", "--no-run plays nothing"),
    "no such source": (mutation, "--file moon.vy --no-run", "no source ends with moon.vy"),
    "bugs in rounds": (forge, "--planted --rounds 3", "--planted takes no other option"),
    "no folder": (forge, "--json moon/figures.json", "there is no folder for moon/figures.json"),
    "no calls": (coverage, "--calls 0", "'0' is not a whole number from 1 on"),
}


@pytest.mark.parametrize(("command", "words", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(command: Command, words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command(words.split())
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert said in told.err.splitlines()[-1]
    assert told.out == ""


@pytest.mark.parametrize("name", PAGED)
@pytest.mark.parametrize("text", [None, "no marks"])
def test_the_page_is_looked_at_first(
    name: str, text: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    if text is not None:
        page.write_text(text)
    with pytest.raises(SystemExit) as ended:
        PAGED[name](["--write", str(page)])
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert ("There is no page" if text is None else "has no place for the text") in told.err


def test_the_page_of_the_proofs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proofs, "PAGE", tmp_path / "page.md")
    for words in (["--write"], ["--check", "--write"]):
        with pytest.raises(SystemExit) as ended:
            proofs.main(words)
        assert ended.value.code == 2
        assert "There is no page" in capsys.readouterr().err


def test_the_campaign_looks_at_its_page_first(tmp_path: Path) -> None:
    command: Any = runpy.run_path(str(ROOT / "scripts" / "fuzz.py"))["cli"]
    done = CliRunner(mix_stderr=False).invoke(command, ["--calls", "10", "--figures", str(tmp_path / "page.md")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert "There is no page" in done.stderr


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", ""])
def test_positive(text: str) -> None:
    assert positive("12") == 12
    with pytest.raises(ArgumentTypeError, match="is not a whole number from 1 on"):
        positive(text)
