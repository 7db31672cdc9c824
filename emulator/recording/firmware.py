"""Records firmware on a board: what recordings of functions have, and sleep, handlers, and how it set its flash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from emulator.errors import RecordingError
from emulator.memories.attach import MEMORY
from emulator.memories.control import watch
from emulator.memories.kind import Control, load_kind
from emulator.memory import Region
from emulator.profile.counted import counted
from emulator.recording.marks import PASSED, SETTING
from emulator.recording.recorder import LIMIT, RunRecorder
from emulator.recording.recording import Elsewhere, Recording

if TYPE_CHECKING:
    from emulator.boards.core_parts import CoreParts
    from emulator.boards.file import BoardFile
    from emulator.peripherals.base import Peripheral
    from emulator.processor import Processor


class FirmwareRecorder:
    """Records from power-on; make it before anything runs."""

    def __init__(
        self, parts: CoreParts, board: BoardFile, processor: Processor, peripherals: Mapping[str, Peripheral]
    ) -> None:
        self._parts, self._board = parts, board
        self._recorder = RunRecorder(parts.reads, parts.tracer, parts.operands, (MEMORY,), LIMIT)
        self._settings: list[tuple[str, str, int]] = []
        self._changed: str | None = None
        self._follow_time(processor)
        self._follow_code()
        self._follow_settings(peripherals)

    def _follow_time(self, processor: Processor) -> None:
        """Cycles that pass without instructions, and those of a loop that is passed at once."""
        clock, marker = self._parts.clock, self._recorder.marker
        advance = clock.advance

        def passed(cycles: int) -> None:
            if cycles:
                marker.put(PASSED, cycles)

        def advance_marked(cycles: int) -> None:
            advance(cycles)
            passed(cycles)

        clock.advance = advance_marked  # type: ignore[method-assign]
        processor.skipped = passed

    def _follow_code(self) -> None:
        """Other code where some was: edges counted so far are gone."""
        traps, tracer = self._parts.traps, self._parts.tracer
        forget = traps.code_changed

        def changed() -> None:
            self._changed = self._changed or f"after {tracer.cycles:,} cycles"
            forget()

        traps.code_changed = changed

    def _follow_settings(self, peripherals: Mapping[str, Peripheral]) -> None:
        """Writes of registers by which firmware sets any of the board's memories."""
        names = {row.kind: row.name for row in self._board.peripherals}
        kinds = {memory.timing for memory in self._board.memories if memory.timing}
        controls = {(c.peripheral, c.register): c for kind in sorted(kinds) for c in load_kind(kind).controls}
        for control in controls.values():
            peripheral = peripherals.get(names.get(control.peripheral, control.peripheral))
            if peripheral is not None:
                watch(peripheral, control, self._set)

    def _set(self, control: Control, value: int) -> None:
        self._recorder.marker.put(SETTING, len(self._settings))
        self._settings.append((control.peripheral, control.register, value))

    def finish(self, elf: str) -> Recording:
        """What was recorded of the file whose SHA-256 is `elf`.

        Raises RecordingError for firmware that changed code which had run.
        """
        if self._changed is not None:
            raise RecordingError(f"the firmware changed code that had run, {self._changed}: such a run is not recorded")
        parts = self._parts
        taken = counted(parts.tracer, parts.operands.counts())
        elsewhere = parts.unit.overhead + parts.unit.slept
        recording = self._recorder.finish(
            elf, parts.core.name, _places(self._board, parts.memory.map), parts.symbols.all, self._code
        )
        return replace(
            recording,
            board=self._board.name,
            settings=tuple(self._settings),
            elsewhere=Elsewhere(parts.unit.overhead, parts.unit.slept, parts.tracer.cycles - taken.cycles - elsewhere),
        )

    def _code(self, address: int, size: int) -> bytes:
        """Code as it was when it ran: in RAM something else may lie there by now."""
        found = bytearray(self._parts.memory.code(address, size))
        for (start, _), block in self._parts.traps.code_seen.items():
            first, end = max(start, address), min(start + len(block), address + len(found))
            if first < end:
                found[first - address : end - address] = block[first - start : end - start]
        return bytes(found)


def _places(board: BoardFile, regions: Iterable[Region]) -> list[Region]:
    """The board's memory, the one that it boots from as one that is not written: another board has flash there."""
    return [
        replace(r, permissions=r.permissions.replace("w", "")) if r.start <= board.vectors < r.end else r
        for r in regions
    ]
