"""One axis of a sliding window, and the pieces of calls that every windowed function shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from microinfer.ops.window import Window
from microinfer.verify.draw import Draw
from microinfer.verify.spec import OutOfDomain

_KERNELS = (1, 2, 3, 3, 3, 4, 5)
_STRIDES = (1, 1, 1, 2, 2, 3, 5)
_DILATIONS = (1, 1, 1, 1, 2, 3)


@dataclass(frozen=True)
class Axis:
    """Input cells, kernel cells, stride, dilation, cells of padding in front, output cells."""

    size: int
    kernel: int
    stride: int
    dilation: int
    pad: int
    out: int

    @property
    def span(self) -> int:
        """Cells from the first to the last tap of the kernel."""
        return (self.kernel - 1) * self.dilation + 1

    def check(self) -> None:
        """Raise OutOfDomain unless padding is as runtimes make it.

        That is less than the kernel's span in front, at most one cell more behind, and output cells no more than
        input cells over stride, rounded up.
        """
        if min(self.kernel, self.stride, self.dilation, self.out) < 1 or self.pad < 0:
            raise OutOfDomain
        if (self.out - 1) * self.stride >= self.size:
            raise OutOfDomain
        behind = (self.out - 1) * self.stride + self.span - self.pad - self.size
        if behind > self.pad + 1 or self.pad >= self.span:
            raise OutOfDomain


def draw_axis(draw: Draw, most: int = 7, dilates: bool = True) -> Axis:
    """An axis with padding on neither, either or both sides, down to one cell."""
    kernel, stride = draw.choice(_KERNELS), draw.choice(_STRIDES)
    dilation = draw.choice(_DILATIONS) if dilates else 1
    size = draw.integer(1, most)
    span = (kernel - 1) * dilation + 1
    before = draw.integer(0, span - 1) if draw.chance(45) else 0
    after = draw.integer(0, min(before + 1, span - 1)) if draw.chance(45) else 0
    size = max(size, span - before - after)
    out = min((size + before + after - span) // stride + 1, -(-size // stride))
    return Axis(size, kernel, stride, dilation, before, max(out, 1))


def window(y: Axis, x: Axis) -> Window:
    """Both axes as the reference wants them."""
    return Window((y.kernel, x.kernel), (y.stride, x.stride), (y.dilation, x.dilation), (y.pad, x.pad), (y.out, x.out))


def filled(x: NDArray[Any], y_axis: Axis, x_axis: Axis, value: int) -> tuple[NDArray[Any], Window]:
    """`x` with a border of `value` and the window that takes it as input; unchanged for padding of 0."""
    whole = window(y_axis, x_axis)
    if value == 0:
        return x, whole
    return whole.pad(x, value), replace(whole, padding=(0, 0))


def dims(path: str, n: int, h: int, w: int, c: int) -> Mapping[str, int]:
    """A cmsis_nn_dims."""
    return {f"{path}.n": n, f"{path}.h": h, f"{path}.w": w, f"{path}.c": c}


def tiles(path: str, y: Axis, x: Axis, dilates: bool = True) -> Mapping[str, int]:
    """Stride, padding and dilation of the parameters at `path`."""
    found = {
        f"{path}.stride.h": y.stride,
        f"{path}.stride.w": x.stride,
        f"{path}.padding.h": y.pad,
        f"{path}.padding.w": x.pad,
    }
    return found | {f"{path}.dilation.h": y.dilation, f"{path}.dilation.w": x.dilation} if dilates else found


def output_values(path: str, input_offset: int, output_offset: int, low: int, high: int) -> Mapping[str, int]:
    """Offsets and activation range of the parameters at `path`."""
    return {
        f"{path}.input_offset": input_offset,
        f"{path}.output_offset": output_offset,
        f"{path}.activation.min": low,
        f"{path}.activation.max": high,
    }
