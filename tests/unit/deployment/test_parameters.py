"""Parameter files: what is read, and one clear sentence for what is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from novation.deployment.parameters import FOLDER, ParameterError, load
from novation.deployment.settings import band

WAD = 10**18
LOCAL = FOLDER / "local.yaml"
ADDRESS = "0x694AA1769357215DE4FAC081bf1f309aDC325306"


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The local file with the first occurrence of each text replaced."""
    text = LOCAL.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = tmp_path / "changed.yaml"
    path.write_text(text)
    return path


def complaint(path: Path) -> str:
    """The sentence; it names the file."""
    with pytest.raises(ParameterError) as caught:
        load(path)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert path.name in sentence
    return sentence


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_in_the_tree_is_good(path: Path) -> None:
    parameters = load(path.stem)
    assert parameters.file == path.name
    assert parameters.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [market.number for market in parameters.markets] == sorted({market.number for market in parameters.markets})


def test_units() -> None:
    parameters = load("local")
    market = parameters.market("ETH")
    assert market.skew_scale == 100_000 * WAD
    assert market.struct() == (100_000 * WAD, 500, 300, 20_000, 200, 500, 100, 25, 3_000, 100, 694_444, 4_000_000)
    assert market.feed.band_high == 100_000 * WAD
    assert market.feed.spread_ppm == 5_000
    assert market.feed.highest == 100_500 * WAD
    assert parameters.orders.fee_min == WAD // 2
    assert parameters.pool.credit == 250_000 * WAD
    with pytest.raises(KeyError):
        parameters.market("DOGE")


