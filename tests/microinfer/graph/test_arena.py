"""Arena plans: nothing that lives at the same time overlaps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microinfer.graph.arena import ALIGNMENT, Plan, Request, align, plan, requests_of, scratch_key, tensor_key
from microinfer.graph.model import Model
from microinfer.graph.tflite import parse
from tests.microinfer.drawn import MANY
from tests.support.tflite_builder import Builder


@st.composite
def request_lists(draw: st.DrawFn) -> list[Request]:
    rows = draw(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 9), st.integers(0, 9)), max_size=14))
    return [Request(f"r{i}", align(size), min(a, b), max(a, b)) for i, (size, a, b) in enumerate(rows)]


def peak(requests: list[Request]) -> int:
    """Most bytes alive in one layer."""
    return max((sum(r.size for r in requests if r.first <= layer <= r.last) for layer in range(10)), default=0)


@MANY
@given(request_lists())
def test_no_two_buffers_that_live_together_overlap(requests: list[Request]) -> None:
    slots = plan(requests).slots
    assert sorted(s.request.key for s in slots) == sorted(r.key for r in requests)
    for i, a in enumerate(slots):
        assert a.offset >= 0
        for b in slots[:i]:
            together = a.request.first <= b.request.last and b.request.first <= a.request.last
            assert not together or a.end <= b.offset or b.end <= a.offset, (a, b)


@MANY
@given(request_lists())
def test_size_offsets_and_repeatability(requests: list[Request]) -> None:
    first = plan(requests)
    assert first == plan(requests)
    assert peak(requests) <= first.size <= sum(r.size for r in requests)
    assert first.size == max((slot.end for slot in first.slots), default=0)
    assert all(slot.offset % ALIGNMENT == 0 for slot in first.slots)


def test_two_that_never_meet_share_their_place() -> None:
    planned = plan([Request("a", 64, 0, 1), Request("b", 32, 1, 2), Request("c", 48, 2, 3)])
    assert planned.size == 96
    assert [planned.offset(key) for key in "abc"] == [0, 64, 0]


def test_a_gap_that_is_large_enough_is_filled() -> None:
    """`c` outlives `b`, which leaves 32 bytes between `a` and `c` for `d`."""
    rows = [Request("a", 64, 0, 3), Request("b", 48, 0, 1), Request("c", 40, 0, 3), Request("d", 32, 2, 3)]
    assert [plan(rows).offset(key) for key in "abcd"] == [0, 64, 112, 64]


def test_nothing_to_place() -> None:
    assert plan([]) == Plan((), 0)


def residual() -> Model:
    """x -> MAX_POOL_2D -> h, x + h -> y: `x` lives until the addition."""
    builder = Builder()
    x = builder.input("x", (1, 4, 4, 3), scale=1.0)
    h = builder.tensor("h", (1, 4, 4, 3), scale=1.0)
    y = builder.output("y", (1, 4, 4, 3), scale=1.0)
    options = {"filter_height": 1, "filter_width": 1, "stride_h": 1, "stride_w": 1}
    builder.op("MAX_POOL_2D", [x], [h], **options)
    builder.op("ADD", [x, h], [y])
    return parse(builder.build())


def test_requests_of_a_model_and_its_scratch() -> None:
    assert requests_of(residual(), {0: 20, 1: 0}) == (
        Request(tensor_key(0), 48, 0, 1),
        Request(tensor_key(1), 48, 0, 1),
        Request(tensor_key(2), 48, 1, 2),
        Request(scratch_key(0), 32, 0, 0),
    )


def test_constants_take_no_room() -> None:
    builder = Builder()
    x, y = builder.input("x", (1, 5), scale=1.0), builder.output("y", (1, 5), scale=1.0)
    builder.op("ADD", [x, builder.constant(np.ones(5, np.int8), 1.0)], [y])
    sizes = [(request.key, request.size) for request in requests_of(parse(builder.build()), {})]
    assert sizes == [(tensor_key(x), 16), (tensor_key(y), 16)]


def test_an_input_that_nobody_reads_has_its_place_when_it_is_filled() -> None:
    builder = Builder()
    x, unused = builder.input("x", (1, 5), scale=1.0), builder.input("unused", (1, 7), scale=1.0)
    y = builder.output("y", (1, 5), scale=1.0)
    builder.op("ADD", [x, x], [y])
    planned = plan(requests_of(parse(builder.build()), {}))
    assert len({planned.offset(tensor_key(t)) for t in (x, unused, y)}) == 3
