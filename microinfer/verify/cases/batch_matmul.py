"""Batched matrix products of two activations, the right one given with rows as columns of the product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.ops.exact_sums import exact_matmul
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic, Scale
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import dims, output_values
from microinfer.verify.simple import fill_uniformly
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan, ScratchQuery, declare


@dataclass(frozen=True)
class MatmulKnobs:
    """Left (n1, h1, rows, depth), right (n2, h2, columns, depth), scales; n and h broadcast."""

    n1: int
    h1: int
    n2: int
    h2: int
    rows: int
    columns: int
    depth: int
    input_offset: int
    filter_offset: int
    output_offset: int
    multiplier: int
    shift: int
    low: int
    high: int


@dataclass(frozen=True)
class Matmul:
    """What distinguishes the two functions."""

    dtype: str

    def draw(self, draw: Draw) -> MatmulKnobs:
        """Knobs; int16 at times with more than 512 terms in a sum."""
        wide = self.dtype == "int16"
        n, h = draw.choice((1, 1, 2)), draw.choice((1, 1, 2, 3))
        depth = draw.choice((511, 512, 513, 520)) if wide and draw.chance(8) else contents.channels(draw)
        rows, columns = draw.choice((1, 2, 3, 4, 5)), draw.choice((1, 2, 3, 4, 5, 7, 8, 9))
        second = (draw.choice((1, n)), draw.choice((1, h)))
        first = (draw.choice((n, n, 1)), draw.choice((h, h, 1)))
        offsets = (0, 0, 0)
        if not wide:
            offsets = (-contents.zero_point(draw), -contents.zero_point(draw), contents.zero_point(draw))
        typical = (20_000.0**2 / 256 if wide else 74.0**2) * depth**0.5
        shift = int(contents.shifts(draw, 1, typical, *((-31, 7) if wide else (-31, 30)))[0])
        multiplier = int(contents.multipliers(draw, 1)[0])
        low, high = contents.activation(draw, self.dtype)
        low_offsets = tuple(max(-127, o) for o in offsets[:2])
        sizes = (*first, *second, rows, columns, depth)
        return MatmulKnobs(*sizes, low_offsets[0], low_offsets[1], offsets[2], multiplier, shift, low, high)

    def plan(self, k: MatmulKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        pairs = ((k.n1, k.n2), (k.h1, k.h2))
        if not contents.is_range(k.low, k.high, self.dtype) or any(a != b and 1 not in (a, b) for a, b in pairs):
            raise OutOfDomain
        n, h = max(k.n1, k.n2), max(k.h1, k.h2)
        values = {
            **dims("input_lhs_dims", k.n1, k.h1, k.rows, k.depth),
            **dims("input_rhs_dims", k.n2, k.h2, k.columns, k.depth),
            **dims("output_dims", n, h, k.rows, k.columns),
            **output_values("bmm_params.fc_params", k.input_offset, k.output_offset, k.low, k.high),
            "bmm_params.fc_params.filter_offset": k.filter_offset,
            "quant_params.multiplier": k.multiplier,
            "quant_params.shift": k.shift,
        }
        buffers = (
            Buffer("input_lhs", self.dtype, (k.n1, k.h1, k.rows, k.depth)),
            Buffer("input_rhs", self.dtype, (k.n2, k.h2, k.columns, k.depth)),
            Buffer("output", self.dtype, (n, h, k.rows, k.columns), "out"),
        )
        sizes = {**dims("filter_dims", k.depth, 1, 1, k.columns)}
        queries = () if self.dtype == "int16" else (
            ScratchQuery("ctx.buf", "arm_fully_connected_s8_get_buffer_size", sizes, "ctx.size"),
        )  # fmt: skip
        return Plan(values, buffers, queries, frozenset(), 0)

    def reference(self, k: MatmulKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The product, as in microinfer.ops.batch_matmul."""
        left = arrays["input_lhs"].astype(np.int32) + k.input_offset
        right = arrays["input_rhs"].astype(np.int32) + k.filter_offset
        total = exact_matmul(left, right.swapaxes(-1, -2))
        factor = np.array([k.multiplier], np.int32), np.array([k.shift], np.int32)
        finish = arithmetic.finish_wide if self.dtype == "int16" else arithmetic.finish
        return {"output": finish(total, Scale(*factor, k.output_offset, k.low, k.high)).astype(self.dtype)}


for _function, _form in {"arm_batch_matmul_s8": Matmul("int8"), "arm_batch_matmul_s16": Matmul("int16")}.items():
    declare(
        _function, knobs=MatmulKnobs, draw=_form.draw, plan=_form.plan, fill=fill_uniformly, reference=_form.reference
    )
