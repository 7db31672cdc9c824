"""Spectrum of real frames: int16, int32 as fractions scaled by 1 / fft_length, float32 unscaled.

Each row along the last axis is a frame, filled up with zeros to fft_length; real and imaginary parts take turns in the
output. Source: TensorFlow Lite Micro signal/micro/kernels/rfft.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.real_fft import RealFft
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import attributes, check_inputs, check_outputs, check_range, check_type


@np.errstate(all="ignore")
def rfft(x: Array, transform: RealFft) -> Array:
    """Spectrum (..., fft_length + 2) of frames `x` (..., n), n at most fft_length."""
    frame = np.zeros((*x.shape[:-1], transform.length), x.dtype)
    frame[..., : x.shape[-1]] = x
    return transform.forward(frame).reshape(*x.shape[:-1], -1)


@operator("SignalRfft", ("int16", "int32", "float32"), folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    number, length = attributes(node, "T", "fft_length")
    check_type(node, number)
    check_inputs(node, -1)
    transform, x = RealFft.of(node, length, inverse=False), node.input(0)
    check_range(node, "length of a frame", x.shape[-1], 1, length)
    check_outputs(node, (x.dtype, (*x.shape[:-1], length + 2)))
    return partial(rfft, transform=transform)
