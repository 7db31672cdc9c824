"""Softmax over the last axis of int16, output scale 2**-15, zero points 0.

Per row: e = exp((x - max) * beta * scale) as Q0.15 from a table over -10..0; 1 / sum from a table of 1 / (1 + x) over
0..1; output = e / sum, ties up. Source: CMSIS-NN arm_softmax_s16; TensorFlow Lite reference_ops::SoftmaxInt16,
TensorFlow Lite Micro kernels/softmax_common.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from microinfer import libm
from microinfer.errors import ModelError
from microinfer.fixedpoint import Int64Array, count_leading_zeros
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.lookup_16 import lookup, populate
from microinfer.ops.operands import where
from microinfer.quant import Multiplier, quantize_multiplier

_RANGE = np.float32(65535)
_UNIT = float(np.float32(2) / _RANGE)
_TOLERANCE = 0.001


def _one_over_one_plus(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.float32(1) / (np.float32(1) + x)


@cache
def exp_table() -> Int64Array:
    """exp over -10..0."""
    return populate(libm.expf, float(np.float32(10) / _RANGE * np.float32(-65535)), 0.0, _UNIT)


@cache
def reciprocal_table() -> Int64Array:
    """1 / (1 + x) over 0..1."""
    return populate(_one_over_one_plus, 0.0, float(np.float32(1) / _RANGE * np.float32(65535)), _UNIT)


@dataclass(frozen=True, eq=False)
class Softmax16Params:
    """The factor from input differences to 65535ths of 10."""

    factor: Multiplier
    numerics: Numerics

    @classmethod
    def of(cls, node: Node, numerics: Numerics) -> Softmax16Params:
        """Raises ModelError unless zero points are 0 and the output scale is 2**-15."""
        source, target = node.input(0), node.output
        if source.zero_point or target.zero_point or abs(target.scale * 32768 - 1) > _TOLERANCE:
            raise ModelError(f"{where(node)}: zero points must be 0, the output scale 1/32768")
        beta = float(np.float32(node.options.get("beta", 1.0)))
        return cls(quantize_multiplier(source.scale * beta / (10.0 / 65535.0)), numerics)


def softmax_int16(x: Array, params: Softmax16Params) -> Array:
    """Softmax of int16 `x` (..., C) along the last axis; same shape and dtype."""
    difference = x.astype(np.int64) - x.max(axis=-1, keepdims=True)
    scaled = params.numerics.requantize(difference, params.factor)
    exps = lookup(np.clip(scaled + 32767, -32768, 32767), exp_table())
    total = exps.sum(axis=-1, keepdims=True)
    zeros = count_leading_zeros(total)
    normal = ((total << (zeros - 1)) + (1 << 13)) >> 14
    reciprocal = lookup(np.clip(normal - 98304, -32768, 32767), reciprocal_table())
    shift = 31 - zeros
    share = (exps * reciprocal + (np.int64(1) << (shift - 1))) >> shift
    return np.asarray(np.clip(share, 0, 32767).astype(x.dtype))
