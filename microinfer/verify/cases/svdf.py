"""SVDF of int8 with a state of int8 or int16."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.numerics import profile
from microinfer.ops.svdf import SvdfParams, svdf
from microinfer.quant import Clamp, Multiplier
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import dims
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan, Reject, ScratchQuery, declare


@dataclass(frozen=True)
class SvdfKnobs:
    """Arguments; `units` outputs of `rank` filters each over `time` steps; both scales, both ranges."""

    batch: int
    depth: int
    units: int
    rank: int
    time: int
    input_offset: int
    output_offset: int
    input_multiplier: int
    input_shift: int
    output_multiplier: int
    output_shift: int
    input_low: int
    input_high: int
    low: int
    high: int
    bias: bool

    @property
    def features(self) -> int:
        return self.units * self.rank


def _draw(state: str, draw: Draw) -> SvdfKnobs:
    depth, time = contents.channels(draw), draw.choice((1, 2, 3, 4, 5, 8, 9, 10))
    units, rank = draw.choice((1, 2, 3, 4, 5, 8)), draw.choice((1, 1, 2, 3))
    multipliers = [int(m) for m in contents.multipliers(draw, 2)]
    first = int(contents.shifts(draw, 1, 2960.0 * depth**0.5)[0])
    second = int(contents.shifts(draw, 1, (74 if state == "int8" else 20_000) * 40.0 * (time * rank) ** 0.5)[0])
    offsets = contents.zero_point(draw), contents.zero_point(draw)
    ranges = *contents.activation(draw, state), *contents.activation(draw)
    scales = multipliers[0], min(first, 10), multipliers[1], min(second, 10)
    batch = draw.choice((1, 1, 2, 3))
    return SvdfKnobs(batch, depth, units, rank, time, *offsets, *scales, *ranges, not draw.chance(20))


def _plan(state: str, k: SvdfKnobs) -> Plan:
    if not contents.is_range(k.low, k.high) or not contents.is_range(k.input_low, k.input_high, state):
        raise OutOfDomain
    values = {
        **dims("input_dims", k.batch, k.depth, 1, 1),
        **dims("state_dims", k.batch, k.time * k.features, 1, 1),
        **dims("weights_feature_dims", k.features, k.depth, 1, 1),
        **dims("weights_time_dims", k.features, k.time, 1, 1),
        **dims("bias_dims", k.units, 1, 1, 1),
        **dims("output_dims", k.batch, k.units, 1, 1),
        "svdf_params.rank": k.rank,
        "svdf_params.input_offset": k.input_offset,
        "svdf_params.output_offset": k.output_offset,
        "svdf_params.input_activation.min": k.input_low,
        "svdf_params.input_activation.max": k.input_high,
        "svdf_params.output_activation.min": k.low,
        "svdf_params.output_activation.max": k.high,
        "input_quant_params.multiplier": k.input_multiplier,
        "input_quant_params.shift": k.input_shift,
        "output_quant_params.multiplier": k.output_multiplier,
        "output_quant_params.shift": k.output_shift,
        "input_ctx.size": 4 * k.batch * k.features,
        "output_ctx.size": 4 * k.batch * k.units,
    }
    buffers = [
        Buffer("input_data", "int8", (k.batch, k.depth)),
        Buffer("state_data", state, (k.batch, k.features * k.time), "inout"),
        Buffer("weights_feature_data", "int8", (k.features, k.depth)),
        Buffer("weights_time_data", state, (k.features, k.time)),
        Buffer("output_data", "int8", (k.batch, k.units), "out"),
        Buffer("input_ctx.buf", "int32", (k.batch, k.features), "scratch"),
        Buffer("output_ctx.buf", "int32", (k.batch, k.units), "scratch"),
    ]
    if k.bias:
        buffers.append(Buffer("bias_data", "int32", (k.units,)))
    sizes = {**dims("filter_dims", k.features, k.depth, 1, 1)}
    queries = () if state == "int16" else (ScratchQuery("ctx.buf", "arm_svdf_s8_get_buffer_size", sizes, "ctx.size"),)
    return Plan(values, tuple(buffers), queries, frozenset(), 0)


def _rejects(k: SvdfKnobs) -> tuple[Reject, ...]:
    return tuple(Reject(f"no {name}", dropped=frozenset({f"{name}.buf"})) for name in ("input_ctx", "output_ctx"))


def _fill(k: SvdfKnobs, plan: Plan, draw: Draw) -> Arrays:
    return contents.layer(draw, plan, 1.0, "bias_data")


def _factor(multiplier: int, shift: int) -> Multiplier:
    return Multiplier(np.array(multiplier, np.int32), np.array(shift, np.int32))


def _reference(k: SvdfKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
    params = SvdfParams(
        rank=k.rank,
        input_zero_point=k.input_offset,
        state_zero_point=0,
        output_zero_point=k.output_offset,
        state_factor=_factor(k.input_multiplier, k.input_shift),
        output_factor=_factor(k.output_multiplier, k.output_shift),
        state_range=Clamp(k.input_low, k.input_high),
        output_range=Clamp(k.low, k.high),
        numerics=profile("cmsis-nn").default,
    )
    names = ("input_data", "weights_feature_data", "weights_time_data")
    x, features, time = (arrays[name] for name in names)
    output, state = svdf(x, features, time, arrays.get("bias_data"), arrays["state_data"], params)
    return {"output_data": output, "state_data": state}


for _function, _state in {"arm_svdf_s8": "int8", "arm_svdf_state_s16_s8": "int16"}.items():
    declare(
        _function,
        knobs=SvdfKnobs,
        draw=partial(_draw, _state),
        plan=partial(_plan, _state),
        fill=_fill,
        reference=_reference,
        rejects=_rejects,
    )
