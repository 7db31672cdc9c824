"""Elementwise addition and multiplication of int8 and int16."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microinfer.fixedpoint import Int64Array, wrap32
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.draw import Draw
from microinfer.verify.spec import Arrays, Buffer, Form, OutOfDomain, Plan, declare_form

_SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18, 19, 33, 100)


@dataclass(frozen=True)
class ElementwiseKnobs:
    """Arguments; scales as (multiplier, shift) pairs spelled out, those of the inputs unused by a product."""

    size: int
    offset_1: int
    offset_2: int
    multiplier_1: int
    shift_1: int
    multiplier_2: int
    shift_2: int
    left_shift: int
    output_offset: int
    multiplier: int
    shift: int
    low: int
    high: int


@dataclass(frozen=True)
class Elementwise(Form):
    """What distinguishes one function: its dtype, and whether it adds or multiplies."""

    dtype: str
    adds: bool

    def draw(self, draw: Draw) -> ElementwiseKnobs:
        """Knobs as a runtime derives them, all factors below one; at times some above, which shift to the left."""
        wide = self.dtype == "int16"
        low, high = contents.activation(draw, self.dtype)
        offsets = [0, 0, 0] if wide else [-contents.zero_point(draw), -contents.zero_point(draw), 0]
        offsets = [max(o, -127) for o in offsets]
        offsets[2] = 0 if wide else contents.zero_point(draw)
        multipliers = [int(m) for m in contents.multipliers(draw, 3)]
        left = (15 if wide else 20) if self.adds else 0
        shift = -left + draw.integer(-2, 3) + 1 if self.adds else draw.integer(-9, -4) - (8 if wide else 0)
        shift_1, shift_2 = (draw.integer(1, 3) if draw.chance(8) else draw.integer(-4, 0) for _ in range(2))
        if draw.chance(8):
            left, shift = draw.choice((0, 4)) if self.adds else 0, draw.integer(0, 2)
        return ElementwiseKnobs(
            draw.choice(_SIZES), offsets[0], offsets[1], multipliers[0], shift_1, multipliers[1],
            shift_2, left, offsets[2], multipliers[2], shift, low, high,
        )  # fmt: skip

    def plan(self, k: ElementwiseKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        shifts = 0 <= k.left_shift <= 30 and max(k.shift_1, k.shift_2, k.shift) <= 30
        if not shifts or not contents.is_range(k.low, k.high, self.dtype):
            raise OutOfDomain
        values = {
            "input_1_offset": k.offset_1,
            "input_2_offset": k.offset_2,
            "input_1_mult": k.multiplier_1,
            "input_1_shift": k.shift_1,
            "input_2_mult": k.multiplier_2,
            "input_2_shift": k.shift_2,
            "left_shift": k.left_shift,
            "out_offset": k.output_offset,
            "out_mult": k.multiplier,
            "out_shift": k.shift,
            "out_activation_min": k.low,
            "out_activation_max": k.high,
            "block_size": k.size,
        }
        inputs = (Buffer(f"input_{n}_vect", self.dtype, (k.size,)) for n in (1, 2))
        return Plan(values, (*inputs, Buffer("output", self.dtype, (k.size,), "out")), (), frozenset(), 0)

    def fill(self, k: ElementwiseKnobs, plan: Plan, draw: Draw) -> Arrays:
        """Contents of both inputs."""
        return {f"input_{n}_vect": contents.integers(draw, (k.size,), self.dtype) for n in (1, 2)}

    def reference(self, k: ElementwiseKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The output, as in microinfer.ops.add and mul."""
        first = arrays["input_1_vect"].astype(np.int64) + k.offset_1
        second = arrays["input_2_vect"].astype(np.int64) + k.offset_2
        if self.adds:
            total = _aligned(arithmetic, first, k.left_shift, k.multiplier_1, k.shift_1) + _aligned(
                arithmetic, second, k.left_shift, k.multiplier_2, k.shift_2
            )
        else:
            total = first * second
        scale = Scale(_one(k.multiplier), _one(k.shift), k.output_offset, k.low, k.high)
        return {"output": arithmetic.finish(total, scale).astype(self.dtype)}


def _one(value: int) -> NDArray[np.int32]:
    return np.array([value], np.int32)


def _aligned(arithmetic: Arithmetic, x: Int64Array, left: int, multiplier: int, shift: int) -> Int64Array:
    return arithmetic.requantize(wrap32(x << left), multiplier, shift)


_FORMS = {
    "arm_elementwise_add_s8": Elementwise("int8", True),
    "arm_elementwise_add_s16": Elementwise("int16", True),
    "arm_elementwise_mul_s8": Elementwise("int8", False),
    "arm_elementwise_mul_s16": Elementwise("int16", False),
}

for _function, _form in _FORMS.items():
    declare_form(_function, ElementwiseKnobs, _form)
