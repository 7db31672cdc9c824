"""The digits network as a table: operators, shapes and multiply-accumulates. No framework in here."""

from dataclasses import dataclass
from math import prod

IMAGE = "image"
IMAGE_SHAPE = (1, 8, 8, 1)
CLASSES = 10
WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
POOLS = ("MAX_POOL_2D", "AVERAGE_POOL_2D")


@dataclass(frozen=True)
class Layer:
    """One operator of the network; its output tensor has the operator's name.

    `channels` is the number of outputs of CONV_2D and FULLY_CONNECTED, `kernel` and `stride` are those of both axes.
    `gain` is the first value of the batch-norm scale: it sets how wide the layer's outputs are spread.
    `range_before_activation` calibrates the output range on the values before the fused activation. The zero point then
    lies inside int8 and the activation clamps there, not at the ends of the type.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    channels: int = 0
    kernel: int = 1
    stride: int = 1
    padding: str = "SAME"
    activation: str = "NONE"
    gain: float = 1.0
    range_before_activation: bool = False


LAYERS = (
    Layer("stem", "CONV_2D", (IMAGE,), 16, 3, activation="RELU6", gain=3.0, range_before_activation=True),
    Layer("squeeze", "CONV_2D", ("stem",), 16),
    Layer("spread", "DEPTHWISE_CONV_2D", ("squeeze",), kernel=3, activation="RELU"),
    Layer("mix", "CONV_2D", ("spread",), 16, gain=2.0),
    Layer("residual", "ADD", ("squeeze", "mix")),
    Layer("peak", "MAX_POOL_2D", ("residual",), kernel=2),
    Layer("halve", "DEPTHWISE_CONV_2D", ("peak",), kernel=3, stride=2, activation="RELU6", gain=4.0),
    Layer("widen", "CONV_2D", ("halve",), 22, activation="RELU"),
    Layer("features", "CONV_2D", ("widen",), 26, 3),
    Layer("smooth", "AVERAGE_POOL_2D", ("features",), kernel=3),
    Layer("pick", "MAX_POOL_2D", ("smooth",), kernel=2, stride=2, padding="VALID", activation="RELU"),
    Layer("flat", "RESHAPE", ("pick",)),
    Layer("hidden", "FULLY_CONNECTED", ("flat",), 46, activation="RELU", range_before_activation=True),
    Layer("scores", "FULLY_CONNECTED", ("hidden",), CLASSES),
    Layer("probability", "SOFTMAX", ("scores",)),
)


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Cells added before and after one axis by TensorFlow's SAME padding; the odd one goes after."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def shapes() -> dict[str, tuple[int, ...]]:
    """Shape of every activation tensor, NHWC (or [1, channels] once flat), by tensor name."""
    known: dict[str, tuple[int, ...]] = {IMAGE: IMAGE_SHAPE}
    for layer in LAYERS:
        known[layer.name] = _output_shape(layer, known[layer.inputs[0]])
    return known


def _output_shape(layer: Layer, source: tuple[int, ...]) -> tuple[int, ...]:
    if layer.op == "RESHAPE":
        return (1, prod(source))
    if layer.op == "FULLY_CONNECTED":
        return (1, layer.channels)
    if layer.op in ("ADD", "SOFTMAX"):
        return source
    lost = layer.kernel - 1 if layer.padding == "VALID" else 0
    height, width = (-(-(size - lost) // layer.stride) for size in source[1:3])
    return (1, height, width, layer.channels or source[3])


def weight_shape(layer: Layer) -> tuple[int, ...]:
    """Shape of the layer's weights as TensorFlow Lite stores them: OHWI, [1, H, W, C] or [outputs, inputs]."""
    channels = shapes()[layer.inputs[0]][-1]
    if layer.op == "FULLY_CONNECTED":
        return (layer.channels, channels)
    if layer.op == "DEPTHWISE_CONV_2D":
        return (1, layer.kernel, layer.kernel, channels)
    return (layer.channels, layer.kernel, layer.kernel, channels)


def macs(layer: Layer) -> int:
    """Multiply-accumulates of one layer for one image, cells in the padding counted."""
    if layer.op not in WEIGHTED:
        return 0
    outputs = prod(shapes()[layer.name])
    per_output = prod(weight_shape(layer)[1:])
    return outputs * (layer.kernel**2 if layer.op == "DEPTHWISE_CONV_2D" else per_output)
