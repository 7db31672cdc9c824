"""From sums of products to stored outputs in a few float operations an element, proven equal to the specification.

Formulas for the output less its zero point, before clamping; S, B and H are one number a channel:

    one-sided    floor(sum * S + B)
    two-sided    trunc(z + copysign(H, z)),  z = sum * S + B

The first is enough where all steps of a channel lie on one side of zero, which a fused RELU sees to, or where the
rounding is single. The second is for double rounding, whose last rounding is away from zero: the steps below zero lie
further out than those above.

S, B and H are not derived but fitted: near the real scale, such that the rounded product and the rounded sum land on
the right side at every step. `staircase` says why checking the steps is a proof; the check runs the very operations
that run later. float32 has room for such numbers in most layers, float64 in those that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.fast.staircase import Staircase

Floating = NDArray[Any]
Wide = NDArray[np.float64]
Step = Callable[[], object]

_NEARBY = tuple(np.array([n * sign for n in tier for sign in (1, -1)]) for tier in (range(1, 5), range(5, 25)))
_PLACES = (0.5, 0.3, 0.7)
_BITS: Mapping[np.dtype[Any], type[np.int32] | type[np.int64]] = {
    np.dtype(np.float32): np.int32,
    np.dtype(np.float64): np.int64,
}
_HOPELESS = 0.3


@dataclass(frozen=True, eq=False)
class Rescale:
    """Fitted numbers of one layer, all of one float dtype and shape; two-sided where there is a `half`."""

    scale: Floating
    shift: Floating
    half: Floating | None

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.scale.dtype

    def map(self, change: Callable[[Floating], Floating]) -> Rescale:
        """The same with each array changed."""
        half = None if self.half is None else change(self.half)
        return Rescale(change(self.scale), change(self.shift), half)

    def steps(self, sums: Floating, work: Floating, spare: Floating) -> Sequence[Step]:
        """What to call for `work` to become the output; `spare` is overwritten where the formula is two-sided.

        All arrays broadcast against the numbers; `work` may be `sums`.
        """
        linear = [_call(np.multiply, sums, self.scale, work), _call(np.add, work, self.shift, work)]
        if self.half is None:
            return [*linear, _call(np.floor, work, work)]
        return [*linear, *self._round_outwards(self.half, work, spare)]

    def _round_outwards(self, half: Floating, work: Floating, spare: Floating) -> Sequence[Step]:
        """copysign by hand on the bits, which NumPy does faster."""
        bits = _BITS[self.dtype]
        sign = bits(np.iinfo(bits).min)
        return [
            _call(np.bitwise_and, work.view(bits), sign, spare.view(bits)),
            _call(np.bitwise_or, spare.view(bits), half.view(bits), spare.view(bits)),
            _call(np.add, work, spare, work),
            _call(np.trunc, work, work),
        ]

    def __call__(self, sums: NDArray[np.float32]) -> Floating:
        """Outputs of sums (C, ...), by the arithmetic of `steps`."""
        work = sums.astype(self.dtype)
        for step in self.map(lambda n: n.reshape(-1, *(1,) * (sums.ndim - 1))).steps(work, work, np.empty_like(work)):
            step()
        return work


def _call(function: Callable[..., object], *arguments: object) -> Step:
    return lambda: function(*arguments)


def fit(blocks: Sequence[Staircase], dtype: type[np.float32] | type[np.float64]) -> Rescale | None:
    """Numbers with which one formula equals the specification on all sums of all channels; None if none are found.

    `blocks` are the layer's channels in order. The one-sided formula is preferred.
    """
    for two_sided in (False, True):
        if not two_sided or any(stairs.goes_below_zero for stairs in blocks):
            parts = _search(blocks, np.dtype(dtype), two_sided)
            if parts is not None:
                return _joined(parts)
    return None


def _joined(parts: Sequence[Rescale]) -> Rescale:
    halves = [part.half for part in parts if part.half is not None]
    return Rescale(
        np.concatenate([part.scale for part in parts]),
        np.concatenate([part.shift for part in parts]),
        np.concatenate(halves) if halves else None,
    )


def holds(rescale: Rescale, stairs: Staircase) -> NDArray[np.bool_]:
    """For each channel, whether the formula meets every demand."""
    steps = rescale(stairs.at) >= stairs.level
    steps &= rescale(stairs.at - 1) < stairs.level
    ends = (rescale(stairs.low) >= stairs.first) & (rescale(stairs.high) < stairs.beyond)
    return np.asarray((steps.all(axis=1) | ~stairs.moves) & ends)


def _search(blocks: Sequence[Staircase], dtype: np.dtype[Any], two_sided: bool) -> list[Rescale] | None:
    """The rounded real scale for most channels, and for the rest one of its neighbours; None if too many are left."""
    parts, missing = [], []
    room = max(1.0, _HOPELESS * sum(stairs.fold.size for stairs in blocks))
    for stairs in blocks:
        parts.append(_fitted(stairs, stairs.scale.astype(dtype), two_sided, _PLACES[0]))
        missing.append(np.flatnonzero(~holds(parts[-1], stairs)))
        room -= missing[-1].size
        if room < 0:
            return None
    left = ((part, stairs, int(c)) for part, stairs, cs in zip(parts, blocks, missing, strict=True) for c in cs)
    return parts if all(_improve(*channel) for channel in left) else None


def _improve(best: Rescale, stairs: Staircase, channel: int) -> bool:
    """Set the numbers of one channel to the first neighbours that hold; whether any do."""
    for place in _PLACES:
        for tier in _NEARBY:
            copies = stairs.of(np.full(tier.size, channel))
            bits = copies.scale.astype(best.dtype).view(_BITS[best.dtype])
            scales = np.maximum(bits + tier.astype(bits.dtype), 0).view(best.dtype)
            trial = _fitted(copies, scales, best.half is not None, place)
            right = np.flatnonzero(holds(trial, copies))
            if right.size:
                best.scale[channel], best.shift[channel] = trial.scale[right[0]], trial.shift[right[0]]
                if best.half is not None and trial.half is not None:
                    best.half[channel] = trial.half[right[0]]
                return True
    return False


def _fitted(stairs: Staircase, scale: Floating, two_sided: bool, place: float) -> Rescale:
    """The other numbers, given the scale, at a place between the ends of what the demands leave for them."""
    level, sums = stairs.level.astype(np.float64), stairs.at.astype(scale.dtype)
    least = level - sums * scale[:, None]
    sums -= 1
    most = level - sums * scale[:, None]
    real = stairs.fold * stairs.scale
    if not two_sided:
        shift = _between(stairs, least.max(axis=1), most.min(axis=1), real + 0.5, place)
        return Rescale(scale, shift.astype(scale.dtype), None)
    up = level > 0
    limits = (np.where(up, least, -np.inf).max(axis=1), np.where(up, most, np.inf).min(axis=1))
    above = _between(stairs, *limits, real + 0.5, place)
    limits = (np.where(up, -np.inf, least).max(axis=1) - 1, np.where(up, np.inf, most).min(axis=1) - 1)
    under = _between(stairs, *limits, real - 0.5, place)
    half = np.clip((above - under) / 2, 0.0, 0.9).astype(scale.dtype)
    return Rescale(scale, ((above + under) / 2).astype(scale.dtype), half)


def _between(stairs: Staircase, low: Wide, high: Wide, real: Wide, place: float) -> Wide:
    """Numbers between `low` and `high`, which may be infinite, and within 1 of `real`; `real` where nothing moves."""
    low, high = np.maximum(low, real - 1), np.minimum(high, real + 1)
    return np.where(stairs.moves, low + (high - low) * place, real)
