"""What a core's table says of its exceptions: latencies and which architecture they follow."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from emulator.errors import TimingError
from emulator.timing.core import load_core


@dataclass(frozen=True)
class ExceptionProfile:
    """The [exceptions] table of a core file.

    entry: cycles from the last instruction to the handler's first, with the frame stacked; tail_chain: from one handler
    to the next; leave: from the return's branch to the interrupted instruction; priority_bits: most a chip can have;
    main_extension: the configurable faults, BASEPRI, FAULTMASK and priority grouping of ARMv7-M exist; cpuid: CPUID;
    private: kind and address of the core's own peripherals; mpu_regions: regions of its MPU, 0 for none; architecture:
    "v6m", "v7m" or "v8m", whose forms of EXC_RETURN and of the MPU it has; bit_band: SRAM and peripherals have bit-band
    aliases, unless the board's file says that the chip lacks them.
    """

    entry: int
    tail_chain: int
    leave: int
    priority_bits: int
    main_extension: bool
    cpuid: int
    source: str
    private: tuple[tuple[str, int], ...] = ()
    mpu_regions: int = 0
    architecture: str = "v7m"
    bit_band: bool = False


@cache
def load_profile(core: str) -> ExceptionProfile:
    """The exceptions of a core; raises UnknownCore, or TimingError when its file has no such table."""
    name = load_core(core).name
    text = resources.files("emulator").joinpath("cores", f"{name}.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    table = tables.get("exceptions")
    if table is None:
        raise TimingError(f"core table {name}.toml has no [exceptions]; it can call functions but not run firmware")
    try:
        return ExceptionProfile(**table, private=tuple(tables.get("private_peripherals", {}).items()))
    except TypeError as error:
        raise TimingError(f"core table {name}.toml, [exceptions]: {error}") from error
