"""Sums of integer products, exact: as float64 matrix products where these cannot round, else in int64."""

from __future__ import annotations

import numpy as np

from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array

_EXACT = 1 << 53


def exact_dtype(a: Array, b: Array, terms: int) -> type[np.float64] | type[np.int64]:
    """Dtype in which sums of `terms` products of elements of integers `a` and `b` are exact, int64 if in none."""
    return np.float64 if terms * _magnitude(a) * _magnitude(b) < _EXACT else np.int64


def exact_matmul(rows: Array, columns: Array) -> Int64Array:
    """`rows` (..., M, K) times `columns` (..., K, N), as matmul, for integers of any dtype."""
    dtype = exact_dtype(rows, columns, rows.shape[-1])
    product = np.matmul(rows.astype(dtype, copy=False), columns.astype(dtype, copy=False))
    return np.asarray(product, np.int64)


def _magnitude(values: Array) -> int:
    return max(-int(values.min()), int(values.max()), 1) if values.size else 1
