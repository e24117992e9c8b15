"""What a task's YAML must and must not say: for a chat endpoint at all (`problems`), and to be trusted (`lapses`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.registry.taskfile import data_files

SAMPLING = ("temperature", "top_p")
"""generation_kwargs that are sampling; the rest are caps, stops or lm-eval's own switches."""
FEWSHOT_IN_ORDER = "first_n"
"""The only few-shot sampler whose prompts do not depend on the order in which items are asked."""


AT_ONCE = ("bleu", "chrf", "chrf++", "f1", "mcc", "perplexity", "ter")
"""lm-eval's metrics that are not a mean over items, unless a task says so."""


@dataclass(frozen=True, slots=True)
class TaskFinding:
    """One fault of a task folder, as a user reads it."""

    where: str
    """The file, and after a colon the line where one is known."""
    field: str
    """The key of the YAML or of the item that is at fault; "file" for the whole."""
    problem: str
    """What is wrong, as a sentence."""
    cure: str
    """What to do, as a sentence; empty where the problem says it."""

    @property
    def text(self) -> str:
        """Problem and cure."""
        return f"{self.problem} {self.cure.strip()}".rstrip()

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def problems(path: Path, config: Mapping[str, Any]) -> Iterator[TaskFinding]:
    """Faults that keep a task from being asked of a chat endpoint, or change what it asks."""
    sound = True
    for key in ("generation_kwargs", "dataset_kwargs", "metadata"):
        if not isinstance(config.get(key) or {}, dict):
            sound = False
            yield TaskFinding(str(path), key, f"'{key}' must be a mapping.", "")
    if not sound:
        return
    yield from _generation(path, config.get("generation_kwargs") or {})
    if config.get("gen_prefix"):
        problem = "gen_prefix begins the model's answer; chat endpoints refuse that."
        yield TaskFinding(str(path), "gen_prefix", problem, "Take it out.")
    if config.get("output_type", "generate_until") != "generate_until":
        problem = "output_type must be generate_until; chat endpoints give no log-likelihoods."
        yield TaskFinding(str(path), "output_type", problem, "Ask for the answer in words.")
    if config.get("unsafe_code"):
        problem = "unsafe_code would let lm-eval run model-written code outside a sandbox."
        cure = "Take it out, and grade with 'process_results: !function bench.hooks.function_calls'."
        yield TaskFinding(str(path), "unsafe_code", problem, cure)
    if config.get("repeats", 1) != 1:
        yield TaskFinding(str(path), "repeats", "a task does not repeat its items by itself.", "Use `--repeats`.")
    version = (config.get("metadata") or {}).get("version")
    if not isinstance(version, str | int | float) or isinstance(version, bool) or version == "":
        yield TaskFinding(
            str(path), "metadata.version", "metadata needs a 'version', a number or text.", "Begin with 1."
        )
    yield from _metric(path, config)
    file = (config.get("dataset_kwargs") or {}).get("file")
    if file and not (path.parent / file).is_file():
        problem = f"data file '{file}' does not exist beside it."
        yield TaskFinding(str(path), "dataset_kwargs.file", problem, "Put it there, or correct the name.")


def _metric(path: Path, config: Mapping[str, Any]) -> Iterator[TaskFinding]:
    metrics = config.get("metric_list")
    if not isinstance(metrics, list) or not all(isinstance(m, dict) and m.get("metric") for m in metrics or [None]):
        yield TaskFinding(str(path), "metric_list", "metric_list must name a metric.", "Write '- metric: score'.")
    elif any(metric.get("hf_evaluate") for metric in metrics):
        problem = "hf_evaluate would run a program of that name, from the folder or the network."
        yield TaskFinding(str(path), "metric_list", problem, "Take it out, and name a metric of lm-eval's own.")
    elif aggregation(config) != "mean":
        problem = f"its first metric scores all answers at once ({aggregation(config)}), not one by one."
        yield TaskFinding(str(path), "metric_list", problem, "Write 'aggregation: mean'.")
    elif (
        str(config.get("process_results")).startswith(("bench.scoring.graders.", "bench.hooks."))
        and metrics[0]["metric"] != "score"
    ):
        problem = f"its grader gives 'score', and its first metric is '{metrics[0]['metric']}'."
        yield TaskFinding(str(path), "metric_list", problem, "Write '- metric: score'.")


def aggregation(config: Mapping[str, Any]) -> str:
    """How a task's first metric becomes its number, "mean" over the items for instance."""
    first = (config.get("metric_list") or [{}])[0]
    name = first.get("metric")
    return str(first.get("aggregation") or (name if name in AT_ONCE else "mean"))


def _generation(path: Path, generation: Mapping[str, Any]) -> Iterator[TaskFinding]:
    invented = {
        "until": ("lm-eval would stop answers at the first empty line", "Write 'until: []' for no stop sequence."),
        "max_gen_toks": ("would be 256", "State the tokens that a full answer needs."),
    }
    for key, (why, cure) in invented.items():
        if key not in generation:
            yield TaskFinding(str(path), f"generation_kwargs.{key}", f"generation_kwargs needs '{key}' ({why}).", cure)
    until, cap = generation.get("until", []), generation.get("max_gen_toks", 1)
    if not isinstance(until, list) or not all(isinstance(stop, str) and stop for stop in until):
        yield TaskFinding(str(path), "generation_kwargs.until", "'until' must be a list of texts, [] for none.", "")
    if not isinstance(cap, int) or isinstance(cap, bool) or cap < 1:
        problem = "'max_gen_toks' must be a whole number above 0."
        yield TaskFinding(str(path), "generation_kwargs.max_gen_toks", problem, "")
    for key in SAMPLING:
        value = generation.get(key, 0)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 2:
            yield TaskFinding(str(path), f"generation_kwargs.{key}", f"'{key}' must be a number from 0 to 2.", "")


def lapses(path: Path, config: Mapping[str, Any]) -> Iterator[TaskFinding]:
    """Faults that let a task be asked, but not be trusted, published or repeated elsewhere."""
    metadata = config.get("metadata") or {}
    if not metadata.get("licence"):
        problem = "metadata needs a 'licence': may others use these items?"
        yield TaskFinding(
            str(path), "metadata.licence", problem, "Write e.g. 'licence: CC-BY-4.0' or 'licence: private'."
        )
    if metadata.get("cluster") not in ("item", "family", "cluster"):
        problem = "metadata.cluster must say which items depend on each other."
        cure = "Write 'cluster: item' if none do, else 'family' or 'cluster', the field that names the group."
        yield TaskFinding(str(path), "metadata.cluster", problem, cure)
    if config.get("num_fewshot") != 0 and (config.get("fewshot_config") or {}).get("sampler") != FEWSHOT_IN_ORDER:
        problem = "few-shot examples are drawn at random, so prompts depend on the order of items."
        cure = f"Write 'num_fewshot: 0', or 'fewshot_config: {{sampler: {FEWSHOT_IN_ORDER}}}'."
        yield TaskFinding(str(path), "num_fewshot", problem, cure)
    for file in data_files((config.get("dataset_kwargs") or {}).get("data_files")):
        if "://" not in file and not Path(file).is_absolute():
            problem = f"data_files '{file}' is relative to wherever bench is called."
            cure = "Use 'custom_dataset: !function bench.hooks.jsonl_items' with 'dataset_kwargs: {file: ...}'."
            yield TaskFinding(str(path), "dataset_kwargs.data_files", problem, cure)
