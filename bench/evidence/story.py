"""docs/is-it-true.md and the README's answer, in English and Chinese: text around the numbers of verdicts.csv."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from bench.claims import percent
from bench.evidence import chinese, english, outlook
from bench.evidence.published import SETS
from bench.evidence.rule import BEST_CLAUDE, BEST_US, CHEAP_US, CLAUDES, CONTROL, OPUS, PREVIOUS, SONNET
from bench.evidence.verdicts import (
    ARC,
    CHINESE_VENDORS,
    HARBOR,
    INDEX,
    LIVEBENCH,
    REPLACED,
    SWE_2025,
    SWE_2026,
    VerdictRow,
    digest,
    for_markdown,
    leaders,
    of,
    title,
)
from bench.evidence.words import PageWords

LANGUAGES: Mapping[str, PageWords] = {"en": english.WORDS, "zh": chinese.WORDS}
"""Language -> what its page says."""
PAGES = {"en": "is-it-true.md", "zh": "is-it-true.zh.md"}
"""Language -> its page in docs/."""
BEGIN, END = "<!-- answer: made by `make evidence` -->", "<!-- end of answer -->"
"""What stands around the answer in README.md."""


def numbers(rows: Sequence[VerdictRow]) -> dict[str, str]:
    """Every number that the sentences of a page state, by its name in them."""
    values: dict[str, str] = {}
    best, second, third = leaders(rows, CHINESE_VENDORS)[:3]
    whole = of(rows, set=LIVEBENCH, suite="livebench")
    for key, candidate, reference in (
        ("fable", best, BEST_CLAUDE),
        ("opus", best, OPUS),
        ("previous", best, PREVIOUS),
        ("sonnet", best, SONNET),
        ("second", second, OPUS),
        ("third", third, OPUS),
    ):
        [row] = of(whole, reference=reference, candidate=candidate)
        values |= _told(key, row)
    values["n"] = f"{int(whole[0].text('n')):,}"
    for agent, key in (("terminus-2", "terminus"), ("claude-code", "code")):
        [row] = of(rows, set=HARBOR, reference=BEST_CLAUDE, candidate=f"DeepSeek V4 Pro ({agent})")
        values |= _told(key, row) | _money(key, row)
    [arc] = of(rows, set=ARC, reference=OPUS, candidate="Kimi K2.5")
    values |= _told("arc", arc) | _money("arc", arc)
    [index] = of(rows, set=INDEX, reference=OPUS, candidate="DeepSeek V4 Pro (Reasoning, Max Effort)")
    values |= _told("index", index)
    for key, suite, reference in (
        ("agentic", "livebench-agentic-coding", SONNET),
        ("least", "livebench-agentic-coding", OPUS),
        ("most", "livebench-coding", OPUS),
    ):
        [row] = of(rows, set=LIVEBENCH, suite=suite, reference=reference, candidate=best)
        values |= _told(key, row)
    [swe] = of(rows, set=SWE_2025, reference=BEST_CLAUDE, candidate="DeepSeek V3.2 Reasoner")
    [minimax] = of(rows, set=SWE_2026, reference=BEST_CLAUDE, candidate="MiniMax M2.5 (high)")
    values |= _told("swe", swe) | _told("minimax", minimax)
    [previous] = of(whole, reference=PREVIOUS, candidate=best)
    each = [previous.number(name) or 0 for name in ("candidate_usd", "baseline_usd", "n", "items_needed")]
    values["needed_usd"] = f"{(each[0] + each[1]) / each[2] * each[3]:,.0f}"
    values["differing"] = percent(previous.number("plan_discordance") or 0.0)
    return values | _counts(rows)


def _told(key: str, row: VerdictRow) -> dict[str, str]:
    needed = row.number("items_needed")
    return {
        f"{key}_candidate": row.candidate,
        f"{key}_baseline": row.baseline,
        f"{key}_gap": row.gap,
        f"{key}_range": row.range,
        f"{key}_share": row.share,
        f"{key}_verdict": row.text("verdict"),
        f"{key}_n": row.text("n"),
        f"{key}_needed": "" if needed is None else f"{needed:,.0f}",
    }


def _money(key: str, row: VerdictRow) -> dict[str, str]:
    """The two bills, and the two scores."""
    usd = {side: row.number(f"{side}_usd") or 0.0 for side in ("candidate", "baseline")}
    return {f"{key}_{side}_usd": f"{value:,.0f}" for side, value in usd.items()} | {
        f"{key}_{side}_score": percent(row.number(f"{side}_score") or 0.0) for side in usd
    }


def _counts(rows: Sequence[VerdictRow]) -> dict[str, str]:
    """How many claims there are, by verdict; about Claude, and all."""
    about = [row for row in rows if row.text("reference") in CLAUDES]
    counted = Counter(row.text("verdict") for row in about)
    controls = of(rows, reference=CONTROL)
    matching = Counter(row.text("verdict") for row in controls)
    return {
        "claims": f"{len(rows):,}",
        "about": f"{len(about):,}",
        **{
            f"about_{verdict}": f"{counted[verdict]:,}"
            for verdict in ("supported", "reported", "refuted", "inconclusive")
        },
        "controls": str(len(controls)),
        **{f"controls_{verdict}": str(matching[verdict]) for verdict in ("reported", "refuted", "inconclusive")},
        "sets": str(len({row.text("set") for row in rows})),
    }


def answer(rows: Sequence[VerdictRow], language: str = "en") -> str:
    """The README's three sentences."""
    return LANGUAGES[language].answer.format(**_worded(for_markdown(rows), language))


