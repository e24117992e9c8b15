"""report.html: one self-contained file, from the verdict down to every answer; it asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.language import ENGLISH, language, tr, tr_later
from bench.records import Outcome, RecordedModel, RunRecord, read_aggregates, read_table, write_text
from bench.records.note import Level
from bench.report.numbers import agents, choices, episodes, slices, turns
from bench.report.numbers.comparison import RunComparison
from bench.report.page import items as page_items
from bench.report.page.card import Card
from bench.report.page.dark import themed
from bench.report.page.measured import pair
from bench.report.page.pack import pack
from bench.report.page.sheets import joint, sheets
from bench.report.page.verdict import cards
from bench.report.text import tables
from bench.report.text.column import Table
from bench.report.text.imported import import_notes
from bench.report.text.names import file_names
from bench.report.text.throttled import throttling

if TYPE_CHECKING:
    import jinja2
    import pandas as pd

NAME = "report.html"
HERE = Path(__file__).parent
_SAID = re.compile(r'\bsay\("([^"]*)"')
"""A text of page.js."""
BESIDES = 1_500_000
"""Bytes kept free for tables, script and the items' index."""
FILTERS = (
    ("lost", tr_later("candidate lost")),
    ("won", tr_later("candidate won")),
    ("unstable", tr_later("unstable between repeats")),
    ("differ", tr_later("scores differ")),
    *((str(outcome), str(outcome)) for outcome in (Outcome.TRUNCATED, Outcome.REFUSED, Outcome.UNPARSABLE)),
    ("missing", "missing"),
    ("slow", "slow"),
)
"""The list's filters: id in page.js, and name."""


CHARTS = {
    "claim": tr_later("saving against score difference, with the region that the claim allows"),
    "forest": tr_later("score differences by suite and family, with intervals"),
    "cost_quality": tr_later("score against cost, with intervals"),
    "cost_bridge": tr_later("from list price to what was paid, step by step"),
    "sweep": tr_later("score against dollars and seconds, a line through one model's settings"),
    "load": tr_later("throughput and latency against the number of calls at once, with intervals"),
    "latency_cost": tr_later("latency against cost, with intervals"),
    "latency": tr_later("share of answers that came within a time"),
    "levels": tr_later("score by level of difficulty, with intervals"),
    "tokens": tr_later("tokens of an item by kind"),
}
"""What a chart shows, by the beginning of its name."""


