"""The page of a campaign: what was played, reached and refused, how fast, and what broke."""

from __future__ import annotations

from collections.abc import Sequence, Set
from html import escape
from pathlib import Path

from matplotlib.axes import Axes

from novation.fuzz.campaign.report import Report, Sample
from novation.fuzz.system.compare import BARE
from novation.model.errors import CODES
from novation.report import plots
from novation.report.parts import cards, document, header, plot, save, table
from novation.report.words import count


def write(
    path: Path,
    report: Report,
    samples: Sequence[Sample],
    branches: Set[int],
    command: str,
    links: Sequence[tuple[str, str]],
) -> Path:
    """Writes the page. `branches` are the outcomes of those that the source has; `links` texts, addresses.

    @return its absolute path. @raises OSError.
    """
    lines = [command, f"Contracts with the source hash {report.source_hash[:16]}."]
    body = [
        header("A campaign of the fuzzer", lines),
        "".join(f'<p><a href="{escape(address)}">{escape(text)}</a></p>' for text, address in links),
        _cards(report, branches),
        *_findings(report),
        plot(
            "Over time",
            "Stories are kept in the corpus when they are the first to reach something.",
            _speed(samples, len(branches)),
        ),
        *_calls(report),
        *_deeds(report),
    ]
    return save(path, document("Novation: a campaign of the fuzzer", body))


def _cards(report: Report, branches: Set[int]) -> str:
    broken = len(report.failures)
    items = [
        ("bad" if broken else "good", str(broken), "failures"),
        ("", count(report.calls), "calls"),
        ("", count(round(report.calls / max(report.seconds, 1e-9))), "calls a second"),
        ("", f"{report.stories:,}", "sequences"),
    ]
    sample = report.sample(branches)
    if branches:
        items.append(("", f"{sample.outcomes:,} of {len(branches):,}", "outcomes of branches"))
    codes = report.codes()
    items += [
        ("", str(sample.reverts), "different refusals"),
        ("", f"{sum(1 for code in CODES if code and codes[code])} of {len(CODES) - 1}", "revert codes reached"),
        ("", count(sample.corpus), "stories in the corpus"),
    ]
    return cards(items)


def _findings(report: Report) -> list[str]:
    return [
        f"<h2>{escape(found.kind)}</h2><p>{escape(found.message)}</p>"
        f"<p class='soft'>{escape(found.story)}</p><pre>{escape(chr(10).join(found.moves))}</pre>"
        for found in report.failures
    ]


def _speed(samples: Sequence[Sample], outcomes: int) -> str:
    seconds = [sample.seconds for sample in samples]

    def draw(axes: Sequence[Axes]) -> None:
        calls, kept = axes[0], axes[-1]
        calls.plot(seconds, [sample.calls / 1000 for sample in samples], color=plots.TEAL)
        calls.set_title("Calls, thousands")
        if outcomes:
            axes[1].plot(seconds, [sample.outcomes * 100 / outcomes for sample in samples], color=plots.BLUE)
            axes[1].set_title("Outcomes of branches, %")
        kept.plot(seconds, [sample.corpus for sample in samples], color=plots.AMBER, label="stories in the corpus")
        kept.plot(seconds, [sample.reverts for sample in samples], color=plots.RED, label="different refusals")
        kept.set_title("Corpus and refusals")
        kept.legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2, borderaxespad=0)
        kept.set_xlabel("seconds")

    return plots.figure(draw, [1.7, 1.7, 2.0] if outcomes else [1.7, 2.0])


def _calls(report: Report) -> list[str]:
    rows = []
    for name, codes in report.by_external().items():
        refused = ", ".join(f"{'no code' if code == BARE else code} {times:,}" for code, times in codes.items() if code)
        gas = report.gas.get(name)
        rows.append((name, f"{codes.get('', 0):,}", f"{gas:,}" if gas else "", refused))
    names = ("external", "succeeded", "most gas", "refused with (times)")
    text = "Gas is revm's within a sequence, where storage is warm: gas of real transactions is in docs/gas.md."
    return [f'<h2>Calls</h2><p class="soft">{text}</p>', table(names, rows, numbers={1, 2})]


def _deeds(report: Report) -> list[str]:
    deeds = [(what, f"{times:,}") for what, times in sorted(report.tally.items())]
    actions = [(name, f"{times:,}") for name, times in sorted(report.actions.items())]
    return [
        '<h2>What happened, and what was played</h2><div class="columns">',
        f"<div>{table(('', 'times'), deeds, numbers={1})}</div>",
        f"<div>{table(('action', 'times'), actions, numbers={1})}</div></div>",
    ]
