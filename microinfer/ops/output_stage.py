"""From int32 accumulators to stored outputs: what every operator that multiplies by weights does last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import Int64Array, wrap32
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.quant import Clamp, Multiplier, activation_range


@dataclass(frozen=True, eq=False)
class OutputStage:
    """clamp(requantize(accumulator, multiplier[c], shift[c]) + output_offset) on values of shape (..., C).

    `factor` holds one multiplier and shift a channel, or one for all of them.
    """

    factor: Multiplier
    output_offset: int
    activation: Clamp
    numerics: Numerics

    def __call__(self, accumulator: Int64Array) -> Int64Array:
        scaled = self.numerics.requantize(wrap32(accumulator), self.factor)
        return self.activation(wrap32(scaled + self.output_offset))

    @classmethod
    def of(cls, node: Node, numerics: Numerics, channels: int) -> OutputStage:
        """Stage of a node with inputs (activation, weights, ...); weight scales are one or one per output channel."""
        weights, output = node.input(1), node.output
        if weights.quantization is None:
            raise ModelError(f"layer {node.index} ({node.op}): weights {weights.name} have no scale")
        scales = weights.quantization.scale
        if scales.size not in (1, channels):
            raise ModelError(f"layer {node.index} ({node.op}): {scales.size} weight scales for {channels} channels")
        factor = numerics.output_factor(node.input(0).scale, scales, output.scale)
        fused = node.options.get("fused_activation_function", "NONE")
        activation = activation_range(fused, output.scale, output.zero_point, output.dtype)
        return cls(factor, output.zero_point, activation, numerics)

    def per_channel(self, channels: int) -> Multiplier:
        """`factor` with one entry for each of `channels`, as CMSIS-NN per-channel functions want it."""
        shape = (channels,)
        return Multiplier(
            np.ascontiguousarray(np.broadcast_to(self.factor.multiplier.reshape(-1), shape)),
            np.ascontiguousarray(np.broadcast_to(self.factor.shift.reshape(-1), shape)),
        )
