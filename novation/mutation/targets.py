"""In which deployed contract a mutant is told: the first that runs its function."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from novation.chain.compiler import sources_of
from novation.deployment.system import OURS
from novation.mutation.mutant import MODULE, Mutant
from novation.mutation.workshop import Workshop

DEPLOYED = tuple(OURS.values())
HARNESS = "MathHarness"  # tests call the formulas through it, so it gets the same fault


class Targets:
    """The workshops of all contracts, or of some."""

    def __init__(self, names: Sequence[str] = (*DEPLOYED, HARNESS)) -> None:
        self.workshops = {name: Workshop(name) for name in names}
        self.functions = {name: set(shop.functions()) for name, shop in self.workshops.items()}
        self.sources = {name: sources_of(name) for name in self.workshops}

    def prepare(self, mutants: Collection[Mutant]) -> None:
        """Compiles the contracts that these are told in."""
        wanted = {name for mutant in mutants for name in self.of(mutant)}
        if any(self.harness(mutant) for mutant in mutants):
            wanted.add(HARNESS)
        for name in wanted:
            self.workshops[name].prepare()

    def of(self, mutant: Mutant) -> list[str]:
        """The contracts that a mutant may be told in, the first that differs is the one; empty for dead code."""
        if mutant.function == MODULE:
            return [name for name, files in self.sources.items() if mutant.file in files and name != HARNESS]
        at = (mutant.file, mutant.function)
        return [name for name, functions in self.functions.items() if at in functions and name != HARNESS][:1]

    def harness(self, mutant: Mutant) -> bool:
        """Whether the formulas' harness has it too."""
        if mutant.function == MODULE:
            return mutant.file in self.sources.get(HARNESS, ())
        return (mutant.file, mutant.function) in self.functions.get(HARNESS, ())
