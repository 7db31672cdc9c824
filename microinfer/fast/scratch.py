"""Working memory that the layers of a plan share, since they run one after the other: it stays in the cache."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Scratch:
    """Hands out arrays whose contents last for one layer; those of one layer need different names."""

    def __init__(self) -> None:
        self._blocks: dict[str, NDArray[np.uint8]] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Array of that shape, at the start of the block called `name`, which grows for those who ask from now on."""
        size = prod(shape) * np.dtype(dtype).itemsize
        if name not in self._blocks or self._blocks[name].size < size:
            self._blocks[name] = np.empty(size, np.uint8)
        return self._blocks[name][:size].view(dtype).reshape(shape)
