"""Firmware that sets its flash: wait states, prefetch and caches follow the registers that it writes.

Until the first write of a register the board's own numbers hold: firmware without start-up code runs as if it had
set the memory for the board's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from emulator.boards.file import BoardFile
from emulator.memories.kind import Control
from emulator.memories.layout import Layout, SlowMemory
from emulator.memories.model import PREFETCH
from emulator.peripherals.base import Peripheral


class Setting:
    """What firmware has set of one memory, given to the model."""

    def __init__(self, model: Any, number: int, memory: SlowMemory) -> None:
        self._model, self._number, self._kind = model, number, memory.kind
        self._wait = memory.wait - memory.kind.latency
        self._prefetch = self._fetch_cached = self._data_cached = True

    def follow(self, control: Control, value: int) -> None:
        """A register was written."""
        if control.wait_states:
            self._wait = value & control.wait_states
        self._prefetch = _switch(control.prefetch, value, self._prefetch)
        self._fetch_cached = _switch(control.fetch_cache, value, self._fetch_cached)
        self._data_cached = _switch(control.data_cache, value, self._data_cached)
        kind = self._kind
        busy = kind.line_reads * (self._wait + 1) + kind.beats
        prefetch = PREFETCH[kind.prefetch] if self._prefetch else 0
        cached = int(self._fetch_cached), int(self._data_cached)
        self._model.configure(self._number, self._wait + kind.latency, busy, prefetch, *cached)


def _switch(bit: int, value: int, before: bool) -> bool:
    return before if bit < 0 else bool(value >> bit & 1)


def follow_controls(board: BoardFile, layout: Layout, model: Any, peripherals: Mapping[str, Peripheral]) -> None:
    """Let `model`, made of `layout`, follow what firmware writes into the peripherals of `board`."""
    kinds = {row.kind: row.name for row in board.peripherals}
    for number, memory in enumerate(layout.memories):
        setting = Setting(model, number, memory)
        for control in memory.kind.controls:
            peripheral = peripherals.get(kinds.get(control.peripheral, control.peripheral))
            if peripheral is not None:
                watch(peripheral, control, setting.follow)


def watch(peripheral: Peripheral, control: Control, told: Callable[[Control, int], None]) -> None:
    """Call `told` with what the register holds behind each write of it."""
    inner = peripheral.write
    place = peripheral.place(control.register)

    def write(offset: int, size: int, value: int) -> None:
        inner(offset, size, value)
        if offset & ~3 == place:
            told(control, peripheral.get(control.register))

    peripheral.write = write  # type: ignore[method-assign]
