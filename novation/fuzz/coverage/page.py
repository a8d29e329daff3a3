"""The page that lays the counts on the source: one file that needs nothing else, for light and dark, mouse and keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from html import escape
from pathlib import Path

from novation.chain.compiler import short_hash
from novation.fuzz.coverage.explained import Judgement, Outcome, judge
from novation.fuzz.coverage.listing import Listing, anchor
from novation.fuzz.coverage.table import Score, lines_run, score
from novation.fuzz.probes.builds import CONTRACTS, instrument, sites
from novation.fuzz.probes.sites import COMPILER, USER, Site
from novation.report.parts import cards, header, save

# n and p go through the lines that are not wholly reached, i to the index, o opens what the line has.
SCRIPT = """
const rows = [...document.querySelectorAll('.row.never, .row.part, .row.why')];
let at = -1;
addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = {n: 1, p: -1}[event.key];
  if (step && rows.length) {
    at = (at + step + rows.length) % rows.length;
    location.hash = rows[at].id;
    (rows[at].querySelector('summary') || rows[at].querySelector('a')).focus();
  } else if (event.key === 'i') { location.hash = 'index'; at = -1; }
  else if (event.key === 'o') for (const item of document.querySelectorAll(':target details')) item.open = !item.open;
});
"""
LEGEND = (
    ("hit", "reached"),
    ("part", "a written branch of the line has a side that was never taken"),
    ("why", "what was not taken cannot be, and why"),
    ("never", "never run, or never taken"),
)


def write(path: Path, counts: Counter[int], stories: int, command: str = "") -> Path:
    """Writes the page. `counts` are stories by outcome, of so many `stories`. @return its absolute path.

    @raises OSError.
    """
    found, hits = sites(), frozenset(counts)
    judgement = judge(found, hits)
    listings = _listings(found, counts, hits, judgement)
    body = [
        header("Coverage of the contracts' source", [command, *_lines(stories)] if command else _lines(stories)),
        _cards(found, hits, judgement),
        _legend(),
        '<h2 id="index">Files</h2>',
        _index(listings, hits, judgement),
        "<h2>Contracts</h2>",
        _contracts(found, hits, judgement),
        *_findings(judgement),
        *(listing.html() for listing in listings),
        "<footer>Novation. A branch is counted in every contract that its source is compiled into.</footer>",
    ]
    return save(path, _document(body))


def _document(body: Iterable[str]) -> str:
    style = Path(__file__).with_name("page.css").read_text()
    text = "\n".join(body)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>Novation: coverage</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n<main>\n{text}\n</main>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )


def _lines(stories: int) -> list[str]:
    return [
        f"{stories:,} sequences; the count of a line or a branch is how many of them came there. "
        f"Contracts with the source hash {short_hash()}.",
    ]


def _listings(found: tuple[Site, ...], counts: Counter[int], hits: Set[int], judgement: Judgement) -> list[Listing]:
    """Our files first, then those of libraries."""
    by_file: dict[str, list[Site]] = {}
    lines: dict[str, dict[int, set[int]]] = {}
    for contract in CONTRACTS:
        for file, of in instrument([contract])[contract].lines.items():
            by_file.setdefault(file, [])
            for line, ids in of.items():
                lines.setdefault(file, {}).setdefault(line, set()).update(ids)
    for site in found:
        by_file.setdefault(site.file, []).append(site)
    files = sorted((file for file in by_file if file), key=lambda file: (not file.startswith("contracts"), file))
    return [Listing(file, by_file[file], lines.get(file, {}), counts, hits, judgement) for file in files]


def _cards(found: tuple[Site, ...], hits: Set[int], judgement: Judgement) -> str:
    written = score([site for site in found if site.level == USER], hits, judgement)
    made = score([site for site in found if site.level == COMPILER], hits, judgement)
    run = [lines_run(contract, hits) for contract in CONTRACTS]
    reachable = written.total - written.explained
    state = "bad" if written.unexplained else "good"
    return cards(
        [
            (state, f"{written.reached / reachable:.1%}", "of what can be reached"),
            ("", str(written), "outcomes of written branches"),
            ("", str(written.explained), "of them cannot be reached, each with its reason"),
            (state, str(written.unexplained), "of them neither"),
            ("", f"{sum(n for n, _ in run):,}/{sum(n for _, n in run):,}", "lines, counted in each contract"),
            ("", str(made), "outcomes of the compiler's checks"),
            ("bad" if made.unexplained else "good", str(made.unexplained), "of those unexplained"),
        ]
    )


def _legend() -> str:
    items = "".join(f'<span><i class="{kind}"></i>{text}</span>' for kind, text in LEGEND)
    keys = (
        "<span><kbd>n</kbd> <kbd>p</kbd> next and previous line that is not wholly reached, <kbd>o</kbd> opens it, "
        "<kbd>i</kbd> index</span>"
    )
    return f'<p class="legend">{items}{keys}</p>'


def bar(of: Score) -> str:
    """A score as a bar and figures."""
    parts = zip(("hit", "why", "never"), of, strict=True)
    cells = "".join(f'<i class="{kind}" style="width:{100 * n / max(1, of.total):.2f}%"></i>' for kind, n in parts if n)
    text = f"{of.reached} reached, {of.explained} explained, {of.unexplained} neither"
    return f'<span class="bar" title="{text}">{cells}</span>{of}'


def _index(listings: list[Listing], hits: Set[int], judgement: Judgement) -> str:
    rows = []
    for listing in listings:
        folder, _, name = listing.file.rpartition("/")
        run, total = listing.lines_run()
        levels = [[site for site in listing.sites if site.level == level] for level in (USER, COMPILER)]
        cells = [Score(run, 0, total - run), *(score(of, hits, judgement) for of in levels)]
        rows.append(
            f'<tr><td><span class="folder">{escape(folder)}/</span><a href="#{anchor(listing.file)}">{escape(name)}</a>'
            f"</td>{''.join(f'<td>{bar(cell)}</td>' for cell in cells)}"
            f'<td class="number">{cells[1].unexplained or ""}</td></tr>'
        )
    return _table(("file", "lines", "written branches", "compiler's checks", "unexplained"), rows)


def _contracts(found: tuple[Site, ...], hits: Set[int], judgement: Judgement) -> str:
    rows = []
    for contract in CONTRACTS:
        run, total = lines_run(contract, hits)
        levels = [[s for s in found if s.contract == contract and s.level == level] for level in (USER, COMPILER)]
        cells = [Score(run, 0, total - run), *(score(of, hits, judgement) for of in levels)]
        rows.append(f"<tr><td>{contract}</td>{''.join(f'<td>{bar(cell)}</td>' for cell in cells)}</tr>")
    return _table(("contract", "lines", "written branches", "compiler's checks"), rows)


def _table(names: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    return f'<table class="index"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _findings(judgement: Judgement) -> list[str]:
    """What has no explanation, and what has a wrong one."""
    parts = []
    missing = [outcome for outcome in judgement.unexplained if outcome.site.level == USER]
    if missing:
        parts.append(f"<h2>Not reached and not explained</h2><ul class=missing>{''.join(map(_item, missing))}</ul>")
    if judgement.wrong:
        wrong = "".join(_item(outcome) for _, outcome in judgement.wrong)
        parts.append(f"<h2>Explained as unreachable, and reached</h2><ul class=missing>{wrong}</ul>")
    return parts


def _item(outcome: Outcome) -> str:
    site = outcome.site
    place = (
        f'<a href="#{anchor(site.file)}-{site.line}">{escape(site.file)}:{site.line}</a>' if site.line else "selector"
    )
    return f"<li>{place} {site.contract}, {site.kind} <code>{escape(site.text)}</code>: <b>{outcome.word}</b></li>"
