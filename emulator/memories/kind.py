"""Kinds of memory as data: the .toml files beside this one, named by file name.

A [flash] table says how the memory is read, [[wait_states]] rows from which clock on it needs how many, [[cache]] rows
what stands in front of it, [[control]] rows by which registers firmware sets it. Every row has a `source`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from emulator.errors import TimingError, suggestion

Prefetch = Literal["none", "first word", "last word", "behind cache"]


@dataclass(frozen=True)
class CacheKind:
    """A cache: `sets` x `ways` lines of `line_bytes`, filled in parts of `sector_bytes`.

    `serves`: "fetch" for instructions, "data", or "both". `replacement` is "lru" or "round robin". `shared`: the core's
    own, one for all memories that name the same.
    """

    serves: Literal["fetch", "data", "both"]
    line_bytes: int
    sector_bytes: int
    sets: int
    ways: int
    replacement: Literal["lru", "round robin"]
    source: str
    shared: bool = False

    def __post_init__(self) -> None:
        if self.serves not in ("fetch", "data", "both") or self.replacement not in ("lru", "round robin"):
            raise ValueError(f"cache serves {self.serves!r} by {self.replacement!r}")
        for size in (self.line_bytes, self.sector_bytes, 4 * self.sets):
            if size < 4 or size & (size - 1):
                raise ValueError(f"cache of {self.sets} sets of {self.line_bytes} bytes: want powers of two")


@dataclass(frozen=True)
class WaitStates:
    """`cycles` added to a read up to a clock of `up_to_hz`."""

    up_to_hz: int
    cycles: int
    source: str


@dataclass(frozen=True)
class Control:
    """A register by which firmware sets the memory: `register` of the peripherals of kind `peripheral`.

    `wait_states` masks the field at bit 0, 0 for none; `prefetch`, `fetch_cache`, `data_cache` are bits that switch
    them on, -1 for none.
    """

    peripheral: str
    register: str
    source: str
    wait_states: int = 0
    prefetch: int = -1
    fetch_cache: int = -1
    data_cache: int = -1


@dataclass(frozen=True)
class MemoryKind:
    """How a memory is read: `read_bytes` at a time, of which `buffers` lines are kept for instructions.

    `prefetch`: the next line is read ahead when the core has the first word of a line, or takes the last, or "behind
    cache" with each line of code or data that the cache asks for; with `data_first` a data read ends a read ahead that
    has begun, which is then begun anew; with `bursts` a data read right behind another waits for nothing. `latency`:
    cycles from a read to its data beyond the wait states, whatever the clock; the port does not wait for them.
    `line_reads`, `beats`: the core gets the word that it wants first, the port is busy for so many reads and further
    cycles of a transfer. `stream_bytes`: a read ahead ends where the core goes on
    elsewhere and at multiples of so many bytes, and code passes a word a cycle; 0: neither is modelled.
    """

    name: str
    title: str
    read_bytes: int
    buffers: int
    prefetch: Prefetch
    latency: int
    wait_states: tuple[WaitStates, ...]
    caches: tuple[CacheKind, ...]
    source: str
    data_first: bool = False
    bursts: bool = False
    stream_bytes: int = 0
    line_reads: int = 1
    beats: int = 0
    controls: tuple[Control, ...] = ()

    def __post_init__(self) -> None:
        if self.prefetch not in (known := get_args(Prefetch)):
            raise ValueError(f"prefetch is {self.prefetch!r}; there are: {', '.join(known)}")
        if self.prefetch == "behind cache" and (self.beats or self.line_reads != 1):
            raise ValueError("behind a cache a line is one read, without beats")

    def wait(self, clock_hz: int) -> int:
        """Wait states at a clock; raises TimingError above the highest."""
        for row in self.wait_states:
            if clock_hz <= row.up_to_hz:
                return row.cycles
        if not self.wait_states:
            return 0
        raise TimingError(
            f"{self.title}: no wait states are known for {clock_hz / 1e6:g} MHz, the highest clock is "
            f"{self.wait_states[-1].up_to_hz / 1e6:g} MHz; give --wait-states"
        )


def kind_names() -> list[str]:
    """All kinds there are."""
    files = resources.files("emulator").joinpath("memories").iterdir()
    return sorted(f.name.removesuffix(".toml") for f in files if f.name.endswith(".toml"))


@cache
def load_kind(name: str) -> MemoryKind:
    """Read a kind by name. Raises TimingError with near names, or when its file is wrong."""
    if name not in kind_names():
        raise TimingError(f"no memory timing {name}; {suggestion(name, kind_names(), shown=20)}")
    text = resources.files("emulator").joinpath("memories", f"{name}.toml").read_text(encoding="utf-8")
    try:
        return _kind(name, tomllib.loads(text))
    except KeyError as error:
        raise TimingError(f"memory timing {name}.toml: {error} is missing") from error
    except (TypeError, ValueError) as error:
        raise TimingError(f"memory timing {name}.toml: {error}") from error


def _kind(name: str, table: Mapping[str, Any]) -> MemoryKind:
    flash = table["flash"]
    return MemoryKind(
        name=name,
        title=table["title"],
        read_bytes=flash["read_bytes"],
        buffers=flash["buffers"],
        prefetch=flash["prefetch"],
        latency=flash.get("latency", 0),
        wait_states=tuple(WaitStates(**row) for row in table.get("wait_states", ())),
        caches=tuple(CacheKind(**row) for row in table.get("cache", ())),
        source=flash["source"],
        data_first=flash.get("data_first", False),
        bursts=flash.get("bursts", False),
        stream_bytes=flash.get("stream_bytes", 0),
        line_reads=flash.get("line_reads", 1),
        beats=flash.get("beats", 0),
        controls=tuple(Control(**row) for row in table.get("control", ())),
    )
