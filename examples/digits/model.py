"""The network of `network.py` in PyTorch: float training with batch-norm, then weights with batch-norm folded in."""

from dataclasses import dataclass

import numpy as np
import torch
from network import IMAGE, LAYERS, POOLS, WEIGHTED, Layer, same_padding, shapes, weight_shape
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

LAST_TRAINED = "scores"


@dataclass(frozen=True)
class FloatWeights:
    """Weights in TensorFlow Lite's axis order (see `network.weight_shape`) and bias [outputs], float64."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """Every activation of one batch, NCHW, by tensor name: `before` and `after` the fused activation."""

    before: dict[str, Tensor]
    after: dict[str, Tensor]


class DigitsNet(nn.Module):
    """The layers of the table, run in order. Input: float [N, 1, 8, 8], 0 to 1. Softmax is left to the loss."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.ModuleDict()
        self.norm = nn.ModuleDict()
        for layer in LAYERS:
            if layer.op in WEIGHTED:
                self._add_weights(layer)

    def _add_weights(self, layer: Layer) -> None:
        source = shapes()[layer.inputs[0]][-1]
        if layer.op == "FULLY_CONNECTED":
            self.linear[layer.name] = nn.Linear(source, layer.channels)
            return
        groups = source if layer.op == "DEPTHWISE_CONV_2D" else 1
        channels = layer.channels or source
        self.linear[layer.name] = nn.Conv2d(
            source, channels, layer.kernel, stride=layer.stride, groups=groups, bias=False
        )
        norm = nn.BatchNorm2d(channels)
        nn.init.constant_(norm.weight, layer.gain)
        self.norm[layer.name] = norm

    def trace(self, images: Tensor) -> Trace:
        """Run a batch and keep every activation up to the scores."""
        before: dict[str, Tensor] = {IMAGE: images}
        after: dict[str, Tensor] = {IMAGE: images}
        for layer in LAYERS:
            before[layer.name] = self._output(layer, [after[name] for name in layer.inputs])
            after[layer.name] = activate(layer, before[layer.name])
            if layer.name == LAST_TRAINED:
                break
        return Trace(before, after)

    def forward(self, images: Tensor) -> Tensor:
        """Scores [N, 10] before softmax."""
        return self.trace(images).after[LAST_TRAINED]

    def _output(self, layer: Layer, inputs: list[Tensor]) -> Tensor:
        if layer.op == "ADD":
            return inputs[0] + inputs[1]
        if layer.op == "RESHAPE":
            return inputs[0].permute(0, 2, 3, 1).flatten(1)
        if layer.op in POOLS:
            return pool(layer, inputs[0])
        if layer.op == "FULLY_CONNECTED":
            return torch.as_tensor(self.linear[layer.name](inputs[0]))
        return torch.as_tensor(self.norm[layer.name](self.linear[layer.name](pad(layer, inputs[0], 0.0))))


def activate(layer: Layer, values: Tensor) -> Tensor:
    """The fused activation of the layer."""
    if layer.activation == "NONE":
        return values
    return values.clamp(0.0, 6.0 if layer.activation == "RELU6" else None)


def pad(layer: Layer, values: Tensor, fill: float) -> Tensor:
    """Add the layer's padding around both axes of an NCHW tensor."""
    if layer.padding == "VALID":
        return values
    top, bottom = same_padding(values.shape[2], layer.kernel, layer.stride)
    left, right = same_padding(values.shape[3], layer.kernel, layer.stride)
    return functional.pad(values, (left, right, top, bottom), value=fill)


def pool(layer: Layer, values: Tensor) -> Tensor:
    """Max or average pool; cells in the padding do not take part, nor count."""
    if layer.op == "MAX_POOL_2D":
        return functional.max_pool2d(pad(layer, values, float("-inf")), layer.kernel, layer.stride)
    sums = functional.avg_pool2d(pad(layer, values, 0.0), layer.kernel, layer.stride)
    inside = functional.avg_pool2d(pad(layer, torch.ones_like(values), 0.0), layer.kernel, layer.stride)
    return sums / inside


def fold(net: DigitsNet) -> dict[str, FloatWeights]:
    """Weights and bias of every weighted layer, batch-norm folded in, by layer name."""
    return {layer.name: _fold_layer(net, layer) for layer in LAYERS if layer.op in WEIGHTED}


def _fold_layer(net: DigitsNet, layer: Layer) -> FloatWeights:
    state = {key: value.double() for key, value in net.state_dict().items()}
    weights = state[f"linear.{layer.name}.weight"]
    if layer.op == "FULLY_CONNECTED":
        return FloatWeights(weights.numpy(), state[f"linear.{layer.name}.bias"].numpy())
    norm = f"norm.{layer.name}."
    factor = state[norm + "weight"] / torch.sqrt(state[norm + "running_var"] + 1e-5)
    bias = state[norm + "bias"] - state[norm + "running_mean"] * factor
    scaled = weights * factor[:, None, None, None]
    order = (1, 2, 3, 0) if layer.op == "DEPTHWISE_CONV_2D" else (0, 2, 3, 1)
    folded = scaled.permute(order).contiguous().numpy()
    assert folded.shape == weight_shape(layer)
    return FloatWeights(folded, bias.numpy())
