"""One peripheral by itself: registers in and out, time that is set by hand, lines to look at."""

from __future__ import annotations

from typing import Any, cast

from emulator.boards.console import Console
from emulator.clock import Clock
from emulator.exceptions.controller import Controller
from emulator.exceptions.numbers import FIRST_INTERRUPT
from emulator.exceptions.profile import load_profile
from emulator.exceptions.settings import CoreSettings
from emulator.exceptions.status import FaultStatus
from emulator.peripherals.base import Peripheral
from emulator.peripherals.catalog import find_peripheral
from emulator.peripherals.port import Port, System
from emulator.tracing.pytracer import PythonTracer


class _Unit:
    """As much of an exception unit as peripherals see."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.status = FaultStatus()
        self.vtor = self.overhead = self.slept = 0
        self.settings = CoreSettings()


class Bench:
    """A peripheral of a kind with its lines at interrupts 0, 1, ... in the order given."""

    def __init__(self, kind: str, *lines: str, source: bytes = b"", **options: int) -> None:
        self.tracer = PythonTracer(lambda address, size, target: (1, 1))
        self.clock = Clock(self.tracer, 1_000_000)
        self.controller = Controller(32, 8, True)
        self.console = Console(source)
        self.memory = bytearray(256)
        unit = cast(Any, _Unit(self.controller))
        profile = load_profile("cortex-m4")
        system = System(
            self.clock, unit, profile, self.console, True, lambda: None, self._read_memory, self._write_memory
        )
        port = Port(kind, system, {name: n for n, name in enumerate(lines)}, options)
        self.peripheral: Peripheral = find_peripheral(kind)(port)

    def _read_memory(self, address: int, size: int) -> bytes:
        return bytes(self.memory[address : address + size])

    def _write_memory(self, address: int, data: bytes) -> None:
        self.memory[address : address + len(data)] = data

    def __getitem__(self, offset: int) -> int:
        return self.peripheral.read(offset, 4)

    def __setitem__(self, offset: int, value: int) -> None:
        self.peripheral.write(offset, 4, value)

    def wait(self, cycles: int) -> None:
        """Let time pass, event by event."""
        end = self.tracer.cycles + cycles
        while (due := self.clock.next_due()) <= end:
            self.tracer.cycles = max(due, self.tracer.cycles)
            self.clock.run_due()
        self.tracer.cycles = end

    def pending(self, interrupt: int = 0) -> bool:
        """Whether that line has made its interrupt pending."""
        return bool(self.controller.pending >> (FIRST_INTERRUPT + interrupt) & 1)
