"""Arm ELF files as frozen records. The only importer of pyelftools.

pyelftools reads what the headers claim, so damaged files surface as anything from ELFParseError to MemoryError; the
reader turns each of them into ElfError. Sizes are checked against the file before bytes are taken.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from emulator.errors import ElfError

MAX_MEMORY = 64 << 20
_MACHINES = {3: "x86", 62: "x86-64", 183: "AArch64", 243: "RISC-V", 8: "MIPS", 94: "Xtensa", 20: "PowerPC"}
_EF_ARM_ABI_FLOAT_HARD = 0x400
_EF_ARM_ABI_FLOAT_SOFT = 0x200


@dataclass(frozen=True)
class Segment:
    """A PT_LOAD program header: `data` belongs at `address` (and at `load_address`), zero up to `size` bytes."""

    address: int
    load_address: int
    size: int
    data: bytes
    permissions: str


@dataclass(frozen=True)
class Section:
    """A named, allocated section. `load_address` is where its bytes are stored, None for zeroed memory.

    Tables of constructors say that they are writable and are not.
    """

    name: str
    address: int
    size: int
    load_address: int | None = None
    writable: bool = False


@dataclass(frozen=True)
class Symbol:
    """A function or object; `address` has no Thumb bit, `size` is in bytes and may be 0."""

    name: str
    address: int
    size: int
    kind: Literal["function", "object"]


@dataclass(frozen=True)
class Image:
    """What a machine needs of an ELF file. `entry` keeps no Thumb bit; `arch` is the CPU attribute, e.g. "7E-M"."""

    entry: int
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    float_abi: Literal["hard", "soft"]
    arch: str | None = None


def read_elf(source: str | Path | bytes) -> Image:
    """Read an ELF from a path or from bytes.

    Raises ElfError naming the file when it is unreadable, damaged, or for another machine.
    """
    name, content = _content(source)
    _check_header(name, content)
    try:
        return _image(name, ELFFile(io.BytesIO(content)), len(content))
    except ElfError:
        raise
    except Exception as error:
        raise ElfError(f"{name}: damaged ELF ({type(error).__name__}: {_one_line(error)})") from error


def _content(source: str | Path | bytes) -> tuple[str, bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        return "ELF in memory", bytes(source)
    try:
        return str(source), Path(source).read_bytes()
    except OSError as error:
        raise ElfError(f"{source}: cannot be read ({error.strerror or error})") from error


def _one_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no detail"])[0][:120]


def _check_header(name: str, content: bytes) -> None:
    if not content:
        raise ElfError(f"{name}: is empty, not an ELF")
    if content[:4] != b"\x7fELF":
        raise ElfError(f"{name}: is not an ELF (starts with {content[:4]!r})")
    if len(content) < 52:
        raise ElfError(f"{name}: truncated ELF, {len(content)} bytes hold no header")
    wide, little = content[4] == 2, content[5] == 1
    machine = int.from_bytes(content[18:20], "little" if little else "big")
    kind = _MACHINES.get(machine, "unknown" if machine != 40 else "Arm")
    if machine != 40 or wide:
        label = f"{kind} ELF" if kind != "unknown" else f"ELF for machine {machine}"
        article = "an" if label[0] in "AxE" else "a"
        raise ElfError(f"{name}: is {article} {label}; microcontroller code is 32-bit Arm, little endian")
    if not little:
        raise ElfError(f"{name}: is a big-endian Arm ELF; microcontroller code is 32-bit Arm, little endian")


def _image(name: str, elf: Any, length: int) -> Image:
    if elf["e_type"] == "ET_REL":
        command = f"arm-none-eabi-gcc -nostdlib -Wl,-e,0 {name}"
        raise ElfError(f"{name}: is a relocatable object; link it first, e.g. {command}")
    segments = _segments(name, elf, length)
    if not segments:
        raise ElfError(f"{name}: has no loadable segment (PT_LOAD); link it with code at an address")
    arch, vfp_args = _attributes(elf)
    hard = bool(elf["e_flags"] & _EF_ARM_ABI_FLOAT_HARD) or vfp_args
    if elf["e_flags"] & _EF_ARM_ABI_FLOAT_SOFT:
        hard = False
    sections = _sections(elf, segments)
    return Image(elf["e_entry"] & ~1, segments, sections, _symbols(elf), "hard" if hard else "soft", arch)


def _segments(name: str, elf: Any, length: int) -> tuple[Segment, ...]:
    found: list[Segment] = []
    total = 0
    for header in elf.iter_segments():
        if header["p_type"] != "PT_LOAD" or header["p_memsz"] == 0:
            continue
        offset, in_file, size, address = header["p_offset"], header["p_filesz"], header["p_memsz"], header["p_vaddr"]
        total += size
        if total > MAX_MEMORY:
            raise ElfError(f"{name}: segments need {total:,} bytes; at most {MAX_MEMORY >> 20} MiB are supported")
        if in_file > size or offset + in_file > length:
            raise ElfError(f"{name}: truncated ELF, segment at 0x{address:08x} claims bytes behind the end of the file")
        if address + size > 1 << 32 or header["p_paddr"] + in_file > 1 << 32:
            raise ElfError(f"{name}: segment at 0x{address:08x} ends beyond 4 GiB")
        flags = header["p_flags"]
        permissions = "".join(letter for letter, bit in (("r", 4), ("w", 2), ("x", 1)) if flags & bit)
        found.append(Segment(address, header["p_paddr"], size, header.data(), permissions or "r"))
    return tuple(found)


def _sections(elf: Any, segments: tuple[Segment, ...]) -> tuple[Section, ...]:
    found = []
    for section in elf.iter_sections():
        if section["sh_flags"] & 2 and section["sh_size"]:
            address, size = section["sh_addr"], section["sh_size"]
            stored = section["sh_type"] != "SHT_NOBITS"
            load = _load_address(address, segments) if stored else None
            writable = bool(section["sh_flags"] & 1) and not str(section["sh_type"]).endswith("_ARRAY")
            found.append(Section(section.name, address, size, load, writable))
    return tuple(found)


def _load_address(address: int, segments: tuple[Segment, ...]) -> int:
    holder = next((s for s in segments if s.address <= address < s.address + s.size), None)
    return address if holder is None else address - holder.address + holder.load_address


def _symbols(elf: Any) -> tuple[Symbol, ...]:
    kinds: dict[str, Literal["function", "object"]] = {"STT_FUNC": "function", "STT_OBJECT": "object"}
    found: dict[Symbol, None] = {}
    for table in elf.iter_sections():
        if not isinstance(table, SymbolTableSection):
            continue
        for entry in table.iter_symbols():
            kind = kinds.get(entry["st_info"]["type"]) or _untyped(entry, elf)
            if kind is None or not entry.name or entry["st_shndx"] == "SHN_UNDEF":
                continue
            value = entry["st_value"] & ~1 if kind == "function" else entry["st_value"]
            found[Symbol(entry.name, value, entry["st_size"], kind)] = None
    return tuple(sorted(found, key=lambda s: (s.address, s.name)))


def _untyped(entry: Any, elf: Any) -> Literal["object"] | None:
    """GCC gives no type to statics of -O0: what has a size and lies in data is an object."""
    if entry["st_info"]["type"] != "STT_NOTYPE" or not entry["st_size"] or not isinstance(entry["st_shndx"], int):
        return None
    return None if elf.get_section(entry["st_shndx"])["sh_flags"] & 4 else "object"


def _attributes(elf: Any) -> tuple[str | None, bool]:
    """CPU architecture name and whether floats travel in VFP registers, from .ARM.attributes."""
    section = elf.get_section_by_name(".ARM.attributes")
    arch, vfp_args = None, False
    if section is None:
        return arch, vfp_args
    try:
        for part in section.iter_subsections():
            for scope in part.iter_subsubsections():
                for attribute in scope.iter_attributes():
                    if attribute.tag == "TAG_CPU_NAME":
                        arch = str(attribute.value)
                    elif attribute.tag == "TAG_ABI_VFP_ARGS":
                        vfp_args = attribute.value == 1
    except Exception as error:
        raise ElfError(f"damaged .ARM.attributes ({_one_line(error)})") from error
    return arch, vfp_args


def open_elf(source: str | Path | bytes) -> Any:
    """pyelftools' view of an ELF, for `emulator.program.dwarf`; None for other files. Raises what pyelftools raises."""
    _, content = _content(source)
    return ELFFile(io.BytesIO(content)) if content[:4] == b"\x7fELF" else None


def read_code_ranges(source: str | Path | bytes) -> tuple[tuple[int, int], ...]:
    """Start and end of Thumb code as the mapping symbols $t and $d tell, by address; empty without symbols."""
    try:
        _, content = _content(source)
        return _code_ranges(ELFFile(io.BytesIO(content))) if content[:4] == b"\x7fELF" else ()
    except Exception:
        return ()


def _code_ranges(elf: Any) -> tuple[tuple[int, int], ...]:
    table = elf.get_section_by_name(".symtab")
    marks: dict[int, list[tuple[int, bool]]] = {}
    for entry in () if table is None else table.iter_symbols():
        if entry.name[:2] in ("$t", "$d", "$a") and isinstance(entry["st_shndx"], int):
            marks.setdefault(entry["st_shndx"], []).append((entry["st_value"], entry.name[1] == "t"))
    found = []
    for index, places in marks.items():
        section = elf.get_section(index)
        if section["sh_flags"] & 4:
            places.sort()
            ends = [*(place for place, _ in places[1:]), section["sh_addr"] + section["sh_size"]]
            found += [(start, end) for (start, code), end in zip(places, ends, strict=True) if code and start < end]
    return tuple(sorted(found))
