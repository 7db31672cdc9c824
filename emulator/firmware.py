"""Firmware on a board: memory, core, peripherals and console put together, and the report of how a run went."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import socket

from emulator.bit_band import add_bit_bands
from emulator.board_file import BoardFile
from emulator.board_memory import BoardMemory, io_areas
from emulator.boot import heap, vector_table
from emulator.bus import Bus
from emulator.clock import Clock
from emulator.console import Console
from emulator.elf import Image
from emulator.engine import Engine, register_ids
from emulator.errors import EmulatorError, Place
from emulator.exceptions.controller import Controller
from emulator.exceptions.frame import NONSECURE_RETURN, SECURE_RETURN, Frames, Refusal
from emulator.exceptions.observers import Observers
from emulator.exceptions.profile import load_profile
from emulator.exceptions.status import status_names
from emulator.exceptions.unit import ExceptionUnit
from emulator.footprint.objects import from_debug
from emulator.footprint.recorder import MemoryRecorder
from emulator.footprint.touched import Touched
from emulator.footprint.usage import MemoryUse
from emulator.gdbstub.parts import Parts
from emulator.gdbstub.server import serve
from emulator.incident import Incidents
from emulator.memories.attach import attach_with
from emulator.memories.layout import WhatIf, board_layout
from emulator.peripherals.atomic_aliases import AtomicAliases
from emulator.peripherals.base import Peripheral
from emulator.peripherals.catalog import find_peripheral
from emulator.peripherals.port import Port, System
from emulator.processor import End, Processor
from emulator.profile.make import make_profile
from emulator.profile.recorder import Recorder
from emulator.profile.tree import Profile
from emulator.protection import Protection
from emulator.run_result import FaultReport, RunResult
from emulator.semihosting import Semihosting
from emulator.source_lines import SourceLines
from emulator.stop import Stop
from emulator.symbols import SymbolTable
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel
from emulator.timing.marks import forgiving, marked_cost
from emulator.tracer import NO_LIMIT
from emulator.traps import Traps

_KEPT_FAULTS = 8
_ANSWERS_A_SECOND = 1000


class Firmware:
    """A board with firmware in it."""

    recorder: Recorder | None = None
    memory_recorder: MemoryRecorder | None = None

    def __init__(
        self,
        board: BoardFile,
        image: Image,
        lines: SourceLines,
        console: Console,
        folders: Sequence[Path],
        options: tuple[str | None, bool, Path | None, str],
        what_if: WhatIf | None = None,
    ) -> None:
        tracer, strict, shared, arguments = options
        core, profile = load_core(board.core), load_profile(board.core)
        self._board, self._lines, self.console = board, lines, console
        self.engine = Engine(core.model)
        self.memory = BoardMemory(self.engine, board)
        self.memory.load(image)
        self.symbols = SymbolTable(image.symbols)
        self._model = CostModel(core, self.memory.code, self.symbols.locate)
        cost = marked_cost(self._model, self.symbols)
        slow = board_layout(board, what_if)
        self.tracer, self._accesses = attach_with(self.engine, cost, self._model, slow, forgiving, tracer)
        clock = Clock(self.tracer, board.clock_hz)
        bits = min(board.priority_bits, profile.priority_bits)
        controller = Controller(board.interrupts, bits, profile.main_extension)
        secure = profile.architecture != "v8m" or board.secure
        frames = Frames(self.engine, core.has_fpu, self._refusal, SECURE_RETURN if secure else NONSECURE_RETURN)
        self.unit = ExceptionUnit(controller, frames, clock, profile, self.memory.word)
        self._protection = Protection(self.engine, self.unit.mpu, self.tracer, self.memory.code)
        self._protection.open_to_all = lambda: self.unit.settings.open_bus
        traps = Traps(self.engine, core, self._model, self.memory.code, self.unit.settings, frames)
        traps.interrupt, traps.code_changed = clock.interrupt, self._code_changed
        self._traps = traps
        self._bus = Bus(self.engine, self.tracer, self._model, clock, controller, strict)
        self._bus.locate = self.symbols.locate
        for start, size in io_areas(board):
            self.engine.map_io(start, size, self._bus.read, self._bus.write)
        self._semihosting = Semihosting(self.memory, console, clock, shared, arguments, heap(board, image))
        self.processor = Processor(
            self.engine, self.tracer, clock, self.unit, self._bus, self._semihosting, traps, self._protection
        )
        self.processor.fault_seen = self._fault_seen
        self.unit.told = self._told
        self.processor.locked_up = self._locked_up
        self._incidents = Incidents(self.engine, self.memory, self.symbols, self.describe)
        self._faults: list[FaultReport] = []
        system = System(
            clock, self.unit, profile, console, core.has_fpu, self._request_reset, self.memory.read, self.memory.write
        )
        self._peripherals = self._plug(system, folders)
        self._clock = clock
        console.stop, console.later = self._request_stop, self._answer_later
        self._vectors = vector_table(board, self.memory, image)
        self._sections = image.sections
        self.processor.pc = self._reset()

    def _refusal(self, address: int, size: int, privileged: bool) -> Refusal | None:
        if not self.memory.writable(address, size):
            return "bus"
        return None if self._protection.allows_frame(address, size, privileged) else "mpu"

    def _code_changed(self) -> None:
        self._model.forget()
        self.tracer.forget()

    def start_profile(self) -> None:
        """Keep a tree of calls from reset on."""
        self.recorder = Recorder(self.tracer, self._function_at, self._clock.now, self.unit.controller)
        self.unit.observer = self.recorder
        self.recorder.start(self.processor.pc)

    def start_memory_report(self) -> None:
        """Follow stacks, heap and touched bytes from reset on, on top of a profile."""
        assert self.recorder is not None
        touched = Touched(self.engine, self._board, self._sections, not callable(self.tracer.callback))
        self.memory_recorder = MemoryRecorder(
            self.engine, self.tracer, self._model, self.unit.frames, self.symbols, self.memory.word, touched
        )
        self.unit.observer = Observers(self.recorder, self.memory_recorder.stacks, touched)
        self.memory_recorder.start(self.processor.pc)

    def memory_use(self) -> MemoryUse:
        """What the memory recorder knows; raises EmulatorError without one."""
        if self.memory_recorder is None:
            raise EmulatorError("the use of memory was not followed: make the board with memory=True")
        objects = from_debug(self._lines.source)
        return self.memory_recorder.report(self._name, self._lines.find, self._sections, objects)

    def _function_at(self, pc: int) -> int:
        function = self.symbols.function_at(pc)
        return pc if function is None else function.address

    def profile(self) -> Profile:
        """What the recorder and the tracer know; raises EmulatorError without a recorder."""
        if self.recorder is None:
            raise EmulatorError("no profile was kept: make the board with profile=True")
        timeline, hz = self.recorder.timeline, self._board.clock_hz
        return make_profile(self.tracer, self._model, self._lines, self._name, hz, timeline)

    def _name(self, address: int) -> str:
        function = self.symbols.function_at(address)
        return f"0x{address:08x}" if function is None else function.name

    def _plug(self, system: System, folders: Sequence[Path]) -> dict[str, Peripheral]:
        rows = {row.name: row for row in self._board.peripherals}
        made: dict[str, Peripheral] = {}
        for kind, base in system.profile.private:
            if kind not in rows:
                made[kind] = find_peripheral(kind, folders)(Port(kind, system))
                self._bus.add(base, made[kind])
        for row in rows.values():
            port = Port(row.name, system, dict(row.interrupts), dict(row.options), row.clock)
            made[row.name] = find_peripheral(row.kind, folders)(port)
            registers = AtomicAliases(made[row.name]) if row.atomic_aliases else made[row.name]
            for base in (row.base, *row.also_at):
                self._bus.add(base, registers)
        if system.profile.bit_band:
            add_bit_bands(self.engine, self.memory, self._bus, system)
        return made

    def _answer_later(self, answer: Callable[[], None]) -> None:
        self._clock.schedule(self._clock.now() + self._board.clock_hz // _ANSWERS_A_SECOND, answer)

    def _request_stop(self) -> None:
        self.processor.stop_wanted = True
        self._clock.interrupt()

    def _request_reset(self) -> None:
        self.processor.reset_wanted = True
        self._clock.interrupt()

    def _reset(self) -> int:
        """Core and peripherals as after power-on; memory stays. Gives the reset handler's address."""
        self._clock.clear()
        self.console.restart()
        self.unit.controller.reset()
        self.unit.reset(self._vectors)
        for peripheral in self._peripherals.values():
            peripheral.reset()
        stack = self.memory.word(self._vectors) or 0
        entry = self.memory.word(self._vectors + 4) or 0
        names = ("xpsr", "control", "primask", "psp", "xpsr", "control", "xpsr", "msp", "sp", "lr")
        values = (0x01000002, 0, 0, 0, 0x01000000, 0, 0x01000000, stack & ~3, stack & ~3, 0xFFFFFFFF)
        for name, value in zip(names, values, strict=True):
            self.engine.set_registers({register_ids([name])[0]: value})
        if self.unit.controller.main_extension:
            self.engine.set_registers(dict.fromkeys(register_ids(["basepri", "faultmask"]), 0))
        self.processor.sleeps_on_exit = lambda: bool(self._peripherals["system_control"].get("SCR") & 2)
        if self.recorder is not None:
            self.recorder.start(entry & ~1)
        if self.memory_recorder is not None:
            self.memory_recorder.start(entry & ~1)
        return entry & ~1

    def run(self, max_cycles: int | None, timeout: float | None, stop_at: bytes | None = None) -> RunResult:
        """See Board.run."""
        until = NO_LIMIT if max_cycles is None else self.tracer.cycles + max_cycles
        deadline = None if timeout is None else time.monotonic() + timeout
        self.console.stop_at(stop_at)
        try:
            end = self.processor.run(until, deadline, self._reset)
        finally:
            self._semihosting.close()
            self.console.end_run()
        error = None if self.memory_recorder is None else self.memory_recorder.take_error()
        if error is not None:
            raise error
        return self._result(end)

    def serve_gdb(self, server: socket, max_cycles: int | None, timeout: float | None) -> RunResult:
        """See Board.serve_gdb."""
        parts = Parts(
            self.engine, self.tracer, self.processor, self.unit, self.memory, self._bus, self.console, self._model,
            self._protection, self._traps, self._board, self._reset, self.describe,
            lambda: self._faults[-1].text if self._faults else "", lambda: self._semihosting.exit_code,
            self._code_changed,
        )  # fmt: skip
        try:
            return self._result(serve(server, parts, max_cycles, timeout, io_areas(self._board)))
        finally:
            self._semihosting.close()

    def _result(self, end: End) -> RunResult:
        return RunResult(
            end=end.kind,
            exit_code=self._semihosting.exit_code if end.kind == "exit" else None,
            where=self.describe(end.pc),
            chain=self._incidents.callers(end.pc),
            cycles=self.tracer.cycles,
            instructions=self.tracer.instructions,
            output=self.console.output,
            channels=self.console.channels,
            faults=tuple(self._faults),
            warnings=(*self._bus.warnings, *self._unheard(end)),
        )

    def _unheard(self, end: End) -> tuple[str, ...]:
        """A step of the input that never came to pass."""
        text = self.console.waits_for if end.kind != "stopped" else None
        return () if text is None else (f"input still waits for {text.decode(errors='replace')!r}",)

    def _fault_seen(self, stop: Stop, origin: int) -> None:
        self._faults.append(self._incidents.report(stop, origin, self.tracer.cycles))
        del self._faults[:-_KEPT_FAULTS]

    def _told(self, bit: int, pc: int, what: str, cause: str) -> None:
        """A fault of exception entry or return."""
        bits = status_names(bit)
        self._faults.append(FaultReport(what, self.describe(pc), (), cause, bits, self.tracer.cycles))
        del self._faults[:-_KEPT_FAULTS]
        self.processor.note_fault()

    def _locked_up(self, reason: str, pc: int) -> None:
        report = FaultReport(
            what=f"lockup, {reason}",
            where=self.describe(pc),
            chain=(),
            cause="see the fault before" if self._faults else "vectors or stack pointer overwritten",
            bits=status_names(self.unit.status.cfsr),
            cycles=self.tracer.cycles,
        )
        self._faults.append(report)

    def describe(self, pc: int) -> str:
        """Function, file and line, as far as they are known."""
        place: Place = self.symbols.locate(pc)
        line = self._lines.find(pc)
        return str(place) if line is None else f"{place}, {line}"
