"""Boards as data: a TOML file each, ours in emulator/boards, the user's in folders of their own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from emulator.energy import EnergyRow, SleepRow, energy_row, sleep_row
from emulator.errors import BoardError, UnknownBoard, suggestion
from emulator.memory import Region


@dataclass(frozen=True)
class Memory:
    """A memory. `also_at`: further addresses of the same bytes.

    `timing` names a file in emulator/memories, "" for memory that needs no wait states; `wait_states` are those that
    hold whatever the clock. `contents` names a ROM in emulator/roms. `code_timing` names the kind of memory that it is
    for code and data that both lie in it, "" where they do not get into each other's way; one memory says it for all.
    """

    region: Region
    also_at: tuple[int, ...]
    source: str
    timing: str = ""
    wait_states: int | None = None
    contents: str = ""
    code_timing: str = ""


@dataclass(frozen=True)
class PeripheralRow:
    """A peripheral: file name of its kind, address, interrupt numbers by line name, numbers that it may ask for.

    `clock` is the one that feeds it; `also_at`: further addresses of the same registers; `atomic_aliases`: it has the
    RP2040's addresses to flip, set and clear bits.
    """

    name: str
    kind: str
    base: int
    interrupts: tuple[tuple[str, int], ...]
    options: tuple[tuple[str, int], ...]
    clock: str
    source: str
    also_at: tuple[int, ...] = ()
    atomic_aliases: bool = False


@dataclass(frozen=True)
class BoardFile:
    """A board. `vectors` is where the core looks for its vector table after reset; `secure` says that an ARMv8-M core
    boots in Secure state, `bit_band` that the chip has the bit-band aliases of a core that may have them; `io_port`
    has the first and last addresses behind a core's single-cycle I/O port, `muls_cycles`
    is 32 for an Armv6-M core with the small multiplier; `energy` and `sleep` are what its supply
    gives while it runs and between runs, where that was measured."""

    name: str
    title: str
    core: str
    clock_hz: int
    interrupts: int
    priority_bits: int
    vectors: int
    source: str
    memories: tuple[Memory, ...]
    peripherals: tuple[PeripheralRow, ...]
    secure: bool = False
    bit_band: bool = True
    io_port: tuple[tuple[int, int], ...] = ()
    muls_cycles: int = 1
    energy: tuple[EnergyRow, ...] = ()
    sleep: SleepRow | None = None


def board_names(folders: Sequence[Path] = ()) -> list[str]:
    """All boards there are, those of the user's folders included."""
    return sorted(_files(folders))


def load_board(name: str, folders: Sequence[Path] = ()) -> BoardFile:
    """Read a board by name. Raises UnknownBoard with near names, BoardError when its file is wrong."""
    files = _files(folders)
    if name not in files:
        raise UnknownBoard(f"no board {name}; {suggestion(name, files, shown=12)}")
    try:
        return _board(name, _table(name, files))
    except KeyError as error:
        raise BoardError(f"board {name}.toml: {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise BoardError(f"board {name}.toml: {error}") from error


def _table(name: str, files: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says; with `like`, what another board's says, but for what this one has of its own."""
    table = tomllib.loads(files[name].read_text(encoding="utf-8"))
    if "like" not in table:
        return table
    base = tomllib.loads(files[table["like"]].read_text(encoding="utf-8"))
    own = {row["name"]: row for row in table.get("memory", ())}
    return base | table | {"memory": [row | own.get(row["name"], {}) for row in base["memory"]]}


def _files(folders: Sequence[Path]) -> dict[str, Any]:
    ours = resources.files("emulator").joinpath("boards").iterdir()
    found: dict[str, Any] = {f.name.removesuffix(".toml"): f for f in ours if f.name.endswith(".toml")}
    for folder in folders:
        found |= {path.stem: path for path in sorted(folder.glob("*.toml")) if {"core", "like"} & _keys(path)}
    return found


def _keys(path: Path) -> set[str]:
    """Top-level keys, to tell boards from peripherals in one folder."""
    try:
        return set(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {"core"}


def _board(name: str, table: Mapping[str, Any]) -> BoardFile:
    return BoardFile(
        name=name,
        title=table["title"],
        core=table["core"],
        clock_hz=table["clock_hz"],
        interrupts=table["interrupts"],
        priority_bits=table["priority_bits"],
        vectors=table.get("vectors", 0),
        source=table["source"],
        memories=tuple(_memory(row) for row in table["memory"]),
        peripherals=tuple(one for row in table.get("peripheral", ()) for one in _peripherals(row)),
        secure=table.get("secure", False),
        bit_band=table.get("bit_band", True),
        io_port=tuple((row["start"], row["start"] + row["size"] - 1) for row in table.get("io_port", ())),
        muls_cycles=table.get("muls_cycles", 1),
        energy=tuple(energy_row(row) for row in table.get("energy", ())),
        sleep=sleep_row(table["sleep"]) if "sleep" in table else None,
    )


def _memory(row: Mapping[str, Any]) -> Memory:
    region = Region(row["name"], row["start"], row["size"], row.get("permissions", "rwx"))
    timing, wait_states = row.get("timing", ""), row.get("wait_states")
    names = row.get("contents", ""), row.get("code_timing", "")
    return Memory(region, tuple(row.get("also_at", ())), row["source"], timing, wait_states, *names)


def _peripherals(row: Mapping[str, Any]) -> list[PeripheralRow]:
    """One peripheral, or those of one kind that `at` gives addresses by name."""
    places = row["at"] if "at" in row else {row["name"]: row["base"]}
    return [
        PeripheralRow(
            name=name,
            kind=row["kind"],
            base=base,
            interrupts=tuple(row.get("interrupts", {}).items()),
            options=tuple(row.get("options", {}).items()),
            clock=row.get("clock", ""),
            source=row["source"],
            also_at=tuple(row.get("also_at", ())),
            atomic_aliases=row.get("atomic_aliases", False),
        )
        for name, base in places.items()
    ]
