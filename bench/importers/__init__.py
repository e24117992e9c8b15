"""Other people's results, as run folders: single items where a source has them, totals where it has not."""

from bench import plugins
from bench.importers import (
    aider,
    arc_agi,
    artificial_analysis,
    bfcl,
    csvfile,
    deepeval,
    eee,
    evalscope,
    harbor,
    helm,
    inspect_log,
    livebench,
    lm_eval,
    openrouter,
    predictions,
    promptfoo,
    swebench,
    tau2,
    terminal_bench,
)
from bench.importers.folder import Imported, import_results, output_folder
from bench.importers.ledger import Ledger
from bench.importers.source import Format, ImportedModel, ItemEntry, Provenance, Request, entry
from bench.importers.textfiles import csv_rows, json_rows, open_text

FORMATS = {
    "aider": Format(aider.read, aider.USUAL),
    "swebench": Format(swebench.read, swebench.USUAL),
    "swebench_predictions": Format(predictions.read),
    "tau2": Format(tau2.read, tau2.USUAL),
    "livebench": Format(livebench.read, livebench.USUAL),
    "artificial_analysis": Format(artificial_analysis.read, artificial_analysis.USUAL),
    "arc_agi": Format(arc_agi.read, arc_agi.USUAL),
    "harbor": Format(harbor.read, harbor.USUAL),
    "terminal_bench": Format(terminal_bench.read, terminal_bench.USUAL),
    "lm_eval": Format(lm_eval.read),
    "inspect": Format(inspect_log.read),
    "evalscope": Format(evalscope.read),
    "promptfoo": Format(promptfoo.read),
    "helm": Format(helm.read),
    "deepeval": Format(deepeval.read),
    "bfcl": Format(bfcl.read, bfcl.USUAL),
    "eee": Format(eee.read),
    "openrouter": Format(openrouter.read),
    "csv": Format(csvfile.read),
}
"""What can be imported, by the name that `bench import` takes."""


def format_of(name: str) -> Format:
    """What reads a format: ours, or an installed package's (`claimbench.importers`). UsageError if that is broken."""
    if name in FORMATS:
        return FORMATS[name]
    point = plugins.named("importers")[name]
    found = plugins.loaded(point)
    if not isinstance(found, Format):
        raise plugins.unfit(point, "bench.importers.Format")
    return found


__all__ = [
    "FORMATS",
    "Format",
    "Imported",
    "ImportedModel",
    "ItemEntry",
    "Ledger",
    "Provenance",
    "Request",
    "csv_rows",
    "entry",
    "format_of",
    "import_results",
    "json_rows",
    "open_text",
    "output_folder",
]
