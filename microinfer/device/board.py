"""A board's clock and flash for kernels that run without the rest of it: weights and code in flash, arena in RAM."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator import Machine
from emulator.boards.file import BoardFile, load_board
from emulator.memories.layout import Layout, Place, WhatIf
from emulator.memories.placement import flash_layout
from emulator.memory import Region
from emulator.recording.places import keeps_settings, recording_layout
from emulator.recording.recording import Recording

FAST = "memory without wait states"


@dataclass(frozen=True)
class DeviceBoard:
    """A board with what is asked of it."""

    file: BoardFile
    what_if: WhatIf
    code_in: Place

    @classmethod
    def named(
        cls, name: str | None, folders: Sequence[Path], what_if: WhatIf, code_in: Place = "FLASH"
    ) -> DeviceBoard | None:
        """A board by name; None for no name. Raises UnknownBoard."""
        return None if name is None else cls(load_board(name, folders), what_if, code_in)

    @property
    def core(self) -> str:
        """Full name of its core."""
        return self.file.core

    def muls_cycles(self, core: str) -> int:
        """Cycles of a MULS: the board's on its own core, 1 on any other."""
        return self.file.muls_cycles if core == self.core else 1

    @property
    def clock_hz(self) -> int:
        """The clock asked for, or the board's."""
        return self.what_if.clock_hz or self.file.clock_hz

    def layout(self, regions: Iterable[Region]) -> Layout:
        """Slow memories when everything that is not written lies in the board's flash."""
        return flash_layout(self.file, regions, self.what_if, self.code_in)

    def layout_of(self, recording: Recording) -> Layout:
        """Slow memories under a recorded run: firmware lies where it lay if this is its board."""
        return recording_layout(recording, self.file, self.what_if, self.code_in)

    def keeps_settings(self, recording: Recording) -> bool:
        """Whether the flash is as the recorded firmware set it."""
        return keeps_settings(recording, self.file, self.what_if, self.code_in)

    def slow_down(self, machine: Machine) -> None:
        """Let the machine's memory, with all regions added, cost what the board's does."""
        layout = self.layout(machine.memory)
        if layout.memories:
            machine.slow_down(layout)

    def describe(self, firmware: Recording | None = None) -> str:
        """Board and wait states in a few words; `firmware`: a recorded run that may have set them itself."""
        if firmware is not None and self.keeps_settings(firmware):
            return f"{self.file.name}, flash as the firmware set it"
        layout = self.layout(())
        if not layout.memories:
            return f"{self.file.name}, no wait states"
        memory = layout.memories[0]
        cached = "" if self.what_if.caches else ", caches off"
        code = "" if self.code_in == "FLASH" else ", code in RAM"
        return f"{self.file.name}, {memory.wait} wait states{cached}{code}"
