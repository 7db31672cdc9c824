"""A core with its memory, bus and time, put together for a board and an image."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.boards.file import BoardFile
from emulator.boards.memory import BoardMemory, io_areas
from emulator.bus import Bus
from emulator.clock import Clock
from emulator.engine.engine import Engine
from emulator.exceptions.controller import Controller
from emulator.exceptions.frame import NONSECURE_RETURN, SECURE_RETURN, Frames, Refusal
from emulator.exceptions.profile import ExceptionProfile, load_profile
from emulator.exceptions.unit import ExceptionUnit
from emulator.faults.traps import Traps
from emulator.memories.attach import attach_memories, attach_with
from emulator.memories.layout import WhatIf, board_layout
from emulator.program.elf import Image
from emulator.program.symbols import SymbolTable
from emulator.protection import Protection
from emulator.timing.core import Core, load_core
from emulator.timing.cost import CostModel
from emulator.timing.marks import forgiving, marked_cost
from emulator.tracing.operand_watch import OperandWatch
from emulator.tracing.reads import Reads
from emulator.tracing.tracer import Tracer


@dataclass(frozen=True)
class CoreParts:
    core: Core
    profile: ExceptionProfile
    engine: Engine
    memory: BoardMemory
    symbols: SymbolTable
    model: CostModel
    tracer: Tracer
    reads: Reads
    clock: Clock
    unit: ExceptionUnit
    protection: Protection
    traps: Traps
    bus: Bus
    operands: OperandWatch

    def forget_code(self) -> None:
        """Other code lies where some was before."""
        self.model.forget()
        self.tracer.forget()
        self.operands.expire()


def make_core(board: BoardFile, image: Image, tracer: str | None, strict: bool, what_if: WhatIf | None) -> CoreParts:
    """All of them, with the image in memory and nothing running yet. Raises BoardError, TracerError."""
    core, profile = load_core(board.core), load_profile(board.core)
    if board.muls_cycles != 1:
        core = core.with_multiplier(board.muls_cycles)
    engine = Engine(core.model)
    memory, symbols = BoardMemory(engine, board), SymbolTable(image.symbols)
    memory.load(image)
    model = CostModel(core, memory.code, symbols.locate)
    cost = marked_cost(model, symbols)
    layout = board_layout(board, what_if)
    counter = attach_with(engine, cost, model, layout, forgiving, tracer)
    clock = Clock(counter, board.clock_hz)
    unit = _exception_unit(board, engine, memory, clock)
    protection = Protection(engine, unit.mpu, counter, memory.code)
    protection.open_to_all = lambda: unit.settings.open_bus
    unit.frames.refusal = lambda address, size, privileged: _refusal(memory, protection, address, size, privileged)
    traps = Traps(engine, core, model, memory.code, unit.settings, unit.frames)
    bus = Bus(engine, counter, model, clock, unit.controller, strict)
    bus.locate = symbols.locate
    bus.quicken(board.io_port)
    for start, size in io_areas(board):
        engine.map_io(start, size, bus.read, bus.write)
    watch, reads = OperandWatch(engine, counter, model, memory.code), Reads(engine, counter, model)
    attach_memories(counter, reads, layout)
    parts = CoreParts(
        core, profile, engine, memory, symbols, model, counter, reads, clock, unit, protection, traps, bus, watch
    )
    traps.interrupt, traps.code_changed = clock.interrupt, parts.forget_code
    return parts


def _exception_unit(board: BoardFile, engine: Engine, memory: BoardMemory, clock: Clock) -> ExceptionUnit:
    profile = load_profile(board.core)
    bits = min(board.priority_bits, profile.priority_bits)
    controller = Controller(board.interrupts, bits, profile.main_extension)
    secure = profile.architecture != "v8m" or board.secure
    frames = Frames(engine, load_core(board.core).has_fpu, SECURE_RETURN if secure else NONSECURE_RETURN)
    return ExceptionUnit(controller, frames, clock, profile, memory.word)


def _refusal(memory: BoardMemory, protection: Protection, address: int, size: int, privileged: bool) -> Refusal | None:
    """What forbids a stack frame."""
    if not memory.writable(address, size):
        return "bus"
    return None if protection.allows_frame(address, size, privileged) else "mpu"
