"""The plots of the report, each an SVG element for the page. Floats are for the eye only."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from novation.sim.history import WAD, History

INK, SOFT, LINE = "#1d2733", "#5b6875", "#dfe4e8"
TEAL, RED, BLUE, AMBER = "#1c7c7d", "#b5403a", "#3d6a9e", "#c98a2b"
HABITS = (TEAL, BLUE, RED, AMBER, "#7a5a94", "#6f8f3a")
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)))
WIDTH = 10.2  # inches
HOUR = 3_600
RATE_UNIT = 10**36
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "novation",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["Helvetica Neue", "Helvetica", "Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#eef1f3",
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "legend.frameon": False,
    "legend.fontsize": 9,
}


def prices(history: History) -> str:
    """Every market's price with its liquidations: their area is what was closed."""

    def draw(axes: Sequence[Axes]) -> None:
        for axis, (number, name) in zip(axes, history.names.items(), strict=True):
            values = [_wad(sample.markets[number].price) for sample in history.samples]
            axis.plot(_times(history), values, color=INK, linewidth=1.3)
            axis.set_title(f"{name}, USD")
            axis.yaxis.set_major_formatter(_amount())
            for whole, color, label in ((False, AMBER, "partial liquidation"), (True, RED, "whole liquidation")):
                hits = [hit for hit in history.liquidations if hit.market == number and hit.whole == whole]
                if hits:
                    axis.scatter(
                        [_moment(hit.time) for hit in hits],  # type: ignore[arg-type]
                        [_wad(hit.price) for hit in hits],
                        s=[_area(hit.size * hit.price // WAD) for hit in hits],
                        color=color,
                        alpha=0.75,
                        edgecolors="white",
                        linewidths=0.6,
                        zorder=3,
                        label=label,
                    )
            if axis.get_legend_handles_labels()[0]:
                _legend(axis)

    return _over_time(draw, [2.6] + [1.7] * (len(history.names) - 1))


def interest(history: History) -> str:
    """Long above, short below the line, and the skew between them."""

    def draw(axes: Sequence[Axes]) -> None:
        for axis, (number, name) in zip(axes, history.names.items(), strict=True):
            times, states = _times(history), [sample.markets[number] for sample in history.samples]
            axis.fill_between(
                times, [_wad(s.long) for s in states], color=TEAL, alpha=0.30, linewidth=0, label="long", step="post"
            )
            axis.fill_between(
                times, [-_wad(s.short) for s in states], color=RED, alpha=0.25, linewidth=0, label="short", step="post"
            )
            axis.step(
                times, [_wad(s.long - s.short) for s in states], color=INK, linewidth=1.4, label="skew", where="post"
            )
            axis.axhline(0, color=SOFT, linewidth=0.7)
            axis.set_title(f"{name}, open interest and skew in {name}")
            axis.yaxis.set_major_formatter(_amount())
            _legend(axis)

    return _over_time(draw, [2.1] * len(history.names))


def funding(history: History) -> str:
    """The rate an hour and what a long of one unit has paid in all."""

    def draw(axes: Sequence[Axes]) -> None:
        for (number, name), color in zip(history.names.items(), (TEAL, BLUE, AMBER), strict=False):
            states = [sample.markets[number] for sample in history.samples]
            rates = [state.rate * HOUR / RATE_UNIT * 1e4 for state in states]
            axes[0].plot(_times(history), rates, color=color, linewidth=1.4, label=name)
            paid = [(state.funding - states[0].funding) / states[0].price * 1e4 for state in states]
            axes[1].plot(_times(history), paid, color=color, linewidth=1.4, label=name)
        axes[0].set_title("Funding rate, bps an hour (above zero longs pay)")
        axes[1].set_title("Funding that a long has paid since the start, bps of the first price")
        for axis in axes:
            axis.axhline(0, color=SOFT, linewidth=0.7)
            _legend(axis)

    return _over_time(draw, [1.9, 1.9])


def pool(history: History) -> str:
    """The pool's worth and a share's."""

    def draw(axes: Sequence[Axes]) -> None:
        times = _times(history)
        axes[0].plot(times, [_wad(sample.nav) for sample in history.samples], color=TEAL, linewidth=1.5)
        axes[0].set_title("NAV, USD")
        axes[0].yaxis.set_major_formatter(_amount())
        axes[1].plot(times, [_wad(sample.share_price) for sample in history.samples], color=BLUE, linewidth=1.5)
        axes[1].set_title("Share price, USD")
        axes[1].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4f}"))

    return _over_time(draw, [1.9, 1.9])


def insurance(history: History) -> str:
    """The insurance fund."""

    def draw(axes: Sequence[Axes]) -> None:
        values = [_wad(sample.insurance) for sample in history.samples]
        axes[0].step(_times(history), values, color=TEAL, linewidth=1.5, where="post")
        axes[0].set_title("Insurance fund, USD")
        axes[0].yaxis.set_major_formatter(_amount())

    return _over_time(draw, [1.9])


def equity(history: History) -> str:
    """What each trader has, as a part of what it came with."""

    def draw(axes: Sequence[Axes]) -> None:
        times = _times(history)
        habits = list(dict.fromkeys(history.traders.values()))
        drawn = dict.fromkeys(habits, 0)
        for trader, habit in history.traders.items():
            values = [_wad(sample.equity.get(trader, 0)) for sample in history.samples]
            start = values[0] or 1.0
            color, dashes = HABITS[habits.index(habit) % len(HABITS)], DASHES[drawn[habit] % len(DASHES)]
            drawn[habit] += 1
            percent = [value / start * 100 for value in values]
            axes[0].plot(times, percent, color=color, linestyle=dashes, linewidth=1.3, label=trader)
        axes[0].axhline(100, color=SOFT, linewidth=0.7)
        axes[0].axhline(0, color=INK, linewidth=0.7)
        axes[0].set_title("Equity, % of the deposit")
        axes[0].legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), borderaxespad=0)

    return _over_time(draw, [3.4])


