"""Average and maximum pooling of int8 and int16."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from microinfer.ops.average_pool_2d import average_pool_2d
from microinfer.ops.max_pool_2d import max_pool_2d
from microinfer.ops.window import Window
from microinfer.quant import Clamp
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import Axis, dims, draw_axis, tiles, window
from microinfer.verify.signature import cmsis_signature
from microinfer.verify.spec import Arrays, Buffer, Form, OutOfDomain, Plan, Reject, ScratchQuery, declare_form


@dataclass(frozen=True)
class PoolKnobs:
    """Arguments of a pool."""

    batch: int
    y: Axis
    x: Axis
    channels: int
    low: int
    high: int


@dataclass(frozen=True)
class Pool(Form):
    """What distinguishes one function: its dtype, what it computes, its scratch query."""

    function: str
    dtype: str
    compute: Callable[[Any, Window, Clamp], Any]
    scratch: str = ""

    @property
    def paths(self) -> tuple[str, str]:
        """Input and output, as the prototype calls them."""
        names = [a.name for a in cmsis_signature(self.function).arguments if a.kind == "buffer"]
        return names[0], names[1]

    def draw(self, draw: Draw) -> PoolKnobs:
        """Knobs with padding narrower than the window."""
        y, x = (draw_axis(draw, 8, dilates=False) for _ in range(2))
        channels = contents.channels(draw)
        low, high = contents.activation(draw, self.dtype)
        return PoolKnobs(draw.choice((1, 1, 1, 2, 3)), y, x, channels, low, high)

    def plan(self, k: PoolKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        k.y.check()
        k.x.check()
        if not contents.is_range(k.low, k.high, self.dtype) or (k.y.dilation, k.x.dilation) != (1, 1):
            raise OutOfDomain
        values = {
            **dims("input_dims", k.batch, k.y.size, k.x.size, k.channels),
            **dims("filter_dims", 1, k.y.kernel, k.x.kernel, 1),
            **dims("output_dims", k.batch, k.y.out, k.x.out, k.channels),
            **tiles("pool_params", k.y, k.x, dilates=False),
            "pool_params.activation.min": k.low,
            "pool_params.activation.max": k.high,
            "dim_dst_width": k.x.out,
            "ch_src": k.channels,
        }
        source, output = self.paths
        buffers = (
            Buffer(source, self.dtype, (k.batch, k.y.size, k.x.size, k.channels)),
            Buffer(output, self.dtype, (k.batch, k.y.out, k.x.out, k.channels), "out"),
        )
        queries = (ScratchQuery("ctx.buf", self.scratch, values, "ctx.size"),) if self.scratch else ()
        return Plan(values, buffers, queries, frozenset(), 0)

    def fill(self, k: PoolKnobs, plan: Plan, draw: Draw) -> Arrays:
        """Contents of the input."""
        return {self.paths[0]: contents.integers(draw, plan.buffers[0].shape, self.dtype)}

    def rejects(self, k: PoolKnobs) -> tuple[Reject, ...]:
        """No batch; for averages a first window without a cell, no scratch."""
        batch = Reject("no batch", {"input_dims.n": 0})
        if not self.scratch:
            return (batch,)
        return (
            batch,
            Reject("empty row", {"pool_params.padding.h": k.y.kernel}),
            Reject("empty column", {"pool_params.padding.w": k.x.kernel}),
            Reject("no scratch", dropped=frozenset({"ctx.buf"})),
        )

    def reference(self, k: PoolKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The output, by microinfer.ops."""
        source, output = self.paths
        return {output: self.compute(arrays[source], window(k.y, k.x), Clamp(k.low, k.high))}


_FORMS = (
    Pool("arm_avgpool_s8", "int8", average_pool_2d, "arm_avgpool_s8_get_buffer_size"),
    Pool("arm_avgpool_s16", "int16", average_pool_2d, "arm_avgpool_s16_get_buffer_size"),
    Pool("arm_max_pool_s8", "int8", max_pool_2d),
    Pool("arm_max_pool_s16", "int16", max_pool_2d),
)

for _form in _FORMS:
    declare_form(_form.function, PoolKnobs, _form)
