"""Drawing nodes that reduce over axes."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.microinfer.layers import Activation
from tests.microinfer.ops.agreement import content, lengths, numbers


@dataclass(frozen=True)
class Reduced:
    """Input shape, the axes as the model lists them, and the output's shape."""

    shape: tuple[int, ...]
    axes: tuple[int, ...]
    keep_dims: bool
    target: tuple[int, ...]

    def file(self, op: str, source: Activation, target: Activation) -> bytes:
        return content(op, [source, numbers(*self.axes)], [target], keep_dims=self.keep_dims)


@st.composite
def reductions(draw: st.DrawFn) -> Reduced:
    """Up to four dimensions, one axis or more, some counted from the end, some twice, in any order."""
    shape = draw(lengths(1, 4))
    rank = len(shape)
    axes = draw(st.lists(st.integers(-rank, rank - 1), min_size=1, max_size=rank + 1))
    longer = draw(st.integers(1, 20))
    gone = {axis % rank for axis in axes}
    shape = tuple(longer if axis == axes[0] % rank else n for axis, n in enumerate(shape))
    keep = draw(st.booleans())
    target = tuple(1 if axis in gone else n for axis, n in enumerate(shape) if keep or axis not in gone)
    return Reduced(shape, tuple(axes), keep, target)
