"""The search for profit measures what it says, and finds a fault that pays."""

from __future__ import annotations

import pytest
from rich.console import Console

from novation.chain.compiler import ROOT, artifact_of, open_contract
from novation.fixed import WAD
from novation.fuzz.campaign.profit import DUST, Search, hunt
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import parse
from novation.fuzz.campaign.wealth import wealth

FILE = "contracts/modules/perp_fill.vy"
RIGHT = "cost = maths._fill_cost(d, terms.price, skew, scale)"
WRONG = "cost = maths._fill_cost(d, terms.price, 0, scale)"


def test_a_deposit_and_a_transfer_make_nobody_richer() -> None:
    stages = Stages()
    game = stages.game("tight")
    game.play("opening", 3)
    before = wealth(game)
    trader = game.cast.traders[0]
    assert game.call("vault", "deposit", game.key(trader), trader, 50 * game.unit).ok
    assert wealth(game) == before
    assert game.call("vault", "transfer", game.key(trader), trader, game.cast.stranger, 10**19).ok
    after = wealth(game)
    assert after[game.key(trader)] == before[game.key(trader)] - 10**19
    assert after[game.cast.stranger] == before[game.cast.stranger] + 10**19


def test_lenders_own_their_shares_and_requests() -> None:
    stages = Stages()
    game = stages.game("tight")
    game.play("opening", 3)
    before = wealth(game)
    for seed in range(4):
        game.play("lend", seed)
        game.play("request_redeem", seed)
        game.play("request_deposit", seed)
    after = wealth(game)
    for holder in game.cast.lps:  # nobody trades: a share is worth what it cost, but for roundings
        assert abs(after[holder] - before[holder]) < 10**9
    assert any(game.view.shares[0].balances.get(holder) for holder in game.cast.lps)


def test_nobody_earns_while_prices_stand_still() -> None:
    search = Search(Stages(), 5, ("local", "tight"))
    search.run(9_000, None, lambda found: None)
    assert search.best[0].total <= DUST
    assert len(search.kinds) > 4
    assert any(gain.kind[1] > 3 for gain in search.best)  # somebody traded


def test_governance_is_left_out() -> None:
    names = Search(Stages(), 5, ("local",)).author.names
    assert {"trade", "liquidate", "move_prices", "pass_time"} <= set(names)
    assert not {"set_market", "fail_feed", "lend", "spend_insurance"} & set(names)


def test_a_fault_that_pays_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    """An opening does not pay for the skew, a close is paid for it."""
    text = (ROOT / FILE).read_text()
    assert text.count(RIGHT) == 1
    patches = {FILE: text.replace(RIGHT, WRONG)}
    builds = {name: artifact_of(name, open_contract(name, patches)) for name in ("ClearingPool", "Lens")}
    _, code = hunt(Stages(modelled=False, check=False, replaced=builds), 1, (), 160_000, None, Console())
    assert code == 1
    assert "Taken from the protocol" in capsys.readouterr().out


def test_a_debt_that_is_left_behind_is_no_loss_of_the_thief() -> None:
    """Withdrawals without their rules: an account takes what is everybody's and owes it for ever."""
    file = "contracts/modules/margin_rules.vy"
    text = (ROOT / file).read_text()
    rules = ('    if cash < 0:\n        return "CASH"\n', "    if cash - totals.losses < totals.initial:")
    assert all(text.count(rule) == 1 for rule in rules)
    patched = text.replace(rules[0], "").replace(rules[1], "    if cash - totals.losses < totals.initial and cash > 0:")
    vault = artifact_of("CollateralVault", open_contract("CollateralVault", {file: patched}))
    game = Stages(modelled=False, check=False, replaced={"CollateralVault": vault}).game("local")
    game.play("opening", 1)
    thief = next(account for account in game.cast.traders if not game.of(account).pending)
    key, facts = game.key(thief), game.mirror.facts
    before = wealth(game)
    held = facts.words[game.mirror.slots.index["units", facts.names["vault"]]]
    assert game.call("vault", "withdraw", key, thief, held, key).ok
    assert wealth(game)[key] - before[key] > 1_000 * WAD


def test_a_story_can_be_measured_again() -> None:
    search = Search(Stages(), 5, ("tight",))
    story = parse("tight opening:3 open_anew:4 trade:8 trade:9 liquidate:2")
    assert search.measure(story) == search.measure(story)
