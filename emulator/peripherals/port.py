"""What a peripheral may ask of the board it sits on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emulator.boards.console import Console
from emulator.clock import Clock
from emulator.exceptions.numbers import FIRST_INTERRUPT
from emulator.exceptions.profile import ExceptionProfile
from emulator.exceptions.unit import ExceptionUnit


@dataclass(frozen=True)
class System:
    """The parts of a board that peripherals work with.

    `read_memory(address, size)` serves those that fetch by DMA; `dividers` are the clocks that a clock controller
    derives, by name: core cycles of one of theirs.
    """

    clock: Clock
    unit: ExceptionUnit
    profile: ExceptionProfile
    console: Console
    has_fpu: bool
    request_reset: Callable[[], None]
    read_memory: Callable[[int, int], bytes]
    write_memory: Callable[[int, bytes], None]
    dividers: dict[str, Callable[[], int]] = field(default_factory=dict)


class Port:
    """One peripheral's way to the rest of the board; `options` are numbers from the board file, `fed_by`
    names the clock that feeds it."""

    def __init__(
        self,
        name: str,
        system: System,
        lines: Mapping[str, int] | None = None,
        options: Mapping[str, int] | None = None,
        fed_by: str = "",
    ) -> None:
        self.name = name
        self.system = system
        self.clock = system.clock
        self.console = system.console
        self._lines = dict(lines or {})
        self._options = dict(options or {})
        self._fed_by = fed_by

    def option(self, name: str, default: int) -> int:
        """A number that the board file gives this peripheral."""
        return self._options.get(name, default)

    def divider(self) -> int:
        """Core cycles of one cycle of the clock that feeds this peripheral, as it is set now."""
        divider = self.system.dividers.get(self._fed_by)
        return 1 if divider is None else divider()

    def set_line(self, name: str, level: bool) -> None:
        """Drive the interrupt line that the board file calls `name`; where it has none nothing happens."""
        if name in self._lines:
            self.system.unit.controller.set_line(FIRST_INTERRUPT + self._lines[name], level)

    def transmit(self, data: bytes) -> None:
        """Send to the console."""
        self.console.write(data, self.name)
