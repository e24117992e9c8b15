"""Other people's results, as run folders: single items where a source has them, totals where it has not."""

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
    promptfoo,
    swebench,
    tau2,
    terminal_bench,
)
from bench.importers.folder import Imported, import_results
from bench.importers.source import Format, Provenance

FORMATS = {
    "aider": Format(aider.read, aider.USUAL),
    "swebench": Format(swebench.read, swebench.USUAL),
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

__all__ = ["FORMATS", "Format", "Imported", "Provenance", "import_results"]