def test_other_sources_leave_given_addresses_alone() -> None:
    local = load("local").with_sources("chainlink", "usdc")
    assert {market.feed.source for market in local.markets} == {"chainlink"}
    assert local.token.source == "usdc"
    assert load("sepolia").with_sources("mock", "mock") == load("sepolia")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("maintenance_bps: 300", "maintenance_bps: 255", "markets.ETH.maintenance_bps is 255: open interest cap"),
        ("open_interest_cap_bps: 100", "open_interest_cap_bps: 145", "together (30000 ppm) must be less"),
        ("initial_bps: 500", "initial_bps: 300", "markets.ETH.initial_bps is 300, it must be 301 to 65535"),
        ("position_cap_bps: 25", "position_cap_bps: 101", "markets.ETH.position_cap_bps is 101, it must be 0 to 100"),
        ("maker_ppm: 200", "maker_ppm: 501", "markets.ETH.maker_ppm is 501, it must be 0 to 500"),
        ("reserve_factor_bps: 3000", "reserve_factor_bps: 0", "it must be 1 to 10000"),
        ("rate_max: 694_444", "rate_max: 0", "it must be 1 to 16777215"),
        ("velocity: 4_000_000", "velocity: 16_777_216", "markets.ETH.velocity is 16777216, it must be 0 to 16777215"),
        ("skew_scale: 100_000", "skew_scale: 0", "markets.ETH.skew_scale is 0"),
        ("skew_scale: 100_000", "skew_scale: 0.0015", "must be a multiple of 0.001"),
        ("skew_scale: 100_000", "skew_scale: 1e14", "it must be 0.001 to 72057594037927.935"),
        ("number: 1", "number: 0", "has the number 0, which another market has too"),
        ("number: 0", "number: 32", "it must be 0 to 31"),
        ("number: 0", "number: one", "markets.ETH.number is one, it must be a whole number"),
        ("min_notional: 100", "min_notional: 0", "pool.min_notional is 0"),
        ("min_penalty: 2 ", "min_penalty: 10.01 ", "pool.min_penalty is 10.01, it must be 0 to 10"),
        ("buffer_bps: 1000", "buffer_bps: 0", "pool.buffer_bps is 0, it must be 1 to 10000"),
        ("protocol_share_bps: 2000", "protocol_share_bps: 5001", "it must be 0 to 5000"),
        ("utilisation_bps: 8000", "utilisation_bps: 10001", "it must be 1 to 10000"),
        ("ramp_seconds: 3600", "ramp_seconds: 3599", "pool.ramp_seconds is 3599, it must be 3600"),
        ("credit: 250000", "credit: 0.5", "pool.credit is 0.5, it must be a whole number"),
        ("insurance_share_bps: 5000", "insurance_share_bps: 10001", "vault.insurance_share_bps is 10001"),
        ("epoch_seconds: 3600", "epoch_seconds: 59", "shares.epoch_seconds is 59, it must be 60 to 2592000"),
        ("symbol: NVLP", "symbol: NVLPX2", "shares.symbol must have at most 5 characters"),
        ("delay: 5", "delay: 0", "orders.delay is 0"),
        ("fee_min: 0.5", "fee_min: 6", "orders.fee_min is 6, it must be 0 to 5"),
        ("fee_min: 0.5", "fee_min: nan", "orders.fee_min is nan, it must be a number"),
        ("fee_min: 0.5", "fee_min: 0.1234567890123456789", "it must be a number with at most 18 decimals"),
        ("share_floor_bps: 2000", "share_floor_bps: 8001", "it must be 0 to 8000"),
        ("trade_age: 7200", "trade_age: 0", "markets.ETH.feed.trade_age is 0, it must be 1 to 7200"),
        ("trade_age: 7200", "trade_age: 7201", "markets.ETH.feed.trade_age is 7201, it must be 1 to 7200"),
        ("trade_age: 7200", "trade_age: 3599", "it must be at least the order window, 3600"),
        ("close_age: 7200", "close_age: 1048576", "markets.ETH.feed.close_age is 1048576, it must be 1 to 1048575"),
        ("deviation_bps: 50", "deviation_bps: 10000", "it must be 0 to 9999"),
        ("confidence_bps: 50", "confidence_bps: 10000", "it must be 0 to 9999"),
        ("confidence_bps: 50", "confidence_bps: 100", "together (30500 ppm) must be less"),
        ("move_bps: 0", "move_bps: 10000", "markets.ETH.feed.move_bps is 10000"),
        ("move_bps: 0", "move_bps: 1000", "markets.ETH.feed.calm is 0, it must be 1 to 32766"),
        ("swing_bps: 0", "swing_bps: 10000", "markets.ETH.feed.swing_bps is 10000"),
        ("swing_bps: 0", "swing_bps: 1000", "markets.ETH.feed.window is 0, it must be 60 to 1048575"),
        ("window: 0 ", "window: 60 ", "markets.ETH.feed.window is 60, it must be 0 to 0"),
        ("calm: 0 ", "calm: 60 ", "markets.ETH.feed.calm is 60, it must be 0 to 0"),
        ("band_low: 50 ", "band_low: 100000 ", "markets.ETH.feed.band_low is 100000"),
        ("band_high: 100_000", "band_high: 16385", "markets.ETH.feed.band_high has too many digits"),
        ("price: 4000", "price: 40", "markets.ETH.feed.price is 40"),
        (
            "source: mock              # mock, ch",
            "source: dia # ch",
            "it must be one of mock, chainlink, mock-pull",
        ),
        ("      reference:", "      reference: pyth", "markets.ETH.feed.reference is pyth, it must be one of mock, ch"),
        ("      reference:", "      reference: mock", "markets.ETH.feed.divergence_bps is missing"),
        ("      fallback:", "      fallback: mock", "markets.ETH.feed.fallback_age is missing"),
        (
            "      fallback:",
            "      fallback_age: 60\n      fallback: mock",
            "markets.ETH.feed.fallback_deviation_bps is missing",
        ),
        (
            "      fallback:",
            "      fallback_age: 60\n      fallback_deviation_bps: 10000\n      fallback: mock",
            "markets.ETH.feed.fallback_deviation_bps is 10000, it must be 0 to 9999",
        ),
        (
            "      fallback:",
            "      fallback_age: 60\n      fallback_deviation_bps: 100\n      fallback: mock",
            "together (30500 ppm) must be less",
        ),
        (
            "      fallback:",
            "      fallback_deviation_bps: 1\n      fallback:",
            "markets.ETH.feed.fallback_deviation_bps is no parameter",
        ),
        ("uptime: ", "uptime: 0x12 ", "uptime is 0x12, it must be an address"),
        ("      fallback:", "      fallback_age: 60\n      fallback:", "markets.ETH.feed.fallback_age is no parameter"),
        ("source: mock              # mock, ch", 'source: "0x12" # ch', "is 0x12, it must be an address"),
        ("decimals: 6", "decimals: 37", "token.decimals is 37, it must be 0 to 36"),
        ("source: mock ", "source: usdc ", ""),
        ("  owner:", "  owner: 0x694AA1769357215DE4FAC081bf1f309aDC325307", "whose checksum is wrong"),
        ("  owner:", "  owner: someone", "roles.owner is someone, it must be an address"),
        ("  name: USD Coin", "", "token.name is missing"),
        ("  name: USD Coin", "  name: [a, b]", "token.name must be a single value"),
        ("  name: USD Coin", "  name: A\n  name: B", "the key name is there twice"),
        ("  name: USD Coin", "  name: A\n  colour: red", "token.colour is no parameter"),
        ("pool:\n", "pools:\n", "pool is missing"),
        ("vault:\n", "vault: 5\nx:\n", "vault must hold keys and values"),
        ("shares:\n", "shares: [\n", "is no YAML"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = changed(tmp_path, (old, new))
    if not words:
        assert load(path).token.source == "usdc"
        return
    assert words in complaint(path)


def test_a_breaker_a_reference_and_a_fallback(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ("move_bps: 0", "move_bps: 1000"),
        ("swing_bps: 0", "swing_bps: 1500"),
        ("window: 0 ", "window: 60 "),
        ("calm: 0 ", "calm: 600 "),
        ("reference: ", "reference: chainlink\n      divergence_bps: 100\n      reference_age: 60\n      refresh: 5 "),
        ("fallback: ", f"fallback: '{ADDRESS}'\n      fallback_age: 3600\n      fallback_deviation_bps: 30 "),
    )
    feed = load(path).market("ETH").feed
    assert (feed.move_bps, feed.swing_bps, feed.window, feed.calm) == (1000, 1500, 60, 600)
    assert (feed.reference, feed.divergence_bps, feed.reference_age, feed.refresh) == ("chainlink", 100, 60, 5)
    assert (feed.fallback, feed.fallback_age, feed.fallback_deviation_bps) == (ADDRESS, 3600, 30)
    assert feed.spread_ppm == 5_000
    assert feed.highest == 101_000 * WAD  # the divergence is what is widest


def test_a_fallbacks_deviation_is_a_spread(tmp_path: Path) -> None:
    others = "mock\n      fallback_age: 3600\n      fallback_deviation_bps: 70 "
    feed = load(changed(tmp_path, ("fallback: ", f"fallback: {others}"))).market("ETH").feed
    assert (feed.spread_ppm, feed.highest) == (7_000, 100_700 * WAD)


def test_a_sequencers_uptime(tmp_path: Path) -> None:
    assert load("local").uptime == ""
    assert load(changed(tmp_path, ("uptime: ", f"uptime: '{ADDRESS}' "))).uptime == ADDRESS


@pytest.mark.parametrize("source", [f"'{ADDRESS}'", f"chainlink\n      proxy: '{ADDRESS}'"], ids=["source", "proxy"])
def test_what_is_given_has_no_first_price_and_others_that_are_given(tmp_path: Path, source: str) -> None:
    decimals = "" if source.startswith("'") else "      decimals: 8"
    begin = ("source: mock              # mock, ch", f"source: {source} # ch")
    kind = "      kind: push" if source.startswith("'") else ""
    rest = ("      decimals: 8               # of Chainlink's feeds\n      price: 4000\n", f"{decimals}{kind}\n")
    given = load(changed(tmp_path, begin, rest)).market("ETH").feed
    assert given.is_given
    assert given.is_push
    assert given.price == 0
    for role in ("reference", "fallback"):
        assert f"{role} is mock, it must be an address" in complaint(
            changed(tmp_path, begin, rest, (f"      {role}: ", f"      {role}: mock # "))
        )
    same = changed(tmp_path, begin, rest, ("      fallback: ", f"      fallback: '{ADDRESS}' # "))
    assert ("is the source itself" if not given.proxy else "fallback_age is missing") in complaint(same)
    price = changed(tmp_path, begin, (rest[0], rest[1] + "      price: 4000\n"))
    assert "markets.ETH.feed.price is no parameter" in complaint(price)


def test_a_given_source_is_asked_or_brought_prices(tmp_path: Path) -> None:
    begin = ("source: mock              # mock, ch", f"source: '{ADDRESS}' # ch")
    rest = "      decimals: 8               # of Chainlink's feeds\n      price: 4000\n"
    pull = load(changed(tmp_path, begin, (rest, "      kind: pull\n"), ("age: 7200", "age: 60"))).market("ETH").feed
    assert (pull.is_given, pull.is_push, pull.price, pull.trade_age) == (True, False, 0, 60)
    missing = complaint(changed(tmp_path, begin, (rest, "")))
    assert "markets.ETH.feed.kind is missing" in missing
    wrong = complaint(changed(tmp_path, begin, (rest, "      kind: mock\n")))
    assert "markets.ETH.feed.kind is mock, it must be one of push, pull" in wrong
    ours = complaint(changed(tmp_path, ("      price: 4000\n", "      price: 4000\n      kind: pull\n")))
    assert "markets.ETH.feed.kind is no parameter" in ours


def test_a_pull_feed_needs_no_age_as_long_as_the_window(tmp_path: Path) -> None:
    path = changed(tmp_path, ("source: mock              # mock, ch", "source: pyth # ch"), ("age: 7200", "age: 60"))
    feed = load(path).market("ETH").feed
    assert (feed.is_push, feed.trade_age, feed.close_age) == (False, 60, 7200)


def test_circles_code_has_six_decimals(tmp_path: Path) -> None:
    path = changed(tmp_path, ("source: mock ", "source: usdc "), ("decimals: 6", "decimals: 8"))
    assert "token.decimals must be 6 with Circle's code" in complaint(path)


def test_a_skew_scale_that_overflows(tmp_path: Path) -> None:
    # cap * K * P_max * K * (1e4 + slope): beyond 2^255 with the largest K at a price of 5e15.
    changes = (
        ("skew_scale: 100_000", "skew_scale: 72_000_000_000_000"),
        ("band_high: 100_000", "band_high: 5_000_000_000_000_000"),
    )
    assert "markets.ETH.skew_scale is so large" in complaint(changed(tmp_path, *changes))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"There are no parameters for mars: params/ has local, sepolia\."):
        load("mars")
    assert "No such file" in complaint(tmp_path / "none.yaml")
    for content in ("", "- a\n- b\n", "x"):
        (tmp_path / "odd.yaml").write_text(content)
        assert "must hold keys and values" in complaint(tmp_path / "odd.yaml")
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    assert "is no YAML" in complaint(tmp_path / "odd.yaml")


def test_no_markets(tmp_path: Path) -> None:
    text = LOCAL.read_text()
    path = tmp_path / "empty.yaml"
    path.write_text(text[: text.index("markets:")] + "markets: {}\n")
    assert "markets must have at least one" in complaint(path)


@pytest.mark.parametrize(
    ("price", "expected"),
    [(50 * WAD, (5, 19)), (1, (1, 0)), (16_383, (16_383, 0)), (100_000 * WAD, (1, 23)), (0, (0, 0))],
)
def test_bands(price: int, expected: tuple[int, int]) -> None:
    assert band(price) == expected
