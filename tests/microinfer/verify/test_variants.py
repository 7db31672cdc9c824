"""Wrong values are explained by another way to compute them; the arguments they belong to are found by search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from microinfer.fixedpoint import requantize_single
from microinfer.verify.arithmetic import EXACT, Arithmetic
from microinfer.verify.case import Case, draw_case
from microinfer.verify.explain import Wrong, explain
from microinfer.verify.family import find_family
from microinfer.verify.spec import Arrays, Spec, spec_of

Compute = Callable[[Spec, Case], Arrays]


def _single(spec: Spec, case: Case) -> Arrays:
    return spec.reference(case.knobs, case.arrays, Arithmetic(requantize=requantize_single))


def _zero_filled(spec: Spec, case: Case) -> Arrays:
    return spec.reference(case.knobs, case.arrays, Arithmetic(padding=case.knobs.input_offset))


def _bias_of_the_neighbour(spec: Spec, case: Case) -> Arrays:
    bias = np.roll(case.arrays.get("bias_data", np.zeros(1, np.int32)), 1)
    arrays = {**case.arrays, "bias_data": bias} if "bias_data" in case.arrays else case.arrays
    return spec.reference(case.knobs, arrays, EXACT)


def _nibbles(spec: Spec, case: Case) -> Arrays:
    raw = case.arrays["filter_data"].view(np.uint8)
    swapped = ((raw << 4) | (raw >> 4)).view(np.int8)
    return spec.reference(case.knobs, {**case.arrays, "filter_data": swapped}, EXACT)


def _offset(spec: Spec, case: Case) -> Arrays:
    return spec.reference(replace(case.knobs, output_offset=case.knobs.output_offset + 1), case.arrays, EXACT)


@pytest.mark.parametrize(
    ("function", "compute", "text"),
    [
        ("arm_convolve_s8", _single, "all differences vanish under single rounding"),
        ("arm_convolve_s8", _zero_filled, "as if padding were 0 instead of the zero point"),
        ("arm_fully_connected_s8", _bias_of_the_neighbour, "as if bias_data were that of the channel before"),
        ("arm_convolve_s4", _nibbles, "as if the two nibbles of a weight byte were swapped"),
        ("arm_depthwise_conv_s8", _offset, "as if output_offset were one more"),
    ],
)
def test_wrong_values_are_recognised(function: str, compute: Compute, text: str) -> None:
    spec, wrong = spec_of(function), []
    for number in range(40):
        case = draw_case(spec, 0, number)
        if case.reject:
            continue
        expected, actual = spec.reference(case.knobs, case.arrays, EXACT), compute(spec, case)
        if any((expected[path] != actual[path]).any() for path in expected):
            wrong.append(Wrong(case, expected, actual))
    assert len(wrong) >= 3
    assert text in explain(spec, wrong)


_FAMILIES: list[tuple[str, Callable[[Any], bool], str]] = [
    (
        "arm_elementwise_add_s8",
        lambda k: k.size > 3 and k.left_shift < 8,
        "always when size is above 3 and left_shift is below 8",
    ),
    (
        "arm_depthwise_conv_s4",
        lambda k: k.outputs % 2 == 1 and not k.bias,
        "always when no bias and outputs is odd",
    ),
    ("arm_transpose_conv_s8", lambda k: k.y_ends_early, "always when y_ends_early, never otherwise"),
]


@pytest.mark.parametrize(("function", "fails", "text"), _FAMILIES, ids=[row[0] for row in _FAMILIES])
def test_the_family_of_arguments_is_found(function: str, fails: Callable[[Any], bool], text: str) -> None:
    spec = spec_of(function)
    knobs = [draw_case(spec, 0, number).knobs for number in range(300)]
    failing = [k for k in knobs if fails(k)]
    family = find_family(failing[0], failing, [k for k in knobs if not fails(k)])
    assert str(family).startswith(text)
