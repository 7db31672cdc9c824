"""How far a core's instruction fetch runs in front of execution: emulator/timing/fetch_queues.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from emulator.errors import TimingError


@dataclass(frozen=True)
class Ahead:
    """How far fetch runs in front.

    `bytes`: between the instruction that begins and the word that the core asks for. `queue`: bytes that a core whose
    fetch knows direct branches when they are decoded asks for at once where it goes on, 0 for others.
    """

    bytes: int
    queue: int = 0


@cache
def fetch_ahead(core: str) -> Ahead:
    """The row of a core. Raises TimingError for one that has none."""
    text = resources.files("emulator").joinpath("timing", "fetch_queues.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    try:
        return Ahead(int(table[core]["bytes_ahead"]), int(table[core].get("queue_bytes", 0)))
    except KeyError:
        raise TimingError(f"fetch_queues.toml has no row for {core}; it has {', '.join(table)}") from None
