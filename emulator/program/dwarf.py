"""DWARF debug information: source lines, and which compile unit code and data come from.

A damaged DWARF reads as none: debug information never keeps firmware from running.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.program.elf import open_elf

_DW_OP_ADDR = 3
_DISCARDED = (0, 0xFFFFFFFE, 0xFFFFFFFF)
"""Where linkers leave the lines of functions that they dropped; at 0 there is a vector table, which has no lines."""


@dataclass(frozen=True)
class LineRow:
    """From `address` on the code is of that line of that file, a path as the compiler saw it; line 0: of none."""

    address: int
    file: str
    line: int


@dataclass(frozen=True)
class UnitRange:
    """Code or data of a compile unit: [start, end). `name` is the path of its source file."""

    start: int
    end: int
    name: str


def read_lines(source: str | Path | bytes) -> tuple[LineRow, ...]:
    """All lines by address. Where two sequences meet, the one that begins comes after the one that ends."""
    rows: list[LineRow] = []
    try:
        for unit, dwarf in _units(source):
            program = dwarf.line_program_for_CU(unit)
            if program is not None:
                rows.extend(_line_rows(program, _text(unit.get_top_DIE(), "DW_AT_comp_dir")))
    except Exception:
        return ()
    return tuple(sorted(rows, key=lambda row: (row.address, row.line != 0)))


def _line_rows(program: Any, folder: str) -> list[LineRow]:
    fifth = program["version"] >= 5
    folders = [entry if isinstance(entry, bytes) else entry["DW_LNCT_path"] for entry in program["include_directory"]]
    folders = folders if fifth else [folder.encode(), *folders]
    names = [_path(entry, folders, folder) for entry in program["file_entry"]]
    first = 0 if fifth else 1
    rows: list[LineRow] = []
    begun = 0
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        index = state.file - first
        name = names[index] if 0 <= index < len(names) else "?"
        rows.append(LineRow(state.address, name, 0 if state.end_sequence else state.line))
        if state.end_sequence:
            if rows[begun].address in _DISCARDED:
                del rows[begun:]
            begun = len(rows)
    return rows


def _path(entry: Any, folders: list[bytes], compiled_in: str) -> str:
    """The file's path; DWARF gives it below one of the folders, those below the one of the compile unit."""
    folder = folders[entry.dir_index] if entry.dir_index < len(folders) else b""
    parts = compiled_in, folder.decode("utf-8", "replace"), entry.name.decode("utf-8", "replace")
    return _tidy(posixpath.join(*(part.replace("\\", "/") for part in parts)))


def _tidy(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/"))


def read_units(source: str | Path | bytes) -> tuple[UnitRange, ...]:
    """Code and objects of every compile unit, by address."""
    found: set[UnitRange] = set()
    try:
        for unit, dwarf in _units(source):
            top = unit.get_top_DIE()
            name = _tidy(posixpath.join(_text(top, "DW_AT_comp_dir"), _text(top, "DW_AT_name")))
            found.update(UnitRange(start, end, name) for start, end in _code(unit, top, dwarf) if 0 < start < end)
            for child in top.iter_children():
                if child.tag == "DW_TAG_variable":
                    found.update(UnitRange(address, address + 1, name) for address in _location(child) if address)
    except Exception:
        return ()
    return tuple(sorted(found, key=lambda row: (row.start, row.end, row.name)))


def _units(source: str | Path | bytes) -> Iterator[tuple[Any, Any]]:
    elf = open_elf(source)
    if elf is None or not elf.has_dwarf_info():
        return
    dwarf = elf.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        yield unit, dwarf


def _text(entry: Any, name: str) -> str:
    attribute = entry.attributes.get(name)
    return "" if attribute is None else attribute.value.decode("utf-8", "replace")


def _code(unit: Any, top: Any, dwarf: Any) -> list[tuple[int, int]]:
    low, high, ranges = (top.attributes.get(f"DW_AT_{name}") for name in ("low_pc", "high_pc", "ranges"))
    base = 0 if low is None else low.value
    if low is not None and high is not None:
        return [(base, high.value if high.form == "DW_FORM_addr" else base + high.value)]
    if ranges is None:
        return []
    found = []
    for entry in dwarf.range_lists().get_range_list_at_offset(ranges.value, unit):
        if hasattr(entry, "base_address"):
            base = entry.base_address
        else:
            offset = 0 if getattr(entry, "is_absolute", False) else base
            found.append((entry.begin_offset + offset, entry.end_offset + offset))
    return found


def _location(entry: Any) -> list[int]:
    """Address of a variable with a fixed place."""
    attribute = entry.attributes.get("DW_AT_location")
    value = None if attribute is None else attribute.value
    if isinstance(value, list) and len(value) == 5 and value[0] == _DW_OP_ADDR:
        return [int.from_bytes(bytes(value[1:]), "little")]
    return []
