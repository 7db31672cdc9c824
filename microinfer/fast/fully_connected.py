"""FULLY_CONNECTED: one matrix product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from microinfer.fast.canvas import Border, Canvas
from microinfer.fast.registry import FastLayer, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.fast.weighted import Weighted, flattened, weighted
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.fully_connected import FullyConnectedParams


@dataclass(frozen=True, eq=False)
class FastFullyConnected:
    """One fully connected layer; weights (inputs, outputs)."""

    border: Border
    weighted: Weighted

    def refined(self) -> FastFullyConnected:
        return replace(self, weighted=self.weighted.refined())

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        weights = self.weighted.weights
        rows, steps = flattened(sources[0], weights.shape[0], scratch)
        sums = scratch.take("sums", (rows.shape[0], weights.shape[1]))
        return [*steps, lambda: np.matmul(rows, weights, sums), *self.weighted.finish(sums, target, scratch)]


@fast("FULLY_CONNECTED")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    weights = node.input(1)
    if weights.data is None:
        return None
    params = FullyConnectedParams.of(node, numerics)
    found = weighted(node, params.stage, (weights.data.astype(np.int64) + params.filter_offset).T)
    return None if found is None else FastFullyConnected(Border(), found)
