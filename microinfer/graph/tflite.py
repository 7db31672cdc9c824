"""Reads .tflite files into `Model`. The only module that imports `tflite` and flatbuffers.

Quirks of the generated schema classes: a missing vector answers `AsNumpy` with the integer 0; nothing is
bounds-checked, so damage shows up as struct.error, IndexError, TypeError or ValueError from anywhere, or as a vector
longer than the file, which `_length` refuses before anybody loops over it. `DeprecatedBuiltinCode` is one byte and
saturates at 127; the larger of the two codes is meant. The flexbuffer reader checks by `assert` as well.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from microinfer.errors import ModelError
from microinfer.graph.model import Graph, Model, Node, Options, Quantization, Tensor
from microinfer.int4 import unpack_int4

_DAMAGE = (struct.error, IndexError, TypeError, ValueError, OverflowError, AttributeError, KeyError, UnicodeDecodeError)
_LARGEST_TENSOR = 1 << 28
_NUMBERS = ("bool", "int8", "uint8", "int16", "int32", "int64", "float32")
_OPTION_ENUMS = {
    "Mode": "MirrorPadMode",
    "FusedActivationFunction": "ActivationFunctionType",
    "Padding": "Padding",
    "QuantizedBiasType": "TensorType",
}


def load(path: str | Path) -> Model:
    """Model from a .tflite file; raises ModelError when it cannot be read or trusted."""
    path = Path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read model {path}: {error.strerror}") from error
    except ValueError as error:
        raise ModelError(f"cannot read model {str(path)!r}: {error}") from error
    return parse(content, path.name)


def parse(content: bytes, name: str = "model") -> Model:
    """Model from the bytes of a .tflite file; `name` is used in messages."""
    if len(content) < 16 or content[4:8] != b"TFL3":
        raise ModelError(f"{name} is not a .tflite file: no TFL3 identifier in its first 8 bytes")
    try:
        return _Reader(content, name).model()
    except _DAMAGE as error:
        raise ModelError(f"{name} is damaged or truncated: {error}") from error


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _printable(text: bytes) -> str:
    """Text of a file, fit for a message of one line."""
    return "".join(c if c.isprintable() else "?" for c in text.decode("utf-8", "replace"))


def _enum_names(enum: type) -> dict[int, str]:
    return {value: key for key, value in vars(enum).items() if isinstance(value, int)}


class _Reader:
    def __init__(self, content: bytes, name: str) -> None:
        import tflite

        self.schema = tflite
        self.name = name
        self.size = len(content)
        self.root = tflite.Model.GetRootAs(content, 0)
        self.dtypes = _enum_names(tflite.TensorType)
        self.operators = _enum_names(tflite.BuiltinOperator)
        self.option_tables = _enum_names(tflite.BuiltinOptions)

    def model(self) -> Model:
        count = self._length(self.root.SubgraphsLength())
        if count < 1:
            raise ModelError(f"{self.name} holds no subgraph")
        main = self._graph(0, self.name)
        subgraphs = tuple(self._graph(i, f"{self.name} subgraph {i}") for i in range(1, count))
        return Model(self.name, main.tensors, main.nodes, main.inputs, main.outputs, subgraphs)

    def _graph(self, number: int, name: str) -> Graph:
        graph = self.root.Subgraphs(number)
        written = self._written(graph)
        tensors = tuple(
            self._tensor(i, graph.Tensors(i), i in written) for i in range(self._length(graph.TensorsLength()))
        )
        nodes = tuple(
            self._node(i, graph.Operators(i), tensors) for i in range(self._length(graph.OperatorsLength()))
        )
        inputs = tuple(self._pick(tensors, i) for i in self._ints(graph.InputsLength(), graph.Inputs))
        outputs = tuple(self._pick(tensors, i) for i in self._ints(graph.OutputsLength(), graph.Outputs))
        found = Graph(name, tensors, nodes, inputs, outputs)
        _check_order(found)
        return found

    def _written(self, graph: Any) -> frozenset[int]:
        """Tensors that get their value at run time: graph inputs and the outputs of layers."""
        found = set(self._ints(graph.InputsLength(), graph.Inputs))
        for i in range(self._length(graph.OperatorsLength())):
            operator = graph.Operators(i)
            found.update(self._ints(operator.OutputsLength(), operator.Outputs))
        return frozenset(found)

    def _length(self, count: int) -> int:
        if not 0 <= count <= self.size:
            raise ModelError(f"{self.name} is damaged: a list of {count} entries in a file of {self.size} bytes")
        return count

    def _ints(self, count: int, item: Callable[[int], int]) -> tuple[int, ...]:
        return tuple(int(item(i)) for i in range(self._length(count)))

    def _pick(self, tensors: tuple[Tensor, ...], index: int) -> Tensor:
        if not 0 <= index < len(tensors):
            raise ModelError(f"{self.name} is damaged: tensor {index} of {len(tensors)}")
        return tensors[index]

    def _tensor(self, index: int, table: Any, written: bool) -> Tensor:
        name = _printable(table.Name() or b"") or f"tensor_{index}"
        shape = self._ints(table.ShapeLength(), table.Shape)
        dtype = self.dtypes[table.Type()].lower()
        if any(n < 0 for n in shape) or prod(shape) > _LARGEST_TENSOR:
            raise ModelError(f"{self.name}: tensor {index} ({name}) has impossible shape {shape}")
        data = self._data(table, name, shape, dtype)
        if data is None and prod(shape) == 0 and not written and dtype in _NUMBERS:
            data = np.zeros(shape, dtype)
        return Tensor(index, name, shape, dtype, self._quantization(table), data, bool(table.IsVariable()))

    def _quantization(self, table: Any) -> Quantization | None:
        quantization = table.Quantization()
        if quantization is None or quantization.ScaleLength() == 0:
            return None
        scale = np.array(quantization.ScaleAsNumpy(), np.float32)
        zero_point = np.zeros(scale.size, np.int64)
        if quantization.ZeroPointLength():
            zero_point = np.array(quantization.ZeroPointAsNumpy(), np.int64)
        if zero_point.size != scale.size or not np.all(np.isfinite(scale)) or np.any(scale < 0):
            raise ModelError(f"{self.name}: tensor {table.Name()!r} has unusable scales or zero points")
        return Quantization(scale, zero_point, int(quantization.QuantizedDimension()))

    def _data(self, table: Any, name: str, shape: tuple[int, ...], dtype: str) -> Any:
        if table.Buffer() >= self._length(self.root.BuffersLength()):
            raise ModelError(f"{self.name}: tensor {name} names buffer {table.Buffer()}, which is not there")
        buffer = self.root.Buffers(table.Buffer())
        if buffer is None or buffer.DataLength() == 0:
            return None
        raw = np.array(buffer.DataAsNumpy(), np.uint8)
        packed = dtype == "int4"
        try:
            element = np.dtype("int8" if packed else dtype)
        except TypeError:
            return raw
        count = prod(shape)
        if raw.size != ((count + 1) // 2 if packed else count * element.itemsize):
            raise ModelError(f"{self.name}: tensor {name} holds {raw.size} bytes, {dtype} {shape} needs another number")
        data = (unpack_int4(raw, count) if packed else raw.view(element)).reshape(shape)
        data.flags.writeable = False
        return data

    def _node(self, index: int, table: Any, tensors: tuple[Tensor, ...]) -> Node:
        if table.OpcodeIndex() >= self._length(self.root.OperatorCodesLength()):
            raise ModelError(f"{self.name}: layer {index} has operator code {table.OpcodeIndex()}, which is not there")
        code = self.root.OperatorCodes(table.OpcodeIndex())
        op = self.operators[max(code.DeprecatedBuiltinCode(), code.BuiltinCode())]
        if op == "CUSTOM":
            op = _printable(code.CustomCode() or b"CUSTOM")
        given = self._ints(table.InputsLength(), table.Inputs)
        inputs = tuple(None if i == -1 else self._pick(tensors, i) for i in given)
        outputs = tuple(self._pick(tensors, i) for i in self._ints(table.OutputsLength(), table.Outputs))
        custom = self._length(table.CustomOptionsLength())
        options = _custom_options(table.CustomOptionsAsNumpy().tobytes()) if custom else self._options(table)
        return Node(index, op, int(code.Version()), inputs, outputs, options)

    def _options(self, table: Any) -> Options:
        kind, union = self.option_tables[table.BuiltinOptionsType()], table.BuiltinOptions()
        if union is None or kind == "NONE":
            return Options()
        options = getattr(self.schema, kind)()
        options.Init(union.Bytes, union.Pos)
        names = [n for n in vars(type(options)) if n[0].isupper() and not n.startswith("GetRootAs")]
        vectors = {n.removesuffix("Length") for n in names if n.endswith("Length") and f"{n[:-6]}AsNumpy" in names}
        values: list[tuple[str, Any]] = []
        for name in names:
            if name in vectors:
                length = self._length(getattr(options, f"{name}Length")())
                values.append((_snake(name), tuple(getattr(options, name)(i) for i in range(length))))
            elif name != "Init" and not name.endswith(("Length", "AsNumpy", "IsNone", "BufferHasIdentifier")):
                values.append((_snake(name), self._named(name, getattr(options, name)())))
        return Options(tuple(values))

    def _named(self, field: str, value: Any) -> Any:
        enum = _OPTION_ENUMS.get(field)
        return value if enum is None else _enum_names(getattr(self.schema, enum))[value]


def _custom_options(content: bytes) -> Options:
    """Numbers and strings of a flexbuffer map by their key.

    A custom operator may store anything: other content is one option, `custom_options`, for the operator to refuse.
    """
    from flatbuffers import flexbuffers

    try:
        root = flexbuffers.GetRoot(content)
        if root.IsMap:
            keys, values = root.AsMap.Keys, root.AsMap.Values
            pairs = [(keys[i].AsKey, values[i]) for i in range(min(len(values), len(content)))]
            return Options(tuple((k, v.Value) for k, v in pairs if v.IsNumeric or v.IsBool or v.IsString))
    except (*_DAMAGE, AssertionError):
        pass
    return Options((("custom_options", content),))


def _check_order(graph: Graph) -> None:
    """Every activation but a variable must be written once, before it is read."""
    written = {t.index for t in graph.tensors if t in graph.inputs or t.is_variable}
    for node in graph.nodes:
        for tensor in node.inputs:
            if tensor is not None and tensor.data is None and tensor.index not in written:
                raise ModelError(f"{graph.name}: layer {node.index} ({node.op}) reads unwritten {tensor.name}")
        for tensor in node.outputs:
            if tensor.data is not None or tensor.index in written:
                raise ModelError(f"{graph.name}: layer {node.index} ({node.op}) writes {tensor.name} again")
            written.add(tensor.index)
    for tensor in graph.outputs:
        if tensor.data is None and tensor.index not in written:
            raise ModelError(f"{graph.name}: output {tensor.name} is never written")
