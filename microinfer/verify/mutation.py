"""Cases near cases that reached something new: the choices that made the old knobs are replayed, a few of them changed.

What is changed is the tape of random numbers behind `Spec.draw`, not the knobs themselves: whatever comes out is a case
that the function's own generator could have drawn, so it is within the domain and no more work than others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from microinfer.verify.draw import SeededDraw
from microinfer.verify.spec import OutOfDomain, Plan, Spec

_TRIES = 40
_STEPS = 1 << 40
_LATE = 4


@dataclass(frozen=True)
class Kept:
    """A case that reached something new: its number and the tape of numbers in [0, 1) that its knobs were made of."""

    number: int
    tape: tuple[float, ...]


class TapeDraw(SeededDraw):
    """Choices from a tape, from a seed where it ends; `used` is the tape that gives the same choices again."""

    def __init__(self, seed: str, tape: Sequence[float] = ()) -> None:
        super().__init__(seed)
        self.used: list[float] = []
        self._fresh = self._float
        self._given = iter(tape)
        self._float = self._next

    def _next(self) -> float:
        value = next(self._given, None)
        self.used.append(self._fresh() if value is None else value)
        return self.used[-1]


@dataclass(frozen=True, eq=False)
class Near:
    """Knobs near those of case `base`, their plan, where contents come from, the tape they were made of."""

    knobs: Any
    plan: Plan
    draw: SeededDraw
    base: int
    tape: tuple[float, ...]


def draw_near(spec: Spec, seed: int, number: int, kept: Sequence[Kept]) -> Near | None:
    """Knobs of case `number` near one of `kept`, the same for the same four; None where none is within the domain.

    Cases kept late are preferred: what they reached is what chance alone seldom does.
    """
    text = f"{seed}/{spec.function}/{number}/near"
    draw = SeededDraw(text)
    for attempt in range(_TRIES):
        base = kept[max(draw.integer(0, len(kept) - 1) for _ in range(_LATE))]
        source = TapeDraw(f"{text}/{attempt}", _changed(base.tape, draw.choice(kept).tape, draw))
        knobs = spec.draw(source)
        try:
            plan = spec.plan(knobs)
        except OutOfDomain:
            continue
        return Near(knobs, plan, draw, base.number, tuple(source.used))
    return None


def _changed(tape: Sequence[float], other: Sequence[float], draw: SeededDraw) -> list[float]:
    """A tape with a number drawn anew or taken from another tape, now and then with two or three."""
    made = list(tape)
    for _ in range(draw.choice((1, 1, 1, 2, 3)) if made else 0):
        at = draw.integer(0, len(made) - 1)
        made[at] = other[at] if draw.chance(20) and at < len(other) else _fraction(draw)
    return made


def _fraction(draw: SeededDraw) -> float:
    return draw.integer(0, _STEPS - 1) / _STEPS


def tape_of(spec: Spec, seed: int, number: int) -> tuple[float, ...]:
    """The tape that the knobs of a drawn case were made of."""
    draw = TapeDraw(f"{seed}/{spec.function}/{number}")
    while True:
        draw.used.clear()
        knobs = spec.draw(draw)
        try:
            spec.plan(knobs)
        except OutOfDomain:
            continue
        return tuple(draw.used)
