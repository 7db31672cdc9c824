"""Activations between fast layers: int8 values less their zero point, as float32, in buffers that are laid out once.

float32 is what matrix products take; the values, -255 to 255, are exact in it. A canvas may have a border of zeros
around its rows and columns, so that a convolution reads its padding in place. Producers write the values, nobody writes
the border again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from microinfer.ops.window import Window

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Border:
    """Cells before and after the rows and columns of an NHWC tensor."""

    top: int = 0
    left: int = 0
    bottom: int = 0
    right: int = 0

    def __or__(self, other: Border) -> Border:
        """The smallest border that holds both."""
        mine = (self.top, self.left, self.bottom, self.right)
        return Border(*map(max, mine, (other.top, other.left, other.bottom, other.right)))

    @classmethod
    def of(cls, window: Window, size: tuple[int, ...]) -> Border:
        """Border that lets `window` slide over an input of `size` (H, W) without leaving the canvas."""
        after = [max(0, reach(window, i) - window.padding[i] - size[i]) for i in (0, 1)]
        return cls(*window.padding, *after)


def reach(window: Window, axis: int) -> int:
    """Cells from the first to the last that the windows touch along one axis, padding included."""
    steps = (window.output[axis] - 1) * window.stride[axis]
    return steps + (window.kernel[axis] - 1) * window.dilation[axis] + 1


@dataclass(frozen=True, eq=False)
class Canvas:
    """`values` has the tensor's shape with N invocations along its first axis; it is a view into `padded`."""

    padded: Floats
    values: Floats
    border: Border

    @classmethod
    def blank(cls, shape: tuple[int, ...], border: Border) -> Canvas:
        """Canvas of zeros of `shape`, which has four dimensions where there is a border."""
        if border == Border():
            plain = np.zeros(shape, np.float32)
            return cls(plain, plain, border)
        n, height, width, channels = shape
        size = (n, border.top + height + border.bottom, border.left + width + border.right, channels)
        padded = np.zeros(size, np.float32)
        inside = padded[:, border.top : border.top + height, border.left : border.left + width]
        return cls(padded, inside, border)

    def rows(self) -> Floats:
        """`values` with columns and channels joined, (N, H, W * C); other than four dimensions as one row each."""
        if self.values.ndim != 4:
            return self.values.reshape(self.values.shape[0], 1, -1)
        n, height, width, channels = self.values.shape
        sn, sh, _, sc = self.values.strides
        return as_strided(self.values, (n, height, width * channels), (sn, sh, sc))

    def origin(self, window: Window) -> Floats:
        """`padded` from the first cell that `window` touches."""
        return self.padded[:, self.border.top - window.padding[0] :, self.border.left - window.padding[1] :]
