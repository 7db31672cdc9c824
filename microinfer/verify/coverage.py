"""Which instructions of each function a campaign reached.

The instructions of a function are those its branches can lead to, and those that ran: literal pools do not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.instructions.decode import Decoder
from emulator.program.elf import Symbol
from microinfer.verify.bench import Bench

Blocks = frozenset[tuple[int, int]]
"""Blocks that ran, as (address, bytes)."""


@dataclass(frozen=True)
class Coverage:
    """Instructions of a function, how many of them ran, and stretches that did not as (first, end) offsets.

    `lines` are source lines of which nothing ran, as "file.c:12-14", empty without DWARF; `file`, a path as the
    compiler saw it, and `line` say where the function begins ("" and 0 without DWARF).
    """

    function: str
    instructions: int
    executed: int
    unreached: tuple[tuple[int, int], ...]
    lines: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def percent(self) -> float:
        """Share of instructions that ran."""
        return 100 * self.executed / self.instructions if self.instructions else 0.0


def coverage(bench: Bench, blocks: Blocks, functions: Iterable[str]) -> tuple[Coverage, ...]:
    """Coverage of functions of the library, helpers that ran included by name."""
    symbols = {s.name: s for s in bench.image.symbols if s.kind == "function" and s.size}
    starts = sorted(blocks)
    return tuple(_of(bench, symbols[name], starts) for name in functions if name in symbols)


def _of(bench: Bench, symbol: Symbol, blocks: list[tuple[int, int]]) -> Coverage:
    end = symbol.address + symbol.size
    code = bench.machine.read(symbol.address, symbol.size)
    inside = [(at, size) for at, size in blocks if symbol.address <= at < end]
    decoder = Decoder()
    ran = {
        instruction.address
        for at, size in inside
        for instruction in decoder.sequence(code[at - symbol.address :][:size], at)
    }
    sizes = _reachable(decoder, code, symbol, [at for at, _ in inside])
    missed = sorted(set(sizes) - ran)
    stretches: list[tuple[int, int]] = []
    for at in missed:
        first, last = at - symbol.address, at - symbol.address + sizes[at]
        if stretches and stretches[-1][1] == first:
            stretches[-1] = (stretches[-1][0], last)
        else:
            stretches.append((first, last))
    begin = bench.lines.at(symbol.address)
    place = (begin.file, begin.line) if begin else ("", 0)
    lines = _lines(bench, missed, ran)
    return Coverage(symbol.name, len(sizes), len(sizes) - len(missed), tuple(stretches), lines, *place)


def _lines(bench: Bench, missed: Iterable[int], ran: Iterable[int]) -> tuple[str, ...]:
    """Lines of instructions that did not run and of none that did, neighbours together."""
    some = {bench.lines.find(at) for at in ran}
    never = {line.rpartition(":") for at in missed if (line := bench.lines.find(at)) and line not in some}
    found: list[tuple[str, int, int]] = []
    for file, number in sorted((file, int(number)) for file, _, number in never):
        if found and found[-1][0] == file and found[-1][2] + 1 == number:
            found[-1] = (file, found[-1][1], number)
        else:
            found.append((file, number, number))
    return tuple(f"{file}:{first}" + (f"-{last}" if last > first else "") for file, first, last in found)


def _reachable(decoder: Decoder, code: bytes, symbol: Symbol, roots: list[int]) -> dict[int, int]:
    """Address and size of every instruction that the entry and `roots` lead to."""
    found: dict[int, int] = {}
    waiting = [symbol.address, *roots]
    while waiting:
        start = waiting.pop()
        if start in found or not symbol.address <= start < symbol.address + len(code):
            continue
        for instruction in decoder.sequence(code[start - symbol.address :], start):
            if instruction.address in found:
                break
            found[instruction.address] = instruction.size
            if instruction.target is not None and not instruction.is_call:
                waiting.append(instruction.target)
            if instruction.writes_pc and not instruction.conditional and not instruction.is_call:
                break
    return found
