"""System control block with FPU and debug registers: who am I, what pends, where are the vectors, what went wrong."""

from __future__ import annotations

from typing import ClassVar

from emulator.exceptions.controller import Controller
from emulator.exceptions.floating_point import LSPACT
from emulator.exceptions.numbers import (
    BUS_FAULT,
    DEBUG_MONITOR,
    FIRST_INTERRUPT,
    MEM_MANAGE,
    NMI,
    PENDSV,
    SVCALL,
    SYSTICK,
    USAGE_FAULT,
)
from emulator.exceptions.status import FaultStatus
from emulator.peripherals.base import Peripheral, Register

_B3 = "ARMv7-M ARM (DDI0403E) B3.2"
_KEY, _KEY_READ = 0x05FA, 0xFA05
_SET_PENDING = {31: NMI, 28: PENDSV, 26: SYSTICK}
_CLEAR_PENDING = {27: PENDSV, 25: SYSTICK}
_ACTIVE = {0: MEM_MANAGE, 1: BUS_FAULT, 3: USAGE_FAULT, 7: SVCALL, 8: DEBUG_MONITOR, 10: PENDSV, 11: SYSTICK}
_PENDED = {12: USAGE_FAULT, 13: MEM_MANAGE, 14: BUS_FAULT, 15: SVCALL}
_ENABLES = {16: MEM_MANAGE, 17: BUS_FAULT, 18: USAGE_FAULT}


def _bits(table: dict[int, int], mask: int) -> int:
    return sum(1 << bit for bit, number in table.items() if mask >> number & 1)