def with_answer(readme: str, rows: Sequence[VerdictRow]) -> str:
    """README.md with today's answer between its marks; as it is where it has none."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}\n{answer(rows)}\n{end}{after}" if begin and end else readme


def page(rows: Sequence[VerdictRow], language: str) -> str:
    """docs/is-it-true.md, or its translation."""
    seal, words, rows = digest(rows), LANGUAGES[language], for_markdown(rows)
    values = {**_worded(rows, language), "digest": seal}
    tables = {
        "summary": _summary(rows, words),
        "matrix": _matrix(rows, words),
        "others": _others(rows, words),
        "supported": _shown(rows, words),
        "outlook": _outlook(rows, words),
        "withheld": "\n".join(f"- {each.title}: {what}." for each in SETS for what in each.withheld),
        "sources": _sources(words),
    }
    return words.page.format(**values, **tables)


def _worded(rows: Sequence[VerdictRow], language: str) -> dict[str, str]:
    """`numbers`, with verdicts and intervals in the page's language."""
    words = LANGUAGES[language]
    values = numbers(rows)
    for key, value in values.items():
        if key.endswith("_verdict"):
            values[key] = words.verdicts[value]
        elif key.endswith("_range"):
            values[key] = value.replace(" to ", words.to)
    return values


def _table(head: Sequence[str], lines: Iterator[Sequence[str]], numeric: int) -> str:
    """A Markdown table whose last `numeric` columns are numbers."""
    rules = ["---"] * (len(head) - numeric) + ["---:"] * numeric
    rows = [head, rules, *lines]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def _summary(rows: Sequence[VerdictRow], words: PageWords) -> str:
    def lines() -> Iterator[Sequence[str]]:
        for reference in (*CLAUDES, BEST_US, CHEAP_US, CONTROL):
            chosen = of(rows, reference=reference)
            counted = Counter(row.text("verdict") for row in chosen)
            known = [row for row in chosen if row.text("saving_met")]
            met = sum(row.text("saving_met") == "true" for row in known)
            verdicts = [str(counted[verdict]) for verdict in words.verdicts]
            yield [words.references[reference], str(len(chosen)), *verdicts, str(len(known)), str(met)]

    head = [words.compared, words.claims, *words.verdicts.values(), words.known, words.tenth]
    return _table(head, lines(), len(head) - 1)


def _matrix(rows: Sequence[VerdictRow], words: PageWords) -> str:
    """Candidate x replaced Claude x kind of work, on LiveBench."""
    kinds = [(suite, kind) for suite, kind in SETS[0].kinds.items()]

    def lines() -> Iterator[Sequence[str]]:
        for candidate in leaders(rows, CHINESE_VENDORS):
            for reference in REPLACED:
                found = [
                    of(rows, set=LIVEBENCH, suite=suite, reference=reference, candidate=candidate) for suite, _ in kinds
                ]
                baseline = next((row.baseline for whole in found[:1] for row in whole), "")
                cells = ["".join(_cell(row, words, baseline) for row in matching) for matching in found]
                yield [title(candidate), f"{words.lines[reference]}: {baseline}", *cells]

    head = [words.candidate, words.replaced, *(words.kinds[kind] for _, kind in kinds)]
    return _table(head, lines(), len(kinds))


