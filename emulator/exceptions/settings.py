"""What registers of the core set for the code that runs, kept apart from how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class CoreSettings:
    """divide_by_zero, unaligned: CCR.DIV_0_TRP and UNALIGN_TRP; fpu: CPACR for coprocessor 10 (0 nobody, 1 privileged
    code, 3 all); nested_thread: CCR.NONBASETHRDENA; open_bus: CCR.USERSETMPEND; faultmask: FAULTMASK, where it matters
    to the MPU; float_default: FPDSCR holds something that a new FP context begins with.

    `traced` is told of DEMCR.TRCENA, `changed` is called behind changes that code which is already translated does not
    know of.
    """

    divide_by_zero: bool = False
    unaligned: bool = False
    fpu: int = 0
    nested_thread: bool = False
    open_bus: bool = False
    faultmask: bool = False
    float_default: bool = False
    changed: Callable[[], None] = field(default=lambda: None)
    traced: Callable[[bool], None] = field(default=lambda on: None)

    def reset(self) -> None:
        """As after power-on."""
        differs = self.divide_by_zero or self.unaligned or self.fpu or self.float_default
        self.divide_by_zero = self.unaligned = self.nested_thread = False
        self.open_bus = self.faultmask = self.float_default = False
        self.fpu = 0
        self.traced(False)
        if differs:
            self.changed()

    def configure(self, divide_by_zero: bool, unaligned: bool, nested_thread: bool, open_bus: bool) -> None:
        """As CCR says."""
        before = self.divide_by_zero, self.unaligned
        self.divide_by_zero, self.unaligned = divide_by_zero, unaligned
        self.nested_thread, self.open_bus = nested_thread, open_bus
        if before != (divide_by_zero, unaligned):
            self.changed()

    def begin_floats_with(self, fpdscr: int) -> None:
        """As FPDSCR says."""
        if bool(fpdscr) != self.float_default:
            self.float_default = bool(fpdscr)
            self.changed()

    def allow_fpu(self, access: int) -> None:
        """As CPACR says."""
        if access != self.fpu:
            self.fpu = access
            self.changed()
