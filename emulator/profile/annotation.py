"""A function's disassembly with executions, cycles and stalls of each instruction, beside its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from emulator.errors import UnknownSymbol, suggestion
from emulator.instructions.decode import Instruction
from emulator.profile.breakdown import Spent, Split, split, split_by
from emulator.profile.listing import Read, list_function
from emulator.program.dwarf import LineRow
from emulator.program.elf import Symbol
from emulator.program.symbols import SymbolTable
from emulator.timing.ideal import Ideal, load_ideals


@dataclass(frozen=True)
class Annotation:
    """`rows`: all instructions of the function by address, with their lines (None without DWARF) in `lines`.

    texts: what an assembler calls them, by address; calls: executions of the first instruction; total: cycles of the
    whole run; known: whether it ran at all, as against each instruction costed once.
    """

    function: str
    core: str
    rows: tuple[Spent, ...]
    lines: tuple[LineRow | None, ...]
    texts: Mapping[int, str]
    split: Split
    ideals: tuple[Ideal, ...]
    calls: int
    total: int
    known: bool

    def text(self, instruction: Instruction) -> str:
        """The instruction with its condition and width, which those of other functions go without."""
        return self.texts.get(instruction.address, instruction.text)

    def by_line(self, place: Callable[[int], str]) -> tuple[Split, ...]:
        """Sums over source lines, or what else `place` gives for an address, that ran; most cycles first."""
        return split_by((row for row in self.rows if row.count), place)


def annotate(
    symbol: Symbol,
    core: str,
    code: Sequence[Instruction],
    texts: Mapping[int, str],
    spent: Iterable[Spent],
    line: Callable[[int], LineRow | None],
    known: bool = True,
) -> Annotation:
    """Put together what ran and what is there; `line` gives the source line of an address."""
    costs = {row.instruction.address: row for row in spent}
    rows = tuple(costs.get(i.address, Spent(i, 0, 0, (), ())) for i in code)
    rows = tuple(replace(row, instruction=i) for row, i in zip(rows, code, strict=True))
    return Annotation(
        function=symbol.name,
        core=core,
        rows=rows,
        lines=tuple(line(i.address) for i in code),
        texts=texts,
        split=split(rows, symbol.name),
        ideals=load_ideals(core),
        calls=rows[0].count if rows else 0,
        total=sum(row.cycles for row in costs.values()),
        known=known,
    )


def find_function(symbols: SymbolTable, name: str) -> Symbol:
    """The function of that name, or at that address ("0x8000"). Raises UnknownSymbol with near names."""
    functions = [s for s in symbols.all if s.kind == "function"]
    if not functions:
        raise UnknownSymbol(f"no function {name}: the file has no symbols (stripped?)")
    if name.lower().startswith("0x"):
        return _at(symbols, name)
    if name not in {s.name for s in functions}:
        raise UnknownSymbol(f"no function {name}; {suggestion(name, [s.name for s in functions])}")
    places = sorted({s.address for s in functions if s.name == name})
    if len(places) > 1:
        listed = ", ".join(f"0x{place:08x}" for place in places)
        raise UnknownSymbol(f"function {name} is static in several files; give an address: {listed}")
    return next(s for s in functions if s.name == name)


def _at(symbols: SymbolTable, name: str) -> Symbol:
    try:
        found = symbols.function_at(int(name, 16) & ~1)
    except ValueError:
        found = None
    if found is None:
        raise UnknownSymbol(f"no function at {name}; give a name or an address inside a function")
    return found


def function_code(
    symbols: SymbolTable, symbol: Symbol, read: Read, ranges: Sequence[tuple[int, int]]
) -> tuple[Instruction, ...]:
    """Its instructions; a symbol without size reaches to the next function, or as far as there is code."""
    if symbol.size:
        return list_function(read, symbol, symbol.address + symbol.size, ranges)
    later = [s.address for s in symbols.all if s.kind == "function" and s.address > symbol.address]
    ends = [end for start, end in ranges if start <= symbol.address < end]
    return list_function(read, symbol, min([*later, *ends, symbol.address + (1 << 12)]), ranges)


def name_at(symbols: SymbolTable, address: int) -> str | None:
    """The function that begins at an address."""
    symbol = symbols.function_at(address)
    return symbol.name if symbol is not None and symbol.address == address else None
