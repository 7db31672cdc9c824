"""A small .tflite writer: the network's table and its integer parameters to the bytes of a model.

FlatBuffers are built from the leaves up; every helper returns the offset of what it made.
Data buffers are aligned to 16 bytes, which runtimes that use the file in place rely on.
"""

from collections.abc import Callable, Sequence

import flatbuffers
import numpy as np
import tflite
from network import IMAGE, IMAGE_SHAPE, LAYERS, WEIGHTED, Layer, shapes
from numpy.typing import NDArray
from operator_options import add_options
from quantise import IntegerWeights, Quantised

DESCRIPTION = "microinfer digits example"
SCHEMA_VERSION = 3
ALIGNMENT = 16
INT8_VERSIONS = {
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "ADD": 2,
    "MAX_POOL_2D": 2,
    "AVERAGE_POOL_2D": 2,
    "RESHAPE": 1,
    "FULLY_CONNECTED": 4,
    "SOFTMAX": 2,
}


def tflite_bytes(quantised: Quantised) -> bytes:
    """The network with these parameters as the bytes of a .tflite file; same parameters, same bytes."""
    return _Writer(quantised).model()


class _Writer:
    """Collects buffers, tensors and operators of one graph."""

    def __init__(self, quantised: Quantised) -> None:
        self.quantised = quantised
        self.builder = flatbuffers.Builder(1 << 16)
        self.buffers = [self._buffer(b"")]
        self.tensors: list[int] = []
        self.index: dict[str, int] = {}
        self.codes = sorted({layer.op for layer in LAYERS})

    def model(self) -> bytes:
        """The whole file."""
        known = shapes()
        self._activation(IMAGE, IMAGE_SHAPE)
        operators = []
        for layer in LAYERS:
            self._activation(layer.name, known[layer.name])
            operators.append(self._operator(layer, known[layer.name]))
        return self._finish(self._subgraph(operators))

    def _operator(self, layer: Layer, shape: tuple[int, ...]) -> int:
        inputs = [self.index[name] for name in layer.inputs]
        if layer.op in WEIGHTED:
            inputs += self._constants(layer.name, self.quantised.weights[layer.name], layer.inputs[0])
        if layer.op == "RESHAPE":
            inputs.append(self._constant(f"{layer.name}/shape", np.array(shape, np.int32)))
        kind, options = add_options(self.builder, layer, shape)
        ins = self._ints(inputs)
        outs = self._ints([self.index[layer.name]])
        tflite.OperatorStart(self.builder)
        tflite.OperatorAddOpcodeIndex(self.builder, self.codes.index(layer.op))
        tflite.OperatorAddInputs(self.builder, ins)
        tflite.OperatorAddOutputs(self.builder, outs)
        tflite.OperatorAddBuiltinOptionsType(self.builder, kind)
        tflite.OperatorAddBuiltinOptions(self.builder, options)
        return int(tflite.OperatorEnd(self.builder))

    def _activation(self, name: str, shape: tuple[int, ...]) -> None:
        affine = self.quantised.activations[name]
        quantisation = self._quantisation([affine.scale], affine.zero_point)
        self._add_tensor(name, shape, tflite.TensorType.INT8, 0, quantisation)

    def _constants(self, name: str, constants: IntegerWeights, source: str) -> list[int]:
        input_scale = self.quantised.activations[source].scale
        weights = self._quantisation(constants.scales.tolist(), 0, constants.axis)
        bias = self._quantisation([input_scale * scale for scale in constants.scales.tolist()], 0)
        return [
            self._constant(f"{name}/weights", constants.weights, weights),
            self._constant(f"{name}/bias", constants.bias, bias),
        ]

    def _constant(self, name: str, data: NDArray[np.int8] | NDArray[np.int32], quantisation: int = 0) -> int:
        kind = tflite.TensorType.INT8 if data.dtype == np.int8 else tflite.TensorType.INT32
        self.buffers.append(self._buffer(data.astype(data.dtype.newbyteorder("<")).tobytes()))
        return self._add_tensor(name, data.shape, kind, len(self.buffers) - 1, quantisation)

    def _add_tensor(self, name: str, shape: Sequence[int], kind: int, buffer: int, quantisation: int) -> int:
        text = self.builder.CreateString(name)
        dimensions = self._ints(shape)
        tflite.TensorStart(self.builder)
        tflite.TensorAddShape(self.builder, dimensions)
        tflite.TensorAddType(self.builder, kind)
        tflite.TensorAddBuffer(self.builder, buffer)
        tflite.TensorAddName(self.builder, text)
        if quantisation:
            tflite.TensorAddQuantization(self.builder, quantisation)
        self.tensors.append(tflite.TensorEnd(self.builder))
        self.index[name] = len(self.tensors) - 1
        return self.index[name]

    def _quantisation(self, scales: Sequence[float], zero_point: int, axis: int = 0) -> int:
        scale = self.builder.CreateNumpyVector(np.array(scales, np.float32))
        zero_point = self.builder.CreateNumpyVector(np.full(len(scales), zero_point, np.int64))
        tflite.QuantizationParametersStart(self.builder)
        tflite.QuantizationParametersAddScale(self.builder, scale)
        tflite.QuantizationParametersAddZeroPoint(self.builder, zero_point)
        tflite.QuantizationParametersAddQuantizedDimension(self.builder, axis)
        return int(tflite.QuantizationParametersEnd(self.builder))

    def _buffer(self, data: bytes) -> int:
        vector = 0
        if data:
            self.builder.StartVector(1, len(data), ALIGNMENT)
            self.builder.head -= len(data)
            self.builder.Bytes[self.builder.head : self.builder.head + len(data)] = data
            vector = self.builder.EndVector()
        tflite.BufferStart(self.builder)
        if vector:
            tflite.BufferAddData(self.builder, vector)
        return int(tflite.BufferEnd(self.builder))

    def _ints(self, values: Sequence[int]) -> int:
        return int(self.builder.CreateNumpyVector(np.array(values, np.int32)))

    def _offsets(self, start: Callable[[object, int], object], offsets: Sequence[int]) -> int:
        start(self.builder, len(offsets))
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return int(self.builder.EndVector())

    def _subgraph(self, operators: Sequence[int]) -> int:
        tensors = self._offsets(tflite.SubGraphStartTensorsVector, self.tensors)
        ordered = self._offsets(tflite.SubGraphStartOperatorsVector, operators)
        ins = self._ints([self.index[IMAGE]])
        outs = self._ints([self.index[LAYERS[-1].name]])
        name = self.builder.CreateString("digits")
        tflite.SubGraphStart(self.builder)
        tflite.SubGraphAddTensors(self.builder, tensors)
        tflite.SubGraphAddInputs(self.builder, ins)
        tflite.SubGraphAddOutputs(self.builder, outs)
        tflite.SubGraphAddOperators(self.builder, ordered)
        tflite.SubGraphAddName(self.builder, name)
        return int(tflite.SubGraphEnd(self.builder))

    def _finish(self, subgraph: int) -> bytes:
        codes = self._offsets(tflite.ModelStartOperatorCodesVector, [self._code(op) for op in self.codes])
        graphs = self._offsets(tflite.ModelStartSubgraphsVector, [subgraph])
        buffers = self._offsets(tflite.ModelStartBuffersVector, self.buffers)
        description = self.builder.CreateString(DESCRIPTION)
        tflite.ModelStart(self.builder)
        tflite.ModelAddVersion(self.builder, SCHEMA_VERSION)
        tflite.ModelAddOperatorCodes(self.builder, codes)
        tflite.ModelAddSubgraphs(self.builder, graphs)
        tflite.ModelAddDescription(self.builder, description)
        tflite.ModelAddBuffers(self.builder, buffers)
        self.builder.Finish(tflite.ModelEnd(self.builder), file_identifier=b"TFL3")
        return bytes(self.builder.Output())

    def _code(self, op: str) -> int:
        number = getattr(tflite.BuiltinOperator, op)
        tflite.OperatorCodeStart(self.builder)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(self.builder, number)
        tflite.OperatorCodeAddBuiltinCode(self.builder, number)
        tflite.OperatorCodeAddVersion(self.builder, INT8_VERSIONS[op])
        return int(tflite.OperatorCodeEnd(self.builder))
