"""The CPU: Unicorn 2.1.4 behind an interface of our own. The only importer of unicorn.

What was measured and is relied on here; tests/emulator/engine/test_unicorn_canaries.py pins each:

* UC_MODE_MCLASS forces a Cortex-M33 whatever model is asked for. UC_MODE_THUMB alone plus ctl_set_cpu_model honours
  the model and the core is M-profile all the same.
* The models are looser than the cores: M3 executes SMLAD, M0 executes CBZ, the FPU works with CPACR zero, and unaligned
  LDRD and division by zero never trap. emulator/faults/traps.py looks at code before it runs and stops in front of such
  instructions.
* UC_HOOK_MEM_READ/WRITE on a conditional access inside an IT block leaks ITSTATE: later instructions are skipped.
  `access_hooks` clears the IT bits of XPSR in the hook, which cures it. PC is that of the instruction there. Code
  translated before such a hook is set never calls it. UC_HOOK_MEM_INVALID is safe because it always ends the run.
* A block hook that calls uc_emu_stop stops in front of that block: PC is its first instruction, and the hook sees the
  same block again when the run goes on. The hook's size is that of the translation block, which ends at a page
  boundary, after 512 instructions and after WFI, CPS, MSR and the like, not only at branches.
* A block hook sees the registers that the block is entered with, an instruction hook those in front of its instruction;
  one on what an IT skips is not called.
* The only hook of a kind is called directly; of several, each hooked instruction searches the list, a nanosecond for
  each. A hook of accesses makes all loads and stores several times slower, in its range or not.
* A store to a page that may be executed takes some 30 ns, and pages of the SRAM area always may.
* No block hook fires at an exit address, and the exit need not be mapped, but it must not lie in the areas that
  M-profile makes execute-never (0x40000000, 0xa0000000 and up): a jump there raises interrupt 3 (prefetch abort),
  where other unmapped or non-executable targets raise UC_ERR_FETCH_*.
* BKPT raises interrupt 7 with PC on it, SVC 2 with PC past it. WFI returns from emu_start with PC past it. WFE and
  YIELD end in UC_ERR_INSN_INVALID with PC past them; they are hints, so the run goes on. An invalid instruction right
  behind one looks the same; the tracer's open block tells them apart (`watch`).
* EXC_RETURN in PC raises interrupt 3 on M3, M4 and M7, 8 on M33 and UC_ERR_FETCH_UNMAPPED on M0, like any jump there.
* The M33 begins in Secure state and checks MSPLIM and PSPLIM itself: interrupt 19. emu_start sets the Thumb bit, and a
  count of 1 is not heeded by code that is already translated.
* XPSR written from here sets IPSR and ITSTATE, and with them the mode and which stack pointer is SP. CONTROL, PSP and
  MSP obey the rules of MSR: nothing but SP can be written, and masks read as 0, while in unprivileged thread mode. FPCA
  is set by the first FP instruction.
* PC is not up to date in an mmio_map callback, the other registers are.
* reg_read_batch and reg_write_batch of the binding take 2.5 us a register, a plain ctypes call 2 us for twelve, our
  extension 0.4 us.
* On the M0 an unaligned access raises interrupt 4.
* The native callback goes through the binding's private `_uch` and `uclib`; without them the Python hook gives the same
  numbers.
* Each Uc reserves 1 GiB of address space for translated code unless told otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import unicorn as _unicorn
from unicorn import arm_const as _arm

from emulator.code_watch import Check, CodeWatch, Examine, HookKinds
from emulator.engine.access_hooks import AccessHooks, AccessNumbers
from emulator.engine.block_hooks import BlockHooks
from emulator.engine.ending import Ending, EndingNumbers
from emulator.engine.instruction_hooks import InstructionHooks
from emulator.engine.memory import EngineMemory, MemoryNumbers
from emulator.engine.native_library import NativeLibrary, function_address
from emulator.engine.native_registers import quick_registers
from emulator.engine.stop import Stop
from emulator.errors import EngineError
from emulator.instructions.hints import EVENT_WAITS, HINTS
from emulator.page_view import PageView, TlbNumbers
from emulator.probe import Probe, ProbeNumbers

_CODE_BUFFER = 64 << 20
_THUMB = 1 << 24
_HOOKS = HookKinds(_unicorn.UC_HOOK_EDGE_GENERATED, _unicorn.UC_HOOK_CODE)
_PERMISSIONS = {"r": _unicorn.UC_PROT_READ, "w": _unicorn.UC_PROT_WRITE, "x": _unicorn.UC_PROT_EXEC}
_MEMORY = MemoryNumbers(_PERMISSIONS, _unicorn.UcError)
_ACCESSES = AccessNumbers(
    _unicorn.UC_HOOK_MEM_READ,
    _unicorn.UC_HOOK_MEM_WRITE,
    _unicorn.UC_MEM_WRITE,
    _arm.UC_ARM_REG_PC,
    _arm.UC_ARM_REG_XPSR,
    it_bits=0x0600FC00,
)
_PROBE = ProbeNumbers(
    _unicorn.UC_HOOK_CODE, _ACCESSES.reads | _ACCESSES.writes, _ACCESSES.write, _ACCESSES.flags, _ACCESSES.it_bits
)
_TLB = TlbNumbers(
    _unicorn.UC_HOOK_TLB_FILL,
    _unicorn.UC_TLB_CPU,
    _unicorn.UC_TLB_VIRTUAL,
    _unicorn.UC_CTL_TLB_FLUSH,
    _unicorn.UC_CTL_IO_WRITE,
    _PERMISSIONS,
    _unicorn.UC_MEM_READ,
    _unicorn.UC_MEM_WRITE,
)
_ENDING = EndingNumbers(
    _unicorn.UC_HOOK_MEM_INVALID,
    _unicorn.UC_HOOK_INTR,
    {
        _unicorn.UC_MEM_READ_UNMAPPED: ("read", False),
        _unicorn.UC_MEM_WRITE_UNMAPPED: ("write", False),
        _unicorn.UC_MEM_FETCH_UNMAPPED: ("fetch", False),
        _unicorn.UC_MEM_READ_PROT: ("read", True),
        _unicorn.UC_MEM_WRITE_PROT: ("write", True),
        _unicorn.UC_MEM_FETCH_PROT: ("fetch", True),
    },
    {2: "supervisor call", 3: "fetch", 4: "alignment", 7: "breakpoint", 8: "fetch"},
)


def models() -> list[str]:
    """Names of the CPU models there are, e.g. "CORTEX_M4"."""
    return sorted(n[len("UC_CPU_ARM_") :] for n in dir(_arm) if n.startswith("UC_CPU_ARM_CORTEX_M"))


def register_ids(names: Sequence[str]) -> tuple[int, ...]:
    """Engine numbers of registers by their assembler names ("r0", "sp", "s16", "d8", "msp")."""
    return tuple(getattr(_arm, f"UC_ARM_REG_{name.upper()}") for name in names)


class Engine(EngineMemory):
    """One CPU with its memory.

    `block_hooks` and `access_hooks` call others as the code runs, `page_view` limits what it may touch, `code_watch`,
    where there is one, looks at code before it runs, `ending` knows why the last run ended.
    """

    def __init__(self, model: str) -> None:
        number = getattr(_arm, f"UC_CPU_ARM_{model}", None)
        if number is None:
            raise EngineError(f"Unicorn has no model {model}; there are: {', '.join(models())}")
        self._uc: Any = _unicorn.Uc(_unicorn.UC_ARCH_ARM, _unicorn.UC_MODE_THUMB)
        self._uc.ctl_set_cpu_model(number)
        self._uc.ctl_set_tcg_buffer_size(_CODE_BUFFER)
        self._uc.ctl_exits_enabled(True)
        native = self.native()
        super().__init__(self._uc, _MEMORY, native)
        self.ending = Ending(self._uc, _ENDING, self.peek)
        self.stops_at_event_waits = False
        self.code_watch: CodeWatch | None = None
        self.page_view = PageView(self._uc, _TLB)
        self.block_hooks = BlockHooks(self._uc, _unicorn.UC_HOOK_BLOCK, native)
        self.access_hooks = AccessHooks(self._uc, _ACCESSES, native)
        self.instruction_hooks = InstructionHooks(self._uc, _unicorn.UC_HOOK_CODE, native)
        self._quick_pc = None if native is None else quick_registers(native, (_arm.UC_ARM_REG_PC,))

    def registers(self, ids: Sequence[int]) -> tuple[int, ...]:
        """Values of registers, by `register_ids`."""
        return tuple(self._uc.reg_read_batch(ids))

    def set_registers(self, values: Mapping[int, int]) -> None:
        """Set registers, by `register_ids`. Setting pc has no effect on where `run` begins."""
        self._uc.reg_write_batch(tuple(values.items()))

    def save_registers(self) -> object:
        """All registers, to restore later."""
        return self._uc.context_save()

    def restore_registers(self, saved: object) -> None:
        """Set all registers as they were saved; ITSTATE and flags too."""
        self._uc.context_restore(saved)

    def forget_code(self) -> None:
        """Drop translated code: other code lies in memory now."""
        self._uc.ctl_flush_tb()

    def forget_code_at(self, start: int, end: int) -> None:
        """Drop what was translated from these addresses."""
        self._uc.ctl_remove_cache(start, end)

    def watch_code(self, examine: Examine, check: Check) -> None:
        """Look at code before it runs and stop in front of some instructions; see CodeWatch."""
        self.code_watch = CodeWatch(self._uc, _HOOKS, examine, check)

    def make_probe(self) -> Probe:
        """Stops in front of instructions and accesses that a debugger asks for."""
        return Probe(self._uc, _PROBE)

    def native(self) -> NativeLibrary | None:
        """The C library and the engine's handle in it, None where the binding hides them."""
        library, handle = _library(), getattr(self._uc, "_uch", None)
        return None if library is None or handle is None else NativeLibrary(library, handle)

    @staticmethod
    def stop_function() -> int:
        """Address of uc_emu_stop for native callbacks, 0 if the binding hides it."""
        return function_address(_library(), "uc_emu_stop")

    @staticmethod
    def register_functions() -> tuple[int, int, int] | None:
        """Addresses of uc_reg_read and uc_reg_write and the number of the flags register, for native callbacks."""
        library = _library()
        if library is None:
            return None
        return *(function_address(library, name) for name in ("uc_reg_read", "uc_reg_write")), _arm.UC_ARM_REG_XPSR

    @staticmethod
    def batch_reader() -> int | None:
        """Address of uc_reg_read_batch for native callbacks."""
        return function_address(_library(), "uc_reg_read_batch") or None

    def set_exit(self, address: int) -> None:
        """Make `address` one of the places where `run` returns "exit"."""
        self.ending.exits.add(address)
        self._uc.ctl_set_exits(sorted(self.ending.exits))

    @contextmanager
    def only_exit(self, address: int) -> Iterator[None]:
        """Stop at `address`, and at no other exit, meanwhile."""
        self._uc.ctl_set_exits([address])
        try:
            yield
        finally:
            self._uc.ctl_set_exits(sorted(self.ending.exits))

    def run(self, pc: int) -> Stop:
        """Execute Thumb code from `pc` until something ends it."""
        watch = self.code_watch
        while True:
            if watch is not None:
                watch.begin(pc)
            invalid = self.start(pc, 0)
            pc = self.pc
            if watch is not None:
                if watch.settle() and not invalid and not self.ending.refused:
                    if self._uc.reg_read(_arm.UC_ARM_REG_XPSR) & _THUMB:
                        continue
                    return Stop("illegal", pc)
                if watch.caught is not None:
                    return Stop(watch.kind, watch.caught)
            waits = invalid and self.ending.passed(pc, EVENT_WAITS)
            if waits and self.stops_at_event_waits:
                return Stop("event wait", pc)
            if not (waits or (invalid and self.ending.passed(pc, HINTS))):
                return self.ending.explain(pc, invalid)

    def start(self, pc: int, count: int) -> bool:
        """Let the engine run, `count` instructions unless 0; whether it met an invalid instruction."""
        ending = self.ending
        ending.access = ending.interrupt = self.page_view.denied = None
        try:
            self._uc.emu_start(pc | 1, 0xFFFFFFFF, count=count)
        except _unicorn.UcError as error:
            ending.access = ending.access or self.page_view.denied
            invalid = bool(error.errno == _unicorn.UC_ERR_INSN_INVALID)
            if not invalid and ending.access is None:
                raise EngineError(f"Unicorn stopped at 0x{self.pc:08x}: {error}") from None
            return invalid
        return False

    @property
    def pc(self) -> int:
        """Address of the next instruction, without Thumb bit."""
        if self._quick_pc is not None:
            return self._quick_pc.read()[0] & ~1
        return int(self._uc.reg_read(_arm.UC_ARM_REG_PC)) & ~1


def _library() -> Any:
    """The binding's ctypes library if it is where it was from 2.0 to 2.1.4."""
    try:
        from unicorn.unicorn_py3.unicorn import uclib
    except ImportError:
        return None
    return uclib
