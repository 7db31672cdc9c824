"""Depthwise convolutions: int8, int4 and int16, the general forms, the fast ones, and the wrappers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.int4 import unpack_int4
from microinfer.ops.depthwise_conv_2d import depthwise_sums
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import Axis, dims, draw_axis, filled, output_values, tiles
from microinfer.verify.signature import cmsis_signature
from microinfer.verify.spec import Arrays, Buffer, Form, OutOfDomain, Plan, Reject, ScratchQuery, declare_form


@dataclass(frozen=True)
class DepthwiseKnobs:
    """Arguments of a depthwise convolution."""

    batch: int
    y: Axis
    x: Axis
    channels: int
    ch_mult: int
    input_offset: int
    output_offset: int
    low: int
    high: int
    bias: bool

    @property
    def outputs(self) -> int:
        """Output channels."""
        return self.channels * self.ch_mult


@dataclass(frozen=True)
class Depthwise(Form):
    """What distinguishes one function: types, whether it takes a depth multiplier, kernel sizes, scratch."""

    function: str
    activation: str = "int8"
    weights: str = "int8"
    plain: bool = False
    three: bool = False
    scratch: str = ""

    @property
    def paths(self) -> tuple[str, str, str, str]:
        """Input, filter, bias and output, as the prototype calls them."""
        names = tuple(a.name for a in cmsis_signature(self.function).arguments if a.kind == "buffer")
        return names[0], names[1], names[2], names[3]

    def draw(self, draw: Draw) -> DepthwiseKnobs:
        """Knobs of the shapes this function takes; wrappers get the plain ones half the time."""
        plain = self.plain or draw.chance(50)
        y, x = (draw_axis(draw, 6, dilates=not plain) for _ in range(2))
        if self.three or (plain and draw.chance(35)):
            y, x = _three(draw), _three(draw)
        multiplier = 1 if plain else draw.choice((1, 2, 3, 4, 5, 6, 8))
        channels = 1 if multiplier > 1 and draw.chance(30) else contents.channels(draw)
        while channels * multiplier * y.kernel * x.kernel * y.out * x.out > 4000 and channels > 1:
            channels = -(-channels // 2)
        low, high = contents.activation(draw, self.activation)
        offsets = (max(-127, -contents.zero_point(draw)), contents.zero_point(draw))
        if self.activation == "int16":
            offsets = (0, 0)
        batch = 1 if self.plain or draw.chance(70) else draw.integer(2, 3)
        return DepthwiseKnobs(batch, y, x, channels, multiplier, *offsets, low, high, not draw.chance(15))

    def plan(self, k: DepthwiseKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        k.y.check()
        k.x.check()
        plain = (k.ch_mult, k.y.dilation, k.x.dilation, k.batch) == (1, 1, 1, 1)
        three = (k.y.kernel, k.x.kernel) == (3, 3) and max(k.y.pad, k.x.pad) <= 1
        fits = (plain or not self.plain) and (three or not self.three)
        if not fits or not contents.is_range(k.low, k.high, self.activation):
            raise OutOfDomain
        values = {
            **dims("input_dims", k.batch, k.y.size, k.x.size, k.channels),
            **dims("filter_dims", 1, k.y.kernel, k.x.kernel, k.outputs),
            **dims("bias_dims", 1, 1, 1, k.outputs),
            **dims("output_dims", k.batch, k.y.out, k.x.out, k.outputs),
            **tiles("dw_conv_params", k.y, k.x),
            **output_values("dw_conv_params", k.input_offset, k.output_offset, k.low, k.high),
            "dw_conv_params.ch_mult": k.ch_mult,
        }
        queries = (ScratchQuery("ctx.buf", self.scratch, values, "ctx.size"),) if self.scratch else ()
        return Plan(values, self._buffers(k), queries, frozenset(), 0)

    def _buffers(self, k: DepthwiseKnobs) -> tuple[Buffer, ...]:
        source, weights, bias, output = self.paths
        shape: tuple[int, ...] = (1, k.y.kernel, k.x.kernel, k.outputs)
        if self.weights == "int4":
            shape = ((k.y.kernel * k.x.kernel * k.outputs + 1) // 2,)
        found = (
            Buffer(source, self.activation, (k.batch, k.y.size, k.x.size, k.channels)),
            Buffer(weights, "int8", shape),
            Buffer("quant_params.multiplier", "int32", (k.outputs,)),
            Buffer("quant_params.shift", "int32", (k.outputs,)),
            Buffer(output, self.activation, (k.batch, k.y.out, k.x.out, k.outputs), "out"),
        )
        kind = "int64" if self.activation == "int16" else "int32"
        return (*found, Buffer(bias, kind, (k.outputs,))) if k.bias else found

    def fill(self, k: DepthwiseKnobs, plan: Plan, draw: Draw) -> Arrays:
        """Contents of everything that is read."""
        wide = self.activation == "int16"
        taps = k.y.kernel * k.x.kernel
        typical = (80.0 if wide else 74.0) * (40 if self.weights == "int8" else 5) * taps**0.5
        return contents.layer(draw, plan, typical, self.paths[2], wide)

    def rejects(self, k: DepthwiseKnobs) -> tuple[Reject, ...]:
        """Other channels out than in for one filter a channel; no scratch; another filter than 3x3."""
        if not self.plain:
            return ()
        channels = Reject("channels", {"output_dims.c": k.outputs + 1})
        if not self.three:
            return channels, Reject("no scratch", dropped=frozenset({"ctx.buf"}))
        return (
            channels,
            Reject("padding", {"dw_conv_params.padding.w": 2}),
            Reject("width", {"filter_dims.w": 4}),
            Reject("height", {"filter_dims.h": 2}),
        )

    def reference(self, k: DepthwiseKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The output, by microinfer.ops.depthwise_conv_2d."""
        source, path, bias, output = self.paths
        wide = self.activation == "int16"
        x = arrays[source].astype(np.int32) + (0 if wide else k.input_offset)
        shape = (1, k.y.kernel, k.x.kernel, k.outputs)
        weights = arrays[path]
        if self.weights == "int4":
            weights = unpack_int4(weights.view(np.uint8), int(np.prod(shape))).reshape(shape)
        x, whole = filled(x, k.y, k.x, arithmetic.padding)
        total = depthwise_sums(x, weights, whole) + arrays.get(bias, 0)
        offset = 0 if wide else k.output_offset
        scale = Scale(arrays["quant_params.multiplier"], arrays["quant_params.shift"], offset, k.low, k.high)
        finish = arithmetic.finish_wide if wide else arithmetic.finish
        return {output: finish(total, scale).astype(self.activation)}


