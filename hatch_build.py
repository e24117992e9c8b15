"""Puts `tasks/` and the starter `bench.toml` into the wheel; an editable install reads them from the checkout."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShipTasks(BuildHookInterface):  # type: ignore[type-arg]
    """Forced includes, but not for editable installs, where copies would go stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"].update(
                {"tasks": "bench/_shipped/tasks", "bench.toml": "bench/_shipped/bench.toml"}
            )
