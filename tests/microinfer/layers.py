"""Models of one layer, for operator tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microinfer.graph.model import Model
from microinfer.graph.session import Session, stack_samples
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
    """The only output of `model`: what the operators say, which the session, by whatever way it takes, must say too."""
    expected = by_operators(model, *inputs, profile=profile)
    output = model.run(*inputs, profile=profile)
    assert not isinstance(output, tuple)
    assert output.dtype == expected.dtype
    np.testing.assert_array_equal(output.ravel(), expected.ravel(), err_msg="the session differs from the operators")
    return output


def by_operators(model: Model, *inputs: NDArray[Any], profile: str = "tflm") -> NDArray[Any]:
    """The first output of every sample, computed by `microinfer.ops` alone, a sample and a layer at a time."""
    session = Session(model, profile)
    outputs = []
    for sample in zip(*stack_samples(model, inputs), strict=True):
        values = {t.index: x.reshape(t.shape) for t, x in zip(model.inputs, sample, strict=True)}
        for node in model.nodes:
            values |= zip((t.index for t in node.outputs), session.step(node, values), strict=True)
        outputs.append(values[model.outputs[0].index])
    return np.stack(outputs)
