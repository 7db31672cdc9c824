"""Which exception comes next: pending, enabled, active and priority of each, as the NVIC and the SCB hold them.

Source: ARMv7-M Architecture Reference Manual (DDI0403E), B1.5.4 (priorities) and B3.4 (NVIC).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emulator.exceptions.numbers import (
    BUS_FAULT,
    FIRST_INTERRUPT,
    HARD_FAULT,
    MEM_MANAGE,
    NMI,
    PENDSV,
    RESET,
    SVCALL,
    SYSTICK,
    USAGE_FAULT,
)

LOWEST = 256
_ALWAYS = sum(1 << n for n in (NMI, HARD_FAULT, SVCALL, PENDSV, SYSTICK))
_CONFIGURABLE = (MEM_MANAGE, BUS_FAULT, USAGE_FAULT)


class Controller:
    """State of every exception; bit n of a mask stands for exception number n. `event` is the register that WFE waits
    for, `send_on_pend` is SCR.SEVONPEND.

    `changed` is set by whatever could let another exception run, and cleared by whoever looks. `pend_seen` and
    `unpend_seen` are told the mask of what becomes pending, or no more, while the firmware runs.
    """

    def __init__(self, interrupts: int, priority_bits: int, main_extension: bool) -> None:
        self.count = FIRST_INTERRUPT + interrupts
        self.priority_mask = 0xFF & ~(0xFF >> priority_bits)
        self.main_extension = main_extension
        self.pend_seen: Callable[[int], None] = lambda mask: None
        self.unpend_seen: Callable[[int], None] = lambda mask: None
        self.reset()

    def reset(self) -> None:
        """As after power-on."""
        self.pending = self.active = self.lines = 0
        self.enabled = _ALWAYS
        self.priority = [0] * self.count
        self.priority[RESET], self.priority[NMI], self.priority[HARD_FAULT] = -3, -2, -1
        self.group_shift = 0
        self.event = self.send_on_pend = False
        self.changed = True

    def set_priority(self, number: int, value: int) -> None:
        """Set a configurable priority; bits that do not exist read back as zero."""
        if number > HARD_FAULT:
            self.priority[number] = value & self.priority_mask
            self.changed = True

    def set_enabled(self, mask: int, on: bool) -> None:
        """Enable or disable exceptions."""
        self.enabled = self.enabled | mask if on else self.enabled & ~mask
        self.changed = True

    def pend(self, number: int) -> None:
        """Make pending."""
        self.pend_all(1 << number)

    def pend_all(self, mask: int) -> None:
        """Make several pending."""
        self.pend_seen(mask)
        if self.send_on_pend and mask & ~self.pending:
            self.event = True
        self.pending |= mask
        self.changed = True

    def unpend(self, mask: int) -> None:
        """Clear pending states; a line that is still high sets its again."""
        self.unpend_seen(mask & ~self.lines)
        self.pending = self.pending & ~mask | (self.lines & mask)

    def set_line(self, number: int, level: bool) -> None:
        """Drive an interrupt line; it pends while high and not active."""
        bit = 1 << number
        self.lines = self.lines | bit if level else self.lines & ~bit
        if level and not self.active & bit:
            self.pend(number)

    def group(self, priority: int) -> int:
        """The part of a priority that preempts (PRIGROUP)."""
        return priority if priority < 0 else priority >> (self.group_shift + 1) << (self.group_shift + 1)

    def active_priority(self) -> int:
        """Group priority of what runs, LOWEST for thread mode."""
        if not self.active:
            return LOWEST
        return min(self.group(self.priority[n]) for n in _bits(self.active))

    def execution_priority(self, primask: int, basepri: int, faultmask: int) -> int:
        """Priority that a pending exception has to beat."""
        level = self.active_priority()
        if basepri & self.priority_mask:
            level = min(level, self.group(basepri & self.priority_mask))
        if primask & 1:
            level = min(level, 0)
        return min(level, -1) if faultmask & 1 else level

    def next(self) -> int:
        """Number of the enabled pending exception with the best priority, 0 for none."""
        ready = self.pending & self.enabled
        if not ready:
            return 0
        if not ready & (ready - 1):
            return ready.bit_length() - 1
        return min(_bits(ready), key=lambda n: (self.priority[n], n))

    def beats(self, number: int, level: int) -> bool:
        """Whether exception `number` preempts execution at `level`."""
        return bool(number) and self.group(self.priority[number]) < level

    def escalates(self, number: int, level: int) -> bool:
        """Whether a synchronous exception cannot be taken and becomes a HardFault."""
        return not self.enabled >> number & 1 or not self.beats(number, level)

    def activate(self, number: int) -> None:
        """The core has entered the exception."""
        self.pending &= ~(1 << number)
        self.active |= 1 << number

    def deactivate(self, number: int) -> None:
        """The core leaves the exception; a line that is still high makes it pending again."""
        bit = 1 << number
        self.active &= ~bit
        if self.lines & bit:
            self.pend(number)
        self.changed = True

    def set_configurable(self, shcsr: int) -> None:
        """Enable bits of SHCSR: MemManage, BusFault, UsageFault in bits 16 to 18."""
        for position, number in enumerate(_CONFIGURABLE):
            self.set_enabled(1 << number, bool(shcsr >> (16 + position) & 1))


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
