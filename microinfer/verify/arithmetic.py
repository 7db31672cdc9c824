"""The rounding and clamping a reference uses, exchangeable: explanations ask what another rounding would have given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microinfer.fixedpoint import (
    Int64Array,
    reduced_multiplier,
    requantize_double,
    requantize_s64,
    wrap32,
)

Requantize = Callable[[ArrayLike, ArrayLike, ArrayLike], Int64Array]


@dataclass(frozen=True)
class Scale:
    """Output stage of a kernel: Q0.31 multipliers and shifts, one or one a channel, offset and activation range."""

    multiplier: NDArray[np.int32]
    shift: NDArray[np.int32]
    offset: int
    low: int
    high: int


@dataclass(frozen=True)
class Arithmetic:
    """How values are scaled; the default is that of CMSIS-NN's default build. `padding` is what padding adds, 0."""

    requantize: Requantize = requantize_double
    requantize_wide: Requantize = requantize_s64
    padding: int = 0

    def finish(self, accumulator: Int64Array, scale: Scale) -> Int64Array:
        """int32 accumulators (..., C) to outputs: clamp(requantize(acc) + offset)."""
        scaled = self.requantize(wrap32(accumulator), scale.multiplier, scale.shift)
        clipped: Int64Array = np.clip(wrap32(scaled + scale.offset), scale.low, scale.high)
        return clipped

    def finish_wide(self, accumulator: Int64Array, scale: Scale) -> Int64Array:
        """64-bit accumulators (..., C), scaled by 16-bit multipliers."""
        scaled = self.requantize_wide(accumulator, reduced_multiplier(scale.multiplier), scale.shift)
        clipped: Int64Array = np.clip(wrap32(scaled + scale.offset), scale.low, scale.high)
        return clipped


EXACT = Arithmetic()
