"""The registers that GDB sees, in its order, and their values in the engine.

Source of features and names: "Debugging with GDB", appendix G.5.4 (Arm features).
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.engine.engine import register_ids
from emulator.gdbstub.debugger import Debugger
from emulator.timing.core import load_core

_HANDLER, _UNPRIVILEGED, _IPSR = 2, 1, 0x1FF
_MASKS_OF_ALL, _MASKS_OF_MAIN = ("primask", "control"), ("basepri", "faultmask")


@dataclass(frozen=True)
class CpuRegister:
    """A register: name, bits, GDB's type, and the feature it belongs to."""

    name: str
    bits: int
    kind: str
    feature: str


def register_list(main_extension: bool, has_fpu: bool) -> tuple[CpuRegister, ...]:
    """The registers of a core; GDB's number of each is its place."""
    profile, system, vfp = (f"org.gnu.gdb.arm.{name}" for name in ("m-profile", "m-system", "vfp"))
    core = [CpuRegister(f"r{n}", 32, "int", profile) for n in range(13)]
    core += [CpuRegister("sp", 32, "data_ptr", profile), CpuRegister("lr", 32, "int", profile)]
    core += [CpuRegister("pc", 32, "code_ptr", profile), CpuRegister("xpsr", 32, "int", profile)]
    core += [CpuRegister(name, 32, "data_ptr", system) for name in ("msp", "psp")]
    masks = _MASKS_OF_ALL + (_MASKS_OF_MAIN if main_extension else ())
    core += [CpuRegister(name, 32, "int", system) for name in masks]
    if has_fpu:
        core += [CpuRegister(f"d{n}", 64, "ieee_double", vfp) for n in range(16)]
        core.append(CpuRegister("fpscr", 32, "int", vfp))
    return tuple(core)


class CpuRegisters:
    """Reads and writes by GDB's number; values are little-endian bytes."""

    def __init__(self, debugger: Debugger) -> None:
        self._debugger = debugger
        parts = debugger.parts
        self._engine, self._traps = parts.engine, parts.traps
        self.all = register_list(parts.unit.controller.main_extension, load_core(parts.board.core).has_fpu)

    def read(self, number: int) -> bytes:
        """Raises IndexError for a number that there is not."""
        register = self.all[number]
        if register.name == "pc":
            value = self._debugger.pc
        elif register.feature.endswith("m-system") and register.name != "control":
            value = self._privileged(register.name, None)
        else:
            value = self._get(register.name)
        return value.to_bytes(register.bits // 8, "little")

    def write(self, number: int, data: bytes) -> None:
        """Raises IndexError for a number that there is not, ValueError for the wrong number of bytes."""
        register = self.all[number]
        if len(data) != register.bits // 8:
            raise ValueError(f"{register.name} has {register.bits // 8} bytes")
        value = int.from_bytes(data, "little")
        if register.name == "pc":
            self._debugger.pc = value
        elif register.name == "xpsr":
            self._put("xpsr", value & ~_IPSR | self._get("xpsr") & _IPSR)
        elif register.feature.endswith("m-system"):
            self._privileged(register.name, value)
            self._traps.mode_written = True
            self._debugger.parts.tracer.limit = 0
            self._debugger.parts.unit.controller.changed = True
        else:
            self._put(register.name, value)

    def _get(self, name: str) -> int:
        return self._engine.registers(register_ids([name]))[0]

    def _put(self, name: str, value: int) -> None:
        self._engine.set_registers({register_ids([name])[0]: value})

    def _privileged(self, name: str, value: int | None) -> int:
        """Read, or write, as only privileged code may."""
        flags = self._get("xpsr")
        hidden = bool(self._get("control") & _UNPRIVILEGED) and not flags & _IPSR
        if hidden:
            self._put("xpsr", flags | _HANDLER)
        try:
            if value is not None:
                self._put(name, value)
            return self._get(name)
        finally:
            if hidden:
                self._put("xpsr", flags)
