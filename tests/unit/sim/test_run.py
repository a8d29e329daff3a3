"""A whole run in process: what it must show, and that broken invariants are seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import novation.sim.scenario as scenario_module
from novation.chain.components import ComponentUnavailable
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from novation.deployment.settings import Parameters
from novation.sim.describe import describe
from novation.sim.history import History
from novation.sim.prices import SCALE, PricesError
from novation.sim.run import LIMIT, begin, limit_of, run
from novation.sim.scenario import Scenario, drawn, from_files, with_components, with_scenario

WAD = 10**18
NUMBERS = [*range(1, 23), 24, 25, 26, 0]


def play(scenario: Scenario, seed: int = 5, oracle: str = "mock") -> History:
    parameters, components, notes = with_components(with_scenario(load("local"), scenario), oracle)
    history = begin("revm", scenario, parameters, components, notes)
    shown: list[int] = []
    run(RevmChain(), parameters, scenario, history, seed, lambda _: None, lambda number, *_: shown.append(number))
    assert shown == list(range(scenario.rounds))
    return history


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return load("local")


@pytest.fixture(scope="module")
def history(parameters: Parameters) -> History:
    return play(drawn(parameters.markets, 5, 24))


def test_every_invariant_holds(history: History) -> None:
    assert [check.number for check in history.checks] == NUMBERS
    assert {check.name: check.failure for check in history.checks if not check.holds} == {}
    assert all(check.times > 0 for check in history.checks)


def test_stays_within_its_transactions(history: History) -> None:
    assert 300 < history.transactions <= LIMIT
    assert history.notes == []


def test_a_crash_is_a_crash(history: History) -> None:
    assert {hit.whole for hit in history.liquidations} == {True, False}
    assert sum(hit.deficit for hit in history.liquidations) == history.totals.bad_debt > 0
    assert 0 < history.totals.bad_debt_insurance <= history.totals.bad_debt
    assert {hit.trader.split()[0] for hit in history.liquidations} == {"over-levered"}


def test_sums(history: History) -> None:
    totals = history.totals
    consumed = sum(totals.failed.values())
    assert totals.filled > 80
    assert totals.orders >= totals.filled + consumed
    assert totals.keeper_fees == (totals.filled + consumed) * WAD // 2
    assert totals.volume > 10**7 * WAD
    assert totals.liquidator_rewards > 0
    assert totals.fees > totals.penalties > 0
    assert totals.left >= 12
    assert totals.paid_out > 9 * 10**6 * WAD


def test_everybody_trades(history: History) -> None:
    first, last = history.samples[0], history.samples[-1]
    assert set(first.equity) == set(history.traders)
    assert all(first.equity[trader] != last.equity[trader] for trader in history.traders)
    assert len(history.samples) == 96


def test_same_seed_same_run(parameters: Parameters) -> None:
    one, two = (play(drawn(parameters.markets, 3, 2)) for _ in range(2))
    assert one.samples == two.samples
    assert one.transactions == two.transactions


@pytest.mark.parametrize("hours", [1, 48])
def test_short_and_long(parameters: Parameters, hours: int) -> None:
    history = play(drawn(parameters.markets, 2, hours))
    assert [check.failure for check in history.checks if not check.holds] == []
    assert history.transactions <= LIMIT


@pytest.mark.parametrize("hours", [0, 49])
def test_hours_that_do_not_fit(parameters: Parameters, hours: int) -> None:
    with pytest.raises(PricesError, match="--hours"):
        drawn(parameters.markets, 1, hours)


def candles(path: Path, *prices: int) -> Path:
    rows = [f"2025-01-01 {hour:02}:00:00,{p},{p + 10},{p - 10},{p},1" for hour, p in enumerate(prices)]
    path.write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    return path


def test_prices_from_a_file(parameters: Parameters, tmp_path: Path) -> None:
    eth = candles(tmp_path / "eth.csv", 4_000, 4_100)
    scenario = from_files(parameters.markets, {"ETH": eth}, None, None)
    assert scenario.hours == 2
    assert scenario.rounds == 8
    assert [tick.price // SCALE for tick in scenario.paths[0]][:3] == [4_000, 3_990, 4_010]
    moved = scenario.paths[1][4].price * 1_000 // scenario.paths[1][0].price
    assert moved == 1_015  # 60% of 2.5%
    first = with_scenario(parameters, scenario).markets[0].feed.price
    assert first == 4_000 * WAD


def test_two_files_must_fit_each_other(parameters: Parameters, tmp_path: Path) -> None:
    eth, btc = candles(tmp_path / "eth.csv", 4_000, 4_100), candles(tmp_path / "btc.csv", 110_000)
    with pytest.raises(PricesError, match="before 2 hours are over"):
        from_files(parameters.markets, {"ETH": eth, "BTC": btc}, None, None)


def test_prices_outside_the_band(parameters: Parameters, tmp_path: Path) -> None:
    eth = candles(tmp_path / "eth.csv", 4_000, 20)
    with pytest.raises(PricesError, match="outside its feed's band of 50 to 100,000"):
        from_files(parameters.markets, {"ETH": eth}, None, None)


@pytest.mark.parametrize("oracle", ["pyth", "redstone", "streams"])
def test_the_story_is_the_same_where_prices_are_brought(parameters: Parameters, history: History, oracle: str) -> None:
    scenario = drawn(parameters.markets, 5, 24)
    brought = play(scenario, oracle=oracle)
    if brought.notes:
        pytest.skip(brought.notes[0])
    assert [check.number for check in brought.checks] == NUMBERS
    assert {check.name: check.failure for check in brought.checks if not check.holds} == {}
    assert brought.transactions <= limit_of(with_components(parameters, oracle)[0], scenario) == LIMIT + 2 * 96
    assert len(brought.samples) == 96
    for sample, other in zip(brought.samples, history.samples, strict=True):
        assert {m: state.price for m, state in sample.markets.items()} == {
            m: state.price for m, state in other.markets.items()
        }
    assert {hit.whole for hit in brought.liquidations} == {True, False}
    assert brought.totals.filled > 80
    assert brought.totals.left >= 12


def test_without_npm_the_mocks_stand_in(parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(name: str) -> Path:
        raise ComponentUnavailable(f"npm is missing: no {name}")

    monkeypatch.setattr(scenario_module, "fetch", fetch)
    for oracle, kind in (("chainlink", "mock"), ("pyth", "mock-pull"), ("redstone", "mock-pull")):
        found, told, notes = with_components(parameters, oracle)
        assert found.token.source == "mock"
        assert {(market.feed.source, market.feed.reference) for market in found.markets} == {(kind, "")}
        assert told == "Mock feeds and a mock token."
        assert notes == [
            "npm is missing: no chainlink. The feeds and the token of this run are the project's own mocks."
        ]
    assert with_components(parameters, "mock")[1:] == ("Mock feeds and a mock token.", [])
    assert play(drawn(parameters.markets, 1, 1), oracle="pyth").totals.filled > 0  # the mocks do


def test_the_report_says_which_oracle(parameters: Parameters, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(scenario_module, "fetch", asked.append)
    found, told, notes = with_components(parameters, "pyth")
    assert {(market.feed.source, market.feed.reference) for market in found.markets} == {("pyth", "chainlink")}
    assert found.token.source == "usdc"
    assert told.startswith("Prices of Pyth by Wormhole's core, brought with the transactions that need them")
    assert notes == []
    assert asked == ["chainlink", "usdc", "wormhole"]
    told_settings = describe(found)["ETH"]
    assert told_settings["Feed"] == "pyth, 0.5% spread"
    assert told_settings["Reference"] == "chainlink, 10% apart at most"
    assert describe(parameters)["ETH"]["Reference"] == "none"


def test_one_market_alone(parameters: Parameters) -> None:
    alone = replace(parameters, markets=parameters.markets[:1])
    history = play(drawn(alone.markets, 1, 2))
    assert list(history.names) == [0]
    assert [check.failure for check in history.checks if not check.holds] == []
