"""The page: one file, nothing from outside, everything that happened in it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from novation.report.html import SIZE_LIMIT, render, write
from novation.report.words import by_code, dollars, facts, percent, size
from novation.sim.history import History

WAD = 10**18


def test_self_contained(history: History, tmp_path: Path) -> None:
    path = write(history, tmp_path / "deep" / "report.html")
    text = path.read_text()
    assert path.is_absolute()
    assert len(text) < SIZE_LIMIT
    outside = re.findall(r'(?:src|href)="(?!#)[^"]*"|@import|url\((?!#)', text)
    assert outside == []
    assert "<script" not in text  # the source's name is escaped


def test_six_plots_that_are_xml(history: History) -> None:
    figures = re.findall(r"<figure>(<svg.*?</svg>)", render(history), re.DOTALL)
    assert len(figures) == 6
    for figure in figures:
        ElementTree.fromstring(figure)
    page = " ".join(figures)
    for title in ("ETH, USD", "BTC, open interest", "Funding rate", "Share price", "Insurance fund", "Equity"):
        assert title in page


def test_everything_is_told(history: History) -> None:
    page = render(history)
    for said in (
        "$9,876,543",
        "1 of 2",
        "holds",
        "off by 1",
        "over-levered-1",
        "2 PRICE",
        "1 MARGIN",
        "Initial margin",
    ):
        assert said in page


def test_a_run_without_liquidations(history: History) -> None:
    history.liquidations.clear()
    assert "There were none." in render(history)


def test_lp_return(history: History) -> None:
    first, last = history.samples[0].share_price, history.samples[-1].share_price
    assert history.lp_return == (last - first) * WAD // first
    history.samples.clear()
    assert history.lp_return == 0
    assert dict(facts(history))["NAV, share price"] == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "$0.00"),
        (WAD // 2, "$0.50"),
        (-WAD * 1234, "-$1,234.00"),
        (12_345 * WAD + 999, "$12,345"),
        (-1, "$0.00"),
    ],
)
def test_dollars(value: int, text: str) -> None:
    assert dollars(value) == text


def test_words() -> None:
    assert size(-12_345 * WAD // 10) == "-1,234.500"
    assert percent(WAD // 200) == "+0.50%"
    assert percent(-WAD // 10_000) == "-0.01%"
    assert percent(0) == "0.00%"
    assert by_code({"A": 1, "B": 3}) == "3 B, 1 A"
