"""Builds models of one layer with weights, in any dtype, from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.int4 import pack_int4
from tests.microinfer.ops.twins import scales, values
from tests.support.tflite_builder import Builder


@dataclass(frozen=True)
class Kind:
    """Dtypes of one layer: activation, weights, bias ("" for none); `wide` sums without a bias."""

    activation: str
    weights: str
    bias: str
    version: int
    wide: bool = True


INT8, INT4 = Kind("int8", "int8", "int32", 3), Kind("int8", "int4", "int32", 7)
FLOAT = Kind("float32", "float32", "float32", 1)
WIDE, NARROW = Kind("int16", "int8", "int64", 4), Kind("int16", "int8", "int32", 8, wide=False)


class Layer:
    """A model of one layer with weights, built from a seed."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind, self.rng, self.builder = kind, np.random.default_rng(seed), Builder()
        self.bias_scale = 1.0  # product of those of input and weights: checked by FULLY_CONNECTED

    def quantization(self, scale: float) -> tuple[float | None, int]:
        if self.kind.activation == "float32":
            return None, 0
        return scale, int(self.rng.integers(-128, 128)) if self.kind.activation == "int8" else 0

    def activation(self, name: str, shape: tuple[int, ...], *, output: bool = False) -> int:
        scale, zero_point = self.quantization(float(np.float32(2.0 ** self.rng.uniform(-6, 2))))
        self.bias_scale *= 1.0 if output or scale is None else scale
        make = self.builder.output if output else self.builder.input
        return make(name, shape, self.kind.activation, scale, zero_point)

    def weights(self, shape: tuple[int, ...], channels: int, axis: int) -> int:
        if self.kind.weights == "float32":
            return self.builder.constant(values(self.rng, shape, "float32"))
        scale = scales(self.rng, channels)
        self.bias_scale *= scale[0]
        if self.kind.weights == "int4":
            packed = pack_int4(self.rng.integers(-8, 8, shape).astype(np.int8))
            return self.builder.constant(packed, scale, axis=axis, dtype="int4", shape=shape)
        return self.builder.constant(values(self.rng, shape, "int8"), scale, axis=axis)

    def bias(self, channels: int, *, or_none: bool = True) -> list[int | None]:
        """The inputs after the weights; TFLM ends the process at -1 for the bias of a depthwise convolution."""
        if not self.kind.bias:
            return [None] if or_none and self.rng.random() < 0.5 else []
        if self.kind.bias == "float32":
            return [self.builder.constant(values(self.rng, (channels,), "float32"))]
        largest = {"int16": 2**15 - 1, "int32": 2**18, "int64": 2**24}[self.kind.bias]
        stored = self.rng.integers(-largest, largest, channels).astype(self.kind.bias)
        return [self.builder.constant(stored, self.bias_scale)]

    def bias_option(self) -> dict[str, str]:
        return {} if self.kind.wide else {"quantized_bias_type": "INT32"}


def one_or(channels: int, rng: np.random.Generator) -> int:
    return channels if rng.random() < 0.6 else 1
