"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED in every dtype, against TensorFlow Lite Micro."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.microinfer import drawn
from tests.microinfer.geometry import Geometry, geometries
from tests.microinfer.ops.twins import assert_same, values
from tests.microinfer.ops.weighted import FLOAT, INT4, INT8, NARROW, WIDE, Kind, Layer, one_or

BARE = (Kind("int8", "int8", "", 3), Kind("int16", "int8", "", 4), Kind("int16", "int8", "", 8, wide=False))
KINDS = st.sampled_from((INT8, INT4, FLOAT, WIDE, NARROW, *BARE))


@drawn.SOME
@given(KINDS, geometries(dilated=True), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3),
       drawn.fused, drawn.seed)  # fmt: skip
def test_conv_2d(
    kind: Kind, geometry: Geometry, batch: int, groups: int, depth: int, per_group: int, fused: str, seed: int
) -> None:
    layer, filters = Layer(kind, seed), groups * per_group
    x = layer.activation("x", (batch, *geometry.size, groups * depth))
    w = layer.weights((filters, *geometry.kernel, depth), one_or(filters, layer.rng), 0)
    bias = layer.bias(filters)
    y = layer.activation("y", (batch, *geometry.output, filters), output=True)
    options = geometry.options() | layer.bias_option()
    layer.builder.op("CONV_2D", [x, w, *bias], [y], version=kind.version, fused_activation_function=fused, **options)
    assert_same(layer.builder.build(), values(layer.rng, (batch, *geometry.size, groups * depth), kind.activation))


@drawn.SOME
@given(st.sampled_from((INT8, INT4, FLOAT, WIDE, *BARE[:2])), geometries(dilated=True), st.integers(1, 2),
       st.integers(1, 4), st.integers(1, 3), drawn.fused, drawn.seed)  # fmt: skip
def test_depthwise_conv_2d(
    kind: Kind, geometry: Geometry, batch: int, channels: int, multiplier: int, fused: str, seed: int
) -> None:
    layer, filters = Layer(kind, seed), channels * multiplier
    x = layer.activation("x", (batch, *geometry.size, channels))
    w = layer.weights((1, *geometry.kernel, filters), one_or(filters, layer.rng), 3)
    bias = layer.bias(filters, or_none=False)
    y = layer.activation("y", (batch, *geometry.output, filters), output=True)
    options = geometry.options() | {"fused_activation_function": fused, "depth_multiplier": multiplier}
    layer.builder.op("DEPTHWISE_CONV_2D", [x, w, *bias], [y], version=kind.version, **options)
    assert_same(layer.builder.build(), values(layer.rng, (batch, *geometry.size, channels), kind.activation))


@drawn.SOME
@given(KINDS, st.integers(1, 3), st.integers(1, 70), st.integers(1, 5), drawn.fused, drawn.seed)
def test_fully_connected(kind: Kind, rows: int, depth: int, outputs: int, fused: str, seed: int) -> None:
    layer = Layer(kind, seed)
    x = layer.activation("x", (rows, depth))
    w = layer.weights((outputs, depth), 1 if kind.weights == "int4" else one_or(outputs, layer.rng), 0)
    y = layer.activation("y", (rows, outputs), output=True)
    bias = layer.bias(outputs)
    options = {"fused_activation_function": fused, **layer.bias_option()}
    layer.builder.op("FULLY_CONNECTED", [x, w, *bias], [y], version=kind.version, **options)
    assert_same(layer.builder.build(), values(layer.rng, (rows, depth), kind.activation))
