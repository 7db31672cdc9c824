"""Which object file each part of an image comes from, from the map that a linker wrote (GNU ld and LLVM's lld)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from emulator.errors import ImageError

_GNU = re.compile(r"^ (\.?[\w.$*-]+|COMMON|\*fill\*)(?:\n\s+|\s+)0x([0-9a-f]+)\s+0x([0-9a-f]+)(?: (\S.*))?$", re.M)
_LLD = re.compile(r"^ +([0-9a-f]+) +([0-9a-f]+) +([0-9a-f]+) +\d+ {5,12}(\S.*):\((.+)\)$", re.M)

_NOT_LOADED = (".debug", ".comment", ".ARM.attributes", ".stab", ".note.GNU", ".symtab", ".strtab", ".shstrtab")


@dataclass(frozen=True)
class Placement:
    """[start, end) of an image is the input section of that object file, "libc.a(printf.o)" for one of an archive."""

    start: int
    end: int
    object: str
    section: str


def read_map(path: str | Path) -> tuple[Placement, ...]:
    """All parts by address. Raises ImageError when the file cannot be read or is no linker map."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise ImageError(f"{path}: cannot be read ({error.strerror or error})") from error
    found = parse_map(text)
    if not found:
        raise ImageError(f"{path}: no linker map; GNU ld and lld write one with -Wl,-Map=FILE")
    return found


def parse_map(text: str) -> tuple[Placement, ...]:
    """Parts of non-zero size by address; discarded ones, which GNU ld lists first, are left out."""
    begin = text.find("\nLinker script and memory map")
    found = [
        Placement(int(start, 16), int(start, 16) + int(size, 16), file.strip(), section)
        for section, start, size, file in _GNU.findall(text[max(begin, 0) :])
        if file and section != "*fill*"
    ]
    found += [
        Placement(int(start, 16), int(start, 16) + int(size, 16), file, section)
        for start, _, size, file, section in _LLD.findall(text)
        if file != "<internal>"
    ]
    kept = (p for p in found if p.start < p.end and not p.section.startswith(_NOT_LOADED))
    return tuple(sorted(kept, key=lambda p: (p.start, p.end)))
