"""Random int8 networks of several layers, every answer as TensorFlow Lite Micro's.

MICROINFER_EXAMPLES sets how many are drawn (`make campaign` draws many), here and in the tests of single operators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.microinfer.ops.agreement import EXAMPLES, assert_agrees, samples
from tests.support.tflite_builder import Builder

SHAPE = (1, 6, 5, 4)


@dataclass
class Network:
    """A network under construction: the tensor reached last, its shape and quantisation."""

    generator: np.random.Generator
    builder: Builder = field(default_factory=Builder)
    shape: tuple[int, ...] = SHAPE
    scale: float = 0.05
    zero_point: int = -3

    def __post_init__(self) -> None:
        self.last = self.builder.input("x", self.shape, "int8", self.scale, self.zero_point)

    def fresh(self) -> tuple[float, int]:
        return float(2.0 ** self.generator.uniform(-6, -2)), int(self.generator.integers(-128, 128))

    def move(self, shape: tuple[int, ...], scale: float, zero_point: int) -> int:
        self.shape, self.scale, self.zero_point = shape, scale, zero_point
        return self.builder.tensor(f"t{self.generator.integers(2**60)}", shape, "int8", scale, zero_point)

    def weights(self, shape: tuple[int, ...], outputs: int, axis: int, scales: int) -> tuple[int, int]:
        """Weights with `scales` scales along `axis`, and a bias of `outputs` entries."""
        scale = (2.0 ** self.generator.uniform(-9, -5, scales)).astype(np.float32)
        values = self.generator.integers(-127, 128, shape, np.int8)
        bias = self.generator.integers(-3000, 3000, outputs, np.int32)
        zeros = np.zeros(scales, np.int64)
        constant = self.builder.constant(values, scale, zeros, axis)
        return constant, self.builder.constant(bias, scale * np.float32(self.scale), zeros, 0)

    def fused(self) -> str:
        return str(self.generator.choice(["NONE", "RELU", "RELU6"]))


Layer = Callable[[Network], None]


def convolution(net: Network) -> None:
    n, h, w, c = net.shape
    outputs, kernel, stride = int(net.generator.integers(1, 7)), int(net.generator.integers(1, 4)), 1
    weights, bias = net.weights((outputs, kernel, kernel, c), outputs, 0, outputs)
    source, fused = net.last, net.fused()
    target = net.move((n, h, w, outputs), *net.fresh())
    options = {"padding": "SAME", "stride_h": stride, "stride_w": stride, "fused_activation_function": fused}
    net.builder.op("CONV_2D", [source, weights, bias], [target], version=3, **options)
    net.last = target


def depthwise(net: Network) -> None:
    n, h, w, c = net.shape
    stride = int(net.generator.integers(1, 3))
    weights, bias = net.weights((1, 3, 3, c), c, 3, c)
    source, fused = net.last, net.fused()
    target = net.move((n, -(-h // stride), -(-w // stride), c), *net.fresh())
    options = {"padding": "SAME", "stride_h": stride, "stride_w": stride, "depth_multiplier": 1}
    options["fused_activation_function"] = fused
    net.builder.op("DEPTHWISE_CONV_2D", [source, weights, bias], [target], version=3, **options)
    net.last = target


def pool(net: Network) -> None:
    op = str(net.generator.choice(["AVERAGE_POOL_2D", "MAX_POOL_2D"]))
    source, target = net.last, net.move(net.shape, net.scale, net.zero_point)
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "filter_height": 2, "filter_width": 3}
    net.builder.op(op, [source], [target], version=2, fused_activation_function=net.fused(), **options)
    net.last = target


def elementwise(net: Network) -> None:
    op = str(net.generator.choice(["ADD", "SUB", "MUL"]))
    source, fused = net.last, net.fused()
    target = net.move(net.shape, *net.fresh())
    net.builder.op(op, [source, source], [target], version=2, fused_activation_function=fused)
    net.last = target


def table(net: Network) -> None:
    op, scale, zero_point = [("LOGISTIC", 1 / 256, -128), ("TANH", 1 / 128, 0)][int(net.generator.integers(2))]
    source, target = net.last, net.move(net.shape, scale, zero_point)
    net.builder.op(op, [source], [target], version=2)
    net.last = target


def twice(net: Network) -> None:
    source, (n, h, w, c) = net.last, net.shape
    target = net.move((n, h, w, 2 * c), net.scale, net.zero_point)
    net.builder.op("CONCATENATION", [source, source], [target], version=2, axis=3)
    net.last = target


LAYERS: tuple[Layer, ...] = (convolution, depthwise, pool, elementwise, table, twice)


def head(net: Network) -> None:
    """Flatten, fully connected, softmax."""
    n, elements = net.shape[0], int(np.prod(net.shape[1:]))
    flat = net.move((n, elements), net.scale, net.zero_point)
    net.builder.op("RESHAPE", [net.last], [flat])
    weights, bias = net.weights((5, elements), 5, 0, 1)
    scores = net.move((n, 5), *net.fresh())
    net.builder.op("FULLY_CONNECTED", [flat, weights, bias], [scores], version=4)
    answer = net.builder.output("answer", (n, 5), "int8", 1 / 256, -128)
    net.builder.op("SOFTMAX", [scores], [answer], version=2, beta=1.0)
    net.builder.mark_output(scores)


@settings(max_examples=3 * EXAMPLES, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from(LAYERS), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_networks_as_tflite_micro(layers: list[Layer], seed: int) -> None:
    net = Network(np.random.default_rng(seed))
    for layer in layers:
        layer(net)
    head(net)
    assert_agrees(net.builder.build(), samples(seed, SHAPE))
