"""The same bytes through the plain kernels and through the fast layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.graph.model import Model
from microinfer.graph.plan import fast_layers
from microinfer.graph.session import Session
from microinfer.numerics import profile as numerics_profile


def plain(model: Model, *inputs: NDArray[Any], profile: str = "tflm") -> dict[int, NDArray[Any]]:
    """Every activation of one invocation, by the kernels of microinfer.ops."""
    session = Session(model, profile)
    values = {tensor.index: array.reshape(tensor.shape) for tensor, array in zip(model.inputs, inputs, strict=True)}
    for node in model.nodes:
        values.update(zip((t.index for t in node.outputs), session.step(node, values), strict=True))
    return values


def assert_twins(model: Model, *inputs: NDArray[Any], profile: str = "tflm") -> None:
    """Fail unless a run gives the plain kernels' bytes, shapes and dtypes for every activation."""
    assert_same(model, plain(model, *inputs, profile=profile), Session(model, profile).run(*inputs).activations)


def assert_same(model: Model, expected: Mapping[int, NDArray[Any]], actual: Mapping[int, NDArray[Any]]) -> None:
    """Fail unless both hold the same activations."""
    assert actual.keys() == expected.keys()
    for index, value in expected.items():
        name = model.tensors[index].name
        assert (actual[index].shape, actual[index].dtype) == (value.shape, value.dtype), name
        np.testing.assert_array_equal(actual[index], value, err_msg=name)


def fast_nodes(model: Model, profile: str = "tflm") -> set[int]:
    """Indices of the nodes that have a fast layer."""
    return set(fast_layers(model, numerics_profile(profile)))
