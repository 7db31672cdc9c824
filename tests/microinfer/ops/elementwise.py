"""Elementwise operators through microinfer and TensorFlow Lite Micro: shapes that broadcast, odd values, constants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.microinfer.layers import Activation, Constant
from tests.microinfer.ops.agreement import assert_agrees, content, lengths, samples

Array = NDArray[Any]
Shape = tuple[int, ...]

_ODD = np.array([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 6.0, np.inf, -np.inf, np.nan, 1e-40], np.float32)

scales = st.floats(-8, 2).map(lambda power: float(np.float32(2.0**power)))


def zero_points(dtype: str) -> st.SearchStrategy[int]:
    """Zero points of int8 tensors, ends often; 0 for other dtypes."""
    return st.one_of(st.sampled_from([-128, 0, 127]), st.integers(-128, 127)) if dtype == "int8" else st.just(0)


@dataclass(frozen=True)
class Operands:
    """Shapes of inputs, the shape that they broadcast to, and which input is a constant, if any."""

    shapes: tuple[Shape, ...]
    output: Shape
    constant: int | None


@st.composite
def operands(draw: st.DrawFn, count: int = 2) -> Operands:
    """`count` shapes that broadcast; the last may have any rank, at most one is a constant."""
    whole = draw(lengths(1, 4))
    shapes = []
    for _ in range(count):
        ones = draw(st.lists(st.booleans(), min_size=len(whole), max_size=len(whole)))
        given = tuple(1 if one else n for n, one in zip(whole, ones, strict=True))
        shapes.append(draw(st.sampled_from([whole, whole, given, given[draw(st.integers(0, len(whole) - 1)) :]])))
    constant = draw(st.sampled_from([None, *range(count)]))
    return Operands(tuple(shapes), np.broadcast_shapes(*shapes), constant)


@st.composite
def tensors(draw: st.DrawFn, shape: Shape, dtype: str) -> Activation:
    """A tensor of that shape and dtype, with scale and zero point if it is int8 or int16."""
    quantised = dtype in ("int8", "int16")
    return Activation(shape, draw(scales) if quantised else None, draw(zero_points(dtype)), dtype)


def odd_samples(seed: int, shape: Shape, dtype: str) -> Array:
    """As `samples`, with zeros, infinities, NaN and subnormals among float32."""
    plain = samples(seed, shape, dtype)
    if dtype != "float32":
        return plain
    generator = np.random.default_rng(seed + 1)
    return np.where(generator.random(plain.shape) < 0.2, generator.choice(_ODD, plain.shape), plain)


def assert_agree_on(
    op: str,
    inputs: Sequence[Activation],
    output: Activation,
    seed: int,
    *,
    constant: int | None = None,
    prepare: Callable[[int, Array], Array] | None = None,
    **options: Any,
) -> None:
    """Fail unless both engines answer alike on random samples.

    Input `constant` becomes a constant of the model. `prepare(position, samples)` changes samples that the operator
    would refuse.
    """
    stacks = [odd_samples(seed + 7 * i, t.shape, t.dtype) for i, t in enumerate(inputs)]
    if prepare is not None:
        stacks = [prepare(i, stack).astype(stack.dtype) for i, stack in enumerate(stacks)]
    given: list[Activation | Constant] = list(inputs)
    if constant is not None:
        fixed = inputs[constant]
        given[constant] = Constant(stacks.pop(constant)[0], fixed.scale, fixed.zero_point)
    assert_agrees(content(op, given, [output], **options), *stacks)
