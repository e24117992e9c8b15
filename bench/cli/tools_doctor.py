"""`bench doctor --tools`: what each endpoint really does with tools, and what code must change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cli.consent import require_consent
from bench.cli.terminal import echo
from bench.errors import UsageError

if TYPE_CHECKING:
    from bench.doctor.tools import Examined
    from bench.providers import Endpoint
    from bench.records import Comparison

ENDINGS = (".md", ".html", ".json")
"""What a file of the findings may be."""


def check_output(output: Path | None) -> None:
    """UsageError where the findings cannot be written into such a file."""
    if output is not None and output.suffix not in ENDINGS:
        raise UsageError(f"{output}: its name must end in {', '.join(ENDINGS)}. Choose one of these formats.")


def probe_tools(
    comparison: Comparison,
    labels: Sequence[str],
    results: Path,
    environ: Mapping[str, str],
    origins: Sequence[str],
    *,
    output: Path | None,
    as_json: bool,
) -> bool:
    """Probes the models, prints what was found and writes it to `output`; whether tools can be used at all of them."""
    examined = _examined(comparison, labels, results, environ, origins, quiet=as_json)
    echo(_written(examined, ".json" if as_json else ".md"), nl=False)
    if output is not None:
        from bench.records import write_text

        write_text(output.parent, output.name, _written(examined, output.suffix))
        echo(f"wrote {output}", err=as_json)
    return all(row.status != "fail" for each in examined for row in each.rows)


def _written(examined: Sequence[Examined], ending: str) -> str:
    from bench.doctor.tools import table

    if ending == ".html":
        return table.html(examined)
    if ending == ".json":
        return json.dumps(table.as_json(examined), indent=2, ensure_ascii=False) + "\n"
    return "\n".join(table.lines(examined)).strip() + "\n"


def _examined(
    comparison: Comparison,
    labels: Sequence[str],
    results: Path,
    environ: Mapping[str, str],
    origins: Sequence[str],
    *,
    quiet: bool,
) -> list[Examined]:
    from bench.doctor.tools import PROBES, examine_tools
    from bench.engine import tls_context
    from bench.prices import beside, load
    from bench.providers import resolve

    unknown = [label for label in labels if label not in comparison.models]
    if unknown:
        known = ", ".join(comparison.models)
        raise UsageError(f"no model '{unknown[0]}' in {comparison.source}. Known: {known}.")
    endpoints = [resolve(comparison.models[label], environ) for label in labels or comparison.models]
    require_consent([each for each in endpoints if not each.entry.local], environ, origins)
    asked = {each.entry.label: 0 for each in endpoints}

    def progress(label: str, probe: str) -> None:
        asked[label] += 1
        if not quiet:
            echo(f"{label}: probe {asked[label]} of {len(PROBES)}, {probe}", err=True)

    with _served(endpoints, results, quiet=quiet) as ready:
        return examine_tools(ready, environ, tls_context(), load(beside(comparison.source)), progress)


@contextmanager
def _served(endpoints: Sequence[Endpoint], results: Path, *, quiet: bool) -> Iterator[list[Endpoint]]:
    """The endpoints, those of local weights with their servers running."""
    from bench.providers import resolve
    from bench.records import LocalModel
    from bench.run import SilentWatcher, local

    with ExitStack() as servers:
        ready = []
        for endpoint in endpoints:
            if isinstance(endpoint.entry, LocalModel):
                if not quiet:
                    echo(f"{endpoint.entry.label}: loading its weights", err=True)
                weights = local.fetch_weights(endpoint.entry, SilentWatcher())
                # Probes begin alike: what one has worked through is not worked through again.
                endpoint = resolve(replace(endpoint.entry, prompt_cache=True), {})
                endpoint, _ = servers.enter_context(local.serving(endpoint, weights, results))
            ready.append(endpoint)
        yield ready
