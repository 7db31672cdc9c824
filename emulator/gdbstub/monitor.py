"""Commands behind GDB's `monitor`: each method `do_NAME` is one, and its first line of documentation its help."""

from __future__ import annotations

from emulator.errors import suggestion
from emulator.gdbstub.debugger import Debugger
from emulator.gdbstub.execution import CATCHES


class Monitor:
    """Answers with text for the user's console."""

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger

    def run(self, line: str) -> str:
        """Do one command."""
        name, _, argument = line.strip().partition(" ")
        command = getattr(self, f"do_{name}", None) if name.isidentifier() else None
        if command is None:
            return f"no monitor command {name[:40]!r}; {suggestion(name[:40], self._names())}\n"
        return str(command(argument.strip()))

    def _names(self) -> list[str]:
        return sorted(name[3:] for name in dir(self) if name.startswith("do_"))

    def do_help(self, _: str) -> str:
        """list these commands"""
        return "".join(f"monitor {name}: {getattr(self, f'do_{name}').__doc__}\n" for name in self._names())

    def do_cycles(self, _: str) -> str:
        """core cycles since power-on, and what time that is"""
        cycles = self._debugger.cycles
        return f"{cycles} cycles, {cycles / self._debugger.parts.board.clock_hz * 1e6:.3f} us\n"

    def do_reset(self, _: str) -> str:
        """reset the core and its peripherals and halt at the reset handler; memory keeps its contents"""
        self._debugger.reset()
        return f"reset; at {self._debugger.parts.describe(self._debugger.pc)}\n"

    def do_catch(self, argument: str) -> str:
        """faults that stop in front of their handler: none, hard (those that end in HardFault), all"""
        execution = self._debugger.execution
        if argument and argument not in CATCHES:
            return f"cannot catch {argument[:40]!r}; there are: {', '.join(CATCHES)}\n"
        execution.catches = argument or execution.catches
        return f"catching {execution.catches}\n"

    def do_where(self, _: str) -> str:
        """function, file and line of PC"""
        return f"{self._debugger.parts.describe(self._debugger.pc)}\n"
