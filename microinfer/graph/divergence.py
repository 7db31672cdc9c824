"""Where and by how much two numerics profiles part, layer by layer, on the same activations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from microinfer.graph.model import Array, Model
from microinfer.graph.session import Session, stack_samples


@dataclass(frozen=True)
class LayerDivergence:
    """Elements of one layer's outputs over all samples, how many differ, and by how much at most.

    Both profiles compute the layer from the first profile's activations, so a difference does not spread.
    """

    index: int
    op: str
    elements: int
    differing: int
    largest: float


def diverge(model: Model, inputs: Sequence[Array], first: str, second: str) -> Iterator[tuple[LayerDivergence, ...]]:
    """The layers' divergence for one sample after the other; add them up with `total`.

    Raises InputError, UnsupportedError, UnknownName.
    """
    leader, follower = Session(model, first), Session(model, second)
    for sample in zip(*stack_samples(model, inputs), strict=True):
        values = {t.index: x.reshape(t.shape) for t, x in zip(model.inputs, sample, strict=True)}
        rows = []
        for node in model.nodes:
            expected, other = leader.step(node, values), follower.step(node, values)
            values.update(zip((t.index for t in node.outputs), expected, strict=True))
            pairs = [_compare(a, b) for a, b in zip(expected, other, strict=True)]
            counts = [sum(p[i] for p in pairs) for i in (0, 1)]
            largest = max((p[2] for p in pairs), default=0.0)
            rows.append(LayerDivergence(node.index, node.op, int(counts[0]), int(counts[1]), largest))
        yield tuple(rows)


def total(samples: Iterable[tuple[LayerDivergence, ...]]) -> tuple[LayerDivergence, ...]:
    """Divergence of several samples together."""
    result: tuple[LayerDivergence, ...] = ()
    for rows in samples:
        result = rows if not result else tuple(_add(a, b) for a, b in zip(result, rows, strict=True))
    return result


def _add(a: LayerDivergence, b: LayerDivergence) -> LayerDivergence:
    elements, differing = a.elements + b.elements, a.differing + b.differing
    return LayerDivergence(a.index, a.op, elements, differing, max(a.largest, b.largest))


def _compare(a: Array, b: Array) -> tuple[int, int, float]:
    if a.dtype.kind not in "iufb":
        return a.size, int((a != b).sum()), 0.0
    gap = np.abs(a.astype(np.float64) - b.astype(np.float64))
    differing = ~((a == b) | (np.isnan(a) & np.isnan(b)) if a.dtype.kind == "f" else a == b)
    return a.size, int(differing.sum()), float(np.nanmax(gap, initial=0.0))
