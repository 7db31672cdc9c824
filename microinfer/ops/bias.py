"""Adding an optional bias to accumulators."""

from __future__ import annotations

import numpy as np

from microinfer.fixedpoint import Int64Array
from microinfer.graph.model import Array


def add_bias(accumulator: Int64Array, bias: Array | None) -> Int64Array:
    """`accumulator` (..., C) plus `bias` (C,), which may be absent."""
    return accumulator if bias is None else accumulator + bias.reshape(-1).astype(np.int64)
