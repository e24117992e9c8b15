"""One's own prompts as tasks: from a JSONL or CSV file, or from Python."""

from __future__ import annotations

from bench.owntasks.create import Made, create
from bench.owntasks.decorator import PythonTask, python_tasks, task
from bench.owntasks.items import check, own

__all__ = ["Made", "PythonTask", "check", "create", "own", "python_tasks", "task"]
