"""A microcontroller on its board: firmware in, what it prints and where its time went out.

board = Board("mps2-an386")
board.load("firmware.elf")
result = board.run(max_cycles=10_000_000)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from emulator.accuracy.coverage import Counts, Coverage, coverage
from emulator.boards.console import Console
from emulator.boards.dialogue import Step, as_steps
from emulator.boards.file import BoardFile, load_board
from emulator.boards.firmware import Firmware, RunOptions
from emulator.boards.run_result import RunResult
from emulator.errors import EmulatorError
from emulator.footprint.usage import MemoryUse
from emulator.gdbstub.server import listen
from emulator.instructions.legality import check_legality
from emulator.memories.layout import WhatIf, board_layout
from emulator.profile.breakdown import Spent, break_down
from emulator.profile.tree import Profile
from emulator.program.elf import Image
from emulator.program.images import read_image
from emulator.program.source_lines import SourceLines
from emulator.program.symbols import SymbolTable
from emulator.recording.recording import Recording
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel


class Board:
    """A board by name, without firmware.

    folders: where to look for the user's own boards and peripherals; tracer: as for Machine; strict: unknown registers
    are errors; foreign: load code that the core lacks, which then faults; shared: directory for semihosting files, none
    by default; arguments: semihosting command line; source: console input, bytes or steps that wait for output
    (emulator.boards.dialogue); sink: gets console output as it comes; profile: keep a tree of calls, for `profile()`;
    memory: follow stacks and heap, for `memory_use()`, and keep a profile; what_if: another clock, other wait states,
    no caches; record: keep the run, for `recording()`.

    Raises UnknownBoard, BoardError.
    """

    def __init__(
        self,
        name: str,
        *,
        folders: Sequence[str | Path] = (),
        tracer: str | None = None,
        strict: bool = False,
        shared: str | Path | None = None,
        arguments: str = "",
        source: bytes | Iterable[Step] = b"",
        sink: Callable[[bytes], None] | None = None,
        profile: bool = False,
        memory: bool = False,
        what_if: WhatIf | None = None,
        foreign: bool = False,
        record: bool = False,
    ) -> None:
        self._folders = [Path(folder) for folder in folders]
        self.description: BoardFile = load_board(name, self._folders)
        if what_if is not None and what_if.clock_hz is not None:
            self.description = replace(self.description, clock_hz=what_if.clock_hz)
        self._what_if = what_if
        self._foreign = foreign
        self.core = load_core(self.description.core)
        self._options = RunOptions(
            folders=tuple(self._folders),
            tracer=tracer,
            strict=strict,
            shared=Path(shared) if shared is not None else None,
            arguments=arguments,
            what_if=what_if,
            profile=profile,
            memory=memory,
            record=record,
        )
        self._source, self._sink = as_steps(source), sink
        self._loaded: Firmware | None = None
        self._digest = ""

    def load(self, source: str | Path | bytes, base: int | None = None) -> Image:
        """Put firmware into fresh memory and reset: an ELF, Intel HEX, or raw bytes for address `base`.

        Raises ElfError, ImageError, BoardError, and, unless `foreign`, IllegalInstruction for an ELF with instructions
        that the core lacks.
        """
        image = read_image(source, base)
        lines = SourceLines(source)
        if not self._foreign:
            check_legality(source, image, self.core, SymbolTable(image.symbols).locate, lines.find)
        console = Console(self._source, self._sink)
        self._loaded = Firmware(self.description, image, lines, console, self._options)
        self._digest = hashlib.sha256(source if isinstance(source, bytes) else Path(source).read_bytes()).hexdigest()
        return image

    def run(
        self, max_cycles: int | None = None, timeout: float | None = None, until: str | bytes | None = None
    ) -> RunResult:
        """Run from reset, or from where the last run ended, to an end or a limit.

        `max_cycles` counts from here, `timeout` is in seconds of the host; `until` is text in the output behind where
        the last run ended. Raises UnknownRegister when strict, and IllegalInstruction for an instruction that the core
        does not have.
        """
        text = until.encode() if isinstance(until, str) else until
        return self._firmware().run(max_cycles, timeout, text or None)

    def serve_gdb(
        self,
        port: int = 0,
        max_cycles: int | None = None,
        timeout: float | None = None,
        listening: Callable[[int], None] | None = None,
    ) -> RunResult:
        """Wait for GDB on a TCP port of the loopback interface, 0 for any free one, and let it run the firmware.

        `listening` is called with the port once GDB can connect. The limits are those of `run`. The result is how the
        firmware ended, "stopped" when GDB killed it or went away. Raises GdbError.
        """
        firmware, server = self._firmware(), listen(port)
        with server:
            if listening is not None:
                listening(server.getsockname()[1])
            return firmware.serve_gdb(server, max_cycles, timeout)

    def send(self, data: str | bytes) -> None:
        """More console input, behind all that is there, a millisecond from here."""
        self._firmware().console.send(data.encode() if isinstance(data, str) else data)

    def profile(self) -> Profile:
        """Where the time went so far; raises EmulatorError unless asked for with profile=True."""
        return self._firmware().profile()

    @property
    def asleep(self) -> int:
        """Cycles spent in WFI and WFE so far."""
        return self._firmware().asleep

    def breakdown(self) -> tuple[Spent, ...]:
        """What the cycles so far went to, by instruction; exception entry and sleep are no instruction's."""
        firmware = self._firmware()
        model = CostModel(self.core, firmware.memory.code, firmware.symbols.locate)
        layout = board_layout(self.description, self._what_if)
        return break_down(firmware.counted(), model, firmware.symbols.start_of, layout)

    def recording(self) -> Recording:
        """The run so far, to be saved or costed again (emulator.recording).

        Raises EmulatorError unless asked for with record=True, RecordingError for firmware that changed its code.
        """
        return self._firmware().recording(self._digest)

    def memory_use(self) -> MemoryUse:
        """Where the memory went so far; raises EmulatorError unless asked for with memory=True."""
        return self._firmware().memory_use()

    def counts(self) -> Counts:
        """What the tracer has counted so far."""
        tracer = self._firmware().tracer
        return Counts(tuple(tracer.edges()), sum(code + data for *_, code, data in tracer.stalls()))

    def coverage(self, since: Counts | None = None, rules: Iterable[str] = ()) -> Coverage:
        """Which rows of the core's table the run leaned on, which of these rules, and how much waited for memory."""
        counted = self.counts() if since is None else self.counts().since(since)
        return coverage(self.core, counted.edges, self._firmware().memory.code, counted.stalls, rules)

    @property
    def slow_memories(self) -> tuple[str, ...]:
        """Kinds of the board's memories that take more than a cycle."""
        return tuple(m.kind.name for m in board_layout(self.description, self._what_if).memories)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of memory."""
        return self._firmware().memory.read(address, size)

    @property
    def symbols(self) -> SymbolTable:
        """Functions and objects of the firmware."""
        return self._firmware().symbols

    def _firmware(self) -> Firmware:
        if self._loaded is None:
            raise EmulatorError("no firmware: load some first, board.load(path)")
        return self._loaded
