"""A campaign: sequences of random actions over all worlds, each from the state after deployment.

    python -m novation.fuzz.campaign --calls 100000 --seed 1 --workers 2
    python -m novation.fuzz.campaign --replay "tight 7 trade:123 liquidate:456"

A sequence is a world, a length and a seed; an action in it is its name and its own seed, so that any part of a sequence
can be played again. What fails is shrunk and printed as such a line.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from novation.fuzz.actions import ACTIONS, Game
from novation.fuzz.mirror import Mirror, Mismatch
from novation.fuzz.opening import opening
from novation.fuzz.worlds import WORLDS, build
from novation.model.invariants import Violation

STEPS = (40, 200)  # actions of a sequence
Failure = (Mismatch, Violation)


class Step(NamedTuple):
    """An action and its seed."""

    name: str
    seed: int

    def __str__(self) -> str:
        return f"{self.name}:{self.seed}"


class Sequence_(NamedTuple):
    """A sequence: the world, the seed of its opening scene, its steps."""

    world: str
    seed: int
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return f"{self.world} {self.seed} {' '.join(map(str, self.steps))}"
