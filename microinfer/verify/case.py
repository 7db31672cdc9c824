"""One case: a function, the knobs of its call and the contents of what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from microinfer.verify.draw import SeededDraw
from microinfer.verify.spec import Arrays, OutOfDomain, Plan, Spec

_TRIES = 1000
_REJECTED = 5


@dataclass(frozen=True, eq=False)
class Case:
    """`knobs` are a frozen dataclass of the function's spec, `plan` what it makes of them, `origin` its draw.

    `reject` names what is wrong with a call that must be refused.
    """

    function: str
    knobs: Any
    plan: Plan
    arrays: Arrays
    origin: str = ""
    reject: str = ""


def draw_case(spec: Spec, seed: int, index: int) -> Case:
    """Case number `index` of a campaign with `seed`: the same for the same three, whoever asks."""
    draw = SeededDraw(f"{seed}/{spec.function}/{index}")
    for _ in range(_TRIES):
        knobs = spec.draw(draw)
        try:
            plan = spec.plan(knobs)
        except OutOfDomain:
            continue
        arrays, rejects = spec.fill(knobs, plan, draw), spec.rejects(knobs)
        reject = draw.choice(rejects).name if rejects and draw.chance(_REJECTED) else ""
        return Case(spec.function, knobs, spec.plan_of(knobs, reject), arrays, f"seed {seed}, case {index}", reject)
    raise RuntimeError(f"{spec.function}: {_TRIES} draws and none within the domain")
