"""The core's registers as after power-on."""

from __future__ import annotations

from emulator.boards.core_parts import CoreParts
from emulator.engine.engine import register_ids

_NAMES = ("xpsr", "control", "primask", "psp", "xpsr", "control", "xpsr", "msp", "sp", "lr")


def power_on(parts: CoreParts, vectors: int) -> int:
    """Reset the core with its vector table at `vectors`; memory stays. Gives the reset handler's address."""
    parts.clock.clear()
    parts.unit.controller.reset()
    parts.unit.reset(vectors)
    stack, entry = (parts.memory.word(vectors + offset) or 0 for offset in (0, 4))
    stack &= ~3
    values = (0x01000002, 0, 0, 0, 0x01000000, 0, 0x01000000, stack, stack, 0xFFFFFFFF)
    for number, value in zip(register_ids(_NAMES), values, strict=True):
        parts.engine.set_registers({number: value})
    if parts.unit.controller.main_extension:
        parts.engine.set_registers(dict.fromkeys(register_ids(["basepri", "faultmask"]), 0))
    return entry & ~1
