"""Arguments and results by the Procedure Call Standard for the Arm Architecture (AAPCS32), base and VFP variants."""

from __future__ import annotations

import struct as _struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from emulator.calls.cstruct import SCALARS, ByValue, Float32, Float64, Int64, Scalar, Struct, Uint64
from emulator.errors import ArgumentError

ReturnType = str | type[Struct]


@dataclass(frozen=True)
class Frame:
    """What a call starts with: r0..r3 as far as used, s0.. by number, and bytes for the stack."""

    core: tuple[int, ...]
    vfp: dict[int, int]
    stack: bytes


@dataclass(frozen=True)
class _Words:
    """An argument as 32-bit words. `pair`: 8-byte aligned; `vfp`: belongs in VFP registers; `splits`: may straddle."""

    words: tuple[int, ...]
    pair: bool = False
    vfp: bool = False
    splits: bool = False


def marshal(
    arguments: Sequence[Any], place: Callable[[Any], int], float_abi: Literal["hard", "soft"], result: int | None = None
) -> Frame:
    """Distribute arguments over registers and stack.

    `place` puts arrays, bytes and structs in memory and returns their address; `result` is the address for a struct
    returned in memory. Raises ArgumentError naming the position of an argument that cannot be passed.
    """
    allocation = _Allocation()
    if result is not None:
        allocation.add(_Words((result,)))
    for position, argument in enumerate(arguments, 1):
        try:
            allocation.add(_words(argument, place, float_abi))
        except ArgumentError as error:
            raise ArgumentError(f"argument {position}: {error}") from error
    return allocation.frame()


class _Allocation:
    """Stage C of the standard: the next core register, the free VFP registers, the stack so far."""

    def __init__(self) -> None:
        self._core: list[int] = []
        self._vfp: dict[int, int] = {}
        self._vfp_free: list[int] = list(range(16))
        self._stack: list[int] = []

    def add(self, argument: _Words) -> None:
        if argument.vfp:
            self._add_vfp(argument)
            return
        if argument.pair and len(self._core) % 2:
            self._core.append(0)
        room = 4 - len(self._core)
        if len(argument.words) <= room:
            self._core.extend(argument.words)
        elif argument.splits and room > 0 and not self._stack:
            self._core.extend(argument.words[:room])
            self._stack.extend(argument.words[room:])
        else:
            self._core.extend([0] * room)
            self._push(argument)

    def _add_vfp(self, argument: _Words) -> None:
        """Lowest free register or aligned pair, so that a float fills the hole a double left."""
        count = len(argument.words)
        for first in self._vfp_free:
            taken = range(first, first + count)
            if first % count == 0 and all(r in self._vfp_free for r in taken):
                self._vfp.update(zip(taken, argument.words, strict=True))
                self._vfp_free = [r for r in self._vfp_free if r not in taken]
                return
        self._vfp_free = []
        self._push(argument)

    def _push(self, argument: _Words) -> None:
        if argument.pair and len(self._stack) % 2:
            self._stack.append(0)
        self._stack.extend(argument.words)

    def frame(self) -> Frame:
        if len(self._stack) % 2:
            self._stack.append(0)
        return Frame(tuple(self._core), self._vfp, _struct.pack(f"<{len(self._stack)}I", *self._stack))


def _words(argument: Any, place: Callable[[Any], int], float_abi: str) -> _Words:
    if isinstance(argument, Int64 | Uint64):
        return _Words(_split(_packed(argument.scalar, int(argument))), pair=True)
    if isinstance(argument, Float32 | Float64 | np.float32):
        scalar = SCALARS["float"] if isinstance(argument, np.float32) else argument.scalar
        words = _split(_packed(scalar, float(argument)))
        return _Words(words, pair=len(words) == 2, vfp=float_abi == "hard")
    if isinstance(argument, bool | np.bool_ | int | np.integer):
        return _Words((_word(int(argument)),))
    if isinstance(argument, float):
        raise ArgumentError(f"{argument!r} is a float or a double? wrap it in Float32 or Float64")
    if isinstance(argument, ByValue):
        return _by_value(argument.struct, place, float_abi)
    return _Words((place(argument),))


def _by_value(value: Struct, place: Callable[[Any], int], float_abi: str) -> _Words:
    kinds = {s.name for s in type(value).scalars()}
    if float_abi == "hard" and len(kinds) == 1 and kinds <= {"float", "double"}:
        raise ArgumentError(f"struct {type(value).__name__} of floats by value in the hard-float ABI is not supported")
    data = value.pack(place)
    return _Words(_split(data + bytes(-len(data) % 4)), pair=value.alignment() == 8, splits=True)


def _word(value: int) -> int:
    if not -(1 << 31) <= value < 1 << 32:
        raise ArgumentError(f"{value} does not fit in 32 bits; wrap it in Int64 if the parameter has 64")
    return value & 0xFFFFFFFF


def _packed(scalar: Scalar, value: float) -> bytes:
    try:
        return scalar.pack(value)
    except (_struct.error, OverflowError):
        raise ArgumentError(f"{value} is no {scalar.name}") from None


def _split(data: bytes) -> tuple[int, ...]:
    return _struct.unpack(f"<{len(data) // 4}I", data)


def check_return(returns: ReturnType) -> None:
    """Raise ArgumentError unless `returns` is "void", a scalar's name or a Struct class."""
    if isinstance(returns, str):
        if returns != "void" and returns not in SCALARS:
            known = ", ".join(("void", *SCALARS))
            raise ArgumentError(f"returns={returns!r} is unknown; there are: {known}, or a Struct class")
    elif not (isinstance(returns, type) and issubclass(returns, Struct)):
        raise ArgumentError(f"returns={returns!r} is neither a C type name nor a Struct class")


def returned_in_memory(returns: ReturnType) -> bool:
    """Whether the caller passes an address for the result."""
    return not isinstance(returns, str) and returns.sizeof() > 4


def result(
    returns: ReturnType,
    core: tuple[int, int],
    vfp: tuple[int, int],
    in_memory: bytes,
    float_abi: Literal["hard", "soft"],
) -> Any:
    """The value of a call: r0, r1; s0, s1; or the bytes behind the hidden pointer.

    Narrow integers are cut to their width and extended here, whatever the callee left in the upper bits.
    """
    if returns == "void":
        return None
    if not isinstance(returns, str):
        return returns.unpack(in_memory or _struct.pack("<I", core[0]))
    scalar = SCALARS[returns]
    words = vfp if returns in ("float", "double") and float_abi == "hard" else core
    if returns == "bool":
        return bool(words[0] & 0xFF)
    return scalar.unpack(_struct.pack("<II", *words))
