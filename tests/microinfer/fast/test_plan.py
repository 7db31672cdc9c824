"""Plans: buffers do not leak from run to run, and batches, mixed graphs and shared tensors come out the same."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from microinfer.graph.model import Model
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from tests.microinfer import drawn
from tests.microinfer.fast.twins import assert_same, assert_twins, fast_nodes, plain
from tests.support.tflite_builder import Builder

RNG = np.random.default_rng(5)


def branching() -> Model:
    """A tensor with three readers: a 3 x 3 filter that pads, a 1 x 1 filter that does not, and an addition.

    The branches meet in an operator without a fast layer, whose output feeds one with.
    """
    b = Builder()
    x = b.input("x", (1, 6, 5, 3), "int8", 0.05, -7)
    stem = b.tensor("stem", (1, 6, 5, 4), "int8", 0.04, 11)
    b.op("CONV_2D", [x, b.constant(drawn.int8_array(RNG, (4, 3, 3, 3)), 0.01), None], [stem], stride_h=1, stride_w=1)
    wide, narrow = (b.tensor(name, (1, 6, 5, 4), "int8", 0.5, 3) for name in ("wide", "narrow"))
    b.op("CONV_2D", [stem, b.constant(drawn.int8_array(RNG, (4, 3, 3, 4)), 0.02), None], [wide], stride_h=1, stride_w=1)
    b.op("CONV_2D", [stem, b.constant(drawn.int8_array(RNG, (4, 1, 1, 4)), 0.02), None], [narrow],
         stride_h=1, stride_w=1)  # fmt: skip
    both = b.tensor("both", (1, 6, 5, 4), "int8", 0.5, -2)
    b.op("ADD", [wide, narrow], [both])
    joined = b.tensor("joined", (1, 6, 5, 8), "int8", 0.04, 11)
    b.op("CONCATENATION", [stem, stem], [joined], axis=3)
    pooled = b.output("pooled", (1, 3, 2, 8), "int8", 0.04, 11)
    b.op("MAX_POOL_2D", [joined], [pooled], filter_height=2, filter_width=2, stride_h=2, stride_w=2, padding="VALID")
    b.mark_output(both)
    return parse(b.build(), "branching.tflite")


@pytest.fixture
def model() -> Model:
    return branching()


def samples(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    return np.random.default_rng(count).integers(-128, 128, (count, 6, 5, 3)).astype(np.int8)


def test_readers_with_different_borders_and_a_plain_layer_between(model: Model) -> None:
    assert fast_nodes(model) == {0, 1, 2, 3, 5}
    assert_twins(model, samples(1))


def test_one_session_twice_gives_the_same(model: Model) -> None:
    session = Session(model)
    first = session.run(samples(1))
    kept = {index: value.copy() for index, value in first.activations.items()}
    session.run(~samples(1))
    again = session.run(samples(1))
    for index, value in kept.items():
        np.testing.assert_array_equal(first.activations[index], value)
        np.testing.assert_array_equal(again.activations[index], value)


def test_later_runs_on_layers_of_faster_form_give_the_same(model: Model) -> None:
    session, x = Session(model), samples(1)
    expected = plain(model, x)
    for _ in range(40):
        assert_same(model, expected, session.run(x).activations)


@pytest.mark.parametrize("count", [2, 3, 64, 71])
def test_batches_equal_single_runs(model: Model, count: int) -> None:
    x, session = samples(count), Session(model)
    together = session.run(x)
    for i in range(count):
        alone = session.run(x[i])
        for index, value in alone.activations.items():
            np.testing.assert_array_equal(together.activations[index][i : i + 1], value)


def test_run_gives_the_outputs_of_trace(model: Model) -> None:
    outputs, trace = model.run(samples(3)), model.trace(samples(3))
    for output, traced in zip(outputs, trace.outputs, strict=True):
        np.testing.assert_array_equal(output, traced)
    assert {t.index for t in model.tensors if t.data is None} == set(trace.activations)


def test_results_do_not_share_memory_with_the_plan(model: Model) -> None:
    outputs = model.run(samples(1))
    copies = [output.copy() for output in outputs]
    for output in outputs:
        output[...] = 0
    for output, copy in zip(model.run(samples(1)), copies, strict=True):
        np.testing.assert_array_equal(output, copy)


def test_memory_of_a_run_does_not_grow_with_the_number_of_inputs(model: Model) -> None:
    def peak(count: int) -> int:
        x = samples(count)
        model.run(x)
        tracemalloc.start()
        outputs = model.run(x)
        most = tracemalloc.get_traced_memory()[1] - 2 * sum(output.nbytes for output in outputs)
        tracemalloc.stop()
        return most

    assert peak(4096) < 2 * peak(64) + 100_000


def test_a_model_forgets_state_between_runs() -> None:
    """An SVDF layer of one feature whose memory is six invocations long."""
    b = Builder()
    x = b.input("x", (1, 2), "int8", 0.1)
    state = b.tensor("state", (1, 6), "int16", 0.01, is_variable=True)
    out = b.output("out", (1, 1), "int8", 0.5)
    feature = b.constant(np.array([[3, 5]], np.int8), 0.1)
    time = b.constant(np.array([[100, 200, 400, 800, 1600, 3200]], np.int16), 0.001)
    b.op("SVDF", [x, feature, time, b.constant(np.array([0], np.int32)), state], [out], rank=1)
    model = parse(b.build(), "stateful.tflite")
    sample, session = np.array([[60, -20]], np.int8), Session(model)
    once, twice = (session.run(sample).outputs[0].tobytes() for _ in range(2))
    assert once != twice
    assert np.asarray(model.run(sample)).tobytes() == np.asarray(model.run(sample)).tobytes() == once
