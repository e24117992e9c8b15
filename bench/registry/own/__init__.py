"""One's own prompts as tasks: from a JSONL or CSV file, or from Python."""

from __future__ import annotations

from bench.registry.own.create import Draft, draft
from bench.registry.own.decorator import PythonTask, python_tasks, task
from bench.registry.own.items import check, check_name, own
from bench.registry.own.source import read

__all__ = ["Draft", "PythonTask", "check", "check_name", "draft", "own", "python_tasks", "read", "task"]
