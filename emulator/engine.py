"""The CPU: Unicorn 2.1.4 behind an interface of our own. The only importer of unicorn.

What was measured and is relied on here; tests/emulator/test_unicorn_canaries.py pins each:

* UC_MODE_MCLASS forces a Cortex-M33 whatever model is asked for. UC_MODE_THUMB alone plus ctl_set_cpu_model honours
  the model and the core is M-profile all the same.
* The models are looser than the cores: M3 executes SMLAD, M0 executes CBZ, the FPU works with CPACR zero, and unaligned
  LDRD and division by zero never trap. emulator/traps.py looks at code before it runs and stops in front of such
  instructions.
* UC_HOOK_MEM_READ/WRITE on a conditional access inside an IT block leaks ITSTATE: later instructions are skipped.
  `hook_accesses` clears the IT bits of XPSR in the hook, which cures it. PC is that of the instruction there. Code
  translated before such a hook is set never calls it. UC_HOOK_MEM_INVALID is safe because it always ends the run.
* A block hook that calls uc_emu_stop stops in front of that block: PC is its first instruction, and the hook sees the
  same block again when the run goes on. The hook's size is that of the translation block, which ends at a page
  boundary, after 512 instructions and after WFI, CPS, MSR and the like, not only at branches.
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
* reg_read_batch and reg_write_batch of the binding take 2.5 us a register, a plain ctypes call 2 us for twelve.
* On the M0 an unaligned access raises interrupt 4.
* The native callback goes through the binding's private `_uch` and `uclib`; without them the Python hook gives the same
  numbers.
* Each Uc reserves 1 GiB of address space for translated code unless told otherwise.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import unicorn as _unicorn
from unicorn import arm_const as _arm

from emulator.code_watch import Check, CodeWatch, Examine, HookKinds
from emulator.errors import EngineError
from emulator.native_registers import NativeBatch
from emulator.page_view import PageView, TlbNumbers
from emulator.probe import Probe, ProbeNumbers
from emulator.stop import Access, Stop, StopKind, Watcher

_CODE_BUFFER = 64 << 20
_IT_BITS = 0x0600FC00
_THUMB = 1 << 24
_HOOKS = HookKinds(_unicorn.UC_HOOK_EDGE_GENERATED, _unicorn.UC_HOOK_CODE)
_PROBE = ProbeNumbers(
    _unicorn.UC_HOOK_CODE,
    _unicorn.UC_HOOK_MEM_READ | _unicorn.UC_HOOK_MEM_WRITE,
    _unicorn.UC_MEM_WRITE,
    _arm.UC_ARM_REG_XPSR,
    _IT_BITS,
)
_TLB = TlbNumbers(
    _unicorn.UC_HOOK_TLB_FILL,
    _unicorn.UC_TLB_CPU,
    _unicorn.UC_TLB_VIRTUAL,
    _unicorn.UC_CTL_TLB_FLUSH,
    _unicorn.UC_CTL_IO_WRITE,
    {"r": _unicorn.UC_PROT_READ, "w": _unicorn.UC_PROT_WRITE, "x": _unicorn.UC_PROT_EXEC},
    _unicorn.UC_MEM_READ,
    _unicorn.UC_MEM_WRITE,
)
_EVENT_WAITS = {b"\x20\xbf", b"\xaf\xf3\x02\x80"}
_HINTS = {b"\x10\xbf", b"\xaf\xf3\x01\x80", *_EVENT_WAITS}
_WAITS = {b"\x30\xbf", b"\xaf\xf3\x03\x80"}
_ACCESS: dict[int, tuple[Literal["read", "write", "fetch"], bool]] = {
    _unicorn.UC_MEM_READ_UNMAPPED: ("read", False),
    _unicorn.UC_MEM_WRITE_UNMAPPED: ("write", False),
    _unicorn.UC_MEM_FETCH_UNMAPPED: ("fetch", False),
    _unicorn.UC_MEM_READ_PROT: ("read", True),
    _unicorn.UC_MEM_WRITE_PROT: ("write", True),
    _unicorn.UC_MEM_FETCH_PROT: ("fetch", True),
}
_INTERRUPTS: dict[int, StopKind] = {2: "supervisor call", 3: "fetch", 4: "alignment", 7: "breakpoint", 8: "fetch"}


def models() -> list[str]:
    """Names of the CPU models there are, e.g. "CORTEX_M4"."""
    return sorted(n[len("UC_CPU_ARM_") :] for n in dir(_arm) if n.startswith("UC_CPU_ARM_CORTEX_M"))


def register_ids(names: Sequence[str]) -> tuple[int, ...]:
    """Engine numbers of registers by their assembler names ("r0", "sp", "s16", "d8", "msp")."""
    return tuple(getattr(_arm, f"UC_ARM_REG_{name.upper()}") for name in names)


class Engine:
    """One CPU with its memory. Addresses are ints without Thumb bit; permissions are letters out of "rwx"."""

    def __init__(self, model: str) -> None:
        number = getattr(_arm, f"UC_CPU_ARM_{model}", None)
        if number is None:
            raise EngineError(f"Unicorn has no model {model}; there are: {', '.join(models())}")
        self._uc: Any = _unicorn.Uc(_unicorn.UC_ARCH_ARM, _unicorn.UC_MODE_THUMB)
        self._uc.ctl_set_cpu_model(number)
        self._uc.ctl_set_tcg_buffer_size(_CODE_BUFFER)
        self._uc.ctl_exits_enabled(True)
        self._exits: set[int] = set()
        self._owners: list[object] = []
        self._access: Access | None = None
        self._interrupt: int | None = None
        self._exit = -1
        self._watcher: Watcher | None = None
        self.stops_at_event_waits = False
        self.code_watch: CodeWatch | None = None
        self.page_view = PageView(self._uc, _TLB)
        self._block_hook: tuple[Callable[[], None], Callable[[], object]] | None = None
        native = self.native()
        self._fast_pc = None if native is None else NativeBatch(*native, (_arm.UC_ARM_REG_PC,))
        self._fast_read: Any = None if native is None else native[0]["uc_mem_read"]
        self._fast_write: Any = None if native is None else native[0]["uc_mem_write"]
        self._handle: Any = None if native is None else native[1]
        self._uc.hook_add(_unicorn.UC_HOOK_MEM_INVALID, self._on_invalid)
        self._uc.hook_add(_unicorn.UC_HOOK_INTR, self._on_interrupt)

    def _on_invalid(self, uc: Any, access: int, address: int, size: int, value: int, data: Any) -> bool:
        kind, protected = _ACCESS[access]
        self._access = Access(kind, address & 0xFFFFFFFF, size, protected)
        return False

    def _on_interrupt(self, uc: Any, number: int, data: Any) -> None:
        self._interrupt = number
        uc.emu_stop()

    def map(self, start: int, size: int, permissions: str) -> None:
        """Map zeroed pages."""
        self._call("map", start, size, self._uc.mem_map, start, size, _bits(permissions))

    def map_shared(self, start: int, size: int, permissions: str, host: int) -> None:
        """Map pages that are the host's memory at address `host`, page aligned, which the caller keeps alive."""
        self._call("map", start, size, self._uc.mem_map_ptr, start, size, _bits(permissions), host)

    def map_io(
        self, start: int, size: int, read: Callable[[int, int], int], write: Callable[[int, int, int], None]
    ) -> None:
        """Map registers: `read(address, size)` gives a value, `write(address, size, value)` takes one."""

        def on_read(uc: Any, offset: int, width: int, data: Any) -> int:
            return read(start + offset, width)

        def on_write(uc: Any, offset: int, width: int, value: int, data: Any) -> None:
            write(start + offset, width, value)

        self._call("map", start, size, self._uc.mmio_map, start, size, on_read, None, on_write, None)

    def protect(self, start: int, size: int, permissions: str) -> None:
        """Change permissions of mapped pages."""
        self._call("protect", start, size, self._uc.mem_protect, start, size, _bits(permissions))

    def unmap(self, start: int, size: int) -> None:
        """Remove pages."""
        self._call("unmap", start, size, self._uc.mem_unmap, start, size)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of mapped memory, whatever its permissions."""
        if self._fast_read is not None:
            buffer = (ctypes.c_char * size)()
            if not self._fast_read(self._handle, ctypes.c_uint64(address), buffer, ctypes.c_size_t(size)):
                return buffer.raw
        return bytes(self._call("read", address, size, self._uc.mem_read, address, size))

    def write(self, address: int, data: bytes) -> None:
        """Set bytes of mapped memory, whatever its permissions."""
        if self._fast_write is not None and not self._fast_write(
            self._handle, ctypes.c_uint64(address), ctypes.c_char_p(data), ctypes.c_size_t(len(data))
        ):
            return
        self._call("write", address, len(data), self._uc.mem_write, address, data)

    def _call(self, what: str, address: int, size: int, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return function(*args)
        except _unicorn.UcError as error:
            raise EngineError(f"cannot {what} {size} bytes at 0x{address:08x}: {error}") from None

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

    def watch(self, watcher: Watcher) -> None:
        """Ask `watcher` what cannot be told from PC alone when a run ends."""
        self._watcher = watcher

    def native(self) -> tuple[Any, Any] | None:
        """The C library and the engine's handle in it, None where the binding hides them."""
        library, handle = _library(), getattr(self._uc, "_uch", None)
        return None if library is None or handle is None else (library, handle)

    def set_exit(self, address: int) -> None:
        """Make `address` one of the places where `run` returns "exit"."""
        self._exits.add(address)
        self._uc.ctl_set_exits(sorted(self._exits))

    @staticmethod
    def stop_function() -> int:
        """Address of uc_emu_stop for native callbacks, 0 if the binding hides it."""
        library = _library()
        return 0 if library is None else ctypes.cast(library.uc_emu_stop, ctypes.c_void_p).value or 0

    def hook_blocks(self, callback: Callable[[int, int], bool]) -> None:
        """Call `callback(address, size)` in front of each block; true stops there. The engine is not touched else."""

        def on_block(uc: Any, address: int, size: int, data: Any) -> None:
            if callback(address, size):
                uc.emu_stop()

        hook = self._uc.hook_add(_unicorn.UC_HOOK_BLOCK, on_block)
        self._block_hook = lambda: self._uc.hook_del(hook), lambda: self.hook_blocks(callback)

    def hook_blocks_natively(self, callback: int, user_data: int) -> bool:
        """Call a C function (uc, uint64 address, uint32 size, user_data) in front of each block.

        The caller keeps what `user_data` points to alive. Returns False, having done nothing, when this version of the
        binding offers no way.
        """
        hook = self._hook_natively(_unicorn.UC_HOOK_BLOCK, callback, user_data, 1, 0)
        if hook is not None:
            library, handle = self.native() or (_library(), None)
            self._block_hook = (
                lambda: library.uc_hook_del(handle, hook),
                lambda: self.hook_blocks_natively(callback, user_data),
            )
        return hook is not None

    def hook_accesses_natively(
        self, callback: int, user_data: int, first: int, last: int, writes: bool, owner: object
    ) -> bool:
        """Call a C function (uc, int type, uint64 address, int size, int64 value, user_data) at each data access.

        Only for addresses from `first` to `last`, and without `writes` only for reads. The function has to clear the IT
        bits of the register that `register_functions` names; else as `hook_blocks_natively`, but `owner`, which holds
        what `user_data` points to, is kept alive here.
        """
        kinds = _unicorn.UC_HOOK_MEM_READ | (_unicorn.UC_HOOK_MEM_WRITE if writes else 0)
        hooked = self._hook_natively(kinds, callback, user_data, first, last)
        self._owners.append(owner)
        self.forget_code()
        return hooked is not None

    @staticmethod
    def register_functions() -> tuple[int, int, int] | None:
        """Addresses of uc_reg_read and uc_reg_write and the number of the flags register, for native callbacks."""
        library = _library()
        if library is None:
            return None
        addresses = (ctypes.cast(f, ctypes.c_void_p).value or 0 for f in (library.uc_reg_read, library.uc_reg_write))
        return *addresses, _arm.UC_ARM_REG_XPSR

    def _hook_natively(self, kinds: int, callback: int, user_data: int, first: int, last: int) -> Any:
        native = self.native()
        if native is None:
            return None
        library, handle = native
        hook = ctypes.c_size_t()
        status = library.uc_hook_add(
            handle,
            ctypes.byref(hook),
            kinds,
            ctypes.cast(callback, ctypes.c_void_p),
            ctypes.cast(user_data, ctypes.c_void_p),
            ctypes.c_uint64(first),
            ctypes.c_uint64(last),
        )
        return hook if status == _unicorn.UC_ERR_OK else None

    def hook_accesses(self, callback: Callable[[bool, int, int, int], None]) -> Callable[[], None]:
        """Call `callback(is_write, pc, address, size)` at each access; slow. The function returned ends that."""
        pc, flags = _arm.UC_ARM_REG_PC, _arm.UC_ARM_REG_XPSR

        def on_access(uc: Any, access: int, address: int, size: int, value: int, data: Any) -> None:
            state = uc.reg_read(flags)
            if state & _IT_BITS:
                uc.reg_write(flags, state & ~_IT_BITS)
            callback(access == _unicorn.UC_MEM_WRITE, uc.reg_read(pc) & ~1, address & 0xFFFFFFFF, size)

        hook = self._uc.hook_add(_unicorn.UC_HOOK_MEM_READ | _unicorn.UC_HOOK_MEM_WRITE, on_access)
        self.forget_code()

        def remove() -> None:
            self._uc.hook_del(hook)
            self.forget_code()

        return remove

    def watch_code(self, examine: Examine, check: Check) -> None:
        """Look at code before it runs and stop in front of some instructions; see CodeWatch."""
        self.code_watch = CodeWatch(self._uc, _HOOKS, examine, check)

    def run(self, pc: int) -> Stop:
        """Execute Thumb code from `pc` until something ends it."""
        watch = self.code_watch
        while True:
            if watch is not None:
                watch.begin(pc)
            invalid = self._start(pc, 0)
            pc = self.pc
            if watch is not None:
                if watch.settle() and not invalid and self._access is None and self._interrupt is None:
                    if self._uc.reg_read(_arm.UC_ARM_REG_XPSR) & _THUMB:
                        continue
                    return Stop("illegal", pc)
                if watch.caught is not None:
                    return Stop("trap", watch.caught)
            waits = invalid and self._passed(pc, _EVENT_WAITS)
            if waits and self.stops_at_event_waits:
                return Stop("event wait", pc)
            if not (waits or (invalid and self._passed(pc, _HINTS))):
                return self._stop(pc, invalid)

    def step(self, pc: int) -> Stop:
        """Execute the instruction at `pc`; the code that is already translated there does not count steps."""
        self._uc.ctl_remove_cache(pc, pc + 4)
        invalid = self._start(pc, 1)
        self._uc.ctl_remove_cache(pc, pc + 4)
        return self._stop(self.pc, invalid)

    def make_probe(self) -> Probe:
        """Stops in front of instructions and accesses that a debugger asks for."""
        return Probe(self._uc, _PROBE)

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Call nobody in front of blocks meanwhile."""
        if self._block_hook is None:
            yield
            return
        remove, add = self._block_hook
        remove()
        self.forget_code()
        try:
            yield
        finally:
            add()
            self.forget_code()

    def single_step(self, pc: int, behind: int) -> Stop:
        """Execute just the instruction at `pc`, which `behind` follows, also where IT guards it; for `unheard` only.

        Counting to one takes IT and what it guards for one instruction, so `behind` is an exit meanwhile.
        """
        code = self._peek(pc, behind - pc)
        self._uc.ctl_set_exits([behind])
        self.forget_code()
        if self.code_watch is not None:
            self.code_watch.begin(pc)
        try:
            invalid = self._start(pc, 1)
        finally:
            self._uc.ctl_set_exits(sorted(self._exits))
        if self.code_watch is not None:
            self.code_watch.settle()
            if self.code_watch.caught is not None:
                return Stop("trap", self.code_watch.caught)
        if self._access is None and self._interrupt is None and (not invalid or code in _HINTS):
            return Stop("wait" if code in _WAITS else "event wait" if code in _EVENT_WAITS else "stopped", self.pc)
        return self._stop(self.pc, invalid)

    def _start(self, pc: int, count: int) -> bool:
        """Let the engine run; whether it met an invalid instruction."""
        self._access = self._interrupt = self.page_view.denied = None
        try:
            self._uc.emu_start(pc | 1, 0xFFFFFFFF, count=count)
        except _unicorn.UcError as error:
            self._access = self._access or self.page_view.denied
            invalid = bool(error.errno == _unicorn.UC_ERR_INSN_INVALID)
            if not invalid and self._access is None:
                raise EngineError(f"Unicorn stopped at 0x{self.pc:08x}: {error}") from None
            return invalid
        return False

    @property
    def pc(self) -> int:
        """Address of the next instruction, without Thumb bit."""
        if self._fast_pc is not None:
            return self._fast_pc.read()[0] & ~1
        return int(self._uc.reg_read(_arm.UC_ARM_REG_PC)) & ~1

    def _stop(self, pc: int, invalid: bool) -> Stop:
        if self._access is not None:
            return Stop("fetch" if self._access.access == "fetch" else "memory", pc, self._access)
        if self._interrupt is not None:
            return Stop(_INTERRUPTS.get(self._interrupt, "interrupt"), pc, None, self._interrupt)
        if invalid:
            return Stop("illegal", pc)
        if pc in self._exits:
            return Stop("exit", pc)
        if self._watcher is not None and self._watcher.stopped:
            return Stop("stopped", pc)
        return Stop("wait" if self._passed(pc, _WAITS) else "stopped", pc)

    def _passed(self, pc: int, encodings: set[bytes]) -> bool:
        """Whether one of these instructions lies just in front of `pc`, and was executed as far as can be known."""
        if self._watcher is not None and self._watcher.block[0] == pc:
            return False
        return any(self._peek(pc - len(e), len(e)) == e for e in encodings)

    def _peek(self, address: int, size: int) -> bytes:
        try:
            return bytes(self._uc.mem_read(address, size))
        except _unicorn.UcError:
            return b""


def _library() -> Any:
    """The binding's ctypes library if it is where it was from 2.0 to 2.1.4."""
    try:
        from unicorn.unicorn_py3.unicorn import uclib
    except ImportError:
        return None
    return uclib


def _bits(permissions: str) -> int:
    known = {"r": _unicorn.UC_PROT_READ, "w": _unicorn.UC_PROT_WRITE, "x": _unicorn.UC_PROT_EXEC}
    return sum(known[p] for p in permissions)
