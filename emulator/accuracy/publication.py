"""Published cycle counts as data: the .toml files in emulator/accuracy/published.

A file is one publication: `title`, `source`, how to build what was measured (`build`), and `overhead`, the cycles
around the routine that its counts include, with `overhead_source`; [overheads] gives it for routines that differ.

[calls] says how each routine is called, as a list: the function, then arguments: numbers, or "random N", "count N"
(0, 1, 2 ..), "zeros N", "ones N" (0xFF) for N bytes of their own; a last "/ N" divides the cycles, for
counts per block. A function "part:function" is the one in a file whose name starts with that part. [tasks] says which
routines compute the same thing, by a name that other publications may use too: "AES-128 block" = [routines]. Each
[[set]] has a core, the board it was measured on, the kind of memory that the code lay in (a file of
emulator/memories; "" when it needed no wait states) with its `wait_states`, `data_memory` if what is written lay in a
slow one too, and [set.cycles], by routine.

A publication of whole firmware images has no calls but [[image]] rows instead, the board of ours in `runs_on`; the
task of an image is its routine, a network of the benchmark.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from emulator.errors import AccuracyError
from emulator.memories.kind import kind_names
from emulator.timing.core import core_names

_BUFFERS = ("random", "count", "zeros", "ones")


@dataclass(frozen=True)
class Call:
    """How to run a routine: a function with its arguments, whose cycles are divided by `per`.

    Its ELF's name starts with `file`, "" for any.
    """

    file: str
    function: str
    arguments: tuple[int | str, ...]
    per: int = 1


@dataclass(frozen=True)
class FirmwareImage:
    """A firmware image that times its own inferences; `board` is one of ours, `input_bytes` what it wants to
    read, `base` the address of a raw binary."""

    file: str
    board: str
    base: int | None
    input_bytes: int
    input_type: str


@dataclass(frozen=True)
class Measurement:
    """A count from silicon. `key` tells it from all others; `memory` is that of the code, `data_memory` that of the
    data, "" for memory without wait states; `task` names what it computes, the same for all versions of it."""

    key: str
    routine: str
    core: str
    board: str
    memory: str
    wait_states: int
    cycles: float
    overhead: float
    run: Call | FirmwareImage
    note: str = ""
    task: str = ""
    data_memory: str = ""

    @property
    def slow_memory(self) -> str:
        """The one that rows are told apart by: that of the code, else that of the data."""
        return self.memory or self.data_memory


@dataclass(frozen=True)
class Publication:
    """Where counts come from, and the counts."""

    name: str
    title: str
    source: str
    build: str
    overhead_source: str
    measurements: tuple[Measurement, ...]


@cache
def publications() -> tuple[Publication, ...]:
    """All there are, by file name. Raises AccuracyError naming the file that is wrong."""
    files = resources.files("emulator").joinpath("accuracy", "published").iterdir()
    texts = {f.name.removesuffix(".toml"): f.read_text(encoding="utf-8") for f in files if f.name.endswith(".toml")}
    return tuple(read_publication(name, texts[name]) for name in sorted(texts))


def measurements() -> tuple[Measurement, ...]:
    """Those of all publications."""
    return tuple(m for p in publications() for m in p.measurements)


def read_publication(name: str, text: str) -> Publication:
    """A publication from the text of its file. Raises AccuracyError."""
    try:
        table = tomllib.loads(text)
        found = (*_routines(name, table), *_images(name, table))
        build, about = table["build"], table.get("overhead_source", "")
        return Publication(name, table["title"], table["source"], build, about, found)
    except KeyError as error:
        raise AccuracyError(f"published/{name}.toml: {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise AccuracyError(f"published/{name}.toml: {error}") from error


def _routines(name: str, table: Mapping[str, Any]) -> list[Measurement]:
    calls = {routine: _call(parts) for routine, parts in table.get("calls", {}).items()}
    tasks = {routine: task for task, routines in table.get("tasks", {}).items() for routine in routines}
    if unknown := set(tasks) - set(calls):
        raise ValueError(f"[tasks]: no call of {', '.join(sorted(unknown))}; there are: {', '.join(calls)}")
    overheads = table.get("overheads", {})
    if unknown := set(overheads) - set(calls):
        raise ValueError(f"[overheads]: no call of {', '.join(sorted(unknown))}; there are: {', '.join(calls)}")
    around = dict.fromkeys(calls, table.get("overhead", 0)) | overheads
    named = {routine: tasks.get(routine, f"{name}: {routine}") for routine in calls}
    return [
        _measurement(name, row, routine, cycles, around[routine], calls[routine], named[routine])
        for row in table.get("set", ())
        for routine, cycles in row["cycles"].items()
    ]


def _images(name: str, table: Mapping[str, Any]) -> list[Measurement]:
    found = []
    for row in table.get("image", ()):
        kind = row.get("input_type", "int8")
        image = FirmwareImage(row["file"], row["runs_on"], row.get("base"), row["input_bytes"], kind)
        cycles = round(row["clock_hz"] / row["inferences_per_second"])
        found.append(_measurement(name, row, row["routine"], cycles, 0, image, row["routine"]))
    return found


def _measurement(
    name: str,
    row: Mapping[str, Any],
    routine: str,
    cycles: float,
    overhead: float,
    run: Call | FirmwareImage,
    task: str,
) -> Measurement:
    core, wait_states = row["core"], row["wait_states"]
    memories = row["memory"], row.get("data_memory", "")
    if core not in core_names():
        raise ValueError(f"{core} is no core; there are: {', '.join(core_names())}")
    if unknown := {*memories} - {"", *kind_names()}:
        raise ValueError(f"{', '.join(unknown)} is no memory; there are: {', '.join(kind_names())}")
    key, note = f"{name}: {routine}, {row['board']}, {wait_states} WS", row.get("note", "")
    where = row["board"], memories[0], wait_states
    return Measurement(key, routine, core, *where, cycles, overhead, run, note, task, memories[1])


def _call(parts: list[int | str]) -> Call:
    name, *arguments = parts
    file, _, function = str(name).rpartition(":")
    last = arguments[-1] if arguments else None
    if isinstance(last, str) and last.startswith("/ "):
        return Call(file, function, tuple(arguments[:-1]), int(last[2:]))
    for argument in arguments:
        word, _, size = str(argument).partition(" ")
        if isinstance(argument, str) and not (word in _BUFFERS and size.isdecimal()):
            raise ValueError(f"{function}: argument {argument!r} is none of {', '.join(f'{b} N' for b in _BUFFERS)}")
    return Call(file, function, tuple(arguments))
