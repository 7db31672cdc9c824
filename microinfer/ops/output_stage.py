"""From int32 or int64 accumulators to stored outputs: what every operator that multiplies by weights does last."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from microinfer.errors import ModelError
from microinfer.fixedpoint import Int64Array, wrap32
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.quant import Clamp, Multiplier, activation_range

LARGEST_WIDE_SHIFT = 7


@dataclass(frozen=True, eq=False)
class OutputStage:
    """clamp(requantize(accumulator, multiplier[c], shift[c]) + output_offset) on values of shape (..., C).

    `factor` holds one multiplier and shift a channel, or one for all of them. Accumulators are int32 and wrap, or with
    `wide` int64, scaled by multipliers of 16 bits.
    """

    factor: Multiplier
    output_offset: int
    activation: Clamp
    numerics: Numerics
    wide: bool = False

    def __call__(self, accumulator: Int64Array) -> Int64Array:
        if self.wide:
            scaled = self.numerics.requantize_wide(accumulator, self.factor)
        else:
            scaled = self.numerics.requantize(wrap32(accumulator), self.factor)
        return self.activation(wrap32(scaled + self.output_offset))

    @classmethod
    def of(cls, node: Node, numerics: Numerics, channels: int, *, source: int = 0, wide: bool = False) -> OutputStage:
        """Stage of a node with weights as input 1 and the activation as input `source`.

        Weight scales are one or one per output channel.
        """
        weights, output = node.input(1), node.output
        if weights.quantization is None:
            raise ModelError(f"layer {node.index} ({node.op}): weights {weights.name} have no scale")
        scales = weights.quantization.scale
        if scales.size not in (1, channels):
            raise ModelError(f"layer {node.index} ({node.op}): {scales.size} weight scales for {channels} channels")
        factor = numerics.output_factor(node.input(source).scale, scales, output.scale)
        if wide:
            check_wide(node, factor)
        fused = node.options.get("fused_activation_function", "NONE")
        activation = activation_range(fused, output.scale, output.zero_point, output.dtype)
        return cls(factor, output.zero_point, activation, numerics, wide)

    def without_offset(self) -> OutputStage:
        """The same stage for kernels that leave the output's zero point out (int16 convolutions)."""
        return replace(self, output_offset=0)

    def per_channel(self, channels: int) -> Multiplier:
        """`factor` with one entry for each of `channels`, as CMSIS-NN per-channel functions want it."""
        shape = (channels,)
        return Multiplier(
            np.ascontiguousarray(np.broadcast_to(self.factor.multiplier.reshape(-1), shape)),
            np.ascontiguousarray(np.broadcast_to(self.factor.shift.reshape(-1), shape)),
        )


def check_wide(node: Node, factor: Multiplier) -> None:
    """Raise ModelError for a left shift that the requantise step of 64-bit sums is not defined for."""
    if factor.shift.max(initial=0) > LARGEST_WIDE_SHIFT:
        raise ModelError(f"layer {node.index} ({node.op}): left shift {factor.shift.max()}; 64-bit sums take at most 7")
