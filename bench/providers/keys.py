"""Where a model's key is: the variable that holds it, or should."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bench.errors import UsageError
from bench.providers.presets import Preset
from bench.records import ModelEntry, RemoteModel


def key_variable(entry: ModelEntry, preset: Preset, environ: Mapping[str, str]) -> str | None:
    """The first variable that holds a key, or the one that should; None where an address may need none.

    Raises UsageError for a key that no header can hold.
    """
    variable = next((name for name in preset.key_variables if environ.get(name)), None)
    if variable is None:
        needed = preset.key_needed and not _own_address(entry, preset, environ)
        return next(iter(preset.key_variables), None) if needed else None
    if not re.fullmatch(r"[!-~]*", environ[variable]):
        raise UsageError(
            f"model '{entry.label}': {variable} holds a blank, a line break or a letter beyond ASCII. "
            "Set it to the key alone."
        )
    return variable


def _own_address(entry: ModelEntry, preset: Preset, environ: Mapping[str, str]) -> bool:
    own = entry.own_provider or {}
    base_url = entry.base_url if isinstance(entry, RemoteModel) else None
    return bool(base_url or own.get("base_url") or any(environ.get(name) for name in preset.address_variables))
