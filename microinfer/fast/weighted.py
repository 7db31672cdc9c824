"""What convolutions and fully connected layers share: exact float32 sums of products, then rescaling.

Inputs are stored values less their zero point. A sum of products of integers is exact in float32, in any order, when
sum(|w|) * max(|x|) < 2**24: no partial sum needs more bits. Weights are matrices (inputs, outputs); the bias takes part
in the rescaling only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from microinfer.fast.calls import clip
from microinfer.fast.canvas import Canvas, Floats
from microinfer.fast.exact_scale import exact_scale
from microinfer.fast.rescale import Rescale, Step, fit
from microinfer.fast.scratch import Scratch
from microinfer.fast.staircase import Sums, staircases
from microinfer.graph.model import Array, Node
from microinfer.ops.output_stage import OutputStage

_EXACT = 1 << 24
_RUN = 1024


@dataclass(frozen=True, eq=False)
class Weighted:
    """Float32 weights (inputs, outputs), and how their sums become what `stage` makes of them."""

    weights: Floats
    stage: OutputStage
    sums: Sums
    rescale: Rescale

    def refined(self) -> Weighted:
        """The same with a float32 formula where one is found, which takes a search."""
        if self.rescale.dtype == np.float32:
            return self
        blocks = staircases(self.stage, self.sums)
        found = fit(blocks, np.float32) if blocks is not None else None
        return self if found is None else replace(self, rescale=found)

    def finish(self, sums: Floats, target: Canvas, scratch: Scratch) -> list[Step]:
        """Steps that turn `sums` (N, ..., outputs), which they may overwrite, into the values of `target`."""
        contiguous = sums if sums.flags.c_contiguous else scratch.take("contiguous", sums.shape)
        pixels, channels = sums.size // sums.shape[-1], sums.shape[-1]
        repeat = _repeat(pixels, channels)
        tiled = self.rescale.map(lambda numbers: np.tile(numbers, repeat))
        steps: list[Step] = []
        if contiguous is not sums:
            steps.append(lambda: np.copyto(contiguous, sums))
        flat = contiguous.reshape(-1, repeat * channels)
        work = flat if self.rescale.dtype == flat.dtype else scratch.take("work", flat.shape, self.rescale.dtype)
        if work is not flat:
            steps.append(lambda: np.copyto(work, flat))
        steps += tiled.steps(work, work, scratch.take("spare", work.shape, work.dtype))
        if work is not flat:
            steps.append(lambda: np.copyto(flat, work, casting="same_kind"))
        clamp, offset, rows = self.stage.activation, self.stage.output_offset, target.rows()
        low, high = np.float32(clamp.min - offset), np.float32(clamp.max - offset)
        given = contiguous.reshape(rows.shape)
        return [*steps, lambda: clip(given, low, high, rows)]


def _repeat(pixels: int, channels: int) -> int:
    """How often to repeat the channels' numbers, a divisor of `pixels`, for inner loops of some length."""
    return next(n for n in range(1, pixels + 1) if pixels % n == 0 and (n * channels >= _RUN or n == pixels))


def weighted(node: Node, stage: OutputStage, weights: Array) -> Weighted | None:
    """The shared part of a node with int8 input 0, integer `weights` (inputs, outputs) and perhaps a bias as input 2.

    None where sums might not be exact, or no formula is found.
    """
    zero = node.input(0).zero_point
    low, high = -128 - zero, 127 - zero
    matrix = np.ascontiguousarray(weights.astype(np.float32))
    total, size = matrix.sum(axis=0, dtype=np.float64), np.abs(matrix).sum(axis=0, dtype=np.float64)
    if size.max(initial=0) * max(-low, high) >= _EXACT:
        return None
    positive, negative = ((size + total) / 2).astype(np.int64), ((total - size) / 2).astype(np.int64)
    bias = node.optional_input(2)
    fold = np.zeros(total.size, np.int64)
    if bias is not None:
        if bias.data is None:
            return None
        fold += bias.data.reshape(-1)
    sums = Sums(positive * low + negative * high, positive * high + negative * low, fold)
    rescale = exact_scale(stage, sums)
    if rescale is None:
        blocks = staircases(stage, sums)
        rescale = fit(blocks, np.float64) if blocks is not None else None
    return None if rescale is None else Weighted(matrix, stage, sums, rescale)


def flattened(source: Canvas, depth: int, scratch: Scratch) -> tuple[Floats, Sequence[Step]]:
    """The values of a canvas as rows of `depth`, and the step that copies them there where they do not lie so."""
    values = source.values
    if values.flags.c_contiguous:
        return values.reshape(-1, depth), ()
    rows = scratch.take("patches", (values.size // depth, depth))
    inside = rows.reshape(values.shape)
    return rows, (lambda: np.copyto(inside, values),)
