"""Transpose convolution of int8: the direct form and the wrapper that may run it as a convolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.ops.transpose_conv import Scatter, transpose_conv_sums
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import Axis, dims, output_values, tiles
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan, Reject, ScratchQuery, declare

_SIZE = "arm_transpose_conv_s8_get_buffer_size"
_REVERSE_SIZE = "arm_transpose_conv_s8_get_reverse_conv_buffer_size"


@dataclass(frozen=True)
class TransposeConvKnobs:
    """Arguments; the axes' `pad` is what is cut in front of the output, their dilation is 1."""

    batch: int
    y: Axis
    x: Axis
    channels: int
    outputs: int
    input_offset: int
    output_offset: int
    low: int
    high: int
    bias: bool

    @property
    def y_ends_early(self) -> bool:
        """Whether the output has fewer rows than the strides make."""
        return self.y.out + self.y.pad < self.y.size * self.y.stride

    @property
    def x_ends_early(self) -> bool:
        """Whether the output has fewer columns than the strides make."""
        return self.x.out + self.x.pad < self.x.size * self.x.stride


def _draw_axis(draw: Draw) -> Axis:
    """An axis whose output ends inside what the last input cell reaches, or its stride."""
    kernel, stride = draw.choice((1, 2, 3, 3, 4, 5)), draw.choice((1, 1, 2, 2, 2, 3, 4))
    size = draw.integer(1, 5)
    full = (size - 1) * stride + max(kernel, stride)
    before, after = (draw.integer(0, kernel - 1) if draw.chance(50) else 0 for _ in range(2))
    out = full - before - after
    return Axis(size, kernel, stride, 1, before, out) if out > 0 else Axis(size, kernel, stride, 1, 0, full)


def _check(axis: Axis) -> None:
    if min(axis.kernel, axis.stride, axis.out) < 1 or axis.pad < 0:
        raise OutOfDomain
    full = (axis.size - 1) * axis.stride + max(axis.kernel, axis.stride)
    if axis.pad >= axis.kernel or axis.dilation != 1 or not full - axis.kernel < axis.out + axis.pad <= full:
        raise OutOfDomain


def _draw(draw: Draw) -> TransposeConvKnobs:
    y, x = _draw_axis(draw), _draw_axis(draw)
    channels, outputs = contents.channels(draw), contents.channels(draw, 17)
    while channels * outputs * y.kernel * x.kernel * y.size * x.size > 8000 and outputs > 1:
        outputs = -(-outputs // 2)
    low, high = contents.activation(draw)
    offsets = max(-127, -contents.zero_point(draw)), contents.zero_point(draw)
    batch = draw.choice((1, 1, 1, 2))
    return TransposeConvKnobs(batch, y, x, channels, outputs, *offsets, low, high, not draw.chance(20))


def _plan(k: TransposeConvKnobs) -> Plan:
    _check(k.y)
    _check(k.x)
    if not contents.is_range(k.low, k.high):
        raise OutOfDomain
    values = {
        **dims("input_dims", k.batch, k.y.size, k.x.size, k.channels),
        **dims("filter_dims", k.outputs, k.y.kernel, k.x.kernel, k.channels),
        **dims("bias_dims", 1, 1, 1, k.outputs),
        **dims("output_dims", k.batch, k.y.out, k.x.out, k.outputs),
        **tiles("transpose_conv_params", k.y, k.x),
        **output_values("transpose_conv_params", k.input_offset, k.output_offset, k.low, k.high),
    }
    named = {key.replace("output_dims", "out_dims"): v for key, v in values.items() if key.startswith("output_dims")}
    asked = values | named | {
        key.replace("transpose_", "transposed_"): v for key, v in values.items() if key.startswith("transpose_")
    }  # fmt: skip
    buffers = [
        Buffer("input_data", "int8", (k.batch, k.y.size, k.x.size, k.channels)),
        Buffer("filter_data", "int8", (k.outputs, k.y.kernel, k.x.kernel, k.channels)),
        Buffer("quant_params.multiplier", "int32", (k.outputs,)),
        Buffer("quant_params.shift", "int32", (k.outputs,)),
        Buffer("output_data", "int8", (k.batch, k.y.out, k.x.out, k.outputs), "out"),
    ]
    if k.bias:
        buffers.append(Buffer("bias_data", "int32", (k.outputs,)))
    queries = (
        ScratchQuery("ctx.buf", _SIZE, asked, "ctx.size"),
        ScratchQuery("output_ctx.buf", _REVERSE_SIZE, asked, "output_ctx.size"),
    )
    return Plan(values, tuple(buffers), queries, frozenset(), 0)


def _rejects(k: TransposeConvKnobs) -> tuple[Reject, ...]:
    """No scratch."""
    return tuple(Reject(f"no {name}", dropped=frozenset({f"{name}.buf"})) for name in ("ctx", "output_ctx"))


def _fill(k: TransposeConvKnobs, plan: Plan, draw: Draw) -> Arrays:
    return contents.layer(draw, plan, 2960.0 * (k.channels * 2) ** 0.5, "bias_data")


def _reference(k: TransposeConvKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
    x = arrays["input_data"].astype(np.int32) + k.input_offset
    scatter = Scatter((k.y.stride, k.x.stride), (k.y.pad, k.x.pad), (k.y.out, k.x.out))
    total = transpose_conv_sums(x, arrays["filter_data"], scatter) + arrays.get("bias_data", 0)
    scale = Scale(arrays["quant_params.multiplier"], arrays["quant_params.shift"], k.output_offset, k.low, k.high)
    return {"output_data": arithmetic.finish(total, scale).astype(np.int8)}


_PARTS = {"knobs": TransposeConvKnobs, "draw": _draw, "plan": _plan, "fill": _fill, "reference": _reference}
declare("arm_transpose_conv_s8", **_PARTS)
declare("arm_transpose_conv_wrapper_s8", **_PARTS, rejects=_rejects)
