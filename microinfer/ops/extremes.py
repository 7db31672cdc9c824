"""The first largest element of rows, as comparing element after element with `>` finds it.

A NaN is never larger; of equal elements, zeros of either sign among them, the first is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.graph.model import Array


def _comparable(rows: Array) -> Array:
    return np.where(np.isnan(rows), -np.inf, rows) if rows.dtype.kind == "f" else rows


def lowest_of(dtype: np.dtype[Any]) -> Any:
    """Lowest finite value of a dtype."""
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def first_largest(rows: Array) -> NDArray[np.int64]:
    """Position of the first largest element along the last axis; 0 where that axis starts with NaN."""
    found = np.argmax(_comparable(rows), axis=-1)
    if rows.dtype.kind == "f":
        found = np.where(np.isnan(rows[..., 0]), 0, found)
    return np.asarray(found, np.int64)


def largest(rows: Array) -> Array:
    """Largest element along the last axis, at least the lowest finite value of the dtype; same dtype."""
    if rows.dtype.kind != "f":
        return np.asarray(rows.max(axis=-1))
    lowest = rows.dtype.type(lowest_of(rows.dtype))
    values = _comparable(rows)
    found = np.take_along_axis(values, np.argmax(values, axis=-1, keepdims=True), axis=-1)[..., 0]
    return np.where(found > lowest, found, lowest).astype(rows.dtype)


def smallest(rows: Array) -> Array:
    """Smallest element along the last axis, at most the highest finite value of the dtype; same dtype."""
    return -largest(-rows) if rows.dtype.kind == "f" else np.asarray(rows.min(axis=-1))
