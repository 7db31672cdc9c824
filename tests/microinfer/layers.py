"""Models of one layer, for operator tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike, NDArray

from microinfer.graph.model import Model
from microinfer.graph.tflite import parse
from tests.support.tflite_builder import Builder, Scale, ZeroPoint


@dataclass(frozen=True)
class Activation:
    """A tensor that the test feeds or reads."""

    shape: tuple[int, ...]
    scale: float | None = None
    zero_point: int = 0
    dtype: str = "int8"


@dataclass(frozen=True, eq=False)
class Constant:
    """Weights or a bias."""

    values: ArrayLike
    scale: Scale = None
    zero_point: ZeroPoint = 0
    axis: int = 0


def one_layer(
    op: str, inputs: Sequence[Activation | Constant | None], output: Activation, *, version: int = 1, **options: Any
) -> Model:
    """Model with a single operator; its activations are the model's inputs, in order."""
    builder = Builder()
    given: list[int | None] = []
    for i, item in enumerate(inputs):
        if isinstance(item, Activation):
            given.append(builder.input(f"in{i}", item.shape, item.dtype, item.scale, item.zero_point))
        elif isinstance(item, Constant):
            given.append(builder.constant(item.values, item.scale, item.zero_point, item.axis))
        else:
            given.append(None)
    out = builder.output("out", output.shape, output.dtype, output.scale, output.zero_point)
    builder.op(op, given, [out], version=version, **options)
    return parse(builder.build(), f"{op.lower()}.tflite")


def run(model: Model, *inputs: NDArray[Any], profile: str = "tflm") -> NDArray[Any]:
    """The only output of `model`."""
    output = model.run(*inputs, profile=profile)
    assert not isinstance(output, tuple)
    return output
