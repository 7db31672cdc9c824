"""Calibration, and the integer parameters of TensorFlow Lite's int8 scheme.

Activations have one scale and zero point a tensor. Weights are symmetric: a scale per output channel for convolutions,
one for the whole tensor for fully connected layers. Bias is int32 with scale input_scale * weight_scale.
Scales are rounded to float32 first, since that is what the file holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from model import FloatWeights, Trace
from network import IMAGE, LAYERS, POOLS, WEIGHTED, Layer
from numpy.typing import NDArray

LOW_PERCENTILE = 0.1
HIGH_PERCENTILE = 99.9
SHARES_INPUT_RANGE = (*POOLS, "RESHAPE")


@dataclass(frozen=True)
class Affine:
    """real = scale * (q - zero_point)."""

    scale: float
    zero_point: int


@dataclass(frozen=True)
class IntegerWeights:
    """int8 weights, float32 scales [outputs] or [1], int32 bias [outputs], axis that the scales run along."""

    weights: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.int32]
    axis: int


@dataclass(frozen=True)
class Quantised:
    """Everything that is written to the file, by tensor name and by layer name."""

    activations: dict[str, Affine]
    weights: dict[str, IntegerWeights]


IMAGE_AFFINE = Affine(float(np.float32(1 / 255)), -128)
SOFTMAX_AFFINE = Affine(1 / 256, -128)


def quantise_pixels(pixels: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Pixels 0 to 16, taken as real 0 to 1, to the int8 input of the network; same shape."""
    real = pixels.astype(np.float64) / 16
    steps = np.rint(real / IMAGE_AFFINE.scale) + IMAGE_AFFINE.zero_point
    return _int8(steps, -128)


def _int8(steps: NDArray[np.float64], lowest: int) -> NDArray[np.int8]:
    kept: NDArray[np.float64] = np.clip(steps, lowest, 127)
    return kept.astype(np.int8)


def quantise(folded: Mapping[str, FloatWeights], trace: Trace) -> Quantised:
    """Integer parameters from folded float weights and the activations of the calibration images."""
    activations = {IMAGE: IMAGE_AFFINE}
    for layer in LAYERS:
        activations[layer.name] = _activation(layer, trace, activations)
    weights = {
        layer.name: _weights(layer, folded[layer.name], activations[layer.inputs[0]].scale)
        for layer in LAYERS
        if layer.op in WEIGHTED
    }
    return Quantised(activations, weights)


def _activation(layer: Layer, trace: Trace, known: Mapping[str, Affine]) -> Affine:
    if layer.op in SHARES_INPUT_RANGE:
        return known[layer.inputs[0]]
    if layer.op == "SOFTMAX":
        return SOFTMAX_AFFINE
    seen = (trace.before if layer.range_before_activation else trace.after)[layer.name]
    low, high = np.percentile(seen.double().numpy(), [LOW_PERCENTILE, HIGH_PERCENTILE])
    return _affine(min(float(low), 0.0), max(float(high), 0.0))


def _affine(low: float, high: float) -> Affine:
    """Spread [low, high], which holds zero, over int8 such that zero is met exactly."""
    scale = float(np.float32((high - low) / 255))
    return Affine(scale, int(np.clip(np.rint(-128 - low / scale), -128, 127)))


def _weights(layer: Layer, folded: FloatWeights, input_scale: float) -> IntegerWeights:
    axis = 3 if layer.op == "DEPTHWISE_CONV_2D" else 0
    others = tuple(i for i in range(folded.weights.ndim) if i != axis)
    largest = np.abs(folded.weights).max(axis=None if layer.op == "FULLY_CONNECTED" else others)
    scales = np.maximum(np.atleast_1d(largest) / 127, 1e-9).astype(np.float32)
    wide = scales.astype(np.float64)
    along = [1] * folded.weights.ndim
    along[axis] = -1
    steps = np.rint(folded.weights / wide.reshape(along))
    bias = np.rint(folded.bias / (input_scale * wide))
    return IntegerWeights(_int8(steps, -127), scales, bias.astype(np.int32), axis)
