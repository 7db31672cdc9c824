"""Finds the file of this folder that is named like an operator, and the fast layer that stands for a node."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Protocol, runtime_checkable

from microinfer.fast.canvas import Border, Canvas
from microinfer.fast.rescale import Step
from microinfer.fast.scratch import Scratch
from microinfer.graph.model import Node, Tensor
from microinfer.numerics import Numerics


class FastLayer(Protocol):
    """A layer whose fast form is proven equal to `microinfer.ops`, for any number of invocations at once."""

    @property
    def border(self) -> Border:
        """Border that the layer reads around its first input."""

    def bind(self, sources: Sequence[Canvas], target: Canvas, scratch: Scratch) -> Sequence[Step]:
        """What to call, in order, to compute `target` from `sources`, the canvases of the activations it reads."""


@runtime_checkable
class Refinable(FastLayer, Protocol):
    """A fast layer for which a faster form can be sought."""

    def refined(self) -> FastLayer:
        """The faster form, or the layer itself; it may take longer than many runs."""


Prepare = Callable[[Node, Numerics], FastLayer | None]

_LAYERS: dict[str, Prepare] = {}


def fast(name: str) -> Callable[[Prepare], Prepare]:
    """Register how `.tflite` operator `name` is prepared; the function answers None where it has no proof.

    It is called for nodes with one output whose activations are int8 tensors with one scale, and that
    `microinfer.ops` can plan.
    """

    def register(prepare: Prepare) -> Prepare:
        _LAYERS[name] = prepare
        return prepare

    return register


def prepare(node: Node, numerics: Numerics) -> FastLayer | None:
    """The fast layer for `node`, None where there is none: then the kernel of `microinfer.ops` computes it."""
    layer = _named(node.op)
    ours = [*activations(node), *node.outputs]
    if layer is None or len(node.outputs) != 1 or not all(map(_is_plain_int8, ours)):
        return None
    return layer(node, numerics)


def activations(node: Node) -> list[Tensor]:
    """Inputs of a node that are computed at run time."""
    return [t for t in node.inputs if t is not None and t.data is None]


@cache
def _named(name: str) -> Prepare | None:
    """What the file of that name in this folder registered."""
    files = {module.name for module in pkgutil.iter_modules(import_module("microinfer.fast").__path__)}
    if name.lower() in files:
        import_module(f"microinfer.fast.{name.lower()}")
    return _LAYERS.get(name)


def _is_plain_int8(tensor: Tensor) -> bool:
    quantization = tensor.quantization
    if quantization is None or quantization.scale.size != 1 or not -128 <= quantization.zero_point[0] <= 127:
        return False
    return tensor.dtype == "int8" and not tensor.is_variable and len(tensor.shape) > 0
