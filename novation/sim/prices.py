"""Hourly candles from a CSV file, and the oracle rounds that they become.

A file has the columns `timestamp,open,high,low,close,volume`, one row an hour in rising order. Timestamps are UTC, as
`2025-10-10 15:00:00` or with a T. Prices are kept as integers of 1e-8 dollars, the unit of Chainlink's feeds.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from novation.console import Refused

HOUR = 3_600
SCALE = 10**8  # units in a dollar
ROUNDS = 4  # a candle: open, the two extremes, close
SPACING = HOUR // ROUNDS
COLUMNS = ["timestamp", "open", "high", "low", "close", "volume"]
HIGHEST = Decimal(10) ** 12  # dollars; more is a mistake


class PricesError(Refused):
    """Prices that cannot be used; the message is one sentence for the user."""


@dataclass(frozen=True)
class Candle:
    """One hour. `time` is its start in Unix seconds, prices are in 1e-8 dollars."""

    time: int
    open: int
    high: int
    low: int
    close: int


@dataclass(frozen=True)
class Tick:
    """One observation: Unix seconds and 1e-8 dollars."""

    time: int
    price: int


def read_candles(
    path: Path, start: str | None = None, hours: int | None = None, most: int | None = None
) -> list[Candle]:
    """The candles of a file from `start` (the first one if None), `hours` of them (all if None).

    @param most How many all may be.
    @raises PricesError for anything that is wrong with the file or the range.
    """
    first = None if start is None else parse_time(start)
    if first is not None and first % HOUR:
        raise PricesError(f"--from {start} is not a full hour.")
    if hours is not None and hours < 1:
        raise PricesError(f"--hours {hours} is less than one hour.")
    candles = _read(path)
    if first is None:
        first = candles[0].time
    if not candles[0].time <= first <= candles[-1].time:
        raise PricesError(
            f"{path} has prices from {show_time(candles[0].time)} to {show_time(candles[-1].time)}, "
            f"which leaves out {show_time(first)}."
        )
    chosen = [candle for candle in candles if candle.time >= first]
    if hours is None and most is not None and len(chosen) > most:
        raise PricesError(f"{path} has {len(chosen):,} hours: choose {most} at most with --from and --hours.")
    if hours is not None:
        end = first + hours * HOUR
        if candles[-1].time + HOUR < end:
            raise PricesError(f"{path} ends at {show_time(candles[-1].time)}, before {hours} hours are over.")
        chosen = [candle for candle in chosen if candle.time < end]
    _check_steps(path, first, chosen)
    return chosen


def ticks(candles: Sequence[Candle]) -> list[Tick]:
    """Four rounds a candle, evenly over its hour: open, the two extremes, close. The order of the extremes is not in
    the data; as is usual the one against the candle's direction is taken first, so a candle that falls has its high
    before its low."""
    path = []
    for candle in candles:
        extremes = [candle.high, candle.low] if candle.close < candle.open else [candle.low, candle.high]
        for number, price in enumerate([candle.open, *extremes, candle.close]):
            path.append(Tick(candle.time + number * SPACING, price))
    return path


def follow(candles: Sequence[Candle], start: int, beta: tuple[int, int]) -> list[Candle]:
    """A second market where there is no file for it: it starts at `start` and moves by `beta` (a fraction below one)
    of what the first one moves."""
    base = candles[0].open
    part, whole = beta

    def price(other: int) -> int:
        return start * (base * (whole - part) + other * part) // (base * whole)

    return [Candle(c.time, price(c.open), price(c.high), price(c.low), price(c.close)) for c in candles]


def parse_time(text: str) -> int:
    """Unix seconds of a UTC time as in ISO 8601. @raises PricesError."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise PricesError(f"{text!r} is not a time like 2025-10-10T15:00.") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def show_time(seconds: int) -> str:
    """A UTC time for people."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _read(path: Path) -> list[Candle]:
    """Every row, in strictly rising order."""
    if not path.is_file():
        raise PricesError(f"There is no file {path}." if str(path) != "." else "--prices names no file.")
    candles: list[Candle] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            header = [name.strip().lower() for name in next(rows, [])]
            if header != COLUMNS:
                raise PricesError(
                    f"{path} has the columns {','.join(header) or '(none)'} instead of {','.join(COLUMNS)}."
                )
            for row in rows:
                if not row:
                    continue
                candle = _candle(f"{path}, line {rows.line_num}", row)
                if candles and candle.time <= candles[-1].time:
                    again = "is there twice" if candle.time == candles[-1].time else "is out of order"
                    raise PricesError(f"{path}, line {rows.line_num}: {show_time(candle.time)} {again}.")
                candles.append(candle)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PricesError(f"{path} cannot be read as CSV: {error}.") from None
    if not candles:
        raise PricesError(f"{path} has no rows.")
    return candles


def _candle(where: str, row: list[str]) -> Candle:
    """One row, checked by itself."""
    if len(row) != len(COLUMNS):
        raise PricesError(f"{where} has {len(row)} values instead of {len(COLUMNS)}.")
    try:
        time = parse_time(row[0])
    except PricesError as error:
        raise PricesError(f"{where}: {error}") from None
    numbers = []
    for name, text in zip(COLUMNS[1:], row[1:], strict=True):
        try:
            number = Decimal(text.strip())
        except InvalidOperation:
            raise PricesError(f"{where}: {name} {text!r} is not a number.") from None
        if not number.is_finite():
            raise PricesError(f"{where}: {name} {text!r} is not a number.")
        if name == "volume":
            if number < 0:
                raise PricesError(f"{where}: volume {text} is negative.")
        elif number > HIGHEST:
            raise PricesError(f"{where}: {name} {text} is too large for a price.")
        elif number <= 0 or int(number * SCALE) == 0:
            raise PricesError(f"{where}: {name} {text} is not above zero.")
        numbers.append(number)
    start, high, low, close = (int(number * SCALE) for number in numbers[:4])
    if low > min(start, close) or high < max(start, close):
        raise PricesError(f"{where}: open and close are not between low and high.")
    return Candle(time, start, high, low, close)


def _check_steps(path: Path, first: int, candles: Sequence[Candle]) -> None:
    """The chosen candles are an hour apart, without a gap."""
    expected = first
    for candle in candles:
        if candle.time != expected:
            if candle.time < expected:
                raise PricesError(f"{path}: {show_time(candle.time)} is less than an hour after the row before it.")
            raise PricesError(f"{path} has a gap: {show_time(expected)} is missing.")
        expected += HOUR
