"""Real frames of spectra: int16, int32 as fractions, float32 divided by fft_length.

Each row along the last axis is a spectrum of fft_length / 2 + 1 bins, real and imaginary parts in turns; the imaginary
parts of the first and the last bin do not count. Source: TensorFlow Lite Micro signal/micro/kernels/irfft.cc,
signal/src/irfft_float.cc.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import where
from microinfer.ops.real_fft import RealFft
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import attributes, check_inputs, check_outputs, check_type


@np.errstate(all="ignore")
def irfft(x: Array, transform: RealFft) -> Array:
    """Frames (..., fft_length) of spectra `x` (..., fft_length + 2)."""
    samples = transform.backward(x.reshape(*x.shape[:-1], -1, 2))
    return samples / np.float32(transform.length) if x.dtype == np.float32 else samples


@operator("SignalIrfft", ("int16", "int32", "float32"), folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    number, length = attributes(node, "T", "fft_length")
    check_type(node, number)
    check_inputs(node, -1)
    transform, x = RealFft.of(node, length, inverse=True), node.input(0)
    if x.shape[-1] != length + 2:
        raise ShapeError(f"{where(node)}: spectra of {x.shape[-1]} values, fft_length {length} has {length + 2}")
    check_outputs(node, (x.dtype, (*x.shape[:-1], length)))
    return partial(irfft, transform=transform)
