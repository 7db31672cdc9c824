"""Instructions that fault or have effects which the engine does not model, found when their code is first seen.

The engine divides by zero, takes unaligned addresses in LDRD and LDM, computes with an FPU that is switched off, runs
instructions that the core lacks, and says nothing of SEV and of new stack limits. Such instructions are watched: in
front of each, `check` works out from the registers what a core would do. One that has met aligned addresses
`_TRUSTED` times is believed from then on. Inside an IT block the check is made at its IT, with the registers as they
are there, and a fault found is reported there.

Source: ARMv7-M ARM (DDI0403E) A3.2.1 (alignment), B3.2.8 (CCR), B3.2.20 (CPACR); ARMv8-M ARM (DDI0553) B3.21 (limits).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from emulator.code_watch import CodeWatch
from emulator.engine.engine import Engine
from emulator.engine.registers import RegisterSet
from emulator.errors import EmulatorError
from emulator.exceptions.frame import Frames
from emulator.exceptions.numbers import USAGE_FAULT
from emulator.exceptions.settings import CoreSettings
from emulator.exceptions.status import DIVBYZERO, NOCP, UNALIGNED, UNDEFINSTR, FaultKind
from emulator.instructions.addressing import accessed
from emulator.instructions.conditions import guards, holds
from emulator.instructions.decode import Decoder, Instruction
from emulator.timing.core import Core
from emulator.timing.cost import CostModel

_NAMES = "r0 r1 r2 r3 r4 r5 r6 r7 r8 r9 r10 r11 r12 sp lr xpsr"
_FIRST_LOOK, _TRUSTED = 48, 256
_THUMB = 1 << 24
_WORDS_ALWAYS = re.compile(r"^(ldm|stm|ldrd|strd|vldr|vstr|vldm|vstm)")
_SINGLES = re.compile(r"^(ldr|str)(s?h)?$")
_LIMITS = {"msplim": 0, "psplim": 1}


@dataclass(frozen=True)
class Watched:
    """An instruction to look at, None for bytes that are none, and the condition that an IT puts on it."""

    instruction: Instruction | None
    guard: int | None = None


@dataclass(frozen=True)
class Trap:
    """A fault found: the instruction, None for bytes that are none; its kind; the address of an unaligned access."""

    instruction: Instruction | None
    kind: FaultKind
    address: int | None = None


class Traps:
    """Acts on `settings`, followed by `renew` when they have changed, and on `frames.limits`.

    `sent` becomes true with SEV, `mode_written` with an instruction that changes CONTROL or FAULTMASK. `interrupt` ends
    the run at the next block; `code_changed` is called when other code lies where some was before.
    """

    def __init__(
        self,
        engine: Engine,
        core: Core,
        model: CostModel,
        code: Callable[[int, int], bytes],
        settings: CoreSettings,
        frames: Frames,
    ) -> None:
        self.found: Trap | None = None
        self.sent = self.mode_written = self.renewal = False
        self.interrupt: Callable[[], None] = lambda: None
        self.code_changed: Callable[[], None] = lambda: None
        self._core, self._model, self._code = core, model, code
        self._settings, self._frames = settings, frames
        self._decoder = Decoder()
        self._registers = RegisterSet(engine, _NAMES)
        self._names = _NAMES.split()
        self._seen: dict[tuple[int, int], bytes] = {}
        self._watched: dict[int, tuple[Watched, ...]] = {}
        self._passes: dict[int, int] = {}
        engine.watch_code(self.examine, self.check)
        assert engine.code_watch is not None
        self._watch: CodeWatch = engine.code_watch
        settings.changed = self._settings_changed

    def _settings_changed(self) -> None:
        self.renewal = True
        self.interrupt()

    def renew(self) -> None:
        """Look at all code again: other settings hold. Not while a run lasts."""
        self.renewal = False
        self._watched.clear()
        self._passes.clear()
        self._watch.forget()

    @property
    def code_seen(self) -> dict[tuple[int, int], bytes]:
        """Blocks by address and size, as they were when they were looked at."""
        return self._seen

    def examine(self, address: int, size: int | None) -> list[int]:
        """Addresses in a block that `check` wants to see."""
        block = self._block(address, size)
        found: dict[int, list[Watched]] = {}
        whole = size is None or (block and block[-1].end == address + size)
        for watched, place in _places(block, self._interesting, self._code, None if whole else address):
            found.setdefault(place, []).append(watched)
        self._watched.update({place: tuple(rows) for place, rows in found.items()})
        return [place for place, rows in found.items() if len(rows) > 1 or self._passes.get(place, 0) < _TRUSTED]

    def _block(self, address: int, size: int | None) -> tuple[Instruction, ...]:
        if size is None:
            code = self._code(address, _FIRST_LOOK)
            block = self._decoder.sequence(code, address)
            ends = next((n for n, i in enumerate(block) if i.writes_pc), len(block))
            return block[: ends + 1]
        code = self._code(address, size)
        known = self._seen.setdefault((address, size), code)
        if known != code:
            self._seen.clear()
            self._seen[address, size] = code
            self.code_changed()
        try:
            return self._model.block(address, size)
        except EmulatorError:
            return self._decoder.sequence(code, address)

    def _interesting(self, instruction: Instruction) -> bool:
        name, settings = instruction.name, self._settings
        if instruction.extension not in self._core.executes or name == "sev":
            return True
        if name in ("sdiv", "udiv"):
            return settings.divide_by_zero
        if name.startswith("v") and (settings.fpu != 3 or settings.float_default):
            return True
        if name in ("msr", "cps", "cpsie", "cpsid"):
            return _writes_mode(instruction) or _special(instruction) in _LIMITS
        base = instruction.address_registers[:1]
        if base in ((), ("pc",)) or (base == ("sp",) and not instruction.register_offset):
            return False
        return bool(_WORDS_ALWAYS.match(name) or (settings.unaligned and _SINGLES.match(name)))

    def check(self, address: int) -> bool:
        """Whether the core faults at this instruction with the registers as they are; keeps the fault in `found`."""
        values = dict(zip(self._names, self._registers.read(), strict=True))
        if not values["xpsr"] & _THUMB:
            return False
        for watched in self._watched.get(address, ()):
            if watched.guard is not None and not holds(watched.guard, values["xpsr"]):
                continue
            trap = self._trap(watched.instruction, values)
            if trap is not None:
                self.found, self._watch.kind = trap, "trap"
                return True
            if self._begins_floats(watched.instruction):
                self._watch.kind = "float context"
                return True
        return False

    def _trap(self, instruction: Instruction | None, values: dict[str, int]) -> Trap | None:
        if instruction is None:
            return Trap(None, FaultKind(USAGE_FAULT, UNDEFINSTR))
        name = instruction.name
        if instruction.extension not in self._core.executes:
            absent = name.startswith("v") and not self._core.has_fpu
            return Trap(instruction, FaultKind(USAGE_FAULT, NOCP if absent else UNDEFINSTR))
        if name.startswith("v") and not self._fpu_allowed():
            return Trap(instruction, FaultKind(USAGE_FAULT, NOCP))
        if name in ("sdiv", "udiv"):
            divisor = instruction.operands.rsplit(",", 1)[-1].strip()
            return Trap(instruction, FaultKind(USAGE_FAULT, DIVBYZERO)) if not values.get(divisor, 1) else None
        if name == "sev":
            self.sent = True
        elif _writes_mode(instruction):
            self.mode_written = True
            self.interrupt()
        elif name == "msr":
            self._frames.limits[_LIMITS[_special(instruction)]] = values[instruction.operands.split()[-1]] & ~7
        elif instruction.address_registers:
            return self._unaligned(instruction, values)
        return None

    def _begins_floats(self, instruction: Instruction | None) -> bool:
        """Whether an FP context begins here that differs from the engine's, which is all zero."""
        if instruction is None or not self._settings.float_default or not instruction.name.startswith("v"):
            return False
        return not self._frames.fpu_used()

    def _fpu_allowed(self) -> bool:
        return self._settings.fpu == 3 or (self._settings.fpu == 1 and self._frames.privileged)

    def _unaligned(self, instruction: Instruction, values: dict[str, int]) -> Trap | None:
        address, _ = accessed(instruction, values)
        mask = 1 if instruction.name.endswith("h") else 3
        if address & mask:
            return Trap(instruction, FaultKind(USAGE_FAULT, UNALIGNED), address)
        place = instruction.address
        self._passes[place] = self._passes.get(place, 0) + 1
        begins = self._settings.float_default and instruction.name.startswith("v")
        if self._passes[place] >= _TRUSTED and len(self._watched.get(place, ())) == 1 and not begins:
            self._watch.retire(place)
            self.interrupt()
        return None


def _special(instruction: Instruction) -> str:
    """The special register that MSR writes."""
    return instruction.operands.split(",")[0].lower()


def _writes_mode(instruction: Instruction) -> bool:
    if instruction.name == "msr":
        return _special(instruction) in ("control", "control_ns", "faultmask")
    return instruction.name.startswith("cps") and "f" in instruction.operands


def _places(
    block: tuple[Instruction, ...],
    interesting: Callable[[Instruction], bool],
    code: Callable[[int, int], bytes],
    cut_from: int | None,
) -> Iterator[tuple[Watched, int]]:
    """What to watch and where: at the instruction, or at the IT that guards it.

    `cut_from` is the address of a block behind whose instructions bytes follow that are none.
    """
    start = 0
    conditions: list[int] = []
    for instruction in block:
        if instruction.name == "it" and not interesting(instruction):
            start, conditions = instruction.address, guards(code(instruction.address, 1)[0])
            continue
        guard = conditions.pop(0) if conditions else None
        if interesting(instruction):
            yield Watched(instruction, guard), instruction.address if guard is None else start
    if cut_from is not None:
        end = block[-1].end if block else cut_from
        yield (Watched(None, conditions[0]), start) if conditions else (Watched(None), end)
