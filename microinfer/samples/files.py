"""Reads sample files by their suffix and fits them to a model input."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from microinfer.errors import InputError
from microinfer.graph.model import Array, Tensor, describe_shape
from microinfer.ops.quantize import quantize


def suffixes() -> tuple[str, ...]:
    """Suffixes that can be read, with their dot."""
    package = import_module("microinfer.samples.formats")
    return tuple(sorted(f".{module.name}" for module in pkgutil.iter_modules(package.__path__)))


def read(path: Path, tensor: Tensor, value_range: tuple[float, float] | None = None) -> Array:
    """Content of a sample file for `tensor`.

    Images and sound, real values 0..1 and -1..1, are stretched to `value_range` (default: as they are), brought to the
    tensor's shape and quantised as the tensor is. Raises InputError.
    """
    if path.suffix.lower() not in suffixes():
        raise InputError(f"cannot read {path}: known formats are {', '.join(suffixes())}")
    module: Any = import_module(f"microinfer.samples.formats.{path.suffix.lower()[1:]}")
    try:
        array: Array = module.read(path)
    except OSError as error:
        raise InputError(f"cannot read input {path}: {error.strerror or error}") from error
    except (ValueError, EOFError, KeyError) as error:
        raise InputError(f"{path} is not a {path.suffix} file of samples: {error}") from error
    return _fit(array, tensor, value_range, path) if module.REAL else array


def _fit(array: Array, tensor: Tensor, value_range: tuple[float, float] | None, path: Path) -> Array:
    if array.size != tensor.elements:
        wanted = f"{tensor.name} takes {describe_shape(tensor.shape)}"
        raise InputError(f"{path} holds {describe_shape(array.shape)} values, {wanted}")
    low, high = value_range or (0.0, 1.0)
    real = (array.reshape(tensor.shape) * np.float32(high - low) + np.float32(low)).astype(np.float32)
    if tensor.dtype == "float32":
        return real
    return quantize(real, tensor.scale, tensor.zero_point, tensor.dtype)
