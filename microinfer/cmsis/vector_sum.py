"""Sums of weight rows, which kernels add to biases once instead of an offset to every input.

sum[row] = bias[row] + lhs_offset * (sum of the row + columns * rhs_offset).
Source: CMSIS-NN arm_vector_sum_s8, arm_vector_sum_s8_s64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from microinfer.fixedpoint import Int64Array


def vector_sum_s8(
    weights: NDArray[np.int8], lhs_offset: int, rhs_offset: int = 0, bias: NDArray[np.int32] | None = None
) -> NDArray[np.int32]:
    """Sums of int8 `weights` (rows, columns) as int32 (rows,), modulo 2**32; `bias` is int32 (rows,) or None."""
    return _sums(weights, lhs_offset, rhs_offset, bias).astype(np.int32)


def vector_sum_s8_s64(
    weights: NDArray[np.int8], lhs_offset: int, bias: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Sums of int8 `weights` (rows, columns) as int64 (rows,), the weights without offset; `bias` is int64 or None."""
    return _sums(weights, lhs_offset, 0, bias)


def _sums(weights: NDArray[np.int8], lhs_offset: int, rhs_offset: int, bias: NDArray[np.integer] | None) -> Int64Array:
    rows = weights.astype(np.int64).sum(axis=1) + weights.shape[1] * rhs_offset
    return np.asarray(rows * lhs_offset + (0 if bias is None else bias.astype(np.int64)), np.int64)
