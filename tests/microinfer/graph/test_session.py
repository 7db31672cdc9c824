"""Sessions: what they take, what they keep, and what changes from profile to profile."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from microinfer.errors import InputError, UnknownName
from microinfer.graph.model import Model
from microinfer.graph.session import Session
from microinfer.graph.tflite import parse
from microinfer.numerics import profile
from tests.microinfer.drawn import int8_array
from tests.microinfer.layers import Activation, Constant, one_layer, run
from tests.support.tflite_builder import Builder

RNG = np.random.default_rng(5)
SAMPLES = int8_array(RNG, (130, 4, 4, 2))


def network() -> Model:
    """conv -> relu6, residual addition, reshape, fully connected, softmax."""
    rng = np.random.default_rng(11)
    builder = Builder()
    x = builder.input("x", (1, 4, 4, 2), scale=0.1, zero_point=4)
    conv = builder.tensor("conv", (1, 4, 4, 2), scale=0.1, zero_point=-20)
    total = builder.tensor("sum", (1, 4, 4, 2), scale=0.2, zero_point=3)
    flat = builder.tensor("flat", (1, 32), scale=0.2, zero_point=3)
    dense = builder.tensor("dense", (1, 5), scale=0.1, zero_point=-7)
    y = builder.output("y", (1, 5), scale=1 / 256, zero_point=-128)
    filters = builder.constant(int8_array(rng, (2, 3, 3, 2)), [0.004, 0.007], name="filters")
    bias = builder.constant(rng.integers(-999, 999, 2).astype(np.int32), name="bias")
    matrix = builder.constant(int8_array(rng, (5, 32)), 0.003, name="matrix")
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "fused_activation_function": "RELU6"}
    builder.op("CONV_2D", [x, filters, bias], [conv], version=3, **options)
    builder.op("ADD", [x, conv], [total])
    builder.op("RESHAPE", [total], [flat], new_shape=(1, 32))
    builder.op("FULLY_CONNECTED", [flat, matrix, None], [dense])
    builder.op("SOFTMAX", [dense], [y], beta=1.0)
    return parse(builder.build(), "small.tflite")


MODEL = network()


def alone(model: Model, samples: NDArray[Any]) -> NDArray[Any]:
    """Outputs of one session a sample, stacked along a leading 1 or along a new axis where there is none."""
    outputs = [run(model, sample) for sample in samples]
    return np.concatenate(outputs) if outputs[0].shape[:1] == (1,) else np.stack(outputs)


def test_a_sample_with_or_without_its_batch_axis() -> None:
    with_axis, without = run(MODEL, SAMPLES[:1]), run(MODEL, SAMPLES[0])
    assert with_axis.shape == (1, 5)
    np.testing.assert_array_equal(with_axis, without)


@pytest.mark.parametrize("count", [2, 63, 64, 65, 130])
def test_a_batch_is_its_samples_one_by_one(count: int) -> None:
    np.testing.assert_array_equal(run(MODEL, SAMPLES[:count]), alone(MODEL, SAMPLES[:count]))


def test_the_layers_of_a_batch_are_those_of_its_samples() -> None:
    trace = MODEL.trace(SAMPLES[:3])
    for i in range(3):
        single = MODEL.trace(SAMPLES[i])
        for layer in range(len(MODEL.nodes)):
            np.testing.assert_array_equal(trace.layer(layer)[0][i : i + 1], single.layer(layer)[0])


def test_results_do_not_depend_on_what_ran_before() -> None:
    session = Session(MODEL)
    first = session.run(SAMPLES[0]).outputs[0]
    session.run(SAMPLES[1:40])
    np.testing.assert_array_equal(session.run(SAMPLES[0]).outputs[0], first)


def test_inputs_are_left_alone_and_may_be_views() -> None:
    backwards = SAMPLES[:4, ::-1, :, ::-1]
    before = backwards.copy()
    np.testing.assert_array_equal(run(MODEL, backwards), run(MODEL, np.ascontiguousarray(backwards)))
    np.testing.assert_array_equal(backwards, before)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((4, 4, 2), np.uint8), "input x is int8, got uint8"),
        (np.zeros((4, 4, 2)), "input x is int8, got float64"),
        (np.zeros((4, 4), np.int8), "input x is 1x4x4x2 or N samples of 4x4x2, got 4x4"),
        (np.zeros((2, 4, 4), np.int8), "got 2x4x4"),
        (np.zeros((2, 2, 4, 4, 2), np.int8), "got 2x2x4x4x2"),
        (np.zeros(32, np.int8), "got 32"),
        (np.int8(3), "got scalar"),
        (np.zeros((0, 4, 4, 2), np.int8), r"inputs hold \[0\] samples; .* at least one"),
    ],
)
def test_inputs_that_do_not_fit(array: NDArray[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        MODEL.run(array)


@pytest.mark.parametrize("count", [0, 2])
def test_another_number_of_inputs(count: int) -> None:
    with pytest.raises(InputError, match=rf"small.tflite takes 1 inputs \(x 1x4x4x2 int8\), got {count}"):
        MODEL.run(*[SAMPLES[0]] * count)


def pair() -> Model:
    """a + b and b + b."""
    builder = Builder()
    a, b = builder.input("a", (1, 3), scale=1.0), builder.input("b", (1, 3), scale=1.0)
    builder.op("ADD", [a, b], [builder.output("a+b", (1, 3), scale=1.0)])
    builder.op("ADD", [b, b], [builder.output("2b", (1, 3), scale=1.0)])
    return parse(builder.build(), "pair.tflite")


def test_several_outputs_come_as_a_tuple_in_order() -> None:
    a, b = np.array([[1, 2, 3], [4, 5, 6]], np.int8), np.array([[10, 20, 30], [40, 50, 60]], np.int8)
    outputs = pair().run(a, b)
    assert isinstance(outputs, tuple)
    np.testing.assert_array_equal(outputs[0], a + b)
    np.testing.assert_array_equal(outputs[1], 2 * b)


def test_inputs_must_hold_the_same_number_of_samples() -> None:
    with pytest.raises(InputError, match=r"pair.tflite: inputs hold \[2, 3\] samples"):
        pair().run(np.zeros((2, 3), np.int8), np.zeros((3, 3), np.int8))


def test_a_trace_gives_tensors_by_name_and_index() -> None:
    trace = MODEL.trace(SAMPLES[:2])
    np.testing.assert_array_equal(trace.tensor("x"), SAMPLES[:2])
    np.testing.assert_array_equal(trace.tensor("sum"), trace.tensor(2))
    np.testing.assert_array_equal(trace.tensor("flat"), trace.tensor("sum").reshape(2, 32))
    np.testing.assert_array_equal(trace.tensor("y"), trace.outputs[0])
    np.testing.assert_array_equal(trace.layer(4)[0], trace.outputs[0])
    assert trace.tensor("bias") is MODEL.tensor("bias").data
    with pytest.raises(UnknownName, match=r"no tensor 'logits'.*activations are: x, conv, sum, flat, dense, y"):
        trace.tensor("logits")


def test_one_layer_can_be_stepped() -> None:
    trace = MODEL.trace(SAMPLES[:1])
    session = Session(MODEL)
    for node in MODEL.nodes:
        np.testing.assert_array_equal(session.step(node, trace.activations)[0], trace.layer(node.index)[0])


@pytest.mark.parametrize("shape", [(2, 3), (3,), (2, 1, 3)])
def test_a_model_without_batch_axis_runs_sample_by_sample(shape: tuple[int, ...]) -> None:
    model = one_layer("ADD", [Activation(shape, 0.5), Constant(np.ones(shape, np.int8), 0.25)], Activation(shape, 0.3))
    samples = int8_array(RNG, (4, *shape))
    np.testing.assert_array_equal(run(model, samples), alone(model, samples))


def test_a_batch_axis_that_is_used_up_on_the_way() -> None:
    builder = Builder()
    x, flat, y = builder.input("x", (1, 2, 3)), builder.tensor("flat", (6,)), builder.output("y", (1, 3, 2))
    builder.op("RESHAPE", [x], [flat])
    builder.op("RESHAPE", [flat], [y])
    samples = int8_array(RNG, (5, 2, 3))
    np.testing.assert_array_equal(run(parse(builder.build()), samples), samples.reshape(5, 3, 2))


@pytest.mark.parametrize(
    ("a", "b", "out"),
    [((1, 3), (1, 4, 3), (1, 4, 3)), ((1,), (1, 4), (1, 4)), ((1, 4), (1, 4, 1), (1, 4, 4))],
)
@pytest.mark.parametrize("count", [2, 4])
def test_broadcasting_never_reaches_the_batch(
    a: tuple[int, ...], b: tuple[int, ...], out: tuple[int, ...], count: int
) -> None:
    constant = Constant(int8_array(RNG, b), 0.25)
    model = one_layer("ADD", [Activation(a, 0.5), constant], Activation(out, 0.3))
    samples = int8_array(RNG, (count, *a[1:]))
    np.testing.assert_array_equal(run(model, samples), alone(model, samples[:, None]))


def test_softmax_never_reaches_the_batch() -> None:
    model = one_layer("SOFTMAX", [Activation((1,), 0.1)], Activation((1,), 1 / 256, -128), beta=1.0)
    np.testing.assert_array_equal(run(model, np.array([3, 50, -7], np.int8)), [127, 127, 127])


def test_a_batch_of_scalars() -> None:
    model = one_layer("ADD", [Activation((), 1.0), Constant(np.int8(1), 1.0)], Activation((), 1.0))
    np.testing.assert_array_equal(run(model, np.array([1, 2, 3], np.int8)), [2, 3, 4])


def test_an_input_that_nobody_reads_changes_nothing() -> None:
    builder = Builder()
    x, _ = builder.input("x", (1, 3), scale=1.0), builder.input("unused", (3, 2), "float32")
    builder.op("ADD", [x, x], [builder.output("y", (1, 3), scale=1.0)])
    samples = int8_array(RNG, (3, 3)) // 2
    y = run(parse(builder.build()), samples, np.zeros((3, 3, 2), np.float32))
    np.testing.assert_array_equal(y, np.minimum(2 * samples.astype(int), 127))


def test_an_input_may_be_an_output() -> None:
    builder = Builder()
    x = builder.mark_output(builder.input("x", (3,)))
    builder.op("RESHAPE", [x], [builder.output("y", (3, 1))])
    same, column = parse(builder.build()).run(np.array([1, 2, 3], np.int8))
    np.testing.assert_array_equal(same, [1, 2, 3])
    np.testing.assert_array_equal(column, [[1], [2], [3]])


def test_unknown_profiles_are_named() -> None:
    with pytest.raises(UnknownName, match=r"no numerics profile 'micro'; known: .*tflm"):
        MODEL.run(SAMPLES[0], profile="micro")


def test_rounding_once_or_twice_gives_other_numbers_but_close_ones() -> None:
    double = MODEL.trace(SAMPLES, profile="tflm")
    single = MODEL.trace(SAMPLES, profile="cmsis-nn-single-rounding")
    difference = double.tensor("conv").astype(int) - single.tensor("conv")
    assert difference.any()
    assert np.abs(difference).max() == 1
    np.testing.assert_array_equal(run(MODEL, SAMPLES, profile="cmsis-nn"), double.outputs[0])


def scales_where_float32_products_matter() -> tuple[float, float, float]:
    """Input, weight and output scale for which 64 products of 127 * 127 show how wide the scales were multiplied."""
    rng = np.random.default_rng(2)
    old, new = (profile(name).for_operator("FULLY_CONNECTED") for name in ("tflm-2026-02", "tflm"))
    x = np.full(20000, 127 * 127 * 64)
    a, b = rng.uniform(0.001, 0.1, (2, 20000)).astype(np.float32)
    c = (a * b * x / rng.uniform(100.5 - 2.0**-12, 100.5 + 2.0**-12, 20000)).astype(np.float32)
    differs = old.requantize(x, old.output_factor(a, b, c)) != new.requantize(x, new.output_factor(a, b, c))
    first = int(differs.argmax())
    assert differs[first]
    return float(a[first]), float(b[first]), float(c[first])


def test_builds_of_2026_02_form_the_multiplier_of_fully_connected_in_float32() -> None:
    a, b, c = scales_where_float32_products_matter()
    weights = Constant(np.full((1, 64), 127, np.int8), [b])
    model = one_layer("FULLY_CONNECTED", [Activation((1, 64), a), weights, None], Activation((1, 1), c))
    x = np.full((1, 64), 127, np.int8)
    old, new = (run(model, x, profile=name).item() for name in ("tflm-2026-02", "tflm"))
    assert sorted((old, new)) == [100, 101]
