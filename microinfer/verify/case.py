"""One case: a function, the knobs of its call and the contents of what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microinfer.verify.draw import SeededDraw
from microinfer.verify.spec import Arrays, OutOfDomain, Plan, Spec

_TRIES = 1000


@dataclass(frozen=True, eq=False)
class Case:
    """`knobs` are a frozen dataclass of the function's spec, `plan` what it makes of them, `origin` where it is from."""

    function: str
    knobs: Any
    plan: Plan
    arrays: Arrays
    origin: str = ""


def draw_case(spec: Spec, seed: int, index: int) -> Case:
    """Case number `index` of a campaign with `seed`: the same for the same three, whoever asks."""
    draw = SeededDraw(f"{seed}/{spec.function}/{index}")
    for _ in range(_TRIES):
        knobs = spec.draw(draw)
        try:
            plan = spec.plan(knobs)
        except OutOfDomain:
            continue
        return Case(spec.function, knobs, plan, spec.fill(knobs, plan, draw), f"seed {seed}, case {index}")
    raise RuntimeError(f"{spec.function}: {_TRIES} draws and none within the domain")
