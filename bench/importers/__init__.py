"""Other people's results, as run folders: single items where a source has them, totals where it has not."""

from bench.importers import aider, csvfile, lm_eval, swebench, tau2
from bench.importers.folder import Imported, import_results
from bench.importers.source import Format, Provenance

FORMATS = {
    "aider": Format(aider.read, aider.USUAL),
    "swebench": Format(swebench.read, swebench.USUAL),
    "tau2": Format(tau2.read, tau2.USUAL),
    "lm_eval": Format(lm_eval.read),
    "csv": Format(csvfile.read),
}
"""What can be imported, by the name that `bench import` takes."""

__all__ = ["FORMATS", "Format", "Imported", "Provenance", "import_results"]
