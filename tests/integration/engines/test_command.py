"""`python -m novation.fuzz.engines` from its options to its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from novation.fuzz.engines.__main__ import main
from novation.fuzz.engines.compare import PLAYERS
from novation.fuzz.evms.pyevm import PyEvm
from novation.fuzz.evms.tape import Outcome, Transaction
from novation.fuzz.system.engine import Place


class Liar(PyEvm):
    """Says that everything reverts."""

    def play(self, transactions: Sequence[Transaction]) -> list[Outcome]:
        return [Outcome(False) for _ in transactions]

    def words(self, places: Sequence[Place]) -> list[int]:
        return [0] * len(places)


def test_the_command_ends_with_1_at_the_first_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- figures -->\nold\n<!-- end of figures -->\nafter\n")
    command = ["--sequences", "2", "--seed", "3", "--actions", "2", "--engine", "pyevm"]
    assert main([*command, "--write", str(page)]) == 0
    assert "2 sequences" in capsys.readouterr().out
    written = page.read_text()
    assert "| py-evm " in written
    assert "old" not in written
    assert (written.startswith("before\n"), written.endswith("after\n")) == (True, True)
    monkeypatch.setitem(PLAYERS, "pyevm", Liar)
    assert main(command) == 1
    said = capsys.readouterr().out
    assert "1 sequences" in said
    assert "differs from revm:" in said
    assert "vault.set_credit(" in said  # the opening's first call
    with pytest.raises(SystemExit) as ended:
        main(["--sequences", "none"])
    assert ended.value.code == 2
    with pytest.raises(SystemExit) as ended:
        main(["--write", str(tmp_path / "nowhere.md")])
    assert ended.value.code == 2
