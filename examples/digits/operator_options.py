"""The options table of each operator in a .tflite file."""

import flatbuffers
import tflite
from network import Layer

ACTIVATIONS = {
    "NONE": tflite.ActivationFunctionType.NONE,
    "RELU": tflite.ActivationFunctionType.RELU,
    "RELU6": tflite.ActivationFunctionType.RELU6,
}
PADDINGS = {"SAME": tflite.Padding.SAME, "VALID": tflite.Padding.VALID}


def add_options(builder: flatbuffers.Builder, layer: Layer, shape: tuple[int, ...]) -> tuple[int, int]:
    """Write the options of `layer`, whose output has `shape`; return the kind of the table and its offset."""
    match layer.op:
        case "CONV_2D":
            return tflite.BuiltinOptions.Conv2DOptions, _convolution(builder, layer)
        case "DEPTHWISE_CONV_2D":
            return tflite.BuiltinOptions.DepthwiseConv2DOptions, _depthwise(builder, layer)
        case "MAX_POOL_2D" | "AVERAGE_POOL_2D":
            return tflite.BuiltinOptions.Pool2DOptions, _pool(builder, layer)
        case "ADD":
            return tflite.BuiltinOptions.AddOptions, _add(builder, layer)
        case "RESHAPE":
            return tflite.BuiltinOptions.ReshapeOptions, _reshape(builder, shape)
        case "FULLY_CONNECTED":
            return tflite.BuiltinOptions.FullyConnectedOptions, _fully_connected(builder, layer)
        case "SOFTMAX":
            return tflite.BuiltinOptions.SoftmaxOptions, _softmax(builder)
    raise ValueError(f"layer {layer.name}: no options known for operator {layer.op}")


def _convolution(builder: flatbuffers.Builder, layer: Layer) -> int:
    tflite.Conv2DOptionsStart(builder)
    tflite.Conv2DOptionsAddPadding(builder, PADDINGS[layer.padding])
    tflite.Conv2DOptionsAddStrideW(builder, layer.stride)
    tflite.Conv2DOptionsAddStrideH(builder, layer.stride)
    tflite.Conv2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[layer.activation])
    return int(tflite.Conv2DOptionsEnd(builder))


def _depthwise(builder: flatbuffers.Builder, layer: Layer) -> int:
    tflite.DepthwiseConv2DOptionsStart(builder)
    tflite.DepthwiseConv2DOptionsAddPadding(builder, PADDINGS[layer.padding])
    tflite.DepthwiseConv2DOptionsAddStrideW(builder, layer.stride)
    tflite.DepthwiseConv2DOptionsAddStrideH(builder, layer.stride)
    tflite.DepthwiseConv2DOptionsAddDepthMultiplier(builder, 1)
    tflite.DepthwiseConv2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[layer.activation])
    return int(tflite.DepthwiseConv2DOptionsEnd(builder))


def _pool(builder: flatbuffers.Builder, layer: Layer) -> int:
    tflite.Pool2DOptionsStart(builder)
    tflite.Pool2DOptionsAddPadding(builder, PADDINGS[layer.padding])
    tflite.Pool2DOptionsAddStrideW(builder, layer.stride)
    tflite.Pool2DOptionsAddStrideH(builder, layer.stride)
    tflite.Pool2DOptionsAddFilterWidth(builder, layer.kernel)
    tflite.Pool2DOptionsAddFilterHeight(builder, layer.kernel)
    tflite.Pool2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[layer.activation])
    return int(tflite.Pool2DOptionsEnd(builder))


def _add(builder: flatbuffers.Builder, layer: Layer) -> int:
    tflite.AddOptionsStart(builder)
    tflite.AddOptionsAddFusedActivationFunction(builder, ACTIVATIONS[layer.activation])
    return int(tflite.AddOptionsEnd(builder))


def _reshape(builder: flatbuffers.Builder, shape: tuple[int, ...]) -> int:
    tflite.ReshapeOptionsStartNewShapeVector(builder, len(shape))
    for size in reversed(shape):
        builder.PrependInt32(size)
    new_shape = builder.EndVector()
    tflite.ReshapeOptionsStart(builder)
    tflite.ReshapeOptionsAddNewShape(builder, new_shape)
    return int(tflite.ReshapeOptionsEnd(builder))


def _fully_connected(builder: flatbuffers.Builder, layer: Layer) -> int:
    tflite.FullyConnectedOptionsStart(builder)
    tflite.FullyConnectedOptionsAddFusedActivationFunction(builder, ACTIVATIONS[layer.activation])
    return int(tflite.FullyConnectedOptionsEnd(builder))


def _softmax(builder: flatbuffers.Builder) -> int:
    tflite.SoftmaxOptionsStart(builder)
    tflite.SoftmaxOptionsAddBeta(builder, 1.0)
    return int(tflite.SoftmaxOptionsEnd(builder))
