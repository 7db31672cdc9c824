"""A compiled kernel library in the emulator."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from emulator import CallResult, Machine
from microinfer.device.abi import STATUS_NAMES, SUCCESS
from microinfer.errors import KernelError

FIXED_CYCLES = 20_000_000
CYCLES_PER_UNIT = 500


class KernelLibrary:
    """An ELF with functions of the CMSIS-NN interface, loaded for `core`.

    `max_cycles` bounds each call, by default `FIXED_CYCLES` and `CYCLES_PER_UNIT` for each unit of work the caller
    states, several times what a plain C kernel takes. `code_size` is what the ELF takes in flash, constants and initial
    data included, `data_size` what its variables take in RAM, in bytes. Raises EmulatorError when the file is no Arm
    ELF.
    """

    def __init__(self, path: str | Path, core: str, max_cycles: int | None = None, muls_cycles: int = 1) -> None:
        self.path = Path(path)
        self.core = core
        self.max_cycles = max_cycles
        self.machine = Machine(core, muls_cycles=muls_cycles)
        image = self.machine.load(self.path)
        self._functions = frozenset(s.name for s in image.symbols if s.kind == "function")
        self.code_size = sum(len(segment.data) for segment in image.segments)
        self.data_size = sum(segment.size for segment in image.segments if "w" in segment.permissions)

    def require(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Raise KernelError naming every missing one of (function, who needs it)."""
        has = self._functions
        missing: dict[str, list[str]] = {}
        for function, layer in wanted:
            if function not in has:
                missing.setdefault(function, []).append(layer)
        if missing:
            rows = "; ".join(f"{name} (for {', '.join(layers)})" for name, layers in missing.items())
            kernels = sorted(name for name in has if name.startswith("arm_"))
            shown = ", ".join(kernels[:6]) + (f", {len(kernels) - 6} more" if len(kernels) > 6 else "")
            raise KernelError(f"{self.path.name} lacks {rows}; it has {shown or 'no function called arm_*'}")

    def call(self, function: str, *arguments: Any, returns: str = "int8_t", work: int = 0) -> CallResult:
        """Call a kernel that has `work` elements and multiply-accumulates to go through.

        Raises KernelError when it returns an error status or spoils a callee-saved register, EmulatorError when it
        faults or exceeds its cycles.
        """
        limit = self.max_cycles or FIXED_CYCLES + CYCLES_PER_UNIT * work
        result = self.machine.call(function, *arguments, returns=returns, max_cycles=limit)
        if returns == "int8_t" and result.value != SUCCESS:
            name = STATUS_NAMES.get(int(result.value), "an unknown status")
            raise KernelError(f"{function} returned {name} ({result.value})")
        if result.clobbered:
            raise KernelError(f"{function} changed callee-saved {', '.join(result.clobbered)}")
        return result

    def size(self, function: str, *arguments: Any) -> int:
        """Answer of a `*_get_buffer_size` function, in bytes."""
        size = int(self.machine.call(function, *arguments, max_cycles=FIXED_CYCLES).value)
        if not 0 <= size < 1 << 24:
            raise KernelError(f"{function} asks for {size} bytes of scratch")
        return size
