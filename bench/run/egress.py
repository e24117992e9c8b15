"""Who may be sent which data: checked before the first call, and written down at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from bench.errors import UsageError
from bench.providers import Endpoint
from bench.records import CLASSES, Item, ItemRow, RecordedRecipient, RemoteModel
from bench.registry import Registry

PUBLIC, INTERNAL, RESTRICTED = CLASSES


def with_members(data: Mapping[str, str], registry: Registry) -> dict[str, str]:
    """The classes, and for each task the strictest of those of the suites that hold it, under whatever name it is
    asked."""
    found = dict(data)
    for name, of in data.items():
        for task in _members(name, registry):
            found[task] = max(found.get(task, PUBLIC), of, key=CLASSES.index)
    return found


def _members(name: str, registry: Registry) -> Iterator[str]:
    """The tasks of a suite, of a suite's suites too; none where it is a task, or cannot be asked."""
    left, seen = [name], set[str]()
    while left:
        each = left.pop()
        if each in registry.suites and each not in seen:
            seen.add(each)
            left += registry.suites[each]
        elif each != name:
            yield each
    if name not in registry.suites and name not in registry.tasks:  # perhaps one of lm-eval's own groups
        with suppress(UsageError):
            yield from (task.name for task in registry.expand([name])[name])


def with_sampled(data: Mapping[str, str], items: Iterable[Item | ItemRow]) -> dict[str, str]:
    """The classes, and INTERNAL for suites with items from a log of which nothing is stated, by suite or task."""
    found = dict(data)
    for item in items:
        if item.traffic is not None and item.suite not in data and item.task not in data:
            found[item.suite] = INTERNAL
    return found


def require_allowed(
    data: Mapping[str, str],
    asked: Mapping[str, Iterable[str]],
    endpoints: Sequence[Endpoint],
    sampled: Collection[str] = (),
) -> None:
    """UsageError if a remote model would be sent data that it may not receive: unknown is not allowed.

    `data`: classes by suite or task; `asked`: the tasks of each suite; `sampled`: suites whose class follows from
    their items' coming from a log.
    """
    for suite, tasks in asked.items():
        of = _class(data, suite, tasks)
        for endpoint in endpoints:
            entry = endpoint.entry
            if of == PUBLIC or entry.local:
                continue
            where = f"'{entry.label}' at {_host(endpoint)}"
            if of not in entry.allows:
                if suite in sampled:
                    raise UsageError(
                        f"{suite} was sampled from a log and counts as {of} data: nothing says that {where} may "
                        f'receive it. Add to bench.toml [data.{suite}] class = "public", if everybody may have it, or '
                        f'allows = ["{of}"] to the table of each model that may.'
                    )
                raise UsageError(
                    f"{suite} is {of} data, and nothing says that {where} may receive it. If your agreement with its "
                    f'vendor allows that, say so in its table: allows = ["{of}"]. Otherwise leave it out with -m.'
                )
            if of == RESTRICTED and entry.trains_on_data is not False:
                raise UsageError(
                    f"{suite} is {of} data, and {where} may train on it as far as is known. If its vendor promises "
                    "not to, say so in its table: trains_on_data = false"
                )


def _class(data: Mapping[str, str], suite: str, tasks: Iterable[str]) -> str:
    """The strictest class of a suite and its tasks."""
    return max((data.get(name, PUBLIC) for name in (suite, *tasks)), key=CLASSES.index)


def _host(endpoint: Endpoint) -> str | None:
    return None if endpoint.entry.local else urlsplit(endpoint.base_url or "").hostname


def recipients(
    rows: Iterable[ItemRow], endpoints: Sequence[Endpoint], data: Mapping[str, str]
) -> dict[str, RecordedRecipient]:
    """Who was sent how many items, by label; a model that was asked nothing is left out."""
    sent: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for row in rows:
        if row.attempts and not row.reused:
            sent.setdefault(row.model, {}).setdefault(row.suite, set()).add((row.task, row.item))
    found = {}
    for endpoint in endpoints:
        entry = endpoint.entry
        suites = sent.get(entry.label)
        if suites is None:
            continue
        tasks = {suite: sorted({task for task, _ in items}) for suite, items in suites.items()}
        found[entry.label] = RecordedRecipient(
            host=_host(endpoint),
            region=entry.region if isinstance(entry, RemoteModel) else None,
            allows=entry.allows,
            retention_days=entry.retention_days,
            trains_on_data=entry.trains_on_data,
            items={suite: len(items) for suite, items in suites.items()},
            classes={suite: _class(data, suite, tasks[suite]) for suite in suites if data},
        )
    return found
