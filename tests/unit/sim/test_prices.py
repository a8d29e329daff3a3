"""Candles from a file: what is read, and one sentence for everything that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from novation.sim.prices import HOUR, SCALE, Candle, PricesError, follow, parse_time, read_candles, ticks

HEADER = "timestamp,open,high,low,close,volume"
ROWS = [
    "2025-10-10 15:00:00,4280.35,4284.28,4073.55,4103.11,206007.9",
    "2025-10-10 16:00:00,4103.1,4138.52,4086.4,4108.99,76386.0",
    "2025-10-10 17:00:00,4108.99,4112.64,4077.57,4093.97,30308.4",
]


def write(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "prices.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_reads_all(tmp_path: Path) -> None:
    candles = read_candles(write(tmp_path, *ROWS))
    assert [candle.time for candle in candles] == [parse_time("2025-10-10 15:00") + k * HOUR for k in range(3)]
    assert candles[0] == Candle(candles[0].time, 428_035_000_000, 428_428_000_000, 407_355_000_000, 410_311_000_000)


@pytest.mark.parametrize(
    "start", ["2025-10-10T16:00", "2025-10-10 16:00:00", "2025-10-10T16:00:00Z", "2025-10-10T18:00+02:00"]
)
def test_range(tmp_path: Path, start: str) -> None:
    candles = read_candles(write(tmp_path, *ROWS), start, 1)
    assert [candle.open for candle in candles] == [410_310_000_000]


def test_gap_outside_the_range_is_no_matter(tmp_path: Path) -> None:
    path = write(tmp_path, ROWS[0], ROWS[2])
    assert len(read_candles(path, "2025-10-10T17:00", 1)) == 1


BAD_ROWS = {
    "gap": ([ROWS[0], ROWS[2]], "2025-10-10 16:00 is missing"),
    "twice": ([ROWS[0], ROWS[0]], "is there twice"),
    "order": ([ROWS[1], ROWS[0]], "is out of order"),
    "half an hour": ([ROWS[0], ROWS[1].replace("16:00:00", "15:30:00")], "less than an hour"),
    "no rows": ([], "has no rows"),
    "short row": (["2025-10-10 15:00:00,1,1,1"], "has 4 values instead of 6"),
    "time": (["yesterday,1,1,1,1,1"], "'yesterday' is not a time"),
    "text": (["2025-10-10 15:00:00,1,one,1,1,1"], "high 'one' is not a number"),
    "nan": (["2025-10-10 15:00:00,nan,1,1,1,1"], "open 'nan' is not a number"),
    "infinite": (["2025-10-10 15:00:00,1,inf,1,1,1"], "high 'inf' is not a number"),
    "empty": (["2025-10-10 15:00:00,1,1,,1,1"], "low '' is not a number"),
    "zero": (["2025-10-10 15:00:00,0,1,0,1,1"], "open 0 is not above zero"),
    "tiny": (["2025-10-10 15:00:00,1,1,0.000000001,1,1"], "low 0.000000001 is not above zero"),
    "negative": (["2025-10-10 15:00:00,1,1,-1,1,1"], "low -1 is not above zero"),
    "huge": (["2025-10-10 15:00:00,1,1e99999,1,1,1"], "high 1e99999 is too large"),
    "volume": (["2025-10-10 15:00:00,1,1,1,1,-2"], "volume -2 is negative"),
    "low above open": (["2025-10-10 15:00:00,1,3,2,3,1"], "not between low and high"),
    "high below close": (["2025-10-10 15:00:00,1,2,1,3,1"], "not between low and high"),
}


@pytest.mark.parametrize(("rows", "said"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_bad_rows(tmp_path: Path, rows: list[str], said: str) -> None:
    with pytest.raises(PricesError) as caught:
        read_candles(write(tmp_path, *rows))
    text = str(caught.value)
    assert said in text
    assert text.endswith(".")
    assert "\n" not in text


BAD_RANGES = {
    "before": (("2025-10-10T14:00", 1), "leaves out 2025-10-10 14:00"),
    "after": (("2025-10-10T18:00", 1), "leaves out 2025-10-10 18:00"),
    "too long": (("2025-10-10T16:00", 3), "before 3 hours are over"),
    "not a time": (("tomorrow", 1), "'tomorrow' is not a time"),
    "not an hour": (("2025-10-10T16:20", 1), "is not a full hour"),
    "no hours": ((None, 0), "less than one hour"),
}


@pytest.mark.parametrize(("chosen", "said"), BAD_RANGES.values(), ids=BAD_RANGES)
def test_bad_ranges(tmp_path: Path, chosen: tuple[str | None, int], said: str) -> None:
    with pytest.raises(PricesError, match=said):
        read_candles(write(tmp_path, *ROWS), *chosen)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match=r"There is no file .*nowhere\.csv"):
        read_candles(tmp_path / "nowhere.csv")


def test_wrong_columns(tmp_path: Path) -> None:
    with pytest.raises(PricesError, match="has the columns date,price instead of timestamp,open"):
        read_candles(write(tmp_path, header="date,price"))


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(PricesError, match="has the columns \\(none\\)"):
        read_candles(tmp_path / "empty.csv")


def test_binary_file(tmp_path: Path) -> None:
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(PricesError, match="cannot be read as CSV"):
        read_candles(tmp_path / "binary.csv")


def test_four_rounds_a_candle() -> None:
    rising, falling = Candle(0, 100, 130, 90, 120), Candle(HOUR, 120, 125, 80, 95)
    path = ticks([rising, falling])
    assert [tick.price for tick in path] == [100, 90, 130, 120, 120, 125, 80, 95]
    assert [tick.time for tick in path] == [k * HOUR // 4 for k in range(8)]


def test_followed_market_moves_by_beta() -> None:
    base = [Candle(0, 200 * SCALE, 220 * SCALE, 100 * SCALE, 150 * SCALE)]
    (other,) = follow(base, 1_000 * SCALE, (6, 10))
    assert (other.open, other.high, other.low, other.close) == tuple(n * SCALE for n in (1_000, 1_060, 700, 850))
