"""Core names as people type them: m4, M0+, cortex-m33."""

from __future__ import annotations

from emulator.timing.core import core_names, load_core


def resolve_core(text: str) -> str:
    """The full name of a core. Raises UnknownCore."""
    name = text.strip().lower().replace("+", "plus")
    if name not in core_names() and f"cortex-{name}" in core_names():
        name = f"cortex-{name}"
    return load_core(name).name


def resolve_cores(text: str) -> tuple[str, ...]:
    """Full names of a comma-separated list, each once."""
    return tuple(dict.fromkeys(resolve_core(part) for part in text.split(",")))
