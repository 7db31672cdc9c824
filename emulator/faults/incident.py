"""Says in one paragraph what a fault was: what, where, the value, the call chain, the likely cause."""

from __future__ import annotations

from collections.abc import Callable

from emulator.boards.memory import BoardMemory
from emulator.boards.run_result import FaultReport
from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.engine.stop import Stop
from emulator.exceptions.status import (
    DIVBYZERO,
    NOCP,
    STACK_LIMIT,
    UNALIGNED,
    UNDEFINSTR,
    classify,
    status_names,
)
from emulator.instructions.decode import Decoder
from emulator.memory import Region
from emulator.program.symbols import SymbolTable

_DEEPEST, _SCANNED = 8, 512
_TRAPS = {
    DIVBYZERO: ("division by zero, {}", "a divisor that was never checked; CCR.DIV_0_TRP makes it a fault"),
    NOCP: ("{} without an FPU", "CPACR does not enable the FPU, or code for a core that has one"),
    UNDEFINSTR: ("undefined instruction {}", "data executed as code, or code for another core"),
    UNALIGNED: ("unaligned {}", "a pointer cast to a wider type, or packed data"),
}


class Incidents:
    """Describes faults of one board. `describe(pc)` names a place with file and line where they are known."""

    def __init__(
        self, engine: Engine, memory: BoardMemory, symbols: SymbolTable, describe: Callable[[int], str]
    ) -> None:
        self._engine, self._memory, self._symbols, self._describe = engine, memory, symbols, describe
        self._registers = RegisterSet(engine, "sp lr")
        self._decoder = Decoder()

    def report(self, stop: Stop, origin: int, cycles: int) -> FaultReport:
        """The fault that ended a run; `origin` is the instruction that jumped, for faults of a jump."""
        sp, lr = self._registers.read()
        place = origin if stop.kind == "fetch" else stop.pc
        what, cause = self._what(stop, sp)
        bits = status_names(classify(stop).bit)
        return FaultReport(what, self._describe(place), self.chain(sp, lr, place), cause, bits, cycles)

    def callers(self, pc: int) -> tuple[str, ...]:
        """The call chain of the code at `pc`, where the core is now."""
        sp, lr = self._registers.read()
        return self.chain(sp, lr, pc)

    def chain(self, sp: int, lr: int, pc: int) -> tuple[str, ...]:
        """Callers, innermost first: LR, then what on the stack points behind a call."""
        inside = self._symbols.function_at(pc)
        found: list[str] = []
        for value in (lr, *self._stack_words(sp)):
            if len(found) == _DEEPEST:
                break
            if value & 1 and self._follows_call(value & ~1):
                function = self._symbols.function_at(value & ~1)
                if function is not None and function == inside and not found:
                    continue
                text = self._describe((value & ~1) - 2)
                if not found or found[-1] != text:
                    found.append(text)
        return tuple(found)

    def _stack_words(self, sp: int) -> list[int]:
        region = self._memory.find(sp)
        if region is None:
            return []
        data = self._engine.read(sp, min(4 * _SCANNED, region.end - sp) & ~3)
        return [int.from_bytes(data[n : n + 4], "little") for n in range(0, len(data), 4)]

    def _follows_call(self, address: int) -> bool:
        """Whether a BL or BLX stands in front of `address`."""
        region = self._memory.find(address - 4, 4)
        if region is None or address & 1 or self._symbols.function_at(address - 2) is None:
            return False
        code = self._engine.read(address - 4, 4)
        first, second = int.from_bytes(code[:2], "little"), int.from_bytes(code[2:], "little")
        return (first & 0xF800 == 0xF000 and second & 0xD000 == 0xD000) or second & 0xFF87 == 0x4780

    def _what(self, stop: Stop, sp: int) -> tuple[str, str]:
        access = stop.access
        if stop.kind == "trap":
            return self._trapped(stop)
        if stop.interrupt == STACK_LIMIT:
            return f"stack pointer 0x{sp:08x} below its limit", "stack overflow"
        if stop.fault and access is not None:
            verb = "jump to" if access.access == "fetch" else f"{access.access} of {access.size} bytes at"
            return f"{verb} 0x{access.address:08x}", "an MPU region, or none where one is wanted, forbids it"
        if stop.kind == "fetch":
            return f"jump to 0x{stop.pc:08x}", self._jump_cause(stop.pc)
        if access is not None:
            what = f"{access.access} of {access.size} bytes at 0x{access.address:08x}"
            return what, self._access_cause(access.address, access.access, sp)
        if stop.kind == "illegal":
            return f"undefined instruction {self._text(stop.pc)}", "data executed as code, or code for another core"
        if stop.kind == "alignment":
            return "unaligned access", "a pointer cast to a wider type; this core has no unaligned accesses"
        if stop.kind == "breakpoint":
            return "breakpoint without a debugger", "an assertion of the firmware, or a debugger's breakpoint left in"
        return f"jump to 0x{stop.pc:08x} without the Thumb bit", "a function pointer or vector with bit 0 clear"

    def _text(self, pc: int) -> str:
        """An instruction as text, or its bytes where it is none."""
        code = self._memory.code(pc, 4)
        instruction = self._decoder.first(code, pc)
        return code.hex(" ", 2) if instruction is None else instruction.text

    def _trapped(self, stop: Stop) -> tuple[str, str]:
        """An instruction that the core refuses: its text, and where an unaligned access went."""
        what, cause = _TRAPS[stop.fault]
        text = stop.detail or self._text(stop.pc)
        at = "" if stop.access is None else f" at 0x{stop.access.address:08x}"
        return what.format(text) + at, cause

    def _jump_cause(self, address: int) -> str:
        if address < 0x100:
            return "NULL function pointer"
        region = self._memory.find(address)
        if region is None and address >= 0xFFFFFF00:
            return "EXC_RETURN outside of a handler, or a return address that was overwritten"
        why = "no code there" if region is None else f"{region.name} holds data"
        return f"{why}; a return address or function pointer that was overwritten"

    def _access_cause(self, address: int, kind: str, sp: int) -> str:
        region = self._memory.find(address)
        if region is not None:
            return f"{region.name} cannot be written" if kind == "write" else f"{region.name} cannot be read"
        stack = self._nearest_above(sp)
        if stack is not None and 0 < stack.start - address <= 1 << 16 and sp < stack.start + 1024:
            return f"stack overflow, below {stack.name}"
        if address < 0x1000 or address >= 0xFFFFF000:
            return "NULL pointer"
        past = self._past_symbol(address)
        return past or "a pointer that was never set or was overwritten; the board has nothing there"

    def _nearest_above(self, address: int) -> Region | None:
        inside = self._memory.find(address)
        if inside is not None:
            return inside
        above = [r for r in self._memory.map if r.start >= address]
        return min(above, key=lambda r: r.start, default=None)

    def _past_symbol(self, address: int) -> str | None:
        before = [s for s in self._symbols.all if s.kind == "object" and s.address + s.size <= address]
        nearest = max(before, key=lambda s: s.address + s.size, default=None)
        if nearest is None or address - nearest.address - nearest.size > 4096:
            return None
        return f"{address - nearest.address - nearest.size:,} bytes past the end of {nearest.name}"
