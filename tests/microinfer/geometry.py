"""Sliding windows said cell by cell, and a Hypothesis strategy for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import assume
from hypothesis import strategies as st


@dataclass(frozen=True)
class Geometry:
    """Pairs are (h, w)."""

    size: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: str

    def _span(self, axis: int) -> int:
        return (self.kernel[axis] - 1) * self.dilation[axis] + 1

    def _output(self, axis: int) -> int:
        """Windows along one axis: all that start inside for SAME, all that fit for VALID."""
        starts = range(0, self.size[axis], self.stride[axis])
        fits = self.padding == "SAME"
        return sum(fits or start + self._span(axis) <= self.size[axis] for start in starts)

    @property
    def output(self) -> tuple[int, int]:
        return self._output(0), self._output(1)

    def _before(self, axis: int) -> int:
        """Padding before the first cell; with an odd total the smaller half."""
        reach = (self._output(axis) - 1) * self.stride[axis] + self._span(axis)
        return max(reach - self.size[axis], 0) // 2 if self.padding == "SAME" else 0

    def cells(self, oy: int, ox: int) -> Iterator[tuple[int, int, int, int]]:
        """(ky, kx, y, x) of every kernel cell that lies on the input, for one output cell."""
        for ky in range(self.kernel[0]):
            for kx in range(self.kernel[1]):
                y = oy * self.stride[0] + ky * self.dilation[0] - self._before(0)
                x = ox * self.stride[1] + kx * self.dilation[1] - self._before(1)
                if 0 <= y < self.size[0] and 0 <= x < self.size[1]:
                    yield ky, kx, y, x

    def options(self) -> dict[str, int | str]:
        """Options of a convolution; of a pool without `dilation` as well."""
        options: dict[str, int | str] = {"padding": self.padding}
        options |= {"stride_h": self.stride[0], "stride_w": self.stride[1]}
        if self.dilation != (1, 1):
            options |= {"dilation_h_factor": self.dilation[0], "dilation_w_factor": self.dilation[1]}
        return options


@st.composite
def geometries(draw: st.DrawFn, *, dilated: bool) -> Geometry:
    """Small windows with at least one output cell."""

    def pair(low: int, high: int) -> tuple[int, int]:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    dilation = pair(1, 3) if dilated and draw(st.booleans()) else (1, 1)
    geometry = Geometry(pair(1, 6), pair(1, 3), pair(1, 3), dilation, draw(st.sampled_from(["SAME", "VALID"])))
    assume(min(geometry.output) > 0)
    return geometry
