"""How far a core's instruction fetch runs in front of execution: emulator/timing/fetch_queues.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from emulator.errors import TimingError


@cache
def fetch_ahead(core: str) -> int:
    """Bytes between the instruction that begins and the word that the core asks for."""
    text = resources.files("emulator").joinpath("timing", "fetch_queues.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    try:
        return int(table[core]["bytes_ahead"])
    except KeyError:
        raise TimingError(f"fetch_queues.toml has no row for {core}; it has {', '.join(table)}") from None
