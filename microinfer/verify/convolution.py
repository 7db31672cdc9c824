"""Cases of convolutions with one scale a channel: int8, int4 and int16, plain, 1x1, 1xn and chosen by a wrapper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.int4 import unpack_int4
from microinfer.ops.conv_2d import conv_sums
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import Axis, dims, draw_axis, filled, output_values, tiles
from microinfer.verify.spec import Arrays, Buffer, Form, OutOfDomain, Plan, Reject, ScratchQuery

POINT = Axis(1, 1, 1, 1, 0, 1)
_MACS, _MANY_MACS = 2_500, 20_000
_LONG_SUMS, _FEW_PIXELS = (512, 513, 513, 514, 515, 518, 530), 8


@dataclass(frozen=True)
class ConvolutionKnobs:
    """Arguments of a convolution; `depth` input channels a group, `filters` output channels a group."""

    batch: int
    y: Axis
    x: Axis
    groups: int
    depth: int
    filters: int
    input_offset: int
    output_offset: int
    low: int
    high: int
    bias: str = "int32"
    upscale_y: int = 1
    upscale_x: int = 1

    @property
    def channels(self) -> int:
        """Input channels."""
        return self.groups * self.depth

    @property
    def outputs(self) -> int:
        """Output channels."""
        return self.groups * self.filters

    def check(self) -> None:
        """Raise OutOfDomain for what no caller may ask."""
        self.y.check()
        self.x.check()
        if self.y.size % self.upscale_y or self.x.size % self.upscale_x:
            raise OutOfDomain


@dataclass(frozen=True)
class Convolution(Form):
    """What distinguishes one function from another: activation and weight type, shapes it takes, its scratch."""

    activation: str = "int8"
    weights: str = "int8"
    shape: str = "any"
    grouped: bool = True
    upscales: bool = False
    scratch: str = ""
    also: tuple[int, ...] = ()

    def draw(self, draw: Draw) -> ConvolutionKnobs:
        """Knobs of the shapes this function takes."""
        y, x = self._axes(draw)
        up = self.upscales and draw.chance(10)
        upscale_y, upscale_x = (draw.choice((2, 1)), draw.choice((2, 1))) if up else (1, 1)
        y, x = _upscaled(y, upscale_y), _upscaled(x, upscale_x)
        groups = draw.choice((2, 3, 4)) if self.grouped and not up and draw.chance(15) else 1
        depth, filters = contents.channels(draw), contents.channels(draw, 20)
        taps = y.kernel * x.kernel
        most = _MANY_MACS if draw.chance(8) else _MACS
        while depth * filters * groups * taps * y.out * x.out > most and max(depth, filters) > 1:
            depth, filters = (-(-depth // 2), filters) if depth > filters else (depth, -(-filters // 2))
        if self.activation == "int16" and y.out * x.out <= _FEW_PIXELS and draw.chance(30):
            depth, filters = -(-draw.choice(_LONG_SUMS) // taps), draw.choice((1, 2, 3, 5))
        batch = 2 if draw.chance(15) else 1
        return ConvolutionKnobs(batch, y, x, groups, depth, filters, *self._scalars(draw), upscale_y, upscale_x)

    def _axes(self, draw: Draw) -> tuple[Axis, Axis]:
        if self.shape in ("point", "fast") or (self.shape == "wrapper" and draw.chance(30)):
            strides = (1,) if self.shape == "fast" else (1, 1, 2, 3)
            sizes = [(draw.integer(1, 6), draw.choice(strides)) for _ in range(2)]
            y, x = (Axis(size, 1, stride, 1, 0, (size - 1) // stride + 1) for size, stride in sizes)
            return y, x
        if self.shape == "row" or (self.shape == "wrapper" and draw.chance(30)):
            return POINT, draw_axis(draw, 12, dilates=False)
        return draw_axis(draw), draw_axis(draw)

    def _scalars(self, draw: Draw) -> tuple[int, int, int, int, str]:
        low, high = contents.activation(draw, self.activation)
        if self.activation == "int16":
            return 0, 0, low, high, draw.choice(("int64", "int32", "", "none32"))
        offsets = -contents.zero_point(draw), contents.zero_point(draw)
        return max(offsets[0], -127), offsets[1], low, high, "" if draw.chance(15) else "int32"

    def plan(self, k: ConvolutionKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        k.check()
        if not contents.is_range(k.low, k.high, self.activation):
            raise OutOfDomain
        if self.shape == "row" and (k.y != POINT or (k.x.stride * k.channels) % 4 or k.x.dilation != 1):
            raise OutOfDomain
        if self.shape in ("point", "fast") and (k.y.kernel, k.x.kernel, k.y.pad, k.x.pad) != (1, 1, 0, 0):
            raise OutOfDomain
        if self.shape == "fast" and (k.y.stride, k.x.stride, k.y.out, k.x.out) != (1, 1, k.y.size, k.x.size):
            raise OutOfDomain
        if self.shape == "even" and k.y.kernel * k.x.kernel * k.depth % 2:
            raise OutOfDomain
        values = {
            **dims("input_dims", k.batch, k.y.size, k.x.size, k.channels),
            **dims("filter_dims", k.outputs, k.y.kernel, k.x.kernel, k.depth),
            **dims("bias_dims", 1, 1, 1, k.outputs),
            **dims("output_dims", k.batch, k.y.out, k.x.out, k.outputs),
            **dims("upscale_dims", 1, k.upscale_y, k.upscale_x, 1),
            **tiles("conv_params", k.y, k.x),
            **output_values("conv_params", k.input_offset, k.output_offset, k.low, k.high),
            "bias_data.is_int32_bias": k.bias.endswith("32"),
        }
        plain = (k.upscale_y, k.upscale_x) == (1, 1)
        absent = frozenset({"upscale_dims"} if plain else ())
        return Plan(values, self._buffers(k), self._queries(values), absent, 0, also=self.also)

    def _buffers(self, k: ConvolutionKnobs) -> tuple[Buffer, ...]:
        batch, height, width = k.batch, k.y.size // k.upscale_y, k.x.size // k.upscale_x
        weights: tuple[int, ...] = (k.outputs, k.y.kernel, k.x.kernel, k.depth)
        if self.weights == "int4":
            weights = ((k.outputs * k.y.kernel * k.x.kernel * k.depth + 1) // 2,)
        found = [
            Buffer("input_data", self.activation, (batch, height, width, k.channels)),
            Buffer("filter_data", "int8", weights),
            Buffer("quant_params.multiplier", "int32", (k.outputs,)),
            Buffer("quant_params.shift", "int32", (k.outputs,)),
            Buffer("output_data", self.activation, (batch, k.y.out, k.x.out, k.outputs), "out"),
        ]
        if k.bias in ("int32", "int64"):
            path = "bias_data.data" if self.activation == "int16" else "bias_data"
            found.append(Buffer(path, k.bias, (k.outputs,)))
        return tuple(found)

    def _queries(self, values: dict[str, int]) -> tuple[ScratchQuery, ...]:
        if not self.scratch:
            return ()
        return (ScratchQuery("ctx.buf", self.scratch, values, "ctx.size"),)

    def fill(self, k: ConvolutionKnobs, plan: Plan, draw: Draw) -> Arrays:
        """Contents of everything that is read."""
        taps = k.y.kernel * k.x.kernel * k.depth
        wide = self.activation == "int16"
        magnitude = 20_000.0 if wide else 74.0
        typical = magnitude * (40 if self.weights == "int8" else 5) * taps**0.5 / (256 if wide else 1)
        bias = "bias_data.data" if wide else "bias_data"
        return contents.layer(draw, plan, typical, bias, wide)

    def rejects(self, k: ConvolutionKnobs) -> tuple[Reject, ...]:
        """No scratch; channels that groups do not divide; height, dilation, padding, stride where a form has none."""
        scratch = Reject("no scratch", dropped=frozenset({"ctx.buf"}))
        if self.shape == "any":
            parts = Reject("groups", {"output_dims.c": k.outputs + 1})
            return (scratch, parts) if self.grouped and k.groups > 1 else (scratch,)
        if self.shape == "row":
            return (scratch, Reject("height", {"input_dims.h": 2}), Reject("dilation", {"conv_params.dilation.w": 2}))
        if self.shape in ("wrapper", "even"):
            return (scratch,) if self.shape == "wrapper" else ()
        padded = Reject("padding", {"conv_params.padding.w": 1})
        return (padded, Reject("stride", {"conv_params.stride.w": 2})) if self.shape == "fast" else (padded,)

    def reference(self, k: ConvolutionKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The output, by microinfer.ops.conv_2d."""
        x = arrays["input_data"].astype(np.int32) + (0 if self.activation == "int16" else k.input_offset)
        if (k.upscale_y, k.upscale_x) != (1, 1):
            x = _with_zeros(x, k)
        weights = arrays["filter_data"]
        if self.weights == "int4":
            shape = (k.outputs, k.y.kernel, k.x.kernel, k.depth)
            weights = unpack_int4(weights.view(np.uint8), int(np.prod(shape))).reshape(shape)
        x, whole = filled(x, k.y, k.x, arithmetic.padding)
        total = conv_sums(x, weights, whole)
        bias = arrays.get("bias_data.data" if self.activation == "int16" else "bias_data")
        if bias is not None:
            total = total + bias
        offset = 0 if self.activation == "int16" else k.output_offset
        scale = Scale(arrays["quant_params.multiplier"], arrays["quant_params.shift"], offset, k.low, k.high)
        wide = self.activation == "int16" and not k.bias.endswith("32")
        result = (arithmetic.finish_wide if wide else arithmetic.finish)(total, scale)
        return {"output_data": result.astype(self.activation)}


def _upscaled(axis: Axis, factor: int) -> Axis:
    """An axis whose size counts inserted zeros."""
    if factor == 1:
        return axis
    size = axis.size + axis.size % factor
    return Axis(size, axis.kernel, axis.stride, axis.dilation, axis.pad, axis.out)


def _with_zeros(x: NDArray[Any], k: ConvolutionKnobs) -> NDArray[Any]:
    full = np.zeros((k.batch, k.y.size, k.x.size, k.channels), x.dtype)
    full[:, :: k.upscale_y, :: k.upscale_x] = x
    return full
