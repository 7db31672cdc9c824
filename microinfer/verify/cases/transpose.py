"""arm_transpose_s8: int8 arrays of one to four axes in any order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import dims
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan, declare

_SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33)


@dataclass(frozen=True)
class TransposeKnobs:
    """Axes used, their sizes (those beyond `axes` are 1), and which permutation of them in lexical order."""

    axes: int
    n: int
    h: int
    w: int
    c: int
    order: int

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.n, self.h, self.w, self.c)[: self.axes]

    @property
    def permutation(self) -> tuple[int, ...]:
        """Axis of the input that each axis of the output is."""
        found = tuple(itertools.permutations(range(self.axes)))
        if self.order >= len(found):
            raise OutOfDomain
        return found[self.order]


def _draw_transpose(draw: Draw) -> TransposeKnobs:
    axes = draw.choice((4, 4, 4, 3, 2, 1))
    some = [draw.choice((1, 1, 2, 3, 4, 5) if draw.chance(80) else _SIZES) for _ in range(axes)]
    n, h, w, c = some + [1] * (4 - axes)
    orders = {4: 24, 3: 6, 2: 2, 1: 1}[axes]
    return TransposeKnobs(axes, n, h, w, c, draw.integer(0, orders - 1))


def _transpose_plan(k: TransposeKnobs) -> Plan:
    if not 1 <= k.axes <= 4 or any(size != 1 for size in (k.n, k.h, k.w, k.c)[k.axes :]):
        raise OutOfDomain
    out = tuple(k.shape[axis] for axis in k.permutation)
    fill = (1,) * (4 - k.axes)
    values = {
        **dims("input_dims", *(*k.shape, *fill)),
        **dims("output_dims", *(*out, *fill)),
        "transpose_params.num_dims": k.axes,
    }
    buffers = (
        Buffer("input_data", "int8", k.shape),
        Buffer("output_data", "int8", out, "out"),
        Buffer("transpose_params.permutations", "uint32", (k.axes,)),
    )
    return Plan(values, buffers, status=0)


def _fill(k: TransposeKnobs, plan: Plan, draw: Draw) -> Arrays:
    return {"input_data": contents.integers(draw, k.shape, "int8"), **_derived(k)}


def _derived(k: TransposeKnobs) -> Arrays:
    return {"transpose_params.permutations": np.array(k.permutation, np.uint32)}


def _transpose(k: TransposeKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
    return {"output_data": np.ascontiguousarray(arrays["input_data"].transpose(k.permutation))}


declare(
    "arm_transpose_s8",
    knobs=TransposeKnobs,
    draw=_draw_transpose,
    plan=_transpose_plan,
    fill=_fill,
    reference=_transpose,
    derived=_derived,
)
