"""Builds small .tflite files for tests, on the schema's own writer functions.

    b = Builder()
    x = b.input("x", (1, 8, 8, 3), "int8", scale=0.1, zero_point=3)
    w = b.constant(weights, scale=[0.01, 0.02], axis=0)
    y = b.output("y", (1, 8, 8, 2), "int8", scale=0.2)
    b.op("CONV_2D", [x, w, None], [y], version=3, padding="SAME", stride_h=1, stride_w=1)
    content = b.build()

Tensors are named by the index that the methods return. Nothing is checked: a test may describe a model that is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import flatbuffers.flexbuffers
import numpy as np
import tflite
from numpy.typing import ArrayLike, NDArray

Scale = float | Sequence[float] | NDArray[Any] | None
ZeroPoint = int | Sequence[int] | NDArray[Any]

_ALIGNMENT = 16
_SHARED_TABLES = {
    "MAX_POOL_2D": "Pool2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_ALL": "ReducerOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "MAXIMUM": "MaximumMinimumOptions",
}
_ENUMS = {
    "FusedActivationFunction": "ActivationFunctionType",
    "Padding": "Padding",
    "QuantizedBiasType": "TensorType",
    "Mode": "MirrorPadMode",
    "InDataType": "TensorType",
    "OutDataType": "TensorType",
    "WeightsFormat": "FullyConnectedOptionsWeightsFormat",
}


@dataclass(frozen=True)
class _Tensor:
    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int
    data: bytes | None
    is_variable: bool


@dataclass(frozen=True)
class _Operator:
    code: tuple[str, int]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: tuple[tuple[str, Any], ...]


def option_table(op: str) -> str | None:
    """Name of the schema table with the options of `op`, None when it has none."""
    if op in _SHARED_TABLES:
        return _SHARED_TABLES[op]
    wanted = f"{op.replace('_', '')}options".lower()
    return next((name for name in vars(tflite.BuiltinOptions) if name.lower() == wanted), None)


def _entries(value: Any) -> tuple[Any, ...]:
    return () if value is None else tuple(np.atleast_1d(value).tolist())


class Builder:
    """Collects tensors and operators of one graph; `build` writes them in the order they were given."""

    def __init__(self) -> None:
        self._tensors: list[_Tensor] = []
        self._operators: list[_Operator] = []
        self._inputs: list[int] = []
        self._outputs: list[int] = []

    def tensor(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str = "int8",
        scale: Scale = None,
        zero_point: ZeroPoint = 0,
        *,
        axis: int = 0,
        data: bytes | None = None,
        is_variable: bool = False,
    ) -> int:
        """Add a tensor; `dtype` is a .tflite type in lower case, `data` the bytes of a constant. Returns its index.

        A variable keeps its value from one invocation to the next.
        """
        scales, zeros = _entries(scale), _entries(zero_point)
        zeros = zeros * len(scales) if len(zeros) == 1 else zeros
        self._tensors.append(_Tensor(name, tuple(shape), dtype, scales, zeros, axis, data, is_variable))
        return len(self._tensors) - 1

    def input(
        self, name: str, shape: Sequence[int], dtype: str = "int8", scale: Scale = None, zero_point: ZeroPoint = 0
    ) -> int:
        """Add a tensor that is an input of the model."""
        self._inputs.append(self.tensor(name, shape, dtype, scale, zero_point))
        return self._inputs[-1]

    def output(
        self, name: str, shape: Sequence[int], dtype: str = "int8", scale: Scale = None, zero_point: ZeroPoint = 0
    ) -> int:
        """Add a tensor that is an output of the model."""
        return self.mark_output(self.tensor(name, shape, dtype, scale, zero_point))

    def mark_output(self, tensor: int) -> int:
        """Make a tensor that exists an output of the model as well."""
        self._outputs.append(tensor)
        return tensor

    def constant(
        self,
        values: ArrayLike,
        scale: Scale = None,
        zero_point: ZeroPoint = 0,
        axis: int = 0,
        *,
        name: str | None = None,
        dtype: str | None = None,
        shape: Sequence[int] | None = None,
    ) -> int:
        """Add a constant. `dtype` and `shape` override those of the array, for packed int4 or for damage."""
        array = np.asarray(values)
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        kind, given = dtype or array.dtype.name, array.shape if shape is None else shape
        return self.tensor(name or f"const_{len(self._tensors)}", given, kind, scale, zero_point, axis=axis, data=data)

    def op(
        self, name: str, inputs: Sequence[int | None], outputs: Sequence[int], *, version: int = 1, **options: Any
    ) -> None:
        """Add an operator. Options go by their schema name in snake case, enumerations by name, vectors as tuples.

        None stands for an optional input that is absent. An operator that the schema does not know is custom: its
        options are numbers, flags or strings of a flexbuffer map, or the bytes given as `custom_options`.
        """
        given = tuple(-1 if i is None else i for i in inputs)
        self._operators.append(_Operator((name, version), given, tuple(outputs), tuple(options.items())))

    def build(self) -> bytes:
        """The whole file; the same calls give the same bytes."""
        return _Writer(self._tensors, self._operators, self._inputs, self._outputs).content()


def _flexbuffer(options: dict[str, Any]) -> bytes:
    return options.get("custom_options") or bytes(flatbuffers.flexbuffers.Dumps(options))


class _Writer:
    def __init__(
        self, tensors: list[_Tensor], operators: list[_Operator], inputs: list[int], outputs: list[int]
    ) -> None:
        self.fb = flatbuffers.Builder(4096)
        self.buffers = [b""]
        self.codes = sorted({op.code for op in operators})
        self.tensors = [self._tensor(t) for t in tensors]
        self.operators = [self._operator(op) for op in operators]
        self.inputs, self.outputs = inputs, outputs

    def content(self) -> bytes:
        tensors, operators = self._offsets(self.tensors), self._offsets(self.operators)
        ins, outs = self._numbers(self.inputs), self._numbers(self.outputs)
        graph = self._table("SubGraph", Tensors=tensors, Inputs=ins, Outputs=outs, Operators=operators)
        codes = self._offsets([self._code(*code) for code in self.codes])
        buffers = self._offsets([self._table("Buffer", Data=self._bytes(data)) for data in self.buffers])
        graphs = self._offsets([graph])
        model = self._table("Model", Version=3, OperatorCodes=codes, Subgraphs=graphs, Buffers=buffers)
        self.fb.Finish(model, file_identifier=b"TFL3")
        return bytes(self.fb.Output())

    def _table(self, kind: str, **fields: Any) -> int:
        """Write one table; fields by schema name, None for those that are absent."""
        getattr(tflite, f"{kind}Start")(self.fb)
        for name in (name for name in fields if fields[name] is not None):
            getattr(tflite, f"{kind}Add{name}")(self.fb, fields[name])
        return int(getattr(tflite, f"{kind}End")(self.fb))

    def _numbers(self, values: Sequence[float], dtype: type = np.int32) -> int:
        return int(self.fb.CreateNumpyVector(np.array(values, dtype)))

    def _offsets(self, offsets: Sequence[int]) -> int:
        self.fb.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.fb.PrependUOffsetTRelative(offset)
        return int(self.fb.EndVector())

    def _bytes(self, data: bytes) -> int | None:
        if not data:
            return None
        self.fb.StartVector(1, len(data), _ALIGNMENT)
        self.fb.head -= len(data)
        self.fb.Bytes[self.fb.head : self.fb.head + len(data)] = data
        return int(self.fb.EndVector())

    def _tensor(self, tensor: _Tensor) -> int:
        self.buffers += [] if tensor.data is None else [tensor.data]
        quantization = None
        if tensor.scale:
            scale = self._numbers(tensor.scale, np.float32)
            zeros = self._numbers(tensor.zero_point, np.int64)
            fields = {"Scale": scale, "ZeroPoint": zeros, "QuantizedDimension": tensor.axis}
            quantization = self._table("QuantizationParameters", **fields)
        return self._table(
            "Tensor",
            Name=self.fb.CreateString(tensor.name),
            Shape=self._numbers(tensor.shape),
            Type=getattr(tflite.TensorType, tensor.dtype.upper()),
            Buffer=0 if tensor.data is None else len(self.buffers) - 1,
            Quantization=quantization,
            IsVariable=tensor.is_variable,
        )

    def _code(self, name: str, version: int) -> int:
        number = getattr(tflite.BuiltinOperator, name, tflite.BuiltinOperator.CUSTOM)
        custom = self.fb.CreateString(name) if number == tflite.BuiltinOperator.CUSTOM else None
        old = min(number, 127)
        fields = {"DeprecatedBuiltinCode": old, "BuiltinCode": number, "CustomCode": custom, "Version": version}
        return self._table("OperatorCode", **fields)

    def _operator(self, op: _Operator) -> int:
        table = option_table(op.code[0])
        kind = getattr(tflite.BuiltinOptions, table) if table else None
        options = self._table(table, **dict(self._option(n, v) for n, v in op.options)) if table else None
        custom = not hasattr(tflite.BuiltinOperator, op.code[0])
        return self._table(
            "Operator",
            OpcodeIndex=self.codes.index(op.code),
            Inputs=self._numbers(op.inputs),
            Outputs=self._numbers(op.outputs),
            BuiltinOptionsType=kind,
            BuiltinOptions=options,
            CustomOptions=self._bytes(_flexbuffer(dict(op.options))) if custom else None,
        )

    def _option(self, name: str, value: Any) -> tuple[str, Any]:
        field = "".join(part.capitalize() for part in name.split("_"))
        if isinstance(value, str):
            return field, getattr(getattr(tflite, _ENUMS[field]), value)
        if isinstance(value, tuple):
            return field, self._numbers(value)
        return field, value
