"""The reader: what it finds in a file, and what it says about files that are wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tflite

import microinfer
from microinfer.errors import ModelError, UnknownName, UnsupportedError
from microinfer.graph.session import Session
from microinfer.graph.tflite import load, parse
from tests.support.tflite_builder import Builder, option_table


def convolution() -> Builder:
    """x -> CONV_2D -> y with weights and bias."""
    builder = Builder()
    x = builder.input("x", (1, 4, 4, 2), scale=0.5, zero_point=-3)
    w = builder.constant(np.ones((3, 1, 1, 2), np.int8), [0.1, 0.2, 0.3], axis=0, name="w")
    b = builder.constant(np.array([1, 2, 3], np.int32), name="b")
    y = builder.output("y", (1, 4, 4, 3), scale=0.25, zero_point=7)
    builder.op("CONV_2D", [x, w, b], [y], version=3, padding="VALID", stride_h=1, stride_w=1,
               fused_activation_function="RELU6")  # fmt: skip
    return builder


def test_tensors_nodes_and_options_of_a_file() -> None:
    model = parse(convolution().build(), "conv.tflite")
    assert model.name == "conv.tflite"
    assert [(t.name, t.shape, t.dtype) for t in model.tensors] == [
        ("x", (1, 4, 4, 2), "int8"), ("w", (3, 1, 1, 2), "int8"), ("b", (3,), "int32"), ("y", (1, 4, 4, 3), "int8"),
    ]  # fmt: skip
    x, w, b, y = model.tensors
    assert (x.scale, x.zero_point, y.scale, y.zero_point) == (0.5, -3, 0.25, 7)
    assert w.quantization is not None and w.quantization.axis == 0
    np.testing.assert_array_equal(w.quantization.scale, np.float32([0.1, 0.2, 0.3]))
    np.testing.assert_array_equal(w.quantization.zero_point, [0, 0, 0])
    assert b.quantization is None and b.data is not None
    np.testing.assert_array_equal(b.data, [1, 2, 3])
    assert (model.inputs, model.outputs, model.constants) == ((x,), (y,), (w, b))
    (node,) = model.nodes
    assert (node.op, node.version, node.inputs, node.outputs) == ("CONV_2D", 3, (x, w, b), (y,))
    assert node.options.get("padding", None) == "VALID"
    assert node.options.get("fused_activation_function", None) == "RELU6"
    assert node.options.get("stride_h", None) == node.options.get("dilation_h_factor", None) == 1
    assert node.options.get("no_such_option", 42) == 42


def test_constants_are_read_only() -> None:
    data = parse(convolution().build()).tensors[1].data
    assert data is not None
    with pytest.raises(ValueError, match="read-only"):
        data[0] = 0


def test_absent_inputs_variables_vectors_and_custom_operators() -> None:
    builder = Builder()
    x, y = builder.input("x", (1, 2)), builder.output("y", (2, 1))
    state = builder.tensor("state", (1, 2), is_variable=True)
    hidden = builder.tensor("", (1, 2))
    builder.op("MyThing", [x, None, state], [hidden])
    builder.op("RESHAPE", [hidden], [y], new_shape=(2, 1))
    model = parse(builder.build())
    assert [node.op for node in model.nodes] == ["MyThing", "RESHAPE"]
    assert model.nodes[0].inputs == (model.tensors[0], None, model.tensors[2])
    assert model.nodes[0].optional_input(1) is None and model.nodes[0].optional_input(9) is None
    assert model.tensors[2].is_variable and not model.tensors[0].is_variable
    assert model.tensors[3].name == "tensor_3"
    assert model.nodes[1].options.get("new_shape", ()) == (2, 1)
    with pytest.raises(ModelError, match=r"layer 0 \(MyThing\) lacks input 1"):
        model.nodes[0].input(1)


def test_operators_beyond_127() -> None:
    builder = Builder()
    x, y = builder.input("x", (1, 2), "float32"), builder.output("y", (1, 2), "float32")
    builder.op("GELU", [x], [y], approximate=True)
    (node,) = parse(builder.build()).nodes
    assert (node.op, node.options.get("approximate", False)) == ("GELU", True)


OPERATORS = sorted(name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int))


@pytest.mark.parametrize("op", [op for op in OPERATORS if option_table(op)])
def test_every_options_table_can_be_read(op: str) -> None:
    builder = Builder()
    builder.op(op, [builder.input("x", (1,))], [builder.output("y", (1,))])
    (node,) = parse(builder.build()).nodes
    assert node.op == op
    assert all(name == name.lower() and name.isidentifier() for name, _ in node.options.values)


def test_a_constant_can_be_an_output() -> None:
    builder = Builder()
    x = builder.input("x", (1, 2), scale=1.0)
    builder.op("ADD", [x, x], [builder.output("y", (1, 2), scale=1.0)])
    builder.mark_output(builder.constant(np.array([[5, 6]], np.int8)))
    _, constant = parse(builder.build()).run(np.zeros((1, 2), np.int8))
    np.testing.assert_array_equal(constant, [[5, 6]])


def test_load_reads_the_file_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(convolution().build())
    for model in (load(path), load(str(path)), microinfer.load(path)):
        assert model.name == "net.tflite"
        assert model.run(np.zeros((4, 4, 2), np.int8)).shape == (1, 4, 4, 3)


def test_load_names_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot read model .*none.tflite: No such file"):
        load(tmp_path / "none.tflite")
    with pytest.raises(ModelError, match=r"cannot read model .*directory"):
        load(tmp_path)
    (tmp_path / "text.tflite").write_text("this is no model at all")
    with pytest.raises(ModelError, match=r"text.tflite is not a .tflite file: no TFL3"):
        load(tmp_path / "text.tflite")


def test_tensor_by_name_or_index_or_a_list_of_those_there_are() -> None:
    model = parse(convolution().build(), "conv.tflite")
    assert model.tensor("w") is model.tensor(1)
    with pytest.raises(UnknownName, match=r"no tensor 'z' in conv.tflite; activations are: x, y"):
        model.tensor("z")


@pytest.mark.parametrize("shape", [(3, 1, 1, 1), (3, 1, 1, 3), (3, 2, 2, 2), ()])
def test_a_buffer_must_fill_its_tensor(shape: tuple[int, ...]) -> None:
    builder = Builder()
    builder.constant(np.ones(6, np.int8), name="w", shape=shape)
    with pytest.raises(ModelError, match=r"tensor w holds 6 bytes, int8 .* needs another number"):
        parse(builder.build())


@pytest.mark.parametrize("shape", [(1 << 20, 1 << 20), (-1, 4), (2**31 - 1,)])
def test_impossible_shapes(shape: tuple[int, ...]) -> None:
    builder = Builder()
    builder.tensor("big", shape)
    with pytest.raises(ModelError, match=r"tensor 0 .big. has impossible shape"):
        parse(builder.build())


@pytest.mark.parametrize(
    ("scale", "zero_point"), [([float("nan")], 0), ([float("inf")], 0), ([-1.0], 0), ([1.0, 2.0], (1, 2, 3))]
)
def test_unusable_scales(scale: list[float], zero_point: int | tuple[int, ...]) -> None:
    builder = Builder()
    builder.tensor("x", (1, 2), scale=scale, zero_point=zero_point)
    with pytest.raises(ModelError, match="unusable scales or zero points"):
        parse(builder.build())


@pytest.mark.parametrize(("inputs", "outputs"), [([9], [1]), ([0], [9]), ([-2], [1]), ([0], [-1])])
def test_tensors_out_of_range(inputs: list[int], outputs: list[int]) -> None:
    builder = Builder()
    builder.input("x", (1,))
    builder.output("y", (1,))
    builder.op("RELU", inputs, outputs)
    with pytest.raises(ModelError, match=r"damaged: tensor -?[0-9]+ of 2"):
        parse(builder.build())


def test_what_is_read_must_have_been_written() -> None:
    builder = Builder()
    x, a, b = builder.input("x", (1,)), builder.tensor("a", (1,)), builder.output("b", (1,))
    builder.op("ADD", [x, a], [b])
    builder.op("RELU", [x], [a])
    with pytest.raises(ModelError, match=r"layer 0 \(ADD\) reads unwritten a"):
        parse(builder.build())


def test_nothing_is_written_twice() -> None:
    builder = Builder()
    x, y = builder.input("x", (1,)), builder.output("y", (1,))
    builder.op("RELU", [x], [y])
    builder.op("RELU", [x], [y])
    with pytest.raises(ModelError, match=r"layer 1 \(RELU\) writes y again"):
        parse(builder.build())


def test_outputs_must_be_written() -> None:
    builder = Builder()
    builder.input("x", (1,))
    builder.output("y", (1,))
    with pytest.raises(ModelError, match="output y is never written"):
        parse(builder.build())


def test_all_that_is_unsupported_is_listed_at_once() -> None:
    builder = Builder()
    x = builder.input("x", (1, 4), "float64")
    a, b, y = builder.tensor("a", (1, 4), "float64"), builder.tensor("b", (1, 4), "float64"), builder.output("y", (1,))
    builder.op("ATAN2", [x, x], [a], version=2)
    builder.op("MyThing", [a], [b])
    builder.op("ATAN2", [b, b], [y], version=2)
    builder.op("ADD", [b, b], [builder.tensor("c", (1, 4), "float64")])
    model = parse(builder.build())
    with pytest.raises(UnsupportedError) as caught:
        Session(model)
    message = str(caught.value)
    for part in ("ATAN2 v2 float64xfloat64->float64", "MyThing v1 float64->float64", "ADD v1 float64xfloat64->float64"):
        assert part in message
    assert "supported: " in message and "CONV_2D" in message
    assert "\n" not in message


def test_an_operator_with_dtypes_nobody_implements_is_unsupported() -> None:
    builder = Builder()
    x, w = builder.input("x", (1, 2), "float32"), builder.constant(np.ones((1, 2), np.int8), 1.0)
    builder.op("FULLY_CONNECTED", [x, w], [builder.output("y", (1, 1), "float32")])
    with pytest.raises(UnsupportedError, match=r"FULLY_CONNECTED v1 float32xint8->float32 \(layer 0\)"):
        Session(parse(builder.build()))
