"""Knobs as paths and values: frozen dataclasses of numbers, nested, read and changed by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_type_hints

Value = int | bool | str


def knob_items(knobs: Any, prefix: str = "") -> Iterator[tuple[str, Value]]:
    """(path, value) of every number, in the order of declaration: ("x.kernel", 3)."""
    for field in fields(knobs):
        value = getattr(knobs, field.name)
        if is_dataclass(value):
            yield from knob_items(value, f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, value


def with_knob(knobs: Any, path: str, value: Value) -> Any:
    """The same knobs with one value changed."""
    head, _, rest = path.partition(".")
    if rest:
        value = with_knob(getattr(knobs, head), rest, value)
    return replace(knobs, **{head: value})


def knobs_to_values(knobs: Any) -> dict[str, Value]:
    """For a file."""
    return dict(knob_items(knobs))


def knobs_from_values(kind: Any, values: dict[str, Value], prefix: str = "") -> Any:
    """What `knobs_to_values` wrote; KeyError for a missing path."""
    hints = get_type_hints(kind)
    made: dict[str, Any] = {}
    for field in fields(kind):
        path = prefix + field.name
        hint: Any = hints[field.name]
        made[field.name] = knobs_from_values(hint, values, f"{path}.") if is_dataclass(hint) else values[path]
    return kind(**made)