class SystemControl(Peripheral):
    """0xE000ED00 to 0xE000EFFF."""

    size = 0x300
    registers: ClassVar[tuple[Register, ...]] = (
        Register("CPUID", 0x00, writable=0, source=_B3),
        Register("ICSR", 0x04, source=_B3),
        Register("VTOR", 0x08, source=_B3),
        Register("AIRCR", 0x0C, source=_B3),
        Register("SCR", 0x10, writable=0x16, source=_B3),
        Register("CCR", 0x14, reset=0x200, writable=0x31B, source=_B3),
        Register("SHPR", 0x18, count=3, merge=True, source=_B3),
        Register("SHCSR", 0x24, source=_B3),
        Register("CFSR", 0x28, source=_B3),
        Register("HFSR", 0x2C, source=_B3),
        Register("DFSR", 0x30, source=_B3),
        Register("MMFAR", 0x34, source=_B3),
        Register("BFAR", 0x38, source=_B3),
        Register("AFSR", 0x3C, writable=0, source=_B3),
        Register("ID", 0x40, writable=0, count=16, source="DDI0403E B4.1: feature registers, not modelled"),
        Register("CACHE_ID", 0x80, count=2, source="DDI0403E B4.8.3: CCSIDR, CSSELR; geometry not modelled"),
        Register("CPACR", 0x88, writable=0xF00000, source=_B3),
        Register("NO_MPU", 0x90, writable=0, count=11, source="DDI0403E B3.5: MPU_TYPE zero where there is no MPU"),
        Register("DHCSR", 0xF0, writable=0, source="DDI0403E C1.6"),
        Register("DCRSR", 0xF4, writable=0, source="DDI0403E C1.6"),
        Register("DCRDR", 0xF8, source="DDI0403E C1.6"),
        Register("DEMCR", 0xFC, writable=0x010F07F1, source="DDI0403E C1.6.5"),
        Register("STIR", 0x200, source=_B3),
        Register("FPCCR", 0x234, source=_B3),
        Register("FPCAR", 0x238, source=_B3),
        Register("FPDSCR", 0x23C, writable=0x07C00000, source=_B3),
        Register("MVFR", 0x240, writable=0, count=3, source="DDI0403E B4.8"),
        Register("CACHE", 0x250, writable=0, count=11, source="DDI0403E B3.2.2: maintenance, without effect"),
    )

    @property
    def _controller(self) -> Controller:
        return self.port.system.unit.controller

    @property
    def _status(self) -> FaultStatus:
        return self.port.system.unit.status

    def reset(self) -> None:
        """Vectors back to where the board boots from."""
        super().reset()
        self.put("CPUID", self.port.system.profile.cpuid)
        if self.port.system.has_fpu:
            for index, value in enumerate((0x10110021, 0x11000011, 0)):
                self.put("MVFR", value, index)

    def write_scr(self, value: int) -> None:
        self.put("SCR", value & 0x1E)
        self._controller.send_on_pend = bool(value & 0x10)

    def write_ccr(self, value: int) -> None:
        if self._controller.main_extension:
            self.put("CCR", value & 0x3031B | 0x200)
            self.port.system.unit.settings.configure(
                divide_by_zero=bool(value & 0x10),
                unaligned=bool(value & 8),
                nested_thread=bool(value & 1),
                open_bus=bool(value & 2),
            )

    def write_cpacr(self, value: int) -> None:
        if self.port.system.has_fpu:
            self.put("CPACR", value & 0xF00000)
            self.port.system.unit.settings.allow_fpu(value >> 20 & 3)

    def read_fpccr(self) -> int:
        context = self.port.system.unit.frames.float
        if context is None:
            return 0
        if context.control.fpccr & LSPACT and self.port.system.unit.frames.fpu_used():
            context.used()
        return context.control.fpccr

    def write_fpccr(self, value: int) -> None:
        context = self.port.system.unit.frames.float
        if context is not None:
            context.control.fpccr = value & 0xC000017B

    def read_fpcar(self) -> int:
        context = self.port.system.unit.frames.float
        return 0 if context is None else context.control.fpcar

    def write_fpcar(self, value: int) -> None:
        context = self.port.system.unit.frames.float
        if context is not None:
            context.control.fpcar = value & ~7

    def write_fpdscr(self, value: int) -> None:
        context = self.port.system.unit.frames.float
        if context is not None:
            self.put("FPDSCR", value & 0x07C00000)
            context.control.fpdscr = value & 0x07C00000
            self.port.system.unit.settings.begin_floats_with(context.control.fpdscr)

    def write_demcr(self, value: int) -> None:
        self.put("DEMCR", value & 0x010F07F1)
        self.port.system.unit.settings.traced(bool(value >> 24 & 1))

    def read_icsr(self) -> int:
        controller, running = self._controller, self.port.system.unit.frames.current
        ready = controller.pending & controller.enabled
        value = _bits(_SET_PENDING, controller.pending) | running | controller.next() << 12
        value |= 1 << 22 if ready >> FIRST_INTERRUPT else 0
        return value | (1 << 11 if controller.active & ~(1 << running) == 0 else 0)

    def write_icsr(self, value: int) -> None:
        for bit, number in _SET_PENDING.items():
            if value >> bit & 1:
                self._controller.pend(number)
        for bit, number in _CLEAR_PENDING.items():
            if value >> bit & 1:
                self._controller.unpend(1 << number)

    def read_vtor(self) -> int:
        return self.port.system.unit.vtor

    def write_vtor(self, value: int) -> None:
        self.port.system.unit.vtor = value & 0xFFFFFF80

    def read_aircr(self) -> int:
        return _KEY_READ << 16 | self._controller.group_shift << 8

    def write_aircr(self, value: int) -> None:
        if value >> 16 != _KEY:
            return
        if self._controller.main_extension:
            self._controller.group_shift = value >> 8 & 7
        self._controller.changed = True
        if value & 5:
            self.port.system.request_reset()

    def read_shpr(self, index: int) -> int:
        return sum(p << 8 * n for n, p in enumerate(self._controller.priority[4 * index + 4 : 4 * index + 8]))

    def write_shpr(self, index: int, value: int) -> None:
        for position in range(4):
            self._controller.set_priority(4 * index + 4 + position, value >> 8 * position & 0xFF)

    def read_shcsr(self) -> int:
        controller = self._controller
        enabled = _bits(_ENABLES, controller.enabled)
        return _bits(_ACTIVE, controller.active) | _bits(_PENDED, controller.pending) | enabled

    def write_shcsr(self, value: int) -> None:
        controller = self._controller
        if controller.main_extension:
            controller.set_configurable(value)
        for bits, name in ((_ACTIVE, "active"), (_PENDED, "pending")):
            mask = sum(1 << number for number in bits.values())
            wanted = sum(1 << number for bit, number in bits.items() if value >> bit & 1)
            setattr(controller, name, getattr(controller, name) & ~mask | wanted)

    def read_cfsr(self) -> int:
        return self._status.cfsr

    def write_cfsr(self, value: int) -> None:
        self._status.cfsr &= ~value

    def read_hfsr(self) -> int:
        return self._status.hfsr

    def write_hfsr(self, value: int) -> None:
        self._status.hfsr &= ~value

    def read_mmfar(self) -> int:
        return self._status.mmfar

    def write_mmfar(self, value: int) -> None:
        self._status.mmfar = value

    def read_bfar(self) -> int:
        return self._status.bfar

    def write_bfar(self, value: int) -> None:
        self._status.bfar = value

    def read_stir(self) -> int:
        return 0

    def write_stir(self, value: int) -> None:
        number = FIRST_INTERRUPT + (value & 0x1FF)
        if number < self._controller.count:
            self._controller.pend(number)
