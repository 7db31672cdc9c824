"""Fully connected layers: int8 with one scale or one an output, int4, int16."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from microinfer.int4 import unpack_int4
from microinfer.ops.exact_sums import exact_matmul
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import dims, output_values
from microinfer.verify.spec import Arrays, Buffer, Form, OutOfDomain, Plan, ScratchQuery, declare_form

_DEPTHS = (1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 64, 65, 130)


@dataclass(frozen=True)
class FullyConnectedKnobs:
    """Arguments of a fully connected layer; with one scale for all outputs, `multiplier` and `shift` are it."""

    batch: int
    depth: int
    outputs: int
    input_offset: int
    filter_offset: int
    output_offset: int
    low: int
    high: int
    bias: bool
    per_channel: bool
    multiplier: int
    shift: int


@dataclass(frozen=True)
class FullyConnected(Form):
    """What distinguishes one function: types, how scales are passed, its scratch query."""

    activation: str = "int8"
    weights: str = "int8"
    scales: str = "tensor"
    scratch: str = ""

    def draw(self, draw: Draw) -> FullyConnectedKnobs:
        """Knobs; int16 at times with more than 512 terms in a sum."""
        wide = self.activation == "int16"
        depth = draw.choice(_DEPTHS)
        if wide and draw.chance(10):
            depth = draw.choice((511, 512, 513, 516, 530))
        outputs = min(contents.channels(draw), max(1, 3000 // depth))
        low, high = contents.activation(draw, self.activation)
        per_channel = self.scales == "channel" or (self.scales == "either" and draw.chance(50))
        typical = (80.0 if wide else 74.0) * (40 if self.weights == "int8" else 5) * depth**0.5
        multiplier = int(contents.multipliers(draw, 1)[0])
        shift = int(contents.shifts(draw, 1, typical, *((-31, 7) if wide else (-31, 30)))[0])
        offsets = (max(-127, -contents.zero_point(draw)), 0, contents.zero_point(draw))
        if wide:
            offsets = (0, 0, 0)
        elif self.weights == "int8" and draw.chance(10):
            offsets = (offsets[0], max(-127, -contents.zero_point(draw)), offsets[2])
        scale = (0, 0) if per_channel else (multiplier, shift)
        batch = draw.choice((1, 1, 1, 2, 3, 5))
        return FullyConnectedKnobs(batch, depth, outputs, *offsets, low, high, not draw.chance(15), per_channel, *scale)

    def plan(self, k: FullyConnectedKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        if not contents.is_range(k.low, k.high, self.activation):
            raise OutOfDomain
        values = {
            **dims("input_dims", k.batch, 1, 1, k.depth),
            **dims("filter_dims", k.depth, 1, 1, k.outputs),
            **dims("bias_dims", 1, 1, 1, k.outputs),
            **dims("output_dims", k.batch, 1, 1, k.outputs),
            **output_values("fc_params", k.input_offset, k.output_offset, k.low, k.high),
            "fc_params.filter_offset": k.filter_offset,
            "quant_params.is_per_channel": int(k.per_channel),
        }
        if self.scales == "tensor":
            values |= {"quant_params.multiplier": k.multiplier, "quant_params.shift": k.shift}
        queries = (ScratchQuery("ctx.buf", self.scratch, values, "ctx.size"),) if self.scratch else ()
        return Plan(values, self._buffers(k), queries, frozenset(), 0)

    def _buffers(self, k: FullyConnectedKnobs) -> tuple[Buffer, ...]:
        weights = (k.outputs, k.depth) if self.weights == "int8" else ((k.outputs * k.depth + 1) // 2,)
        found = [
            Buffer("input_data", self.activation, (k.batch, k.depth)),
            Buffer("filter_data", "int8", weights),
            Buffer("output_data", self.activation, (k.batch, k.outputs), "out"),
        ]
        if k.bias:
            found.append(Buffer("bias_data", "int64" if self.activation == "int16" else "int32", (k.outputs,)))
        if self.scales != "tensor":
            count = k.outputs if k.per_channel else 1
            found += [Buffer(f"quant_params.{name}", "int32", (count,)) for name in ("multiplier", "shift")]
        return tuple(found)

    def fill(self, k: FullyConnectedKnobs, plan: Plan, draw: Draw) -> Arrays:
        """Contents of everything that is read."""
        return contents.layer(draw, plan, 2960.0 * k.depth**0.5, "bias_data") | dict(self.derived(k))

    def derived(self, k: FullyConnectedKnobs) -> Arrays:
        """The one scale where it is passed by pointer."""
        if k.per_channel or self.scales == "tensor":
            return {}
        scale = {"multiplier": k.multiplier, "shift": k.shift}
        return {f"quant_params.{name}": np.array([value], np.int32) for name, value in scale.items()}

    def reference(self, k: FullyConnectedKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The output: microinfer.ops.fully_connected without its node."""
        x = arrays["input_data"].astype(np.int32) + k.input_offset
        weights = arrays["filter_data"]
        if self.weights == "int4":
            weights = unpack_int4(weights.view(np.uint8), k.outputs * k.depth).reshape(k.outputs, k.depth)
        total = exact_matmul(x, (weights.astype(np.int32) + k.filter_offset).T) + arrays.get("bias_data", 0)
        multiplier: NDArray[np.int32] = arrays.get("quant_params.multiplier", np.array([k.multiplier], np.int32))
        shift: NDArray[np.int32] = arrays.get("quant_params.shift", np.array([k.shift], np.int32))
        finish = arithmetic.finish_wide if self.activation == "int16" else arithmetic.finish
        result = finish(total, Scale(multiplier, shift, k.output_offset, k.low, k.high))
        return {"output_data": result.astype(self.activation)}


_S8_SIZE = "arm_fully_connected_s8_get_buffer_size"
_FORMS = {
    "arm_fully_connected_s8": FullyConnected(scratch=_S8_SIZE),
    "arm_fully_connected_per_channel_s8": FullyConnected(scales="channel", scratch=_S8_SIZE),
    "arm_fully_connected_wrapper_s8": FullyConnected(scales="either", scratch=_S8_SIZE),
    "arm_fully_connected_s4": FullyConnected(weights="int4"),
    "arm_fully_connected_s16": FullyConnected("int16", scratch="arm_fully_connected_s16_get_buffer_size"),
}

for _function, _form in _FORMS.items():
    declare_form(_function, FullyConnectedKnobs, _form)