@dataclass(frozen=True, slots=True)
class PageSource:
    """One run of a page."""

    folder: Path
    """Its folder."""
    comparison: RunComparison
    """What `compare` made of it."""
    files: Sequence[Path]
    """What else was written of it; charts/*.svg are shown, and the CSV beside each is named."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture."""

    alt: str
    """What it shows."""
    src: str
    """The picture itself, as a data URI."""
    data: str
    """Where its numbers are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRun:
    """One run, ready to be shown."""

    name: str
    """Its id."""
    when: str
    """Date, and how many items of how many."""
    remark: str
    """What must be said of it before anything else; empty for most."""
    source: str
    """Where it was imported from; empty for a run of our own."""
    cards: Sequence[Card]
    """The verdicts."""
    warnings: Sequence[str]
    """What a reader must not miss."""
    charts: Sequence[Chart]
    """The pictures."""
    tables: Sequence[Table]
    """The tables."""
    pictures: Sequence[Chart | None]
    """Of each verdict the picture that stands beside it; None where it has none."""
    details: Sequence[Table]
    """Tables by level and family, and of choices."""
    facts: Sequence[tuple[str, str]]
    """Settings."""
    notes: Sequence[str]
    """The other notes."""


def write_page(path: Path, sources: Sequence[PageSource]) -> Path:
    """Writes the page of one run, or of several side by side."""
    write_text(path.parent, path.name, page(sources))
    return path


@cache
def _template() -> jinja2.Template:
    import jinja2

    loader = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    environment.globals["tr"] = tr
    return environment.get_template("page.html.j2")


def page(sources: Sequence[PageSource]) -> str:
    """The page's text; equal for equal run folders."""
    from markupsafe import Markup

    css, js = ((HERE / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    return _template().render(
        language=language(),
        words=_words(js),
        title=_title([source.comparison for source in sources]),
        policy=f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{_hash(js)}'; "
        "base-uri 'none'; form-action 'none'",
        css=Markup(css),
        js=Markup(js),
        ids=[source.comparison.record.run for source in sources],
        joint=_joint(sources),
        several=len(sources) > 1,
        runs=[_run(source) for source in sources],
        items=_items(sources),
        filters=FILTERS,
    )


def _words(js: str) -> Any:
    """The script's texts in the page's language; empty for English, which it has itself."""
    if language() == ENGLISH:
        return ""
    return _script({text: tr(text) for text in (*_SAID.findall(js), *map(str, Outcome))})


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _title(comparisons: Sequence[RunComparison]) -> str:
    claims = [o.claim for c in comparisons for o in c.ruling.judgements]
    named = list(
        dict.fromkeys(
            tr("{candidate} against {baseline}", candidate=claim.candidate, baseline=claim.baseline) for claim in claims
        )
    )
    if 0 < len(named) <= 2:
        return ", ".join(named)
    models = list(dict.fromkeys(label for c in comparisons for label in c.record.models))
    if len(models) <= 4:
        return tr(" and ").join([", ".join(models[:-1]), models[-1]] if len(models) > 1 else models)
    suites = list(dict.fromkeys(suite for c in comparisons for suite in c.record.suites))
    return (
        tr("{models} models on {suites}", models=len(models), suites=", ".join(suites))
        if suites
        else tr("{models} models compared", models=len(models))
    )


def _run(source: PageSource) -> PageRun:
    record = source.comparison.record
    notes = tables.notes(source.comparison)
    warnings = [note.text for note in notes if note.level is Level.WARNING]
    published = read_aggregates(source.folder)
    counts = [
        tr("{items_planned} {items_planned:item|items} of {suite}", items_planned=about.items_planned, suite=suite)
        for suite, about in record.suites.items()
    ]
    counts += [tr("{published} published {published:total|totals}", published=len(published))] if published else []
    imported = tr("imported on ") if record.imported else ""
    items = read_table(source.folder, "items")
    shown = cards(source.comparison, items, published)
    charts = {path.stem: _chart(path, source) for path in source.files if path.suffix == ".svg"}
    names = file_names((each.claim.name,) for each in source.comparison.ruling.judgements)
    planes = {name: f"claim_{part}" for (name,), part in names.items()}
    pictured = {name: charts[stem] for name, stem in planes.items() if stem in charts}
    return PageRun(
        name=tr("Run {run}", run=record.run),
        when=f"{imported}{record.started_at[:10]} · {', '.join(counts)}",
        remark=_capital(tr(record.remark or "")),
        source=str(next(iter(import_notes(record)), "")),
        cards=shown,
        warnings=[_capital(line) for line in warnings if line != tr(record.remark or "")],
        pictures=[pictured.get(card.name) for card in shown],
        charts=[chart for chart in charts.values() if chart not in pictured.values()],
        tables=sheets(source.comparison, published),
        details=_details(source, items),
        facts=_facts(record),
        notes=[note.text for note in notes if note.level is Level.INFO],
    )


def _details(source: PageSource, items: pd.DataFrame) -> list[Table]:
    """Where a model is good and where it is not: tables that stand above the items."""
    record = source.comparison.record
    if not source.comparison.rows:
        return []
    found = [*agents.tables(items, record), *episodes.tables(items, record)]
    if found and (source.folder / "turns.parquet").exists():
        found += turns.tables(read_table(source.folder, "turns"), items, record)
    found += slices.tables(items, record)
    return [*found, *choices.tables(choices.choices(source.folder, record))]


def _capital(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}"


def _chart(path: Path, source: PageSource) -> Chart:
    picture = base64.b64encode(themed(path.read_text(encoding="utf-8")).encode()).decode("ascii")
    data = path.with_suffix(".csv")
    named = tr("Its numbers: {file}", file=data.relative_to(source.folder)) if data in source.files else ""
    shown = next((tr(what) for begin, what in CHARTS.items() if path.stem.startswith(begin)), path.stem)
    alt = tr("Chart: {shown}. The tables below say the same in numbers.", shown=shown)
    return Chart(alt, f"data:image/svg+xml;base64,{picture}", named)


def _facts(record: RunRecord) -> list[tuple[str, str]]:
    machine = record.machine.to_json() if record.machine else {}
    facts = [
        (tr("run"), record.run),
        (tr("started"), record.started_at[:19] + "Z"),
        (tr("finished"), record.finished_at[:19] + "Z" if record.finished_at else None),
        ("claimbench", record.versions.get("claimbench")),
        (tr("git commit"), (record.git_commit or "")[:12]),
        (tr("plan"), (record.plan_sha256 or "")[:12]),
        (tr("seed"), record.settings.seed),
        (tr("repeats"), record.settings.repeats),
        (tr("prices"), tr(" and ").join(record.price_dates)),
        (tr("sandbox"), record.sandbox),
        (
            tr("machine"),
            ", ".join(f"{machine[k]} {w}" for k, w in (("cpu", ""), ("cores", tr("cores"))) if k in machine),
        ),
        *((tr("model {label}", label=label), _model(model)) for label, model in record.models.items()),
        *((tr("pace {label}", label=label), throttling(lane)) for label, lane in record.lanes.items()),
    ]
    return [(label, str(value).strip()) for label, value in facts if value not in (None, "")]


def _model(model: RecordedModel) -> str:
    shown = ("effort", "thinking", "thinking_budget", "max_tokens", "temperature", "top_p", "seed", "region")
    said = [f"{name} {value}" for name in shown if (value := getattr(model, name)) is not None]
    return ", ".join([model.model, *said])


def _joint(sources: Sequence[PageSource]) -> Table | None:
    """Every run's models on every suite, one below the other; None where fewer than two runs have items."""
    every = [(source.comparison, sheets(source.comparison)[0]) for source in sources if source.comparison.rows]
    if len(every) < 2:
        return None
    return joint([(c.record.run, c.record.started_at[:10], table) for c, table in every])


def _items(sources: Sequence[PageSource]) -> dict[str, Any]:
    """What the template needs of the items; the budget of a page is shared by its runs."""
    from markupsafe import Markup

    index: list[Any] = []
    chunks: list[str] = []
    left_out, runs, total = [], [], 0
    pictures = (path.stat().st_size for source in sources for path in source.files if path.suffix == ".svg")
    taken = BESIDES + sum(pictures) * 4 // 3
    for source in sources:
        record = source.comparison.record
        packed = page_items.inside(source.folder, record, len(sources), taken)
        for *about, chunk, place, answers in packed.index:
            index.append([record.run, *about, len(chunks) + chunk, place, answers])
        chunks += map(Markup, packed.chunks)
        total += packed.total
        named = tr("Of run {run}: ", run=record.run) if len(sources) > 1 else ""
        left_out += [named + packed.left_out] if packed.left_out else []
        redacted = bool(record.redacted)
        runs.append({"run": record.run, "models": list(record.models), "redacted": redacted})
    facts = {
        "about": ["run", *page_items.ABOUT, "chunk", "place", "answers"],
        "figures": page_items.FIGURES,
        "runs": runs,
        "pair": pair(sources[0].comparison),
        "left_out": " ".join(left_out),
    }
    return {
        "total": total,
        "left_out": left_out,
        "redacted": [run["run"] for run in runs if run["redacted"]],
        "facts": _script(facts),
        "index": Markup(pack(index)),
        "chunks": chunks,
    }


def _script(content: object) -> Any:
    """JSON that no script element ends in."""
    from markupsafe import Markup

    return Markup(json.dumps(content, ensure_ascii=False).replace("<", "\\u003c"))
