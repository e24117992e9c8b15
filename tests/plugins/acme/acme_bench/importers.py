"""Acme's log: a line an answer, `item model score`."""

from __future__ import annotations

from collections.abc import Iterator

from bench.importers import Format, ImportedModel, ItemEntry, Request, entry


def _read(request: Request) -> Iterator[ItemEntry]:
    """Acme's log files"""
    for path in request.paths:
        for order, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            item, model, score = line.split()
            request.models.setdefault(model, ImportedModel(raw=model, vendor="acme"))
            place = f"{path.name} line {order + 1}"
            yield entry(
                request, place, suite="acme", task="log", item=item, model=model, score=float(score), order=order
            )


ACME_LOG = Format(_read)
