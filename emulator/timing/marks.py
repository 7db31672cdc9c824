"""Costs with marks for exceptions and flow for the tree of calls: what a tracer needs to know of an edge."""

from __future__ import annotations

from collections.abc import Callable

from emulator.errors import DecodeError, IllegalInstruction, TimingError
from emulator.instructions.decode import Instruction
from emulator.program.symbols import SymbolTable
from emulator.timing.cost import CostModel
from emulator.tracing.tracer import CALL, JUMP, RETURN, CostFunction

_ATTENTION, _ALWAYS = 1, 2
_UNMASKING = {"cps", "cpsie", "cpsid", "msr"}
MarkedCost = Callable[[int, int, int], tuple[int, int, int, int, int]]


def marked_cost(model: CostModel, symbols: SymbolTable) -> MarkedCost:
    """The model's cost of an edge; mark 1 behind instructions that may unmask, 2 for a branch to itself; flow."""

    def cost(address: int, size: int, target: int) -> tuple[int, int, int, int, int]:
        cycles, instructions = model.edge(address, size, target)
        last = model.block(address, size)[-1]
        return cycles, instructions, _mark(last, address, target), *_flow(last, target, symbols)

    return cost


def forgiving(cost: CostFunction) -> CostFunction:
    """The same, but code that cannot be costed takes a cycle a half-word: wild firmware goes on to its fault."""

    def wild(
        address: int, size: int, target: int
    ) -> tuple[int, int] | tuple[int, int, int, int, int] | tuple[int, int, int, int, int, bytes]:
        try:
            return cost(address, size, target)
        except (DecodeError, IllegalInstruction, TimingError):
            return size // 2, size // 2, 0, 0, 0

    return wild


def _mark(last: Instruction, address: int, target: int) -> int:
    if last.name in _UNMASKING:
        return _ATTENTION
    return _ALWAYS if last.address == address == target and last.name == "b" else 0


def _flow(last: Instruction, target: int, symbols: SymbolTable) -> tuple[int, int]:
    """CALL, RETURN or JUMP and the function that goes on; (0, 0) inside a function."""
    holder = symbols.function_at(target)
    function = 0 if holder is None else holder.address
    if last.is_call and target != last.end:
        return CALL, function or target
    if last.writes_pc and target != last.end and _returns(last):
        return RETURN, function
    before = symbols.function_at(last.address)
    if before is None or holder is None or before.address == function:
        return 0, 0
    return JUMP, function


def _returns(last: Instruction) -> bool:
    if last.name in ("bx", "mov"):
        return last.operands.endswith("lr")
    return last.name.startswith(("pop", "ldm")) or (last.name == "ldr" and last.address_registers[:1] == ("sp",))
