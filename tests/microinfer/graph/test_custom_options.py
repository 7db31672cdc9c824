"""Options of custom operators: numbers of a flexbuffer map; anything else reads as one opaque option."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microinfer.errors import MicroinferError, ModelError, UnsupportedError
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer.drawn import MANY
from tests.support.tflite_builder import Builder


def with_options(**options: Any) -> bytes:
    b = Builder()
    b.op("SignalFramer", [b.input("x", (2,), "int16")],
         [b.output("y", (1, 3), "int16"), b.output("valid", (), "bool")], **options)  # fmt: skip
    return b.build()


CONTENT = with_options(frame_size=3, frame_step=2, prefill=True)


@pytest.mark.parametrize("values", [(3, -2, 1), (70000, 2**40, -(2**31)), (True, 1.5, "hann")])
def test_values_by_name(values: tuple[Any, ...]) -> None:
    given = dict(zip(("frame_size", "frame_step", "kind"), values, strict=True))
    options = parse(with_options(**given)).nodes[0].options
    assert {name: options.get(name, None) for name in given} == given
    assert [type(options.get(name, None)) for name in given] == [type(value) for value in values]


@pytest.mark.parametrize("content", [b"\x00", b"\x05\x04\x01", b"opaque bytes of a vendor", b"\xff" * 40])
def test_other_content_is_for_the_operator_to_refuse(content: bytes) -> None:
    model = parse(with_options(custom_options=content))
    assert model.nodes[0].options.values == (("custom_options", content),)
    with pytest.raises(ModelError, match="needs the options frame_size, frame_step, prefill; has custom_options"):
        Session(model)


def test_operators_of_vendors_can_be_read() -> None:
    b = Builder()
    b.op("ethos-u", [b.input("x", (2,))], [b.output("y", (2,))], custom_options=b"\x01\x04\x01")
    with pytest.raises(UnsupportedError, match="ethos-u"):
        Session(parse(b.build()))


def _start_of_options() -> int:
    return CONTENT.index(b"frame_size")


@MANY
@given(st.integers(0, 60), st.integers(0, 255))
def test_damaged_options_end_in_an_error_or_are_other_options(place: int, value: int) -> None:
    damaged = bytearray(CONTENT)
    damaged[_start_of_options() + place] = value
    started = time.perf_counter()
    try:
        Session(parse(bytes(damaged))).run(np.zeros(2, np.int16))
    except MicroinferError as error:
        assert "\n" not in str(error)
    assert time.perf_counter() - started < 1


@MANY
@given(st.binary(min_size=1, max_size=40))
def test_random_options(content: bytes) -> None:
    with pytest.raises(ModelError):
        Session(parse(with_options(custom_options=content)))
