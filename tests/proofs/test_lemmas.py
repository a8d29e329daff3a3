"""Every lemma and fact is proven, from hypotheses that can hold; every planted mistake is refuted."""

from __future__ import annotations

import pytest

from novation.console import CheckFailed
from novation.proofs.controls import CONTROLS, refute
from novation.proofs.lemma import FACTS, LEMMAS, Lemma, Proof, attempt, attempt_fact, checked
from novation.proofs.lemmas import GROUPS
from novation.proofs.mistakes import Control
from novation.proofs.program import program

CONTRACTS = ("ClearingPool", "CollateralVault", "LiquidationModule", "OracleAdapter", "PoolShares")


def test_there_are_enough() -> None:
    assert len(LEMMAS) >= 100
    assert {lemma.group for lemma in LEMMAS.values()} == {group.__name__.rpartition(".")[2] for group in GROUPS}


@pytest.mark.parametrize("name", sorted(FACTS))
def test_fact(name: str) -> None:
    found = attempt_fact(FACTS[name])
    assert found.result == "proven", found.text


@pytest.mark.parametrize("name", sorted(LEMMAS))
def test_lemma(name: str) -> None:
    found = checked(attempt(LEMMAS[name]))
    assert found.result == "proven", found.text
    assert found.questions > 0


@pytest.mark.parametrize("name", sorted(LEMMAS))
def test_lemma_names_functions_that_exist(name: str) -> None:
    programs = [program(contract) for contract in CONTRACTS]
    known = {function for item in programs for function, _ in item.functions()}
    assert set(LEMMAS[name].covers) <= known


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: f"{control.lemma}: {control.mistake}")
def test_mistake_is_refuted(control: Control) -> None:
    found = refute(control)
    assert found.result == "refuted"
    assert found.example


def test_hypotheses_that_contradict_each_other_prove_nothing() -> None:
    def prove(proof: Proof) -> None:
        x = proof.number("x", 0, 9)
        proof.assume(x.term > 9)
        proof.show(x.term == 7)

    found = attempt(Lemma("wrong", "", "", (), prove, ""))
    assert found.result == "proven"
    assert checked(found).result == "vacuous"


def test_outdated_control_is_told() -> None:
    with pytest.raises(CheckFailed, match="out of date"):
        refute(Control("clamp", CONTROLS[0].path, "no such text", "", ""))
