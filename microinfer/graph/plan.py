"""A graph laid out for fast layers: one canvas a tensor, one list of calls, made once per number of invocations.

Nodes without a fast layer run on the kernels of `microinfer.ops`; their int8 arrays are carried onto canvases and back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import numpy as np

from microinfer.fast.canvas import Border, Canvas
from microinfer.fast.registry import FastLayer, Refinable, activations, prepare
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.graph.model import Array, Graph, Node, Tensor
from microinfer.numerics import Profile

PlainStep = Callable[[Node, Mapping[int, Array]], tuple[Array, ...]]


def fast_layers(graph: Graph, profile: Profile) -> dict[int, FastLayer]:
    """The fast layers of a graph by node index, with their proofs made."""
    found = {node.index: prepare(node, profile.for_operator(node.op)) for node in graph.nodes}
    return {index: layer for index, layer in found.items() if layer is not None}


def refined(layers: Mapping[int, FastLayer]) -> dict[int, FastLayer]:
    """The same layers in the fastest form that a search finds."""
    return {index: layer.refined() if isinstance(layer, Refinable) else layer for index, layer in layers.items()}


@dataclass(eq=False)
class _Stage:
    """One node: tensors to put on canvases first, then calls, or the plain kernel where there are none."""

    node: Node
    load: tuple[Tensor, ...] = ()
    calls: Sequence[Step] | None = None
    store: bool = False


class _Easel:
    """Canvases to use again once nobody reads them any more; one of the same shape and border is as good as new."""

    def __init__(self) -> None:
        self._free: dict[tuple[tuple[int, ...], Border], list[Canvas]] = {}

    def take(self, shape: tuple[int, ...], border: Border) -> Canvas:
        free = self._free.get((shape, border))
        return free.pop() if free else Canvas.blank(shape, border)

    def give_back(self, canvas: Canvas) -> None:
        self._free.setdefault((canvas.values.shape, canvas.border), []).append(canvas)


@dataclass(eq=False)
class Plan:
    """`batch` invocations of a graph at once. Results never share memory with the plan."""

    graph: Graph
    layers: Mapping[int, FastLayer]
    batch: int
    _canvases: dict[int, Canvas] = field(default_factory=dict)
    _stages: list[_Stage] = field(default_factory=list)

    def __post_init__(self) -> None:
        borders = self._borders()
        wanted = {t.index for t in self.graph.outputs} | {
            t.index for node in self.graph.nodes if node.index not in self.layers for t in activations(node)
        }
        last = {
            t.index: node.index for node in self.graph.nodes if node.index in self.layers for t in activations(node)
        }
        easel, scratch = _Easel(), Scratch()
        for node in self.graph.nodes:
            layer = self.layers.get(node.index)
            if layer is None:
                self._stages.append(_Stage(node))
                continue
            given = list(dict.fromkeys(activations(node)))
            load = tuple(t for t in given if t.index not in self._canvases)
            for tensor in (*load, node.output):
                shape = (self.batch * tensor.shape[0], *tensor.shape[1:])
                self._canvases[tensor.index] = easel.take(shape, borders.get(tensor.index, Border()))
            sources = [self._canvases[t.index] for t in activations(node)]
            calls = layer.bind(sources, self._canvases[node.output.index], scratch)
            self._stages.append(_Stage(node, load, calls, node.output.index in wanted))
            for tensor in (*given, node.output):
                if last.get(tensor.index, node.index) == node.index:
                    easel.give_back(self._canvases[tensor.index])

    def _borders(self) -> dict[int, Border]:
        """For each tensor the border that all its fast readers can live with."""
        wishes: dict[int, list[Border]] = {}
        for node in self.graph.nodes:
            if node.index in self.layers:
                wishes.setdefault(node.input(0).index, []).append(self.layers[node.index].border)
        return {index: reduce(or_, borders) for index, borders in wishes.items()}

    def run(self, values: dict[int, Array], plain: PlainStep, keep: bool) -> None:
        """Add to `values`, which hold the inputs: all activations with `keep`, else at least the outputs."""
        for stage in self._stages:
            if stage.calls is None:
                results = plain(stage.node, values)
                values.update(zip((t.index for t in stage.node.outputs), results, strict=True))
                continue
            for tensor in stage.load:
                canvas = self._canvases[tensor.index]
                np.subtract(values[tensor.index], np.float32(tensor.zero_point), canvas.values, casting="unsafe")
            for call in stage.calls:
                call()
            if keep or stage.store:
                values[stage.node.output.index] = self._stored(stage.node.output)

    def _stored(self, tensor: Tensor) -> Array:
        """A canvas as the int8 array that it stands for."""
        values = self._canvases[tensor.index].values
        return np.add(values, np.float32(tensor.zero_point)).astype(np.int8)