def _cell(row: VerdictRow, words: PageWords, usual: str) -> str:
    """E.g. "+1.9 @ 8.9 % **reported**"; named where it is against another Claude than the `usual` one of its line."""
    verdict = row.text("verdict")
    word = words.verdicts[verdict]
    other = "" if row.baseline == usual else f" ({row.baseline.removeprefix('Claude ')})"
    return f"{row.gap} @ {row.share or '?'}{other} {word if verdict == 'inconclusive' else f'**{word}**'}"


def _others(rows: Sequence[VerdictRow], words: PageWords) -> str:
    """In each other table, the latest and best candidate of each Chinese vendor against the best Claude of its date."""

    def lines() -> Iterator[Sequence[str]]:
        for each in SETS[1:]:
            suites = [each.whole] if each.whole else list(each.kinds)
            for suite in suites:
                part = "" if len(suites) == 1 else f" {suite.partition('-')[2].partition('_')[0]}"
                for row in _latest(of(rows, set=each.name, suite=suite, reference=BEST_CLAUDE)):
                    yield _against_best(each.short + part, row, words)

    return _table(words.others, lines(), 0)


def _latest(rows: Sequence[VerdictRow]) -> list[VerdictRow]:
    """Each vendor's latest candidate on each board, of equal dates the best."""
    chosen: dict[tuple[str, str], VerdictRow] = {}
    for row in sorted(rows, key=lambda row: (row.text("candidate_date"), row.number("candidate_score") or 0.0)):
        if row.text("candidate_vendor") in CHINESE_VENDORS:
            chosen[row.text("candidate_vendor"), row.text("board")] = row
    return sorted(chosen.values(), key=lambda row: (row.text("board"), row.text("candidate")))


def _against_best(table: str, row: VerdictRow, words: PageWords) -> Sequence[str]:
    items = row.text("n") if row.text("n") != "0" else "?"
    gap = row.gap + (f" ({row.range.replace(' to ', words.to)})" if row.range else "")
    kind, verdict = row.text("kind"), words.verdicts[row.text("verdict")]
    basis = words.bases[row.text("cost_basis")] if row.share else "?"
    return [
        table,
        words.kinds.get(kind, kind),
        row.candidate,
        row.baseline,
        row.text("candidate_date"),
        items,
        gap,
        row.share or "?",
        basis,
        verdict,
    ]


def _shown(rows: Sequence[VerdictRow], words: PageWords) -> str:
    """Every claim about a Claude that is supported or reported."""
    chosen = [r for r in rows if r.text("verdict") in ("supported", "reported") and r.text("reference") in CLAUDES]

    def lines() -> Iterator[Sequence[str]]:
        for row in chosen:
            short = next((each.short for each in SETS if each.name == row.text("set")), row.text("set"))
            yield [
                short,
                words.kinds.get(row.text("kind"), row.text("kind")),
                row.candidate,
                f"{words.lines[row.text('reference')]}: {row.baseline}",
                row.text("n"),
                f"{row.gap} ({row.range.replace(' to ', words.to)})",
                row.share,
                words.verdicts[row.text("verdict")],
            ]

    return _table(words.shown, lines(), 0)


def _outlook(rows: Sequence[VerdictRow], words: PageWords) -> str:
    """What would decide the leading candidate's claims: items, dollars and the verdict to expect."""
    planned = {(row.candidate, row.baseline): row for row in rows if row.number("plan_discordance") is not None}

    def lines() -> Iterator[Sequence[str]]:
        for row in planned.values():
            items, usd = row.number("plan_items"), row.number("plan_usd")
            named = [row.candidate, f"{words.lines[row.text('reference')]}: {row.baseline}", row.gap, row.share]
            if items is None or usd is None:
                yield [*named, words.beyond.format(items=f"{outlook.ITEMS[-1]:,}"), "?", "?"]
            else:
                yield [*named, f"{items:,.0f}", f"{usd:,.0f}", words.verdicts[row.text("plan_verdict")]]

    return _table(words.outlook, lines(), 3)


def _sources(words: PageWords) -> str:
    def lines() -> Iterator[Sequence[str]]:
        for each in SETS:
            known = each.provenance
            licence = str(known.licence)
            row_level = "Apache" in licence or "MIT" in licence
            yield [
                each.title,
                f"{known.source}, `{str(known.commit)[:12]}`",
                str(known.retrieved),
                licence,
                words.bases[each.basis],
                words.may["rows" if row_level else "figures"],
            ]

    return _table(words.sources, lines(), 0)
