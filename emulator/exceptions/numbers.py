"""Exception numbers of M-profile. Source: ARMv7-M Architecture Reference Manual (DDI0403E), B1.5.2."""

from __future__ import annotations

RESET, NMI, HARD_FAULT, MEM_MANAGE, BUS_FAULT, USAGE_FAULT = 1, 2, 3, 4, 5, 6
SVCALL, DEBUG_MONITOR, PENDSV, SYSTICK, FIRST_INTERRUPT = 11, 12, 14, 15, 16

_NAMES = {
    NMI: "NMI",
    HARD_FAULT: "HardFault",
    MEM_MANAGE: "MemManage",
    BUS_FAULT: "BusFault",
    USAGE_FAULT: "UsageFault",
    SVCALL: "SVCall",
    DEBUG_MONITOR: "DebugMonitor",
    PENDSV: "PendSV",
    SYSTICK: "SysTick",
}


def exception_name(number: int) -> str:
    """ "SysTick", "IRQ3", or "thread" for 0."""
    if number >= FIRST_INTERRUPT:
        return f"IRQ{number - FIRST_INTERRUPT}"
    return _NAMES.get(number, f"exception {number}") if number else "thread"
