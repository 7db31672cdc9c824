"""Recorded calls of the CMSIS-NN unit tests: a folder of one index.json and an .npz a data set.

`load()` reads the folder that MICROINFER_VECTORS names, by default ../shared/vectors next to the repository. A call's
arguments are values of the classes below, with structs evaluated to their fields; missing fields are zero.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEFAULT_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "vectors"
FORMAT = "cmsis-nn unit-test vectors, 1"


class VectorFormatError(ValueError):
    """The folder holds something this reader does not know."""


@dataclass(frozen=True)
class ArrayRef:
    """An array of the data set, by name."""

    name: str


@dataclass(frozen=True)
class Local:
    """A buffer of the recorded test: `length` elements of C type `ctype`, passed from element `offset` on.

    Before the call it holds `values` and then zeros, `fill` everywhere, or a copy of `copy_of`; with none of them, what
    earlier calls of the same test left there. The same name in one test is the same buffer.
    """

    name: str
    ctype: str
    length: int
    offset: int
    values: tuple[int, ...] | None
    fill: int | None
    copy_of: ArrayRef | Expression | None


@dataclass(frozen=True)
class Scratch:
    """Memory of a number of bytes, or as large as a size function says."""

    size: int | Result


@dataclass(frozen=True)
class Result:
    """What the named size function returns; it may be a helper of the recorded test that no library has."""

    function: str


@dataclass(frozen=True)
class Expression:
    """C text that the recording could not evaluate."""

    text: str


@dataclass(frozen=True)
class Struct:
    """A C struct; `type_name` is None for a nested one."""

    type_name: str | None
    fields: Mapping[str, Value]


Value = int | None | ArrayRef | Local | Scratch | Result | Expression | Struct


@dataclass(frozen=True)
class Call:
    """One recorded call: its arguments by parameter name, and what has to come out."""

    function: str
    test: str
    datasets: tuple[str, ...]
    args: Mapping[str, Value]
    expected_status: int | None
    expected_value: int | None
    reference: ArrayRef | Local | None
    reference_size: int | None


@dataclass(frozen=True)
class Dataset:
    """One data set: arrays, scalars and the calls that use it, in recorded order."""

    name: str
    arrays: Mapping[str, NDArray[Any]]
    scalars: Mapping[str, object]
    calls: tuple[Call, ...]

    def array(self, ref: ArrayRef) -> NDArray[Any]:
        """The named array, flattened; KeyError when this data set does not hold it."""
        return self.arrays[ref.name]

    def by_test(self) -> Mapping[str, tuple[Call, ...]]:
        """The calls by recorded test, each in order: calls of one test share their locals."""
        groups: dict[str, list[Call]] = {}
        for call in self.calls:
            groups.setdefault(call.test, []).append(call)
        return MappingProxyType({name: tuple(calls) for name, calls in groups.items()})


@dataclass(frozen=True)
class Vectors:
    """All data sets of a folder, by name."""

    datasets: Mapping[str, Dataset]

    def calls(self) -> Iterator[tuple[Dataset, Call]]:
        """Every recorded call with the data set it belongs to."""
        for dataset in self.datasets.values():
            for call in dataset.calls:
                yield dataset, call


def folder() -> Path:
    """The folder of recorded calls, which need not exist."""
    return Path(os.environ.get("MICROINFER_VECTORS", DEFAULT_FOLDER))


def is_present() -> bool:
    """Whether there is an index to read."""
    return (folder() / "index.json").is_file()


@functools.cache
def load() -> Vectors:
    """Read the folder once; VectorFormatError for an unknown format, FileNotFoundError without an index."""
    root = folder()
    index = json.loads((root / "index.json").read_text())
    if index["format"] != FORMAT:
        raise VectorFormatError(f"{root / 'index.json'}: format {index['format']!r}; this reader knows {FORMAT!r}")
    stored = index["datasets"]
    return Vectors(MappingProxyType({name: _dataset(root, name, stored) for name in sorted(stored)}))


def _dataset(root: Path, name: str, stored: Mapping[str, Any]) -> Dataset:
    raw = stored[name]
    calls = tuple(_call(item) for item in raw["calls"])
    sources = dict.fromkeys([name, *(other for call in calls for other in call.datasets)])
    arrays: dict[str, NDArray[Any]] = {}
    for source in sources:
        with np.load(root / stored[source]["npz"]) as npz:
            arrays |= {key: npz[key] for key in stored[source]["arrays"]}
    return Dataset(name, MappingProxyType(arrays), MappingProxyType(dict(raw["scalars"])), calls)


def _call(raw: Mapping[str, Any]) -> Call:
    expect = raw.get("expect") or {}
    reference = _value(expect.get("reference"))
    if not isinstance(reference, ArrayRef | Local | None):
        raise VectorFormatError(f"{raw['test']}: reference {reference!r} is neither an array nor a local")
    return Call(
        function=raw["function"],
        test=raw["test"],
        datasets=tuple(raw["datasets"]),
        args=_fields(raw["args"]),
        expected_status=raw.get("expected_status"),
        expected_value=raw.get("expected_value"),
        reference=reference,
        reference_size=expect.get("size"),
    )


def _fields(raw: Mapping[str, Any]) -> Mapping[str, Value]:
    return MappingProxyType({name: _value(item) for name, item in raw.items() if name != "_type"})


def _value(raw: Any) -> Value:
    if raw is None or isinstance(raw, int):
        return raw
    if not isinstance(raw, dict):
        raise VectorFormatError(f"argument {raw!r} is neither a number, null nor an object")
    if "array" in raw:
        return ArrayRef(raw["array"])
    if "local" in raw:
        return _local(raw)
    if "malloc" in raw:
        return _scratch(raw["malloc"])
    if "call" in raw:
        return Result(raw["call"])
    if "expr" in raw:
        return Expression(raw["expr"])
    return Struct(raw.get("_type"), _fields(raw))


def _scratch(raw: Any) -> Scratch:
    size = _value(raw)
    if not isinstance(size, int | Result):
        raise VectorFormatError(f"scratch size {raw!r} is neither a number nor a call")
    return Scratch(size)


def _local(raw: Mapping[str, Any]) -> Local:
    copy_of = _value(raw.get("copy_of"))
    if not isinstance(copy_of, ArrayRef | Expression | None):
        raise VectorFormatError(f"local {raw['local']}: cannot be a copy of {copy_of!r}")
    values = raw.get("values")
    return Local(
        name=raw["local"],
        ctype=raw["ctype"],
        length=raw["len"],
        offset=raw.get("offset", 0),
        values=None if values is None else tuple(values),
        fill=raw.get("fill"),
        copy_of=copy_of,
    )
