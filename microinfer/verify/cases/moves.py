"""Functions that only move bytes: reshape, pad, and concatenation along each axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.verify.draw import Draw
from microinfer.verify.geometry import dims
from microinfer.verify.simple import declare_simple
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan

_SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33)


@dataclass(frozen=True)
class CopyKnobs:
    """Bytes to copy."""

    size: int


@dataclass(frozen=True)
class PadKnobs:
    """Input (n, h, w, c), cells in front of and behind each axis, and what they hold."""

    n: int
    h: int
    w: int
    c: int
    before_n: int
    before_h: int
    before_w: int
    before_c: int
    after_n: int
    after_h: int
    after_w: int
    after_c: int
    value: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return self.n, self.h, self.w, self.c

    @property
    def pads(self) -> tuple[tuple[int, int], ...]:
        """(before, after) of each axis."""
        before = (self.before_n, self.before_h, self.before_w, self.before_c)
        return tuple(zip(before, (self.after_n, self.after_h, self.after_w, self.after_c), strict=True))


@dataclass(frozen=True)
class ConcatenationKnobs:
    """Input as the functions name it (x innermost, w outermost), size of the joined axis, where this input goes."""

    x: int
    y: int
    z: int
    w: int
    joined: int
    offset: int


def _some(draw: Draw) -> int:
    return draw.choice((1, 1, 2, 3, 4, 5))


def _copy_plan(k: CopyKnobs) -> Plan:
    buffers = (Buffer("input", "int8", (k.size,)), Buffer("output", "int8", (k.size,), "out"))
    return Plan({"total_size": k.size}, buffers)


def _draw_pad(draw: Draw) -> PadKnobs:
    shape = [draw.choice((1, 1, 2)), _some(draw), _some(draw), draw.choice(_SIZES)]
    pads = [draw.choice((0, 0, 1, 2, 3)) if draw.chance(60) else 0 for _ in range(8)]
    return PadKnobs(*(*shape, *pads, draw.integer(-128, 127)))


def _pad_plan(k: PadKnobs) -> Plan:
    before, after = zip(*k.pads, strict=True)
    out = tuple(size + b + a for size, b, a in zip(k.shape, before, after, strict=True))
    values = {**dims("input_size", *k.shape), **dims("pre_pad", *before), **dims("post_pad", *after)}
    buffers = (Buffer("input", "int8", k.shape), Buffer("output", "int8", out, "out"))
    return Plan(values | {"pad_value": k.value}, buffers, status=0)


def _pad(k: PadKnobs, arrays: Arrays) -> Arrays:
    return {"output": np.pad(arrays["input"], k.pads, constant_values=k.value)}


def _draw_concatenation(axis: str, draw: Draw) -> ConcatenationKnobs:
    sizes = {"x": draw.choice(_SIZES), "y": _some(draw), "z": _some(draw), "w": draw.choice((1, 1, 2, 3))}
    offset = draw.integer(0, 4)
    return ConcatenationKnobs(**sizes, joined=sizes[axis] + offset + draw.integer(0, 4), offset=offset)


def _joined_shape(axis: str, k: ConcatenationKnobs) -> tuple[int, ...]:
    return tuple(k.joined if name == axis else getattr(k, name) for name in "wzyx")


def _concatenation_plan(axis: str, k: ConcatenationKnobs) -> Plan:
    if k.offset < 0 or k.offset + getattr(k, axis) > k.joined:
        raise OutOfDomain
    values = {f"input_{name}": getattr(k, name) for name in "xyzw"}
    values |= {f"output_{axis}": k.joined, f"offset_{axis}": k.offset}
    source = Buffer("input", "int8", (k.w, k.z, k.y, k.x))
    return Plan(values, (source, Buffer("output", "int8", _joined_shape(axis, k), "inout")))


def _concatenation(axis: str, k: ConcatenationKnobs, arrays: Arrays) -> Arrays:
    whole = arrays["output"].copy()
    cut = [slice(None)] * 4
    cut["wzyx".index(axis)] = slice(k.offset, k.offset + getattr(k, axis))
    whole[tuple(cut)] = arrays["input"]
    return {"output": whole}


declare_simple(
    "arm_reshape_s8",
    CopyKnobs,
    lambda draw: CopyKnobs(draw.choice(_SIZES)),
    _copy_plan,
    lambda k, arrays: {"output": arrays["input"]},
)
declare_simple("arm_pad_s8", PadKnobs, _draw_pad, _pad_plan, _pad)
for _axis in "xyzw":
    declare_simple(
        f"arm_concatenation_s8_{_axis}",
        ConcatenationKnobs,
        partial(_draw_concatenation, _axis),
        partial(_concatenation_plan, _axis),
        partial(_concatenation, _axis),
    )
