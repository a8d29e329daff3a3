"""The fuzzer finds what is wrong, shrinks it, and repeats itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from novation.fuzz import bench
from novation.fuzz.actions import ACTIONS
from novation.fuzz.campaign.__main__ import main
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.run import run
from novation.fuzz.campaign.shrink import shrink
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import parse
from novation.fuzz.system.mirror import Mismatch
from novation.model import marks, pool, registry
from novation.model.ledger import Ledger
from novation.model.shares import Shares

CALLS = 6_000


def spoil_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    real = pool.charge
    monkeypatch.setattr(pool, "charge", lambda *args: max(0, real(*args) - 1))


def spoil_funding(monkeypatch: pytest.MonkeyPatch) -> None:
    real = marks.accrue

    def later(config: Any, market: Any, now: int) -> tuple[int, int]:
        rate, funding = real(config, market, now)
        return rate, funding + (funding != market.funding)

    monkeypatch.setattr(marks, "accrue", later)


def spoil_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ledger, "only_owner_of", lambda self, sender, account: None)


def spoil_index(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Shares._index
    monkeypatch.setattr(
        Shares, "_index", lambda self, *args: real(self, *args)._replace(paid=real(self, *args).paid + 1)
    )


@pytest.mark.parametrize("spoil", [spoil_rounding, spoil_funding, spoil_check, spoil_index])
def test_a_wei_of_difference_is_found_and_shrunk(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[[pytest.MonkeyPatch], None]
) -> None:
    spoil(monkeypatch)
    report = run(CALLS, seed=5)
    assert len(report.failures) == 1
    message, story = report.failures[0]
    assert message.startswith("Mismatch")
    assert len(parse(story.splitlines()[0]).steps) <= 8


def test_an_invariant_that_breaks_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five lines make an invariant: this one is false on purpose."""
    monkeypatch.setattr(registry, "INVARIANTS", list(registry.INVARIANTS))

    @registry.invariant(99, "nobody has a position")
    def nobody(view: Any) -> Any:
        for account, holder in view.accounts.items():
            if holder.markets:
                yield f"{account:#x}"

    report = run(CALLS, seed=5)
    assert report.failures[0][0].startswith("Violation: invariant 99 (nobody has a position)")


def test_the_same_seed_does_the_same() -> None:
    first, second = run(1_000, seed=3), run(1_000, seed=3)
    assert first.counts == second.counts
    assert first.calls == second.calls


def test_an_unknown_word_is_found() -> None:
    stages = Stages()
    game = stages.game("local")
    assert game.mirror._strange() == set()
    account = game.cast.traders[0]
    game.call("vault", "deposit", game.key(account), account, 10**9)
    at = game.mirror.slots.index["account", account]
    address, slot = game.mirror.places[at]
    game.mirror.known.discard((address.lower(), slot))
    with pytest.raises(Mismatch, match="nobody knows"):
        game.mirror.whole()


def test_stories_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    story = Author(1).story()
    assert parse(str(story)) == story
    with pytest.raises(KeyError):
        parse("local no_such_action:1")
    assert main(["--replay", "local opening:1 deposit:2"]) == 0
    assert "passes" in capsys.readouterr().out


def test_what_does_not_fail_shrinks_to_itself() -> None:
    stages = Stages()
    story = parse("local opening:1 deposit:2 trade:3")
    assert stages.play(story) is None
    assert shrink(story, Failure("Mismatch", "nothing like it", 3), stages) == story


def test_the_engine_alone_keeps_the_invariants() -> None:
    calls, seconds = bench.measure(2_000, 1, modelled=False, check=True)
    assert calls >= 2_000
    assert seconds > 0


def test_every_action_can_be_drawn() -> None:
    author = Author(7)
    names = {step.name for _ in range(40) for step in author.story().steps}
    assert names == set(ACTIONS)
