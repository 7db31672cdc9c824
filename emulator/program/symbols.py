"""Names to addresses and back."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from emulator.errors import Place, UnknownSymbol, suggestion
from emulator.program.elf import Symbol


class SymbolTable:
    """The symbols of an image."""

    def __init__(self, symbols: Iterable[Symbol] = ()) -> None:
        self.all = tuple(symbols)
        self._by_name: dict[str, list[Symbol]] = {}
        for symbol in self.all:
            self._by_name.setdefault(symbol.name, []).append(symbol)
        self._functions = sorted((s for s in self.all if s.kind == "function"), key=lambda s: (s.address, s.size))
        self._starts = [s.address for s in self._functions]

    def find(self, name: str) -> Symbol:
        """The function or object of that name.

        Raises UnknownSymbol with near names, or when static symbols of several files share the name.
        """
        found = self._by_name.get(name)
        if not found:
            if not self.all:
                raise UnknownSymbol(f"no symbol {name}: the image has no symbols (stripped?); call by address instead")
            raise UnknownSymbol(f"no symbol {name}; {suggestion(name, self._by_name)}")
        if len({s.address for s in found}) > 1:
            places = ", ".join(f"0x{s.address:08x}" for s in found)
            raise UnknownSymbol(f"symbol {name} is ambiguous: static in several files, at {places}; call by address")
        return found[0]

    def function_at(self, address: int) -> Symbol | None:
        """The function whose code holds `address`; one without size reaches to the next."""
        index = bisect_right(self._starts, address)
        if index == 0:
            return None
        symbol = self._functions[index - 1]
        return symbol if symbol.size == 0 or address < symbol.address + symbol.size else None

    def start_of(self, address: int) -> int:
        """Where the function that holds `address` begins; 0 where none does."""
        symbol = self.function_at(address)
        return 0 if symbol is None else symbol.address

    def locate(self, pc: int) -> Place:
        """A place for messages."""
        symbol = self.function_at(pc)
        return Place(pc) if symbol is None else Place(pc, symbol.name, pc - symbol.address)
