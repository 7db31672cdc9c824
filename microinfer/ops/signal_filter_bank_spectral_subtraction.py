"""Subtract a slowly moving noise estimate from each channel, but leave a fraction of the signal.

All in uint32 that wraps, products in uint64. With s = x << smoothing_bits and the estimate n of the last invocation, 0
at first: n = (s * smoothing + n * one_minus_smoothing) >> spectral_subtraction_bits, the alternate factors on odd
channels. The output is max((s - min(n, s)) >> smoothing_bits, (x * min_signal_remaining) >>
spectral_subtraction_bits). `clamping` lowers the estimate that is kept to s. The second output is the estimate.
Source: TensorFlow Lite Micro signal/src/filter_bank_spectral_subtraction.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.ops.registry import Context, Kernel, control_operator
from microinfer.ops.signal_node import Memory, attributes, check_inputs, check_outputs, check_range


@dataclass(frozen=True)
class SubtractionParams:
    """Factors in units of 2**-spectral_subtraction_bits; the estimate has smoothing_bits more than the signal."""

    alternate_one_minus_smoothing: int
    alternate_smoothing: int
    clamping: int
    min_signal_remaining: int
    num_channels: int
    one_minus_smoothing: int
    smoothing: int
    smoothing_bits: int
    spectral_subtraction_bits: int

    @classmethod
    def of(cls, node: Node) -> SubtractionParams:
        """Raises ModelError for shifts that C leaves undefined."""
        params = cls(*attributes(node, *cls.__dataclass_fields__))
        check_range(node, "smoothing_bits", params.smoothing_bits, 0, 31)
        check_range(node, "spectral_subtraction_bits", params.spectral_subtraction_bits, 0, 63)
        return params

    def by_channel(self, even: int, odd: int) -> Array:
        """uint64 (channels,) of two uint32 factors."""
        factors = np.resize(np.array([even, odd], np.int64), self.num_channels)
        return factors.astype(np.uint32).astype(np.uint64)


def spectral_subtraction(x: Array, estimate: Array, params: SubtractionParams) -> tuple[Array, Array]:
    """What remains of uint32 `x` (n,), and the next estimate after uint32 `estimate` (n,)."""
    up, down = np.uint32(params.smoothing_bits), np.uint64(params.spectral_subtraction_bits)
    smoothing = params.by_channel(params.smoothing, params.alternate_smoothing)
    keeping = params.by_channel(params.one_minus_smoothing, params.alternate_one_minus_smoothing)
    remaining = params.by_channel(params.min_signal_remaining, params.min_signal_remaining)
    signal = x << up
    moved = ((signal.astype(np.uint64) * smoothing + estimate.astype(np.uint64) * keeping) >> down).astype(np.uint32)
    noise = np.minimum(moved, signal)
    floor = ((x.astype(np.uint64) * remaining) >> down).astype(np.uint32)
    return np.maximum((signal - noise) >> up, floor), noise if params.clamping else moved


@control_operator("SignalFilterBankSpectralSubtraction", "uint32->uint32", keeps_state=True)
def plan(node: Node, context: Context) -> Kernel:
    params, memory = SubtractionParams.of(node), Memory.of(node, context)
    check_inputs(node, 1)
    channels = node.input(0).elements
    check_range(node, "num_channels", params.num_channels, channels, channels)
    check_outputs(node, ("uint32", (channels,)), ("uint32", (channels,)))

    def kernel(x: Array) -> tuple[Array, Array]:
        past = memory.recall()
        output, estimate = spectral_subtraction(x, np.zeros_like(x) if past is None else past, params)
        memory.keep(estimate)
        return output, estimate.copy()

    return kernel
