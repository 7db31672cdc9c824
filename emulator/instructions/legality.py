"""Finds instructions that a core does not have in the code of an ELF before it runs.

The mapping symbols $t and $d tell code from literal pools and jump tables. Encodings that could be of a missing
extension are picked out first, all half-words at once; only those are decoded.

Source: ARMv7-M ARM (DDI0403E) A5.3 and A5.3.18, ARMv8-M ARM (DDI0553) C2, for where the extensions lie among encodings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from emulator.errors import IllegalInstruction, Place
from emulator.instructions.decode import Decoder
from emulator.program.elf import Image, read_code_ranges
from emulator.timing.core import Core

Halves = npt.NDArray[np.uint16]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Foreign:
    """An instruction that the core lacks."""

    address: int
    text: str


def _v7m(first: Halves, second: Halves, wide: Marks) -> Marks:
    call = (first & 0xF800 == 0xF000) & (second & 0xD000 == 0xD000)
    branch_if_zero, if_then = first & 0xF500 == 0xB100, (first & 0xFF00 == 0xBF00) & (first & 15 != 0)
    return np.asarray((wide & ~call) | (~wide & (branch_if_zero | if_then)), bool)


def _dsp(first: Halves, second: Halves, wide: Marks) -> Marks:
    extend_add = (first & 0xFF80 == 0xFA00) & (first & 15 != 15) & (second & 0xF080 == 0xF080)
    extend_pair = (first & 0xFFE0 == 0xFA20) & (second & 0xF080 == 0xF080)
    parallel = first & 0xFF80 == 0xFA80
    multiply = (first >= 0xFB10) & (first <= 0xFB7F)
    long = (first >= 0xFBC0) & (first <= 0xFBEF) & (second & 0xF0 != 0)
    pack, saturate = first & 0xFFF0 == 0xEAC0, (first & 0xFF50 == 0xF300) & (first & 0x20 != 0)
    return np.asarray(wide & (extend_add | extend_pair | parallel | multiply | long | pack | saturate), bool)


def _float(first: Halves, second: Halves, wide: Marks) -> Marks:
    return np.asarray(wide & (first & 0xEC00 == 0xEC00) & (second & 0x0E00 == 0x0A00), bool)


def _fp5(first: Halves, second: Halves, wide: Marks) -> Marks:
    return np.asarray(_float(first, second, wide) & ((first & 0xFF00 == 0xFE00) | (first & 0xFFBE == 0xEEB6)), bool)


def _fp64(first: Halves, second: Halves, wide: Marks) -> Marks:
    return np.asarray(_float(first, second, wide) & (first & 0xEF00 == 0xEE00) & (second & 0x0100 != 0), bool)


def _v8m(first: Halves, second: Halves, wide: Marks) -> Marks:
    gateway, test_target = first == 0xE97F, first & 0xFFF0 == 0xE840
    ordered = (first & 0xFFE0 == 0xE8C0) & (second & 0x00C0 == 0x0080)
    special = (first & 0xFFE0 == 0xF380) | (first == 0xF3EF)
    lazy = (first & 0xFFE0 == 0xEC20) & (second & 0x0F00 == 0x0A00)
    return np.asarray(
        (wide & (gateway | test_target | ordered | special | lazy)) | (~wide & (first & 0xFF07 == 0x4704)), bool
    )


_PICKERS: dict[str, Callable[[Halves, Halves, Marks], Marks]] = {
    "v7m": _v7m,
    "dsp": _dsp,
    "fp": _float,
    "fp5": _fp5,
    "fp64": _fp64,
    "v8m": _v8m,
}


def check_legality(
    source: str | Path | bytes,
    image: Image,
    core: Core,
    locate: Callable[[int], Place],
    line: Callable[[int], str | None],
) -> None:
    """Raise IllegalInstruction naming the first instruction of an ELF that the core does not have.

    Code that is meant for another core and never reached counts too: a linker has put it there.
    """
    found = foreign_instructions(_code(source, image), core)
    if not found:
        return
    first, more = found[0], len(found) - 1
    where = line(first.address)
    text = f"not legal on {core.title}: {first.text}" + (f", {where}" if where else "")
    counted = f"; {more:,} more" if more else ""
    hint = "build for that core, or load with foreign=True (emulate --foreign) and let them fault when they are reached"
    raise IllegalInstruction(locate(first.address), f"{text}{counted}; {hint}")


def _code(source: str | Path | bytes, image: Image) -> Iterator[tuple[int, bytes]]:
    for start, end in read_code_ranges(source):
        for segment in image.segments:
            if segment.address <= start and end <= segment.address + len(segment.data):
                yield start, segment.data[start - segment.address : end - segment.address]


def foreign_instructions(pieces: Iterable[tuple[int, bytes]], core: Core) -> list[Foreign]:
    """What the core lacks in (address, code) pieces, by address."""
    pickers = [picker for name, picker in _PICKERS.items() if name not in core.executes]
    decoder = Decoder()
    known: dict[bytes, str | None] = {}
    found: list[Foreign] = []
    for address, code in pieces:
        for offset in _candidates(code, pickers):
            encoding = code[offset : offset + 4]
            if encoding not in known:
                instruction = decoder.first(encoding, 0)
                legal = instruction is None or instruction.extension in core.executes
                known[encoding] = None if legal or instruction is None else instruction.text
            text = known[encoding]
            if text is not None:
                found.append(Foreign(address + offset, text))
    return sorted(found, key=lambda f: f.address)


def _candidates(code: bytes, pickers: list[Callable[[Halves, Halves, Marks], Marks]]) -> list[int]:
    """Offsets of instructions that one of the pickers wants."""
    first = np.frombuffer(code[: len(code) & ~1], np.uint16)
    if not first.size:
        return []
    second = np.append(first[1:], np.uint16(0))
    wide = first >= 0xE800
    starts = _starts(wide)
    picked = np.zeros(first.size, bool)
    for picker in pickers:
        picked |= picker(first, second, wide)
    return [2 * int(n) for n in np.flatnonzero(picked & starts)]


def _starts(wide: Marks) -> Marks:
    """Where instructions begin: in a run of half-words that look like the first of two, every other one."""
    index = np.arange(wide.size)
    last_narrow = np.maximum.accumulate(np.where(wide, -1, index))
    odd = (index - last_narrow) % 2 == 1
    before_is_first = np.append(False, (wide & odd)[:-1])
    return np.asarray(~before_is_first & (odd | ~wide), bool)
