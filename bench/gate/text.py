"""A gate's result as text: compact for a terminal, Markdown for a page, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from urllib.parse import quote

from bench import clean
from bench.gate.findings import ALL, Finding, FindingStatus, GateResult, Measure, Move
from bench.gate.shape import GateJson

SHOWN = 10
"""Moved items that a suite's list names; JSON has all."""
PAGE = "report.html"
"""The run's page, which opens at an item: `report.html#item=task/item`."""


def lines(result: GateResult) -> list[str]:
    """For a terminal: the verdict first, then the suites, the items that moved, and what else changed."""
    text_lines = [headline(result)]
    width = max(len(finding.suite) for finding in result.findings)
    for model in dict.fromkeys(finding.model for finding in result.findings):
        text_lines.append(model)
        for suite in dict.fromkeys(f.suite for f in result.findings if f.model == model):
            first, *others = (f for f in result.findings if (f.model, f.suite) == (model, suite))
            text_lines.append(f"  {suite:{width}}  {_brief(first)}")
            rest = [_brief(other) for other in others]
            text_lines += [f"  {'':{width}}  {', '.join(rest)}"] if rest else []
    text_lines += [f"cannot tell: {line}" for line in result.blind]
    for title, moves, more in _lists(result):
        named = ", ".join(f"{move.item} ({_scores(move)}, {move.outcome})" for move in moves)
        text_lines.append(f"{title}: {named}{more}")
    return [*text_lines, *(f"changed: {line}" for line in result.changes), *(f"note: {line}" for line in result.notes)]


def _brief(finding: Finding) -> str:
    status = "" if finding.status is FindingStatus.PASSED else f" {finding.status}"
    if finding.measure is Measure.QUALITY or status or finding.ratio is None:
        return f"{finding.measure}{status}{':' if _nameless(finding) else ''} {sentence(finding)}"
    return f"{finding.measure} × {finding.ratio.estimate:.2f}" + (f" ({finding.why})" if finding.why else "")


def _nameless(finding: Finding) -> bool:
    """Whether it has no numbers, so that its reason is all there is to say."""
    return finding.measure is not Measure.QUALITY and finding.before is None and finding.after is None


def headline(result: GateResult) -> str:
    """The verdict in one sentence."""
    failed = dict.fromkeys(f"{f.model} {f.suite} {f.measure}" for f in result.findings if f.failed)
    about = f": {', '.join(failed)}" if failed else ""
    return f"gate: {result.verdict}{about} (run {result.now.run} against {result.base.run})"


def sentence(finding: Finding) -> str:
    """A measure's numbers and its reason as a phrase."""
    if _nameless(finding):
        return finding.why
    if finding.measure is Measure.QUALITY:
        text = (
            f"{_percent(finding.before)} → {_percent(finding.after)}, {finding.lost} lost and {finding.won} won of "
            f"{finding.n} items, p = {finding.p:.2g}; {sees(finding)}"
        )
    else:
        unit = finding.measure.unit
        text = f"{_number(finding.before)} → {_number(finding.after)}{unit}"
        if finding.ratio is not None and finding.ratio.low is not None and finding.ratio.high is not None:
            ratio = finding.ratio
            text += f", ratio {ratio.estimate:.2f} ({ratio.low:.2f} to {ratio.high:.2f}), {finding.n} items"
    return f"{text}; {finding.why}" if finding.why else text


def sees(finding: Finding) -> str:
    """The smallest drop that would be seen."""
    if finding.detectable is None:
        return "fewer than 4 in 5 of even a complete loss would be seen"
    return f"sees a drop of {100 * finding.detectable:.1f} points or more"


def markdown(result: GateResult, page: str = PAGE) -> str:
    """The same for a page; items link to `page`."""
    rows = [
        f"| {_cell(f.model)} | {_cell(f.suite)} | {f.measure} | {_mark(f.status)} | {_cell(sentence(f))} |"
        for f in result.findings
    ]
    parts = [
        f"## {_cell(headline(result))}",
        "",
        "| model | suite | measure | | |",
        "|---|---|---|---|---|",
        *rows,
        *_bullets("Cannot tell", result.blind),
    ]
    for title, moves, more in _lists(result):
        named = [f"[{_linked(m.item)}]({page}#item={quote(m.item)}) ({_scores(m)}, {m.outcome})" for m in moves]
        parts += ["", f"**{title[0].upper()}{_cell(title[1:])}**", "", *(f"- {name}" for name in named)]
        parts += [f"-{more}"] if more else []
    parts += [*_bullets("Changed", result.changes), *_bullets("Notes", result.notes)]
    return "\n".join(parts) + "\n"


def as_json(result: GateResult) -> GateJson:
    """The same as plain JSON, every moved item included."""
    return {
        "verdict": str(result.verdict).lower(),
        "run": result.now.run,
        "baseline": {"run": result.base.run, "started_at": result.base.started_at},
        "findings": [asdict(finding) | {"status": str(finding.status).lower()} for finding in result.findings],
        "lost": [asdict(move) for move in result.moves if move.lost],
        "won": [asdict(move) for move in result.moves if not move.lost],
        "cannot_tell": list(result.blind),
        "changed": list(result.changes),
        "notes": list(result.notes),
    }


def _lists(result: GateResult) -> Iterator[tuple[str, Sequence[Move], str]]:
    """Title, the first moved items and how many more there are, suite by suite."""
    places = dict.fromkeys((f.model, f.suite) for f in result.findings if f.suite != ALL)
    for model, suite in places:
        for lost in (True, False):
            mine = [m for m in result.moves if (m.model, m.suite, m.lost) == (model, suite, lost)]
            more = f" and {len(mine) - SHOWN} more" if len(mine) > SHOWN else ""
            if mine:
                yield f"{'lost' if lost else 'won'}, {model}, {suite}", mine[:SHOWN], more


def _scores(move: Move) -> str:
    return f"{_score(move.before)} → {_score(move.after)}"


def _score(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}" if value < 1000 else f"{value:,.0f}"


def _mark(status: FindingStatus) -> str:
    return f"**{status}**" if status is FindingStatus.FAILED else str(status)


def _bullets(title: str, said: Sequence[str]) -> list[str]:
    return ["", f"**{title}**", "", *(f"- {clean.markdown(line)}" for line in said)] if said else []


def _cell(text: str) -> str:
    return clean.markdown_cell(text)


def _linked(text: str) -> str:
    """A link's words, which no bracket of theirs ends."""
    return _cell(text).replace("[", "&#91;").replace("]", "&#93;")