def _three(draw: Draw) -> Axis:
    """An axis for a kernel of three with at most one cell of padding."""
    size, stride, pad = draw.integer(1, 8), draw.choice((1, 1, 2, 3)), draw.integer(0, 1)
    after = draw.integer(0, 1)
    size = max(size, 3 - pad - after)
    out = min((size + pad + after - 3) // stride + 1, -(-size // stride))
    return Axis(size, 3, stride, 1, pad, max(out, 1))


_S8, _S16, _S4 = "arm_depthwise_conv_{}s8{}", "arm_depthwise_conv_{}s16{}", "arm_depthwise_conv_{}s4{}"
_SIZE = "_get_buffer_size"
_FORMS = (
    Depthwise(_S8.format("", "")),
    Depthwise(_S8.format("", "_opt"), plain=True, scratch=_S8.format("", "_opt") + _SIZE),
    Depthwise(_S8.format("3x3_", ""), plain=True, three=True),
    Depthwise(_S8.format("wrapper_", ""), scratch=_S8.format("wrapper_", "") + _SIZE),
    Depthwise(_S4.format("", ""), weights="int4"),
    Depthwise(_S4.format("", "_opt"), weights="int4", plain=True, scratch=_S4.format("", "_opt") + _SIZE),
    Depthwise(_S4.format("wrapper_", ""), weights="int4", scratch=_S4.format("wrapper_", "") + _SIZE),
    Depthwise(_S16.format("", ""), "int16"),
    Depthwise(_S16.format("fast_", ""), "int16", plain=True, scratch=_S16.format("fast_", "") + _SIZE),
    Depthwise(_S16.format("wrapper_", ""), "int16", scratch=_S16.format("wrapper_", "") + _SIZE),
)

for _form in _FORMS:
    declare_form(_form.function, DepthwiseKnobs, _form)
