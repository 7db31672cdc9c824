"""What is followed as firmware runs, if asked for: the tree of calls, and stacks, heap and touched bytes."""

from __future__ import annotations

from emulator.boards.core_parts import CoreParts
from emulator.boards.file import BoardFile
from emulator.errors import EmulatorError
from emulator.exceptions.observers import Observers
from emulator.footprint.objects import from_debug
from emulator.footprint.recorder import MemoryRecorder
from emulator.footprint.touched import Touched
from emulator.footprint.usage import MemoryUse
from emulator.profile.make import make_profile
from emulator.profile.recorder import Recorder
from emulator.profile.tree import Profile
from emulator.program.elf import Section
from emulator.program.source_lines import SourceLines


class Recorders:
    """None to begin with."""

    def __init__(self, parts: CoreParts, board: BoardFile, lines: SourceLines, sections: tuple[Section, ...]) -> None:
        self._parts, self._board, self._lines, self._sections = parts, board, lines, sections
        self._calls: Recorder | None = None
        self._memory: MemoryRecorder | None = None

    def follow_calls(self, pc: int) -> None:
        """Keep a tree of calls from here on."""
        parts = self._parts
        self._calls = Recorder(parts.tracer, self._function_at, parts.clock.now, parts.unit.controller)
        parts.unit.observer = self._calls
        self._calls.start(pc)

    def follow_memory(self, pc: int) -> None:
        """Follow stacks, heap and touched bytes from here on, on top of calls."""
        assert self._calls is not None
        parts = self._parts
        touched = Touched(parts.engine, self._board, self._sections, not callable(parts.tracer.callback))
        self._memory = MemoryRecorder(
            parts.engine, parts.tracer, parts.model, parts.unit.frames, parts.symbols, parts.memory.word, touched
        )
        parts.unit.observer = Observers(self._calls, self._memory.stacks, touched)
        self._memory.start(pc)

    def start(self, pc: int) -> None:
        """The core was reset and goes on at `pc`."""
        if self._calls is not None:
            self._calls.start(pc)
        if self._memory is not None:
            self._memory.start(pc)

    def check(self) -> None:
        """Raise what went wrong while the firmware ran."""
        error = None if self._memory is None else self._memory.take_error()
        if error is not None:
            raise error

    def profile(self) -> Profile:
        """Where the time went; raises EmulatorError if calls were not followed."""
        if self._calls is None:
            raise EmulatorError("no profile was kept: make the board with profile=True")
        parts, hz = self._parts, self._board.clock_hz
        return make_profile(
            parts.tracer, parts.model, self._lines, self._name, hz, self._calls.timeline, parts.operands.counts()
        )

    def memory_use(self) -> MemoryUse:
        """Where the memory went; raises EmulatorError if it was not followed."""
        if self._memory is None:
            raise EmulatorError("the use of memory was not followed: make the board with memory=True")
        return self._memory.report(self._name, self._lines.find, self._sections, from_debug(self._lines.source))

    def _function_at(self, pc: int) -> int:
        function = self._parts.symbols.function_at(pc)
        return pc if function is None else function.address

    def _name(self, address: int) -> str:
        function = self._parts.symbols.function_at(address)
        return f"0x{address:08x}" if function is None else function.name
