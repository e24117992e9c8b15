"""The task registry: what can be asked, how it reaches lm-eval, and whether it can be trusted."""

from __future__ import annotations

from bench.registry.checks import SAMPLING, TaskFinding
from bench.registry.exam import generated, with_exam, write_exam
from bench.registry.files import Registry, read, standing, survey
from bench.registry.loaded import LoadedTasks
from bench.registry.taskfile import STOCK, TaskFile, shipped
from bench.registry.versions import edited

__all__ = [
    "LoadedTasks",
    "Registry",
    "SAMPLING",
    "STOCK",
    "TaskFile",
    "TaskFinding",
    "edited",
    "generated",
    "read",
    "shipped",
    "standing",
    "survey",
    "with_exam",
    "write_exam",
]
