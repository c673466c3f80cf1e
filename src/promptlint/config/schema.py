"""The JSON schema of configuration files, made from the table of keys; a copy is in `promptlint/schemas`."""

from __future__ import annotations

from typing import Any

from promptlint.config.keys import KEYS


def schema() -> dict[str, Any]:
    """The schema of `promptlint.toml`, and of `[tool.promptlint]`."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "promptlint",
        "description": "Settings of promptlint: promptlint.toml, or [tool.promptlint] in pyproject.toml.",
        "type": "object",
        "additionalProperties": False,
        "properties": {name: {"description": key.about} | dict(key.kind.schema) for name, key in KEYS.items()},
    }
