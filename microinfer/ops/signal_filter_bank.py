"""Channels of overlapping filters over the energies of a spectrum, in 64 bits.

Channel c takes the bins of filter c + 1 by their weights and those of filter c by their unweights, modulo 2**64.
Filter i covers `width[i]` bins from `frequency_start[i]` on, with weights from `weight_start[i]` on.
Source: TensorFlow Lite Micro signal/src/filter_bank.cc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.errors import ShapeError
from microinfer.graph.model import Array, Node
from microinfer.numerics import Numerics
from microinfer.ops.operands import constant, integers, where
from microinfer.ops.registry import Kernel, operator
from microinfer.ops.signal_node import attributes, check_inputs, check_outputs, check_range


@dataclass(frozen=True)
class Filter:
    """`width` bins from bin `frequency_start` on, weighted from `weight_start` on; none for a negative width."""

    frequency_start: int
    weight_start: int
    width: int

    def response(self, bins: Array, weights: Array) -> Array:
        """uint64 sum of uint32 `bins` times int16 `weights`, modulo 2**64."""
        width = max(self.width, 0)
        factors = weights[self.weight_start : self.weight_start + width].astype(np.int64).astype(np.uint64)
        total: Array = (bins[self.frequency_start : self.frequency_start + width].astype(np.uint64) * factors).sum()
        return total


def filter_bank(bins: Array, weights: Array, unweights: Array, filters: tuple[Filter, ...]) -> Array:
    """uint64 (channels,) of uint32 `bins` (n,) for int16 weights and channels + 1 filters."""
    rising = np.array([f.response(bins, weights) for f in filters[1:]], np.uint64)
    falling = np.array([f.response(bins, unweights) for f in filters[:-1]], np.uint64)
    return rising + falling


def filters_of(node: Node, channels: int) -> tuple[Filter, ...]:
    """The filters that inputs 3, 4 and 5 describe; raises ShapeError when one reaches beyond its bins or weights."""
    columns = [integers(node, position)[: channels + 1] for position in (3, 4, 5)]
    if any(len(column) <= channels for column in columns):
        raise ShapeError(f"{where(node)}: {channels} channels need {channels + 1} starts and widths")
    filters = tuple(Filter(*row) for row in zip(*columns, strict=True))
    bins, weights = node.input(0).elements, min(node.input(1).elements, node.input(2).elements)
    for f in filters:
        inside = 0 <= f.frequency_start <= bins - f.width and 0 <= f.weight_start <= weights - f.width
        if f.width > 0 and not inside:
            raise ShapeError(f"{where(node)}: {f} does not fit {bins} bins and {weights} weights")
    return filters


@operator("SignalFilterBank", "uint32xint16xint16xint16xint16xint16->uint64", folds=False)
def plan(node: Node, numerics: Numerics) -> Kernel:
    (channels,) = attributes(node, "num_channels")
    check_inputs(node, 1, 1, 1, 1, 1, 1)
    check_range(node, "num_channels", channels, 1, node.output.elements)
    check_outputs(node, ("uint64", (channels,)))
    filters, weights, unweights = filters_of(node, channels), constant(node, 1), constant(node, 2)

    def kernel(bins: Array, *_: Array) -> Array:
        return filter_bank(bins, weights, unweights, filters)

    return kernel
