"""One's own prompts as tasks: from a JSONL or CSV file, or from Python."""

from __future__ import annotations

from bench.owntasks.create import Draft, draft
from bench.owntasks.decorator import PythonTask, python_tasks, task
from bench.owntasks.items import check, own
from bench.owntasks.source import read

__all__ = ["Draft", "PythonTask", "check", "draft", "own", "python_tasks", "read", "task"]
