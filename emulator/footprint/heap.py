"""The heap of a run, followed at the entry and the return of its allocator's functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from emulator.footprint.allocators import ALLOCATORS, Allocator
from emulator.footprint.chain import Context
from emulator.program.symbols import SymbolTable
from emulator.tracing.tracer import Tracer

_FAILED = 0xFFFFFFFF
_GIVING = ("allocate", "allocate many", "reallocate")
_NEAR = 512
"""Frames of an allocator around another one take less; other tasks have their stacks farther away."""


@dataclass
class _Call:
    allocator: Allocator
    arguments: Sequence[int]
    sp: int


@dataclass
class HeapState:
    """calls: allocations asked for; failed: those that got none; live: bytes by address; peak: the most there were.

    The break is None where the firmware has no sbrk.
    """

    calls: int = 0
    failed: int = 0
    live: dict[int, int] = field(default_factory=dict)
    bytes: int = 0
    peak_bytes: int = 0
    peak_blocks: int = 0
    peak: Context | None = None
    start: int | None = None
    end: int = 0


class Heap:
    """Told of blocks that begin at watched addresses: `registers` are r0 to r2, SP and LR.

    An allocator that calls another one gives the same answer twice, which counts once.
    """

    def __init__(self, symbols: SymbolTable, tracer: Tracer, flag: Callable[[int], None]) -> None:
        self.state = HeapState()
        functions = {s.name: s.address for s in reversed(symbols.all) if s.kind == "function"}
        self._entries = {functions[a.name]: a for a in ALLOCATORS if a.name in functions}
        self._returns: dict[int, list[_Call]] = {}
        self._tracer, self._flag = tracer, flag

    @property
    def present(self) -> bool:
        """Whether the firmware has an allocator."""
        return bool(self._entries)

    def watches(self, address: int) -> bool:
        """Whether to be told of a block that begins there."""
        return address in self._entries or address in self._returns

    def restart(self) -> None:
        """As after reset: nothing is allocated."""
        self._returns.clear()
        self.state.live.clear()
        self.state.bytes = 0

    def seen(self, address: int, registers: Sequence[int]) -> None:
        """A watched block begins."""
        *arguments, sp, link = registers
        returned = self._returned(address, sp)
        for position, call in enumerate(returned):
            inside = position + 1 < len(returned) or self._is_inside(call)
            self._finish(call, arguments[0], address, inside)
        allocator = self._entries.get(address)
        if allocator is not None:
            target = link & ~1
            if target not in self._returns:
                self._returns[target] = []
                self._flag(target)
            self._returns[target].append(_Call(allocator, arguments[allocator.first :], sp))

    def _returned(self, address: int, sp: int) -> list[_Call]:
        """Calls that return there with this SP, innermost first."""
        waiting = self._returns.get(address)
        if not waiting:
            return []
        done = [call for call in waiting if call.sp == sp]
        self._returns[address] = [call for call in waiting if call.sp != sp]
        return done[::-1]

    def _is_inside(self, call: _Call) -> bool:
        """Whether another allocator called it."""
        waiting = (c for calls in self._returns.values() for c in calls if c.allocator.kind in _GIVING)
        return any(0 <= c.sp - call.sp < _NEAR for c in waiting)

    def _finish(self, call: _Call, result: int, address: int, inside: bool) -> None:
        kind, arguments = call.allocator.kind, call.arguments
        if kind == "break":
            self._move_break(result, arguments[0])
        elif kind == "free":
            self._release(arguments[0])
        elif kind == "allocate":
            self._allocate(result, arguments[0], address, inside)
        elif kind == "allocate many":
            self._allocate(result, arguments[0] * arguments[1] & 0xFFFFFFFF, address, inside)
        else:
            if result or not arguments[1]:
                self._release(arguments[0])
            self._allocate(result, arguments[1], address, inside)

    def _move_break(self, old: int, increment: int) -> None:
        if old == _FAILED:
            return
        signed = increment - (1 << 32) if increment >> 31 else increment
        if self.state.start is None:
            self.state.start = self.state.end = old
        self.state.end = max(self.state.end, old + signed)

    def _release(self, pointer: int) -> None:
        self.state.bytes -= self.state.live.pop(pointer, 0)

    def _allocate(self, pointer: int, size: int, address: int, inside: bool) -> None:
        state = self.state
        if not pointer:
            state.failed += bool(size) and not inside
            return
        if state.live.get(pointer) == size:
            return
        state.calls += 1
        state.bytes += size - state.live.get(pointer, 0)
        state.live[pointer] = size
        if state.bytes > state.peak_bytes:
            state.peak_bytes, state.peak_blocks = state.bytes, len(state.live)
            state.peak = Context(self._tracer.save_calls(), address)
