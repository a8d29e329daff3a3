"""Other code generators' builds of the contracts behave as the shipped one does, and a build that does not is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novation.bytecode import __main__ as command
from novation.bytecode import builds
from novation.bytecode.builds import BUILDS, Build, Built, compile_build, deployed, other_places
from novation.bytecode.differential import Outcome, author_of, compare
from novation.bytecode.twins import KIND, Heard, Twins, difference
from novation.chain.compiler import ROOT, CompilationFailed, artifact_of, compile_all, open_contract
from novation.model.ledger import Ledger

CALLS = 2_000
# (file, right, wrong): each is wrong in one way only.
FAULTS = {
    "rounding": ("contracts/modules/perp_math.vy", "if x > 0 and unsafe_mul(q, y) != x:", "if x > 1 << 200:"),
    "code": ("contracts/modules/ledger.vy", "assert credit > 0 and account", "assert account"),
    "event": ("contracts/modules/ledger.vy", "amount=credit, word=word)", "amount=credit, word=0)"),
}
PART = {"rounding": "ClearingPool", "code": "CollateralVault", "event": "CollateralVault"}


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDS)
def test_a_build_behaves_as_the_shipped_one(name: str) -> None:
    """To the last bit of return data, revert data, logs and storage, and as the model."""
    built = compile_build(BUILDS[name])
    assert built.refused == {}
    assert set(built.artifacts) == set(deployed())
    shipped = compile_all(deployed())
    assert all(artifact.bytecode != shipped[part].bytecode for part, artifact in built.artifacts.items())
    outcome = compare(built, CALLS, seed=11)
    assert outcome.differences == ()
    assert outcome.calls >= CALLS
    assert outcome.probes > 0


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_miscompiled_contract_is_found(fault: str) -> None:
    """Negative control: a fault in one contract, without the model beside it."""
    path, right, wrong = FAULTS[fault]
    source = (ROOT / path).read_text()
    assert source.count(right) == 1
    part = PART[fault]
    artifact = artifact_of(part, open_contract(part, {path: source.replace(right, wrong)}))
    twins, author = Twins({part: artifact}, modelled=False), author_of(5)
    for _ in range(30):
        story = author.story()
        failure = twins.play(story)
        if failure is not None:
            break
    assert failure is not None
    assert failure.kind == KIND
    shortest, again = twins.shortest(story, failure)
    assert len(shortest.steps) <= 6
    assert again.kind == KIND


@pytest.mark.slow
def test_what_both_builds_do_alike_is_no_builds_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that errs is told, and is not taken for a miscompiled contract."""
    monkeypatch.setattr(Ledger, "only_owner_of", lambda self, sender, account: None)
    shipped = compile_all(["LiquidationModule"])
    twins, author = Twins(shipped), author_of(5)
    while not twins.disputed:
        assert twins.play(author.story()) is None
        assert twins.played < 6_000
    assert "Mismatch" in twins.disputed[0]


@pytest.mark.parametrize(
    ("differences", "disputed", "code"), [((), (), 0), (("none: cash",), (), 1), ((), ("Mismatch: cash",), 1)]
)
def test_what_the_command_ends_with(
    differences: tuple[str, ...], disputed: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """What both builds do and the model does not is a failure too."""
    outcome = Outcome(Built(BUILDS["none"], {}), differences=differences, disputed=disputed)
    monkeypatch.setattr(command, "compare_all", lambda *given: [outcome])
    assert command.main(["--differential"]) == code
    assert all(line in capsys.readouterr().out for line in (*differences, *disputed))


def test_what_the_compiler_refuses_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(build: Build, name: str) -> None:
        raise CompilationFailed(f"{name}: StackTooDeep")

    monkeypatch.setattr(builds, "_compile", refuse)
    built = compile_build(BUILDS["venom"])
    assert built.artifacts == {}
    assert built.refused["Lens"] == "Lens: StackTooDeep"


def test_a_build_with_variables_elsewhere_is_refused() -> None:
    shipped = compile_all(["OracleAdapter"])["OracleAdapter"]
    moved = replace(shipped, layout={"storage_layout": {"_feeds": {"type": "x", "n_slots": 1, "slot": 9}}})
    built = Built(BUILDS["none"], {"OracleAdapter": moved})
    assert other_places(built) == ["OracleAdapter"]
    with pytest.raises(ValueError, match="keeps variables elsewhere in OracleAdapter"):
        compare(built, 1, seed=1)


def test_a_difference_is_told_by_the_call() -> None:
    one = Heard("0xaa", b"\x01", None, b"\x02", ())
    assert difference([one], [one]) is None
    assert difference([one], [one._replace(output=b"\x03")]) == (
        "call of 0xaa 0x01: shipped returns 0x02 with 0 logs, other returns 0x03 with 0 logs"
    )
    assert "other reverts CASH" in str(difference([one], [one._replace(code="CASH")]))
    assert "1 logs" in str(difference([one], [one._replace(logs=(("0xaa", (), b""),))]))
    assert difference([one, one], [one]) == "number of calls: shipped 2, other 1"
    assert "other calls 0xbb" in str(difference([one], [one._replace(to="0xbb")]))
