"""SVDF: a fully connected layer factored into a filter over the features and one over their recent past.

Every invocation drops the oldest column of the state (batch, filters, memory) and appends one of features,
state_zero_point + clamp(requantize(sum((x - input_zero_point) * feature_weights))). Then, with wrapping int32 sums,
output[unit] = requantize(bias[unit] + sum over its rank filters and the memory of (state - state_zero_point) *
time_weights) + output_zero_point, clamped. State and time weights are int8 or int16. In float32 each filter sums over
its memory in order, and the unit adds its filters to the bias one by one. The integer kernels know no fused activation.
Source: CMSIS-NN arm_svdf_s8, arm_svdf_state_s16_s8; TensorFlow Lite Micro kernels/svdf_common.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.errors import ModelError, ShapeError
from microinfer.fixedpoint import Int64Array, wrap32
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.exact_sums import exact_matmul
from microinfer.ops.float_sums import Float32Array, dot_in_order
from microinfer.ops.fused_float import Activation, fused_float
from microinfer.ops.registry import Kernel, Update, operator
from microinfer.quant import INTEGER_RANGE, Clamp, Multiplier

_STATE = 4


@dataclass(frozen=True, eq=False)
class SvdfParams:
    """Everything but the arrays: zero points, the two requantise steps and the ranges of state and output."""

    rank: int
    input_zero_point: int
    state_zero_point: int
    output_zero_point: int
    state_factor: Multiplier
    output_factor: Multiplier
    state_range: Clamp
    output_range: Clamp
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> SvdfParams:
        source, features, time, state = (node.input(i) for i in (0, 1, 2, _STATE))
        target = node.output
        return cls(
            rank_of(node),
            source.zero_point,
            state.zero_point,
            target.zero_point,
            numerics.output_factor(source.scale, features.scale, state.scale),
            numerics.output_factor(state.scale, time.scale, target.scale),
            Clamp(*INTEGER_RANGE[state.dtype]),
            Clamp(*INTEGER_RANGE[target.dtype]),
            numerics,
        )


def rank_of(node: Node) -> int:
    """Filters per unit of an SVDF node; raises ShapeError or ModelError where its tensors do not fit together."""
    source, features, time, state = (node.input(i) for i in (0, 1, 2, _STATE))
    bias, target, rank = node.optional_input(3), node.output.shape, node.options.get("rank", 0)
    shapes = (source.shape, features.shape, time.shape, state.shape, target)
    if any(len(shape) != 2 for shape in shapes) or rank < 1 or features.shape[0] % rank:
        raise ShapeError(f"layer {node.index} (SVDF): shapes {shapes}, rank {rank}")
    filters, batch, memory = features.shape[0], source.shape[0], time.shape[1]
    wanted = ((batch, features.shape[1]), (filters, source.shape[1]), (filters, memory), (batch, filters * memory))
    if shapes != (*wanted, (batch, filters // rank)) or (bias is not None and bias.shape != (filters // rank,)):
        raise ShapeError(f"layer {node.index} (SVDF): shapes {shapes}, rank {rank}")
    if not state.is_variable:
        raise ModelError(f"layer {node.index} (SVDF): state {state.name} is not a variable")
    return int(rank)


def _shift_in(state: Array, features: Array, memory: int) -> Array:
    """State (N, F, T) of `state` (N, F * T) without its oldest column and with `features` (N, F) as the newest."""
    past = state.reshape(*features.shape, memory)
    return np.concatenate((past[..., 1:], features[..., None].astype(state.dtype)), axis=-1)


def svdf(
    x: Array, features: Array, time: Array, bias: Array | None, state: Array, params: SvdfParams
) -> tuple[Array, Array]:
    """One invocation: output int8 (N, units) and the new state, for int8 `x` (N, D) and `features` (F, D).

    `time` is int8 or int16 (F, T), `state` (N, F * T) of the same dtype, `bias` int32 (units,) or None.
    """
    sums = wrap32(exact_matmul(x.astype(np.int32) - params.input_zero_point, features.T))
    newest = params.state_range(params.numerics.requantize(sums, params.state_factor)) + params.state_zero_point
    moved = _shift_in(state, newest, time.shape[1])
    products = (moved.astype(np.int64) - params.state_zero_point) * time
    total = products.reshape(len(x), -1, params.rank * time.shape[1]).sum(axis=-1)
    return _output(total if bias is None else total + bias, params).astype(x.dtype), moved.reshape(state.shape)


def _output(total: Int64Array, params: SvdfParams) -> Int64Array:
    scaled = params.numerics.requantize(wrap32(total), params.output_factor)
    return params.output_range(wrap32(scaled + params.output_zero_point))


def svdf_float(
    x: Float32Array, features: Float32Array, time: Float32Array, bias: Array | None, state: Float32Array, rank: int,
    activation: Activation,
) -> tuple[Float32Array, Float32Array]:  # fmt: skip
    """One invocation in float32, shapes as in `svdf`."""
    moved = _shift_in(state, dot_in_order(x, features.T), time.shape[1])
    per_filter = dot_in_order(moved[..., None, :], time[..., None])[..., 0, 0].reshape(len(x), -1, rank)
    total = np.broadcast_to(np.float32(0) if bias is None else bias, per_filter.shape[:2])
    with np.errstate(all="ignore"):
        for i in range(rank):
            total = total + per_filter[..., i]
    return activation(total), moved.reshape(state.shape)


def macs(node: Node) -> int:
    """Each filter meets the input once and its memory once."""
    return node.input(0).shape[0] * (node.input(1).elements + node.input(2).elements)


def _with_state(run: partial[tuple[Array, Array]]) -> Kernel:
    def kernel(x: Array, features: Array, time: Array, bias: Array | None, state: Array) -> Update:
        output, moved = run(x, features, time, bias, state)
        return Update((output,), ((_STATE, moved),))

    return kernel


@operator("SVDF", ("int8xint8xint8xint32xint8->int8", "int8xint8xint16xint32xint16->int8"), macs=macs, folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    return _with_state(partial(svdf, params=SvdfParams.of(node, numerics)))


@operator("SVDF", "float32xfloat32xfloat32xfloat32->float32", macs=macs, folds=False)
def plan_float(node: Node, numerics: Numerics) -> Kernel:
    return _with_state(partial(svdf_float, rank=rank_of(node), activation=fused_float(node)))
