"""One call of a C function on a core and, if asked for, a board's memories; what it gave and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from emulator import Machine
from emulator.accuracy.interval import Interval
from emulator.accuracy.run_coverage import machine_interval
from emulator.profile.breakdown import Split, split
from microinfer.device.board import DeviceBoard
from microinfer.errors import InputError

ALIGNMENT = 16
"""Bytes that buffers are aligned to, so that no kernel meets an alignment that its caller would avoid."""

_FILLS = ("zeros", "ones", "count", "random")
Argument = int | npt.NDArray[Any]


@dataclass(frozen=True)
class FunctionCall:
    """A function with its arguments. The one call that counts comes after `warm` others, which fill the caches."""

    function: str
    arguments: tuple[Argument, ...]
    warm: int = 0


@dataclass(frozen=True)
class CallCost:
    """What a call gave (r0 as int32) and cost on a core; `waiting`: cycles lost to memories, part of `cycles`.

    `clobbered`: callee-saved registers that did not come back as they were.
    """

    function: str
    core: str
    value: int
    cycles: int
    instructions: int
    stack: int
    waiting: int
    interval: Interval
    spent: Split
    clobbered: tuple[str, ...]


def argument(text: str, seed: int = 0) -> Argument:
    """An argument as typed: 12, -3, 0x20, zeros:64, ones:64, count:64, random:64 (bytes, by `seed`), or FILE.npy.

    Raises InputError.
    """
    fill, _, size = text.partition(":")
    if fill in _FILLS and size.isdecimal():
        return _filled(fill, int(size), seed)
    if text.endswith(".npy"):
        return _array(Path(text))
    try:
        return int(text, 0)
    except ValueError:
        forms = ", ".join(f"{fill}:BYTES" for fill in _FILLS)
        raise InputError(f"{text} is no argument: write an integer (12, -3, 0x20), {forms}, or a file X.npy") from None


def run_call(elf: Path, core: str, call: FunctionCall, board: DeviceBoard | None = None) -> CallCost:
    """Call it in a machine of its own. Raises EmulatorError."""
    machine = Machine(core, muls_cycles=1 if board is None else board.muls_cycles(core))
    machine.load(elf)
    given = [one if isinstance(one, int) else machine.alloc(one, align=ALIGNMENT) for one in call.arguments]
    if board is not None and board.layout(machine.memory).memories:
        board.slow_down(machine)
    elif machine.core.unaligned is not None:
        machine.charge_unaligned()
    function = int(call.function, 16) if call.function.startswith("0x") else call.function
    for _ in range(call.warm):
        machine.call(function, *given)
    machine.clear_edges()
    result = machine.call(function, *given)
    kinds = () if board is None else tuple(memory.kind.name for memory in board.layout(machine.memory).memories)
    return CallCost(
        call.function,
        core,
        result.value,
        result.cycles,
        result.instructions,
        result.stack,
        sum(stall.code + stall.data for stall in machine.stalls),
        machine_interval(machine, kinds),
        split(machine.breakdown(), core),
        result.clobbered,
    )


def run_calls(
    elf: Path, cores: Sequence[str], calls: Sequence[FunctionCall], board: DeviceBoard | None
) -> tuple[CallCost, ...]:
    """Each call on each core, a core's calls together."""
    return tuple(run_call(elf, core, call, board) for core in cores for call in calls)


def _filled(fill: str, size: int, seed: int) -> npt.NDArray[np.uint8]:
    if fill == "random":
        return np.random.default_rng((seed, size)).integers(0, 256, size, dtype=np.uint8)
    if fill == "count":
        return np.arange(size).astype(np.uint8)
    return np.full(size, 0xFF if fill == "ones" else 0, np.uint8)


def _array(path: Path) -> npt.NDArray[Any]:
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path} as .npy: {error}") from error
    return np.ascontiguousarray(found)
