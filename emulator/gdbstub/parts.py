"""What a debugger needs of a board with firmware in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from emulator.boards.console import Console
from emulator.boards.file import BoardFile
from emulator.boards.memory import BoardMemory
from emulator.bus import Bus
from emulator.engine.engine import Engine
from emulator.exceptions.unit import ExceptionUnit
from emulator.faults.traps import Traps
from emulator.processor import Processor
from emulator.protection import Protection
from emulator.timing.cost import CostModel
from emulator.tracing.tracer import Tracer


@dataclass(frozen=True)
class Parts:
    """`reset` brings core and peripherals to their state after power-on and gives the first PC; `describe` names a PC;
    `last_fault` is the paragraph on the last fault, or "". `exit_code` is that of semihosting; `code_changed` makes the
    board forget what it knows of the code.
    """

    engine: Engine
    tracer: Tracer
    processor: Processor
    unit: ExceptionUnit
    memory: BoardMemory
    bus: Bus
    console: Console
    model: CostModel
    protection: Protection
    traps: Traps
    board: BoardFile
    reset: Callable[[], int]
    describe: Callable[[int], str]
    last_fault: Callable[[], str]
    exit_code: Callable[[], int | None]
    code_changed: Callable[[], None]
