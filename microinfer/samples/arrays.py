"""One array per model input: from files, or random with a seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from microinfer.errors import InputError
from microinfer.graph.model import Array, Model, Tensor
from microinfer.graph.session import stack_samples
from microinfer.samples.files import read


def sample_stacks(
    model: Model, files: Sequence[Path] | None, seed: int, value_range: tuple[float, float] | None = None
) -> list[Array]:
    """One array per model input with the samples along its first axis; all hold the same number of samples.

    Without files: one random sample, whole integer range, or standard normal for float32. Raises InputError.
    """
    if not files:
        generator = np.random.default_rng(seed)
        return stack_samples(model, [_random(tensor, generator) for tensor in model.inputs])
    if len(files) != len(model.inputs):
        names = ", ".join(t.name for t in model.inputs)
        raise InputError(f"{model.name} takes {len(model.inputs)} inputs ({names}), got {len(files)} files")
    pairs = zip(files, model.inputs, strict=True)
    return stack_samples(model, [read(path, tensor, value_range) for path, tensor in pairs])


def _random(tensor: Tensor, generator: np.random.Generator) -> Array:
    dtype = np.dtype(tensor.dtype)
    if dtype.kind == "f":
        return generator.standard_normal(tensor.shape).astype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, tensor.shape).astype(dtype)
    info = np.iinfo(dtype)
    return generator.integers(info.min, info.max, tensor.shape, dtype, endpoint=True)
