"""Which peripheral an access is for, and where in the program it comes from.

The engine does not know PC while it serves an access. It is found again: the open block is known, and so are the
registers, so the access belongs to the block's next load or store whose address comes out right.
"""

from __future__ import annotations

from collections.abc import Callable

from emulator.clock import Clock
from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.errors import EmulatorError, Place, UnknownRegister
from emulator.exceptions.controller import Controller
from emulator.instructions.decode import Instruction
from emulator.peripherals.base import Peripheral
from emulator.timing.cost import CostModel
from emulator.tracing.tracer import Tracer

_NAMES = "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr"
_PAGE_BITS = 12
_LARGE = 1 << 20


class Bus:
    """Serves accesses to peripherals. `error` is what went wrong in one, to be raised when the run has ended."""

    def __init__(
        self, engine: Engine, tracer: Tracer, model: CostModel, clock: Clock, controller: Controller, strict: bool
    ) -> None:
        self.warnings: list[str] = []
        self.error: EmulatorError | None = None
        self.locate: Callable[[int], Place] = Place
        self._tracer, self._model, self._clock, self._controller = tracer, model, clock, controller
        self._strict = strict
        self._io_port: tuple[tuple[int, int], ...] = ()
        self._pages: dict[int, list[tuple[int, int, Peripheral]]] = {}
        self._areas: list[tuple[int, int, Peripheral]] = []
        self._registers = RegisterSet(engine, _NAMES)
        self._names = _NAMES.split()
        self._warned: set[int] = set()
        self._address, self._writing = 0, False
        self._entered: tuple[int, int] = (-1, -1)
        self._index = -1
        self._only: dict[tuple[int, int], int | None] = {}
        self._costs: dict[tuple[int, int], int] = {}
        clock.inside = None

    def add(self, base: int, peripheral: Peripheral) -> None:
        """Put a peripheral at its address; a later one hides an earlier one, and any hides one of a MiB or more."""
        if peripheral.size >= _LARGE:
            self._areas.insert(0, (base, base + peripheral.size, peripheral))
            return
        for page in range(base >> _PAGE_BITS, (base + peripheral.size - 1 >> _PAGE_BITS) + 1):
            self._pages.setdefault(page, []).insert(0, (base, base + peripheral.size, peripheral))

    def quicken(self, io_port: tuple[tuple[int, int], ...]) -> None:
        """Addresses, first and last of each range, that the core's single-cycle I/O port serves."""
        self._io_port = io_port if self._model.core.saved_by_io_port else ()

    def _charge(self, address: int) -> None:
        if any(first <= address <= last for first, last in self._io_port):
            self._tracer.pending -= self._model.core.saved_by_io_port

    def _find(self, address: int) -> tuple[Peripheral, int] | None:
        for base, end, peripheral in (*self._pages.get(address >> _PAGE_BITS, ()), *self._areas):
            if base <= address < end and peripheral.knows(address - base):
                return peripheral, address - base
        return None

    def owner(self, address: int) -> tuple[Peripheral, int] | None:
        """The peripheral that serves an address, and the offset in it."""
        return self._find(address)

    def read(self, address: int, size: int) -> int:
        """Serve a read of 1, 2 or 4 bytes."""
        found = self._find(address)
        if found is None:
            self._unknown("read", address)
            return 0
        self._address, self._writing = address, False
        self._charge(address)
        self._clock.inside = self._inside
        try:
            return found[0].read(found[1], size)
        except EmulatorError as error:
            self._fail(error)
            return 0
        finally:
            self._clock.inside = None
            if self._controller.changed:
                self._clock.interrupt()

    def write(self, address: int, size: int, value: int) -> None:
        """Serve a write."""
        found = self._find(address)
        if found is None:
            self._unknown("write", address)
            return
        self._address, self._writing = address, True
        self._charge(address)
        self._clock.inside = self._inside
        try:
            found[0].write(found[1], size, value)
        except EmulatorError as error:
            self._fail(error)
        finally:
            self._clock.inside = None
            if self._controller.changed:
                self._clock.interrupt()

    def _fail(self, error: EmulatorError) -> None:
        self.error = self.error or error
        self._clock.interrupt()

    def _unknown(self, access: str, address: int) -> None:
        if address in self._warned:
            return
        self._warned.add(address)
        self._address, self._writing = address, access == "write"
        text = f"{self.locate(self._pc())}: {access} of unknown register 0x{address:08x}"
        if self._strict:
            self._fail(UnknownRegister(f"{text}; without strictness it reads as zero"))
        else:
            self.warnings.append(f"{text}; it reads as zero")

    def _inside(self) -> int:
        """Cycles from the start of the open block to the access."""
        address, size = self._tracer.block
        pc = self._pc()
        if not address < pc < address + size:
            return 0
        if (address, pc) not in self._costs:
            try:
                self._costs[address, pc] = self._model.edge(address, pc - address, pc)[0]
            except EmulatorError:
                self._costs[address, pc] = 0
        return self._costs[address, pc]

    def _pc(self) -> int:
        address, size = self._tracer.block
        if not size:
            return address
        try:
            block = self._model.block(address, size)
        except EmulatorError:
            return address
        if (address, size) not in self._only:
            self._only[address, size] = _only_access(block)
        only = self._only[address, size]
        if only is not None:
            return only
        entered = self._tracer.instructions, address
        first = self._index if entered == self._entered else -1
        self._entered = entered
        values = dict(zip(self._names, self._registers.read(), strict=True))
        start = first if first >= 0 and block[first].transfers > 1 else first + 1
        wanted = (n for n in range(start, len(block)) if block[n].is_store == self._writing)
        matching = (n for n in wanted if _touches(block[n], self._address, values))
        self._index = next(matching, max(first, 0))
        return block[self._index].address


def _only_access(block: tuple[Instruction, ...]) -> int | None:
    """Address of the one instruction of the block that can access a peripheral, None if there are more."""
    found = [i for i in block if i.address_registers and i.address_registers[0] not in ("pc", "sp")]
    return found[0].address if len(found) == 1 else None


def _touches(instruction: Instruction, address: int, values: dict[str, int]) -> bool:
    """Whether a load or store, executed with these register values, accesses `address`."""
    if not instruction.address_registers or instruction.address_registers[0] not in values:
        return False
    base, *index = (values.get(name, 0) for name in instruction.address_registers)
    if index:
        return any((base + (index[0] << shift)) & 0xFFFFFFFF == address for shift in range(4))
    starts = {base + instruction.offset & 0xFFFFFFFF, *((base,) if instruction.writeback else ())}
    return any(0 <= address - start < 4 * max(instruction.transfers, 1) for start in starts)
