"""Specs of small functions from a few lines: knobs drawn, a call and a reference given as plain functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.spec import Arrays, Plan, declare


def fill_uniformly(knobs: Any, plan: Plan, draw: Draw) -> Arrays:
    """Contents in any style for every buffer that is read."""
    read = (b for b in plan.buffers if b.role in ("in", "inout"))
    return {b.path: contents.integers(draw, b.shape, b.dtype) for b in read}


def declare_simple(
    function: str,
    knobs: type,
    draw: Callable[[Draw], Any],
    plan: Callable[[Any], Plan],
    reference: Callable[[Any, Arrays], Arrays],
) -> None:
    """Declare a function whose arithmetic has no rounding to exchange and whose inputs may hold anything."""

    def exact(knobs: Any, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        return reference(knobs, arrays)

    declare(function, knobs=knobs, draw=draw, plan=plan, fill=fill_uniformly, reference=exact)
