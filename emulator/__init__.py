"""A Cortex-M machine: load an Arm ELF, call its C functions like Python functions, get values, cycles and stack.

    machine = Machine("cortex-m4")
    machine.load("lib.elf")
    result = machine.call("dot", a, b, 64)

Importing this package loads nothing else; the engines come with the first name that needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.boards.board import Board
    from emulator.boards.run_result import FaultReport, RunResult
    from emulator.calls.cstruct import (
        Bool,
        ByValue,
        Float32,
        Float64,
        Int8,
        Int16,
        Int32,
        Int64,
        Pointer,
        Struct,
        Uint8,
        Uint16,
        Uint32,
        Uint64,
    )
    from emulator.calls.placement import Buffer
    from emulator.errors import EmulatorError
    from emulator.machine import CallResult, Machine
    from emulator.memory import MemoryMap, Region

_HOMES = {
    "emulator.boards.board": "Board",
    "emulator.calls.cstruct": (
        "Bool ByValue Float32 Float64 Int8 Int16 Int32 Int64 Pointer Struct Uint8 Uint16 Uint32 Uint64"
    ),
    "emulator.errors": "EmulatorError",
    "emulator.machine": "CallResult Machine",
    "emulator.memory": "MemoryMap Region",
    "emulator.calls.placement": "Buffer",
    "emulator.boards.run_result": "FaultReport RunResult",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}

__all__ = [
    "Board",
    "Bool",
    "Buffer",
    "ByValue",
    "CallResult",
    "EmulatorError",
    "FaultReport",
    "Float32",
    "Float64",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "Machine",
    "MemoryMap",
    "Pointer",
    "Region",
    "RunResult",
    "Struct",
    "Uint8",
    "Uint16",
    "Uint32",
    "Uint64",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'emulator' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
