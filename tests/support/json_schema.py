"""A schema of JSON as nested dicts: required and optional keys (no others), items, type, enum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def check_schema(value: Any, schema: Mapping[str, Any], path: str = "$") -> None:
    """AssertionError with the path of the first value that breaks its rule."""
    if "type" in schema:
        assert isinstance(value, schema["type"]) and not isinstance(value, bool), f"{path}: {value!r}"
    if "enum" in schema:
        assert value in schema["enum"], f"{path}: {value!r}"
    if "items" in schema:
        assert isinstance(value, list), f"{path}: {value!r}"
        for index, item in enumerate(value):
            check_schema(item, schema["items"], f"{path}[{index}]")
    if "required" in schema:
        assert isinstance(value, dict), f"{path}: {value!r}"
        known = {**schema["required"], **schema.get("optional", {})}
        assert schema["required"].keys() <= value.keys() <= known.keys(), f"{path}: {sorted(value)}"
        for key, item in value.items():
            check_schema(item, known[key], f"{path}.{key}")
