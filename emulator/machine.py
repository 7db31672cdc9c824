"""A Cortex-M that loads an ELF and calls C functions in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator.address_space import AddressSpace, Snapshot
from emulator.calls import aapcs
from emulator.calls.caller import Caller
from emulator.calls.placement import ALIGNMENT, Buffer, Placement
from emulator.calls.sandbox import Sandbox
from emulator.errors import EmulatorError
from emulator.memories.attach import MEMORY
from emulator.memories.layout import Layout
from emulator.memory import MemoryMap, Region
from emulator.profile.breakdown import Spent, break_down
from emulator.profile.counted import Counted, counted
from emulator.program.elf import Image, Symbol, read_elf
from emulator.recording.recorder import LIMIT, RunRecorder
from emulator.recording.recording import Recording
from emulator.timing.core import load_core
from emulator.timing.cost import CostModel
from emulator.tracing.split_reads import SplitReads
from emulator.tracing.tracer import Edge, Stall

MAX_CYCLES = 2_000_000_000


@dataclass(frozen=True)
class CallResult:
    """What a call gave.

    value: by `returns`; cycles: from the function's first instruction to its return, the return's branch included;
    instructions: executed or skipped by IT; stack: bytes written below SP, the deepest callee included; clobbered:
    names of callee-saved registers (r4..r11, sp, d8..d15) that did not come back as they were.
    """

    value: Any
    cycles: int
    instructions: int
    stack: int
    clobbered: tuple[str, ...] = ()


class Machine:
    """A core with memory; `core` names a table in emulator/cores.

    `memory` is a MemoryMap that must hold the image; without one it is derived from the ELF. `tracer` is "native",
    "python" or None (the environment variable MICROINFER_TRACER, else native where built). `muls_cycles` is 32 for an
    Armv6-M core with the small multiplier.
    """

    def __init__(
        self,
        core: str = "cortex-m4",
        memory: MemoryMap | None = None,
        *,
        stack_size: int = 64 << 10,
        heap_size: int = 16 << 20,
        tracer: str | None = None,
        muls_cycles: int = 1,
    ) -> None:
        self.core = load_core(core).multiplying_in(muls_cycles)
        self._given = tuple(memory) if memory is not None else None
        self._sizes = (stack_size, heap_size)
        self._wanted_tracer = tracer
        self._space: AddressSpace | None = None
        self._caller: Caller | None = None
        self._sandboxes = 0
        self._recorder: RunRecorder | None = None
        self._digest = ""
        self._layout = Layout()
        self.symbols: tuple[Symbol, ...] = ()

    @classmethod
    def from_elf(
        cls, source: str | Path | bytes, core: str = "cortex-m4", memory: MemoryMap | None = None, **options: Any
    ) -> Machine:
        """A machine with the ELF loaded; `options` as for Machine."""
        machine = cls(core, memory, **options)
        machine.load(source)
        return machine

    def load(self, source: str | Path | bytes) -> Image:
        """Load an ELF, by path or content, into fresh memory; buffers of an image loaded before are gone.

        Raises ElfError, or MemoryMapError when the given memory does not hold a segment.
        """
        image = read_elf(source)
        space = AddressSpace(self.core.model, image, self._given, *self._sizes)
        self._caller = Caller(self.core, space, image, self._wanted_tracer)
        self._space = space
        self._recorder, self._layout = None, Layout()
        self._digest = hashlib.sha256(source if isinstance(source, bytes) else Path(source).read_bytes()).hexdigest()
        self.symbols = image.symbols
        return image

    def call(
        self,
        function: str | int,
        *arguments: Any,
        returns: aapcs.ReturnType = "int32_t",
        max_cycles: int | None = None,
    ) -> CallResult:
        """Call a C function by name or address, and come back when it returns.

        Arguments: ints (32 bits), bool, None, Int64/Uint64, Float32/Float64, Buffer, NumPy arrays and bytes (copied to
        the machine for the call; writeable arrays are copied back), Struct (by pointer), ByValue. `returns`: "void",
        "bool", "int8_t" to "uint64_t", "float", "double", "void*" or a Struct class.

        Raises UnknownSymbol, ArgumentError, OutOfMemory; Fault, IllegalInstruction, Breakpoint, SupervisorCall,
        WaitForInterrupt; CycleLimit when the function needs more than max_cycles (default 2,000,000,000).
        """
        caller, space = self._loaded()
        aapcs.check_return(returns)
        address = caller.address_of(function)
        mark = space.heap.mark
        placement = Placement(space.heap, space.write)
        try:
            hidden = space.heap.take(returns.sizeof(), 8) if _in_memory(returns) else None  # type: ignore[union-attr]
            frame = aapcs.marshal(arguments, placement.place, caller.float_abi, hidden)
            outcome = caller.call(address, frame, MAX_CYCLES if max_cycles is None else max_cycles)
            in_memory = space.read(hidden, returns.sizeof()) if hidden is not None else b""  # type: ignore[union-attr]
            placement.copy_back(space.read)
        finally:
            space.heap.mark = mark
        value = aapcs.result(returns, outcome.core, outcome.vfp, in_memory, caller.float_abi)
        return CallResult(value, outcome.cycles, outcome.instructions, outcome.stack, outcome.clobbered)

    def add_region(self, name: str, size: int, permissions: str = "rw", near: int | None = None) -> Region:
        """Map another region of at least `size` bytes at a free address, at or above `near` if given."""
        return self._loaded()[1].add_region(name, size, permissions, near)

    def alloc(
        self,
        content: npt.NDArray[Any] | bytes | int,
        align: int = ALIGNMENT,
        region: Region | str | None = None,
        name: str = "",
    ) -> Buffer:
        """Memory that stays: zeroed for a size, filled for an array or bytes. In `region`, or the argument heap.

        Raises OutOfMemory.
        """
        space = self._loaded()[1]
        data = bytes(content) if isinstance(content, int) else _bytes(content)
        address = space.heap_of(region).take(len(data), align)
        if data:
            space.write(address, data)
        return Buffer(address, len(data), name)

    def release(self, region: Region | str | None = None) -> None:
        """Give back all that `alloc` took from `region`, or from the argument heap."""
        heap = self._loaded()[1].heap_of(region)
        heap.mark = heap.region.start

    def read(self, address: int | Buffer, size: int) -> bytes:
        """Bytes of memory; raises EmulatorError where there is none."""
        return self._loaded()[1].read(_at(address), size)

    def write(self, address: int | Buffer, data: bytes) -> None:
        """Set bytes of memory, whatever its permissions."""
        self._loaded()[1].write(_at(address), data)

    def read_array(self, buffer: int | Buffer, dtype: npt.DTypeLike, shape: int | Sequence[int]) -> npt.NDArray[Any]:
        """A fresh array from memory, C order."""
        kind = np.dtype(dtype)
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        data = self.read(buffer, kind.itemsize * int(np.prod(sizes, dtype=np.int64)))
        return np.frombuffer(data, kind).reshape(sizes).copy()

    def sandbox(self, slots: int, slot_size: int, stack_size: int = 16 << 10) -> Sandbox:
        """Memory shared with the host, each of `slots` between unmapped guards, and calls with buffers in it."""
        caller, space = self._loaded()
        self._sandboxes += 1
        return Sandbox(f"sandbox{self._sandboxes}", space, caller, self.core.has_fpu, (slots, slot_size, stack_size))

    def snapshot(self) -> Snapshot:
        """Writeable memory as it is now: static data, buffers."""
        return self._loaded()[1].snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Set memory and allocations back to a snapshot of this machine."""
        self._loaded()[1].restore(snapshot)

    def symbol(self, name: str) -> Symbol:
        """A function or object of the image; raises UnknownSymbol with near names."""
        return self._loaded()[0].symbols.find(name)

    @property
    def memory(self) -> MemoryMap:
        """All regions, those of the image and the machine's own."""
        return self._loaded()[1].memory

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Edges between blocks counted since `load` or `clear_edges`."""
        return tuple(Edge(*row) for row in self._loaded()[0].tracer.edges())

    @property
    def edge_rows(self) -> list[tuple[int, int, int, int, int, int]]:
        """The same as plain tuples with the fields of Edge: quick enough to ask after every call."""
        return self._loaded()[0].tracer.edges()

    def clear_edges(self) -> None:
        """Count edges from zero again."""
        caller = self._loaded()[0]
        caller.tracer.clear_counts()
        caller.operands.clear()

    def slow_down(self, layout: Layout) -> None:
        """Let memories cost what `layout` says from now on; edges counted so far are dropped."""
        self._loaded()[0].slow_down(layout)
        self._layout = layout

    def record(self, limit: int = LIMIT) -> None:
        """Record calls from now on, and what they read from code and SRAM areas; see `recording`.

        Beyond `limit` words of 32 bits the order is lost, and counts are all that is left.
        """
        caller = self._loaded()[0]
        if self._recorder is not None:
            self._recorder.restart(limit)
            return
        self._recorder = RunRecorder(caller.reads, caller.tracer, caller.operands, (MEMORY,), limit)

    def part(self, name: str = "") -> None:
        """Calls from here on are a part of the recording, or with "" and for a name that was there before, of none.

        A recording with parts is costed part by part, without what belongs to none. Nothing without `record`.
        """
        if self._recorder is not None:
            self._recorder.parts.begin(name)

    def recording(self) -> Recording:
        """What ran since `record`, to be saved or costed again (emulator.recording)."""
        space = self._loaded()[1]
        if self._recorder is None:
            raise EmulatorError("nothing was recorded: call machine.record() before the calls")
        return self._recorder.finish(self._digest, self.core.name, tuple(space.memory), self.symbols, space.code)

    @property
    def stalls(self) -> tuple[Stall, ...]:
        """Cycles that slow memories added, by edge, since `load`, `slow_down` or `clear_edges`."""
        return tuple(Stall(*row) for row in self._loaded()[0].tracer.stalls())

    def counted(self) -> Counted:
        """What has been counted since `load`, `slow_down` or `clear_edges`."""
        caller = self._loaded()[0]
        return counted(caller.tracer, caller.operands.counts())

    def breakdown(self, of: Counted | None = None) -> tuple[Spent, ...]:
        """What cycles went to, by instruction: all counted so far, or a part of it."""
        caller, space = self._loaded()
        model = CostModel(self.core, space.code, caller.symbols.locate)
        return break_down(self.counted() if of is None else of, model, caller.symbols.start_of, self._layout)

    def charge_unaligned(self) -> SplitReads:
        """Charge unaligned loads from now on, which slows runs down; see emulator/tracing/split_reads.py.

        Raises TimingError for a core without numbers for them.
        """
        caller = self._loaded()[0]
        self._splits = SplitReads(caller.reads, caller.tracer, self.core)
        return self._splits

    @property
    def operand_cycles(self) -> dict[int, int]:
        """Cycles on top of the edges', by instruction, for operands and for what an IT skipped; see edges."""
        return {at: cycles for at, cycles in self.counted().operands.items() if cycles}

    def _loaded(self) -> tuple[Caller, AddressSpace]:
        if self._caller is None or self._space is None:
            raise EmulatorError("no image: load an ELF first, machine.load(path)")
        return self._caller, self._space


def _in_memory(returns: aapcs.ReturnType) -> bool:
    return aapcs.returned_in_memory(returns)


def _at(address: int | Buffer) -> int:
    return address.address if isinstance(address, Buffer) else address


def _bytes(content: npt.NDArray[Any] | bytes) -> bytes:
    return content.tobytes() if isinstance(content, np.ndarray) else bytes(content)
