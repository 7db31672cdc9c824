"""ELF files at hand, by the hash of the bytes that they load."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.accuracy.publication import Call
from emulator.errors import AccuracyError, ElfError
from emulator.program.elf import Image, read_elf

_DIGITS = 16


@dataclass(frozen=True)
class ElfFile:
    """A file with the names of its functions and the first digits of the SHA-256 of what it loads."""

    path: Path
    code: str
    functions: frozenset[str]


def code_hash(image: Image) -> str:
    """Hash of addresses and bytes of all segments: debug information and file order do not count."""
    digest = hashlib.sha256()
    for segment in sorted(image.segments, key=lambda s: s.address):
        digest.update(f"{segment.address:08x} {segment.size:x} ".encode() + segment.data)
    return digest.hexdigest()[:_DIGITS]


def check_folder(folder: Path) -> None:
    """Raise AccuracyError when there is no such folder."""
    if not folder.is_dir():
        raise AccuracyError(f"no folder {folder}; --elf wants one with the ELF files to measure")


def find_elf_files(folder: Path) -> list[ElfFile]:
    """All Arm ELFs below the folder, by path; other files are passed over. Raises AccuracyError for no folder."""
    check_folder(folder)
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        try:
            with path.open("rb") as file:
                if file.read(4) != b"\x7fELF":
                    continue
            image = read_elf(path)
        except (OSError, ElfError):
            continue
        names = frozenset(s.name for s in image.symbols if s.kind == "function")
        found.append(ElfFile(path, code_hash(image), names))
    return found


def choose(files: Sequence[ElfFile], call: Call, core: str, code: str) -> ElfFile | None:
    """The file with the function: the one with that hash if it is there, else one whose name ends in the core's."""
    having = [f for f in files if call.function in f.functions]
    exact = [f for f in having if f.code == code]
    named = [f for f in having if f.path.stem.endswith(core) and f.path.name.startswith(call.file)]
    return next(iter((*exact, *named)), None)
