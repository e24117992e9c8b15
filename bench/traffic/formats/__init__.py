"""The formats of logs, one module each."""

from __future__ import annotations
