"""Calls whose memory the host shares: buffers between unmapped guards, a stack of any content, registers watched.

Memory is one NumPy array; slot k of it is mapped by itself, with unmapped addresses on both sides, so a buffer placed
at either end of a slot faults on the first byte beyond. A call costs some 20 us: registers are set by restoring a
context
and go out to shared memory in a few instructions around the callee, instead of one by one through the engine.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emulator.address_space import AddressSpace
from emulator.calls.caller import Caller
from emulator.engine.engine import register_ids
from emulator.errors import ArgumentError, MemoryMapError, StoppedError
from emulator.memory import PAGE, Region

_SAVED = ("r4", "r5", "r6", "r7", "sp", "r8", "r9", "r10", "r11")
_SAVED_VFP = tuple(f"d{n}" for n in range(8, 16))
_RESULTS = 8
_EXIT = 30
_NOPS = 0xBF00BF00
_VSTMIA_R2_D8_D15 = 0x8B10EC82
FRAME = 256
"""Bytes of the stack above SP at the call: stack arguments first, then what belongs to the caller."""


@dataclass(frozen=True)
class Return:
    """r0, r1; cycles; names of callee-saved registers that changed; why the call did not return, if it did not.

    `link` is LR where it stopped: in a function that calls no other, where it was called from.
    """

    r0: int
    r1: int
    cycles: int
    clobbered: tuple[str, ...]
    error: StoppedError | None = None
    link: int = 0


class Sandbox:
    """Slots of shared memory on one machine; made by `Machine.sandbox`.

    `memory` is uint8, of shape (slots * slot_size + stack_size,): the slots one after the other, then the stack.
    """

    def __init__(
        self, name: str, space: AddressSpace, caller: Caller, has_fpu: bool, sizes: tuple[int, int, int]
    ) -> None:
        slots, self.slot_size, stack_size = sizes
        if self.slot_size % PAGE or stack_size % PAGE:
            raise MemoryMapError(f"sandbox slots of {self.slot_size}, stack of {stack_size} bytes: not whole pages")
        self._caller, self._engine = caller, space.engine
        self.memory = _pages(slots * self.slot_size + stack_size)
        parts = [self.memory[k * self.slot_size : (k + 1) * self.slot_size] for k in range(slots)]
        self.slots = tuple(space.add_shared(f"{name} slot {k}", part) for k, part in enumerate(parts))
        self.stack = space.add_shared(f"{name} stack", self.memory[slots * self.slot_size :])
        self.sp = self.stack.end - FRAME
        self._control = _pages(PAGE)
        self._words = self._control.view(np.uint32)
        control = space.add_shared(f"{name} registers", self._control)
        self._entry = self._write_trampoline(name, space, control, has_fpu)
        self._names = (*_SAVED, *(name for d in _SAVED_VFP for name in (d, d))) if has_fpu else _SAVED
        self._kept, self._context = self._fill_registers(has_fpu)

    @staticmethod
    def _write_trampoline(name: str, space: AddressSpace, control: Region, has_fpu: bool) -> int:
        """Loads r0..r3 and the target from `control`, calls, stores r0, r1 and all callee-saved registers there."""
        before = (0x4807, 0x6901, 0x468C, 0xC80F, 0x47E0)
        after = (0x4A06, 0xC2F3, 0x466B, 0x4644, 0x464D, 0x4656, 0x465F, 0xC2F8)
        literals = (control.start, control.start + 4 * _RESULTS)
        code = struct.pack("<13HIH2I", *before, *after, _VSTMIA_R2_D8_D15 if has_fpu else _NOPS, 0xBF00, *literals)
        memory = _pages(PAGE)
        memory[: len(code)] = np.frombuffer(code, np.uint8)
        region = space.add_shared(f"{name} call", memory, "rx")
        space.engine.set_exit(region.start + _EXIT)
        return region.start

    def _fill_registers(self, has_fpu: bool) -> tuple[npt.NDArray[np.uint32], object]:
        """Patterns in every callee-saved register: as the words that come back, and as a context."""
        wide = {name: 0x5AFEC0DE_0DD00000 + 0x1_00000101 * n for n, name in enumerate(_SAVED_VFP)} if has_fpu else {}
        core = {name: 0x5AFE0000 + 0x101 * n for n, name in enumerate(_SAVED)} | {"sp": self.sp}
        values = core | wide
        before = self._engine.save_registers()
        self._engine.set_registers(dict(zip(register_ids(tuple(values)), values.values(), strict=True)))
        context = self._engine.save_registers()
        self._engine.restore_registers(before)
        words = [*core.values(), *(half for v in wide.values() for half in (v & 0xFFFFFFFF, v >> 32))]
        return np.array(words, np.uint32), context

    def watch(self, callback: Callable[[bool, int, int, int], None]) -> Callable[[], None]:
        """Call `callback(is_write, pc, offset, size)` at each access to `memory`; slow. The result ends that."""
        parts = [(slot.start, slot.end, k * self.slot_size) for k, slot in enumerate(self.slots)]
        parts.append((self.stack.start, self.stack.end, len(self.slots) * self.slot_size))

        def on_access(is_write: bool, pc: int, address: int, size: int) -> None:
            for start, end, offset in parts:
                if start <= address < end:
                    callback(is_write, pc, offset + address - start, size)
                    return

        return self._engine.access_hooks.call(on_access)

    def call(self, function: int, words: Sequence[int], max_cycles: int) -> Return:
        """Call the function at `function` with 32-bit argument words: four in registers, the rest on the stack."""
        frame = [word & 0xFFFFFFFF for word in words]
        if 4 * len(frame) > FRAME:
            raise ArgumentError(f"{len(frame)} argument words; a sandbox takes {FRAME // 4}")
        self._words[: min(4, len(frame))] = frame[:4]
        self._words[4] = function | 1
        if len(frame) > 4:
            at = self.memory.size - FRAME
            self.memory[at : at + 4 * (len(frame) - 4)] = np.array(frame[4:], np.uint32).view(np.uint8)
        self._engine.restore_registers(self._context)
        try:
            cycles, _ = self._caller.run(self._entry, max_cycles)
        except StoppedError as error:
            self._caller.tracer.begin()
            return Return(0, 0, error.cycles, (), error, self._engine.registers(register_ids(("lr",)))[0])
        results = self._words[_RESULTS : _RESULTS + 2 + len(self._kept)]
        r0, r1 = int(results[0]), int(results[1])
        same = results[2:] == self._kept
        if same.all():
            return Return(r0, r1, cycles, ())
        changed = (name for name, kept in zip(self._names, same, strict=True) if not kept)
        return Return(r0, r1, cycles, tuple(dict.fromkeys(changed)))


def _pages(size: int) -> npt.NDArray[np.uint8]:
    """`size` zero bytes from a page boundary."""
    memory = np.zeros(size + PAGE, np.uint8)
    start = -memory.ctypes.data % PAGE
    return memory[start : start + size]
