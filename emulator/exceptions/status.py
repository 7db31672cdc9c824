"""Fault status registers, and which bits an ended run sets.

Source: ARMv7-M Architecture Reference Manual (DDI0403E), B3.2.15 (CFSR), B3.2.16 (HFSR).
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.engine.stop import Stop
from emulator.exceptions.numbers import BUS_FAULT, HARD_FAULT, MEM_MANAGE, USAGE_FAULT

IACCVIOL, DACCVIOL, MUNSTKERR, MSTKERR, MMARVALID = 1 << 0, 1 << 1, 1 << 3, 1 << 4, 1 << 7
IBUSERR, PRECISERR, UNSTKERR, STKERR, BFARVALID = 1 << 8, 1 << 9, 1 << 11, 1 << 12, 1 << 15
UNDEFINSTR, INVSTATE, INVPC, NOCP, STKOF = 1 << 16, 1 << 17, 1 << 18, 1 << 19, 1 << 20
UNALIGNED, DIVBYZERO = 1 << 24, 1 << 25
_NAMES = {
    IACCVIOL: "IACCVIOL",
    DACCVIOL: "DACCVIOL",
    MUNSTKERR: "MUNSTKERR",
    MSTKERR: "MSTKERR",
    IBUSERR: "IBUSERR",
    PRECISERR: "PRECISERR",
    UNSTKERR: "UNSTKERR",
    STKERR: "STKERR",
    UNDEFINSTR: "UNDEFINSTR",
    INVSTATE: "INVSTATE",
    INVPC: "INVPC",
    NOCP: "NOCP",
    STKOF: "STKOF",
    UNALIGNED: "UNALIGNED",
    DIVBYZERO: "DIVBYZERO",
}
NO_COPROCESSOR, INVALID_STATE, STACK_LIMIT = 17, 18, 19
"""The engine's interrupts for an absent coprocessor, for Arm state, which M-profile does not have, and for a stack
pointer below its limit."""
_BY_INTERRUPT = {NO_COPROCESSOR: NOCP, INVALID_STATE: INVSTATE, STACK_LIMIT: STKOF}


@dataclass
class FaultStatus:
    """CFSR, HFSR, MMFAR, BFAR: set by faults, cleared by firmware."""

    cfsr: int = 0
    hfsr: int = 0
    mmfar: int = 0
    bfar: int = 0


@dataclass(frozen=True)
class FaultKind:
    """The exception that a fault raises, its CFSR bit, and the address for BFAR or MMFAR where one is valid."""

    number: int
    bit: int
    address: int | None = None

    def record(self, status: FaultStatus) -> None:
        """Set the bits."""
        status.cfsr |= self.bit
        if self.address is not None and self.number == MEM_MANAGE:
            status.cfsr |= MMARVALID
            status.mmfar = self.address
        elif self.address is not None:
            status.cfsr |= BFARVALID
            status.bfar = self.address


def classify(stop: Stop) -> FaultKind:
    """What the architecture calls the way a run ended."""
    if stop.kind == "trap":
        return FaultKind(USAGE_FAULT, stop.fault)
    if stop.fault and stop.access is not None:
        return FaultKind(MEM_MANAGE, stop.fault, stop.access.address if stop.fault == DACCVIOL else None)
    if stop.kind == "memory" and stop.access is not None:
        return FaultKind(BUS_FAULT, PRECISERR, stop.access.address)
    if stop.kind == "fetch":
        return FaultKind(MEM_MANAGE, IACCVIOL) if _execute_never(stop.pc) else FaultKind(BUS_FAULT, IBUSERR)
    if stop.kind == "alignment":
        return FaultKind(USAGE_FAULT, UNALIGNED)
    if stop.kind == "illegal":
        return FaultKind(USAGE_FAULT, UNDEFINSTR)
    if stop.kind == "interrupt" and stop.interrupt in _BY_INTERRUPT:
        return FaultKind(USAGE_FAULT, _BY_INTERRUPT[stop.interrupt])
    return FaultKind(HARD_FAULT, 0)


def _execute_never(address: int) -> bool:
    return 0x40000000 <= address < 0x60000000 or address >= 0xA0000000


def status_names(cfsr: int) -> tuple[str, ...]:
    """Names of the bits that are set."""
    return tuple(name for bit, name in _NAMES.items() if cfsr & bit)