def figure(draw: Callable[[Sequence[Axes]], None], heights: Sequence[float]) -> str:
    """An SVG element with one panel a height (inches), all over the same horizontal axis."""
    with matplotlib.rc_context(STYLE):
        page = Figure(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained")
        panels: Any = page.subplots(len(heights), sharex=True, height_ratios=list(heights), squeeze=False)
        axes: list[Axes] = list(panels[:, 0])
        draw(axes)
        for axis in axes:
            axis.margins(x=0.01)
            axis.tick_params(length=0)
        target = io.StringIO()
        page.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = target.getvalue()
    return text[text.index("<svg") :]


def _over_time(draw: Callable[[Sequence[Axes]], None], heights: Sequence[float]) -> str:
    """A figure whose horizontal axis is time."""

    def dated(axes: Sequence[Axes]) -> None:
        draw(axes)
        locator = AutoDateLocator(minticks=4, maxticks=12)
        axes[-1].xaxis.set_major_locator(locator)
        axes[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC))

    return figure(dated, heights)


def _legend(axis: Axes) -> None:
    """In the title's line, at the right, where no data is."""
    legend = axis.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=3, borderaxespad=0, handlelength=1.4)
    for handle in legend.legend_handles:
        if isinstance(handle, PathCollection):
            handle.set_sizes([36])


def _times(history: History) -> list[Any]:
    return [_moment(sample.time) for sample in history.samples]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _wad(value: int) -> float:
    return value / WAD


def _area(notional: int) -> float:
    """Points squared of a liquidation's mark."""
    return max(18.0, min(420.0, abs(notional) / WAD / 1_500))


def _amount() -> FuncFormatter:
    """Thousands with commas, and as many decimals as there are."""
    return FuncFormatter(lambda value, _: f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}")
