"""Firmware on a board: memory, core, peripherals and console put together, and the report of how a run went."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from emulator.boards.boot import heap, vector_table
from emulator.boards.console import Console
from emulator.boards.core_parts import make_core
from emulator.boards.file import BoardFile
from emulator.boards.memory import io_areas
from emulator.boards.plugging import plug_peripherals
from emulator.boards.power_on import power_on
from emulator.boards.recorders import Recorders
from emulator.boards.run_result import RunResult
from emulator.errors import EmulatorError
from emulator.faults.log import FaultLog
from emulator.footprint.usage import MemoryUse
from emulator.gdbstub.parts import Parts
from emulator.gdbstub.server import serve
from emulator.memories.control import follow_controls
from emulator.memories.layout import WhatIf, board_layout
from emulator.peripherals.port import System
from emulator.processor import End, Processor
from emulator.profile.counted import Counted, counted
from emulator.profile.tree import Profile
from emulator.program.elf import Image
from emulator.program.source_lines import SourceLines
from emulator.recording.firmware import FirmwareRecorder
from emulator.recording.recording import Recording
from emulator.semihosting.calls import Semihosting
from emulator.tracing.tracer import NO_LIMIT

_ANSWERS_A_SECOND = 1000


@dataclass(frozen=True)
class RunOptions:
    """What Board was asked for: see there. `folders` hold the user's boards and peripherals."""

    folders: tuple[Path, ...] = ()
    tracer: str | None = None
    strict: bool = False
    shared: Path | None = None
    arguments: str = ""
    what_if: WhatIf | None = None
    profile: bool = False
    memory: bool = False
    record: bool = False


class Firmware:
    """A board with firmware in it, reset."""

    def __init__(
        self, board: BoardFile, image: Image, lines: SourceLines, console: Console, options: RunOptions
    ) -> None:
        self._parts = parts = make_core(board, image, options.tracer, options.strict, options.what_if)
        self.engine, self.tracer, self.memory, self.symbols = parts.engine, parts.tracer, parts.memory, parts.symbols
        self._board, self.console = board, console
        self._semihosting = Semihosting(
            parts.memory, console, parts.clock, options.shared, options.arguments, heap(board, image)
        )
        self.processor = Processor(
            parts.engine, parts.tracer, parts.clock, parts.unit, parts.bus, self._semihosting, parts.traps,
            parts.protection,
        )  # fmt: skip
        self._faults = FaultLog(parts, self.processor, lines)
        self._recorders = Recorders(parts, board, lines, image.sections)
        self._peripherals = plug_peripherals(parts, board, self._system(), options.folders)
        if options.what_if in (None, WhatIf()) and parts.tracer.memories is not None:
            follow_controls(board, board_layout(board), parts.tracer.memories, self._peripherals)
        console.stop, console.later = self._request_stop, self._answer_later
        self._vectors = vector_table(board, parts.memory, image)
        self.processor.sleeps_on_exit = self._sleeps_on_exit
        self.processor.pc = self._reset()
        self._recorder = FirmwareRecorder(parts, board, self.processor, self._peripherals) if options.record else None
        self._follow(options)

    def _system(self) -> System:
        parts = self._parts
        return System(
            parts.clock, parts.unit, parts.profile, self.console, parts.core.has_fpu, self._request_reset,
            parts.memory.read, parts.memory.write,
        )  # fmt: skip

    def _follow(self, options: RunOptions) -> None:
        if options.profile or options.memory:
            self._recorders.follow_calls(self.processor.pc)
        if options.memory:
            self._recorders.follow_memory(self.processor.pc)

    def profile(self) -> Profile:
        """See Board.profile."""
        return self._recorders.profile()

    @property
    def asleep(self) -> int:
        """Cycles spent in WFI and WFE."""
        return self._parts.unit.slept

    def counted(self) -> Counted:
        """What has been counted so far."""
        return counted(self.tracer, self._parts.operands.counts())

    def recording(self, elf: str) -> Recording:
        """See Board.recording."""
        if self._recorder is None:
            raise EmulatorError("nothing was recorded: make the board with record=True")
        return self._recorder.finish(elf)

    def memory_use(self) -> MemoryUse:
        """See Board.memory_use."""
        return self._recorders.memory_use()

    def _answer_later(self, answer: Callable[[], None]) -> None:
        clock = self._parts.clock
        clock.schedule(clock.now() + self._board.clock_hz // _ANSWERS_A_SECOND, answer)

    def _request_stop(self) -> None:
        self.processor.stop_wanted = True
        self._parts.clock.interrupt()

    def _request_reset(self) -> None:
        self.processor.reset_wanted = True
        self._parts.clock.interrupt()

    def _sleeps_on_exit(self) -> bool:
        return bool(self._peripherals["system_control"].get("SCR") & 2)

    def _reset(self) -> int:
        """Core and peripherals as after power-on; memory stays. Gives the reset handler's address."""
        self.console.restart()
        entry = power_on(self._parts, self._vectors)
        for peripheral in self._peripherals.values():
            peripheral.reset()
        self._recorders.start(entry)
        return entry

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
        self._recorders.check()
        return self._result(end)

    def serve_gdb(self, server: socket, max_cycles: int | None, timeout: float | None) -> RunResult:
        """See Board.serve_gdb."""
        parts = self._parts
        seen = Parts(
            parts.engine, parts.tracer, self.processor, parts.unit, parts.memory, parts.bus, self.console, parts.model,
            parts.protection, parts.traps, self._board, self._reset, self._faults.describe, lambda: self._faults.last,
            lambda: self._semihosting.exit_code, parts.forget_code,
        )  # fmt: skip
        try:
            return self._result(serve(server, seen, max_cycles, timeout, io_areas(self._board)))
        finally:
            self._semihosting.close()

    def _result(self, end: End) -> RunResult:
        return RunResult(
            end=end.kind,
            exit_code=self._semihosting.exit_code if end.kind == "exit" else None,
            where=self._faults.describe(end.pc),
            chain=self._faults.callers(end.pc),
            cycles=self.tracer.cycles,
            instructions=self.tracer.instructions,
            output=self.console.output,
            channels=self.console.channels,
            faults=self._faults.all,
            warnings=(*self._parts.bus.warnings, *self._unheard(end)),
        )

    def _unheard(self, end: End) -> tuple[str, ...]:
        """A step of the input that never came to pass."""
        text = self.console.waits_for if end.kind != "stopped" else None
        return () if text is None else (f"input still waits for {text.decode(errors='replace')!r}",)
