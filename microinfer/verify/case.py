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
    knobs, plan, draw = draw_knobs(spec, seed, index)
    return finished_case(spec, knobs, plan, draw, f"seed {seed}, case {index}")


def draw_knobs(spec: Spec, seed: int, index: int) -> tuple[Any, Plan, SeededDraw]:
    """Knobs of case number `index`, their plan, and where its contents come from."""
    draw = SeededDraw(f"{seed}/{spec.function}/{index}")
    for _ in range(_TRIES):
        knobs = spec.draw(draw)
        try:
            return knobs, spec.plan(knobs), draw
        except OutOfDomain:
            continue
    raise RuntimeError(f"{spec.function}: {_TRIES} draws and none within the domain")


def finished_case(spec: Spec, knobs: Any, plan: Plan, draw: SeededDraw, origin: str) -> Case:
    """The case of these knobs, with contents from `draw`; now and then one that must be refused."""
    reject = drawn_reject(spec, knobs, draw)
    arrays = spec.fill(knobs, plan, draw)
    return Case(spec.function, knobs, spec.plan_of(knobs, reject) if reject else plan, arrays, origin, reject)


def drawn_reject(spec: Spec, knobs: Any, draw: SeededDraw) -> str:
    """What makes the call one that must be refused; nothing, for most."""
    rejects = spec.rejects(knobs)
    return draw.choice(rejects).name if rejects and draw.chance(_REJECTED) else ""
