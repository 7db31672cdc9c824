"""What a model is made of: layers, costs that follow from shapes, what is unsupported, the memory its tensors need."""

from __future__ import annotations

from dataclasses import dataclass

from microinfer.graph import arena
from microinfer.graph.model import Graph, Model, Node, Tensor
from microinfer.ops import registry


@dataclass(frozen=True)
class LayerRow:
    """One layer. `weights` counts bytes of constants it reads; `supported`: the reference implements it."""

    index: int
    op: str
    version: int
    dtypes: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    quantisation: str
    macs: int
    weights: int
    live: int
    supported: bool


@dataclass(frozen=True)
class ArenaReport:
    """Bytes `live` by layer, the `greedy` plan of TensorFlow Lite Micro, the `best` of several orders.

    No plan is below `bound` bytes; one that reaches it is proven optimal.
    """

    live: tuple[int, ...]
    greedy: arena.Plan
    best: arena.Plan
    bound: int


@dataclass(frozen=True)
class Inspection:
    """A model by its layers; `arena` is None where tensors have no known size. `tensors` holds inputs and outputs."""

    model: str
    layers: tuple[LayerRow, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    weights: int
    subgraphs: int
    arena: ArenaReport

    @property
    def macs(self) -> int:
        return sum(layer.macs for layer in self.layers)

    @property
    def unsupported(self) -> tuple[LayerRow, ...]:
        return tuple(layer for layer in self.layers if not layer.supported)


def inspect(model: Model) -> Inspection:
    """Describe `model`; unsupported operators are part of the answer, not an error."""
    report = plan_arena(model)
    rows = tuple(_row(node, live) for node, live in zip(model.nodes, report.live, strict=True))
    weights = sum(t.nbytes for t in model.constants)
    return Inspection(model.name, rows, model.inputs, model.outputs, weights, len(model.subgraphs), report)


def plan_arena(graph: Graph) -> ArenaReport:
    """Memory plans for the activations of `graph`, without scratch buffers, which are the kernels' to name."""
    requests = arena.requests_of(graph, {})
    live = tuple(
        sum(r.size for r in requests if r.first <= layer <= r.last) for layer in range(len(graph.nodes))
    )
    greedy = arena.plan(requests)
    bound = max(live, default=0)
    best = greedy if greedy.size == bound else arena.best_plan(requests, bound)
    return ArenaReport(live, greedy, best, bound)


def _row(node: Node, live: int) -> LayerRow:
    given = [t for t in node.inputs if t is not None]
    return LayerRow(
        index=node.index,
        op=node.op,
        version=node.version,
        dtypes=node.dtypes,
        input_shape=given[0].shape if given else (),
        output_shape=node.outputs[0].shape if node.outputs else (),
        quantisation=_quantisation(node.outputs[0]) if node.outputs else "",
        macs=registry.macs(node),
        weights=sum(t.nbytes for t in given if t.data is not None),
        live=live,
        supported=registry.find(node) is not None,
    )


def _quantisation(tensor: Tensor) -> str:
    quantization = tensor.quantization
    if quantization is None:
        return ""
    if quantization.scale.size > 1:
        return f"{quantization.scale.size} scales on axis {quantization.axis}"
    return f"{float(quantization.scale[0]):.6g} {int(quantization.zero_point[0]):+d}"
