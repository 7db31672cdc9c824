"""ADD of two int8 activations of one shape: a table of all 65536 pairs, filled by `ops.add`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from microinfer.fast.canvas import Border, Canvas, Floats
from microinfer.fast.registry import FastLayer, activations, fast
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.add import AddParams, add


@dataclass(frozen=True, eq=False)
class FastAdd:
    """One addition; `table` is indexed by 256 * a + b + origin, all values less their zero points."""

    border: Border
    table: Floats
    origin: int

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        a, b = sources[0].values, sources[-1].values
        places = scratch.take("sums", a.shape)
        index = scratch.take("places", a.shape, np.intp)
        base, origin, table = np.float32(256), np.float32(self.origin), self.table
        direct = target.values.flags.c_contiguous
        result = target.values if direct else scratch.take("work", a.shape)
        steps: list[Step] = [
            lambda: np.multiply(a, base, places),
            lambda: np.add(places, b, places),
            lambda: np.add(places, origin, index, casting="unsafe"),
            lambda: np.take(table, index, None, result, "clip"),
        ]
        return steps if direct else [*steps, lambda: np.copyto(target.values, result)]


@fast("ADD")
def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    given = activations(node)
    if len(given) != len(node.inputs) or len({t.shape for t in (*given, node.output)}) != 1:
        return None
    every = np.arange(-128, 128, dtype=np.int8)
    sums = add(every[:, None], every[None, :], AddParams.of(node, numerics))
    table = sums.astype(np.float32).reshape(-1) - np.float32(node.output.zero_point)
    zeros = [t.zero_point for t in node.inputs if t is not None]
    return FastAdd(Border(), table, 256 * (128 + zeros[0]) + 128 + zeros[1])
