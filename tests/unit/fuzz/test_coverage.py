"""Coverage: probes change nothing but gas, every branch's words mean what they say, explanations are held to facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.compiler import compile_all, open_contract
from novation.console import CheckFailed
from novation.fuzz.actions import Game
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Failure, Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.coverage.__main__ import faults
from novation.fuzz.coverage.counts import counts
from novation.fuzz.coverage.explained import BadEntry, Entry, Judgement, judge, load, outcomes
from novation.fuzz.coverage.measure import Equality, Speed, equality, speed
from novation.fuzz.coverage.page import write
from novation.fuzz.coverage.table import lines_run, show
from novation.fuzz.probes.builds import CONTRACTS, SPAN, instrument, replaced, sites
from novation.fuzz.probes.hits import Watch, hits, salt_address, salted_hits
from novation.fuzz.probes.sites import COMPILER, USER, Site

WORLD = "local"


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages(modelled=False, check=False, replaced=replaced())


@pytest.fixture
def game(stages: Stages) -> Game:
    return stages.game(WORLD)


def named(contract: str, function: str, text: str, kind: str | None = None) -> Site:
    """The only branch of that name."""
    found = [
        site
        for site in sites()
        if (site.contract, site.function, site.text) == (contract, function, text) and kind in (None, site.kind)
    ]
    assert len(found) == 1, found
    return found[0]


def words(game: Game, site: Site) -> set[str]:
    """Which sides of a branch were ever taken."""
    reached = hits(game.mirror.chain)
    return {site.words[side] for side in (0, 1) if site.id + side in reached}


def fresh() -> Game:
    """An engine on which nothing but the deployment has happened."""
    return Stages(modelled=False, check=False, replaced=replaced()).game(WORLD)


# --- the build


def test_every_jump_of_the_plain_code_is_a_branch() -> None:
    for name in CONTRACTS[4:]:
        jumps = sum(1 for item in open_contract(name).assembly_runtime if item == "JUMPI")
        assert len(instrument([name])[name].sites) == jumps


def test_ids_are_unique_and_in_their_contracts_span() -> None:
    ids = [outcome.id for outcome in outcomes(sites())]
    assert len(ids) == len(set(ids))
    for site in sites():
        assert site.id // SPAN == CONTRACTS.index(site.contract)


def test_the_build_differs_in_code_and_in_nothing_else_that_callers_see() -> None:
    plain = compile_all(CONTRACTS)
    for name, made in instrument().items():
        assert made.artifact.bytecode != plain[name].bytecode
        assert made.artifact.abi == plain[name].abi
        assert made.artifact.layout == plain[name].layout


def test_an_unknown_contract_has_no_probes() -> None:
    with pytest.raises(KeyError, match="MockToken"):
        instrument(["MockToken"])


def test_written_branches_have_a_place_and_a_source() -> None:
    for site in sites():
        if site.level == USER:
            assert site.line > 0, site
            assert all((site.file, site.function, site.text)), site
        assert site.words[0] != site.words[1]
        assert site.level in (USER, COMPILER)


def test_stories_do_the_same_on_both_builds() -> None:
    author = Author(3)
    found = equality([author.story() for _ in range(3)])
    assert not found.different
    assert found.same + found.starved == 3


# --- what the words say


def test_an_assert_fails_and_holds() -> None:
    game = fresh()
    site = named("LiquidationModule", "liquidate_many", 'assert len(accounts) == len(markets), "LENGTH"')
    assert words(game, site) == set()
    game.call("liquidation", "liquidate_many", game.cast.liquidator, [], [1])
    assert words(game, site) == {"fails"}  # a call that reverts leaves its hits
    game.call("liquidation", "liquidate_many", game.cast.liquidator, [], [])
    assert words(game, site) == {"fails", "holds"}


def test_an_if_and_a_ternary() -> None:
    game = fresh()
    account = game.cast.traders[0]
    inside = named("OrderModule", "taken", "self._slots[account][i] > FREE")
    chosen = named("OrderModule", "order_hash", "word if word > FREE else 0")
    game.mirror.see("orders", "taken", account)
    game.mirror.see("orders", "order_hash", account, 0)
    assert words(game, inside) == {"not taken"}
    assert words(game, chosen) == {"false"}


def test_a_condition_that_the_assembler_has_negated() -> None:
    game = fresh()
    site = named("CollateralVault", "_pool_of", "word == 0")
    before = words(game, site)
    assert "taken" not in before
    game.call("vault", "realise", game.cast.keepers[0], game.cast.traders[0], 0)  # the first pool has it
    assert words(game, site) == {"not taken"}
    game.call("vault", "realise", game.cast.keepers[0], game.cast.traders[0], 31)  # there is no second one
    assert words(game, site) == {"not taken", "taken"}


def test_a_short_circuit() -> None:
    game = fresh()
    site = named("CollateralVault", "register_pool", "index < MAX_POOLS")
    before = words(game, site)
    assert before == {"true"}  # of the deployment
    game.call("vault", "register_pool", game.cast.owner, 4, 1, 1, 1, 0)
    assert words(game, site) == {"true", "false"}


def test_what_the_compiler_adds() -> None:
    game = fresh()
    lock = next(s for s in sites() if (s.contract, s.kind, s.function) == ("LiquidationModule", "lock", "liquidate"))
    game.liquidate(game.cast.liquidator, game.cast.traders[0], 0)
    assert words(game, lock) == {"passes"}


# --- reading them


def test_a_watch_tells_what_is_new_once(game: Game) -> None:
    watch = Watch(game.mirror.chain)
    assert watch.new()  # of the deployment
    game.mirror.see("lens", "pool_at", 0)
    game.mirror.see("lens", "position", game.cast.traders[0], 31)
    first = watch.new()
    assert first  # some of the lens is for these questions only
    assert watch.new() == set()
    assert first < watch.hits


def test_hits_under_a_salt_are_apart(game: Game) -> None:
    chain = game.mirror.chain
    watch = Watch(chain)
    watch.new()
    chain.set_coinbase(salt_address(7))
    game.mirror.see("lens", "book", 0)
    chain.set_coinbase(ZERO_ADDRESS)
    assert watch.new() == set()
    assert {salt for salt, _ in salted_hits(chain)} == {0, 7}


def test_hits_outlive_a_restart() -> None:
    game = fresh()
    game.call("liquidation", "liquidate_many", game.cast.liquidator, [], [1])
    before = hits(game.mirror.chain)
    game.mirror.restart()
    assert hits(game.mirror.chain) >= before


def test_counts_are_of_stories() -> None:
    story = Story(WORLD, (Step("opening", 1), Step("poke", 2)))
    once, twice = counts([story]), counts([story, story])
    assert set(once) == set(twice)
    assert set(once.values()) == {1}
    assert set(twice.values()) == {2}


def test_counts_are_the_same_where_the_database_is_emptied_now_and_then() -> None:
    story = Story(WORLD, (Step("opening", 1),))
    assert counts([story] * 65, many=1) == counts([story] * 65)


# --- explanations


def entry(site: Site, outcome: str, sure: bool = True) -> Entry:
    wanted = (("file", (site.file,)), ("text", (site.text,)), ("outcome", (outcome,)))
    return Entry(site.level, wanted, "because", "", sure, "")


def test_what_is_reached_cannot_be_unreachable() -> None:
    site = named("LiquidationModule", "liquidate_many", 'assert len(accounts) == len(markets), "LENGTH"')
    said = entry(site, "fails")
    found = judge([site], {site.id, site.id + 1}, [said])
    assert [(wrong, str(outcome.word)) for wrong, outcome in found.wrong] == [(said, "fails")]
    assert found.unexplained == []


def test_a_class_that_is_not_sure_is_not_wrong() -> None:
    site = named("LiquidationModule", "liquidate_many", 'assert len(accounts) == len(markets), "LENGTH"')
    found = judge([site], {site.id, site.id + 1}, [entry(site, "fails", sure=False)])
    assert found.wrong == []


def test_what_is_not_reached_needs_an_explanation() -> None:
    site = named("LiquidationModule", "liquidate_many", 'assert len(accounts) == len(markets), "LENGTH"')
    holds = site.id + site.words.index("holds")
    missing = judge([site], {holds}, [])
    assert [outcome.word for outcome in missing.unexplained] == ["fails"]
    explained = judge([site], {holds}, [entry(site, "fails")])
    assert explained.unexplained == []
    assert len(explained.explained) == 1


def test_an_entry_about_nothing_is_stale() -> None:
    site = sites()[0]
    other = Entry(USER, (("file", ("contracts/gone.vy",)),), "because", "", True, "")
    assert judge([site], set(), [other]).stale == [other]


def test_every_entry_is_about_something() -> None:
    assert judge(sites(), set()).stale == []


@pytest.mark.parametrize(
    "text",
    [
        "outcomes: [{file: a, text: b, outcome: fails}]\nclasses: []",
        "outcomes: [{file: a, text: b, reason: c}]\nclasses: []",
        "outcomes: [{file: a, text: b, outcome: fails, reason: c, line: 4}]\nclasses: []",
        "outcomes: []\nclasses: [{kind: lock, outcome: reverts, reason: c}]",
    ],
)
def test_an_entry_says_what_and_why(tmp_path: Path, text: str) -> None:
    page = tmp_path / "explained.yaml"
    page.write_text(text)
    with pytest.raises(BadEntry, match=r"explained\.yaml"):
        load(page)


def judged(hits: frozenset[int] = frozenset()) -> Judgement:
    """Of the shipped contracts, where everything that can be is reached but for `hits`."""
    wanted = judge(sites(), set()).explained
    return judge(sites(), {outcome.id for outcome in outcomes(sites())} - wanted.keys() - hits)


def test_what_the_command_fails_for() -> None:
    """Without `strict` only what is wrong, with it also what is missing, what was not measured, and what is slow."""
    good, same = Speed(100, 1.0, 1.2), Equality(same=3)
    fine = judged()
    assert faults(fine, good, same, strict=True) == []
    assert faults(fine, good, Equality(different=[Story(WORLD, ())]), strict=False) != []
    missing = judged(
        frozenset({next(o.id for o in outcomes(sites()) if o.site.level == USER and o.id not in fine.explained)})
    )
    for judgement, fast, equal, said in (
        (missing, good, same, "1 outcomes of written branches are neither reached nor explained"),
        (fine, Speed(100, 0.79, 1.0), same, "0.79 of the plain one's speed, less than 0.8"),
        (fine, Speed(), same, "no speed was measured"),
        (fine, good, Equality(starved=5), "no story was compared"),
    ):
        assert faults(judgement, fast, equal, strict=False) == []
        [line] = faults(judgement, fast, equal, strict=True)
        assert said in line


def test_a_build_that_fails_alone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def play(self: Stages, story: Story, whole: bool = True) -> Failure | None:
        self.game(story.world)
        return Failure("Violation", "1 (cash)", 1) if self.replaced else None

    monkeypatch.setattr(Stages, "play", play)
    with pytest.raises(CheckFailed, match="with probes"):
        speed([Story(WORLD, (Step("opening", 1),))])


# --- what people see


def test_the_page_needs_nothing_else(tmp_path: Path) -> None:
    found = counts([Story(WORLD, (Step("opening", 1), Step("trade", 2)))])
    page = write(tmp_path / "coverage.html", found, 1).read_text()
    for outside in ('href="http', "<link", "<img", "src=", "@import", "url("):
        assert outside not in page
    assert "contracts/modules/perp_math.vy" in page
    assert 'id="contracts-ClearingPool-' in page
    assert "never in" in page


def test_the_table_counts_outcomes_and_lines() -> None:
    everything = {outcome.id for outcome in outcomes(sites())}
    text = show(sites(), everything, judge(sites(), everything, []))
    assert "not reached and not explained" not in text
    run, total = lines_run("LiquidationModule", set())
    assert run == 0
    assert total > 10
