"""A quantised network as frozen data: tensors, nodes, and the order they run in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import ModelError, UnknownName

if TYPE_CHECKING:
    from microinfer.graph.session import Session, Trace

Array = NDArray[Any]
_UNKNOWN_TO_NUMPY = {"resource": 4, "variant": 0, "string": 0, "bfloat16": 2, "uint4": 1}


@dataclass(frozen=True, eq=False)
class Quantization:
    """real = scale * (stored - zero_point); arrays of length 1, or one entry per index of `axis`."""

    scale: NDArray[np.float32]
    zero_point: NDArray[np.int64]
    axis: int


@dataclass(frozen=True, eq=False)
class Tensor:
    """One tensor; `data` is set for constants and read-only. `dtype` is the .tflite type's lower-case name.

    The data of an int4 tensor are its values as int8. A variable keeps its value from one invocation to the next.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    quantization: Quantization | None = None
    data: Array | None = None
    is_variable: bool = False

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes as stored on a device; int4 takes half a byte an element, a resource handle four."""
        if self.dtype == "int4":
            return (self.elements + 1) // 2
        size = _UNKNOWN_TO_NUMPY.get(self.dtype)
        return self.elements * (np.dtype(self.dtype).itemsize if size is None else size)

    @property
    def scale(self) -> float:
        """Per-tensor scale; raises ModelError for tensors that have none or several, or zero."""
        scale = float(self._single().scale[0])
        if scale == 0:
            raise ModelError(f"tensor {self.index} ({self.name}) has scale 0")
        return scale

    @property
    def zero_point(self) -> int:
        """Per-tensor zero point; raises ModelError for tensors that have none or several."""
        return int(self._single().zero_point[0])

    def _single(self) -> Quantization:
        if self.quantization is None:
            raise ModelError(f"tensor {self.index} ({self.name}) has no quantisation parameters")
        if self.quantization.scale.size != 1:
            raise ModelError(f"tensor {self.index} ({self.name}) is quantised per channel where one scale is needed")
        return self.quantization


@dataclass(frozen=True)
class Options:
    """An operator's attributes by their schema name in snake case; enumerations are their names."""

    values: tuple[tuple[str, Any], ...] = ()

    def get(self, name: str, default: Any) -> Any:
        return dict(self.values).get(name, default)


@dataclass(frozen=True, eq=False)
class Node:
    """One operator of the graph; a missing optional input is None."""

    index: int
    op: str
    version: int
    inputs: tuple[Tensor | None, ...]
    outputs: tuple[Tensor, ...]
    options: Options

    def input(self, position: int) -> Tensor:
        """Required input; raises ModelError naming the layer when it is absent."""
        tensor = self.inputs[position] if position < len(self.inputs) else None
        if tensor is None:
            raise ModelError(f"layer {self.index} ({self.op}) lacks input {position}")
        return tensor

    def optional_input(self, position: int) -> Tensor | None:
        return self.inputs[position] if position < len(self.inputs) else None

    @property
    def output(self) -> Tensor:
        return self.outputs[0]

    @property
    def dtypes(self) -> str:
        """Dtypes as inputs x ... -> outputs, for messages."""
        given = "x".join(t.dtype for t in self.inputs if t is not None)
        return f"{given}->{'x'.join(t.dtype for t in self.outputs)}"


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in the order they run, and the tensors between them."""

    name: str
    tensors: tuple[Tensor, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


@dataclass(frozen=True, eq=False)
class Model(Graph):
    """A graph that can run: `microinfer.load(path)` returns one.

    `subgraphs` are those that its control operators invoke, numbered from 1; the model itself is number 0.
    """

    subgraphs: tuple[Graph, ...] = ()

    @property
    def graphs(self) -> tuple[Graph, ...]:
        """All graphs by number."""
        return (self, *self.subgraphs)

    @cached_property
    def constants(self) -> tuple[Tensor, ...]:
        """Constant tensors that some node reads, in any graph."""
        return tuple(t for graph in self.graphs for t in _constants(graph))

    def tensor(self, key: str | int) -> Tensor:
        """Tensor by name or index; raises UnknownName listing near names."""
        for tensor in self.tensors:
            if key in (tensor.index, tensor.name):
                return tensor
        names = ", ".join(t.name for t in self.tensors if t.data is None)
        raise UnknownName(f"no tensor {key!r} in {self.name}; activations are: {names}")

    def run(self, *inputs: Array, profile: str = "tflm") -> Array | tuple[Array, ...]:
        """Outputs for one input or a batch (see `Session.run`): one array, or a tuple where there are several."""
        outputs = self._trace(inputs, profile, keep=False).outputs
        return outputs[0] if len(outputs) == 1 else outputs

    def trace(self, *inputs: Array, profile: str = "tflm") -> Trace:
        """As `run`, keeping every intermediate tensor."""
        return self._trace(inputs, profile, keep=True)

    def _trace(self, inputs: Sequence[Array], profile: str, keep: bool) -> Trace:
        """Run on a session that nobody else uses: one from an earlier call, its state forgotten, or a new one."""
        from microinfer.graph.session import Session

        idle = self._idle_sessions.setdefault(profile, [])
        session = idle.pop() if idle else Session(self, profile)
        trace = session.run(*inputs, keep=keep)
        session.reset()
        idle.append(session)
        return trace

    @cached_property
    def _idle_sessions(self) -> dict[str, list[Session]]:
        return {}


def _constants(graph: Graph) -> list[Tensor]:
    read = {t.index for node in graph.nodes for t in node.inputs if t is not None}
    return [t for t in graph.tensors if t.data is not None and t.index in read]


def describe_shape(shape: Sequence[int]) -> str:
    """Shape as 1x8x8x16."""
    return "x".join(str(n) for n in shape) or "scalar"
