"""C structs declared in Python have the layout the AAPCS prescribes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from emulator import Bool, Float32, Float64, Int8, Int16, Int32, Int64, Pointer, Struct, Uint8, Uint16, Uint32
from emulator.calls.cstruct import Field
from emulator.errors import StructError

FACTS = Path(os.environ.get("MICROINFER_FACTS", Path(__file__).parents[3] / "shared" / "facts"))


def no_place(value: Any) -> int:
    assert value is None
    return 0


class Mixed(Struct):
    a: Int8
    b: Int32
    c: Int16
    d: Int64
    e: Bool


class Inner(Struct):
    x: Uint8
    y: Uint16


class Outer(Struct):
    head: Uint8
    inner: Inner
    tail: Uint32


def test_natural_alignment_and_padding() -> None:
    assert Mixed.layout() == (
        Field("a", 0, 1),
        Field("b", 4, 4),
        Field("c", 8, 2),
        Field("d", 16, 8),
        Field("e", 24, 1),
    )
    assert (Mixed.sizeof(), Mixed.alignment()) == (32, 8)


def test_nested_structs() -> None:
    assert Outer.layout() == (Field("head", 0, 1), Field("inner", 2, 4), Field("tail", 8, 4))
    data = Outer(1, Inner(2, 0x304), tail=5).pack(no_place)
    assert data == bytes.fromhex("0100 0200 0403 0000 05000000")
    assert Outer.unpack(data).inner.y == 0x304


def test_negative_and_float_members() -> None:
    class Numbers(Struct):
        a: Int8
        f: Float32
        g: Float64
        p: Pointer

    data = Numbers(-1, Float32(1.5), Float64(-2.0), None).pack(no_place)
    assert data.hex() == "ff000000" "0000c03f" "00000000000000c0" "00000000" "00000000"
    assert Numbers.unpack(data).g == -2.0


def test_pointers_are_placed() -> None:
    class Context(Struct):
        buf: Pointer
        size: Int32

    assert Context(b"abc", 3).pack(lambda value: 0x20000000 + len(value)) == bytes.fromhex("03000020 03000000")


def test_instances_are_frozen_and_built_by_name_or_position() -> None:
    inner = Inner(x=1, y=2)
    assert (inner.x, inner.y) == (1, 2)
    with pytest.raises(AttributeError):
        inner.x = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        Inner(1)  # type: ignore[call-arg]


@pytest.mark.parametrize(("value", "shown"), [(128, "128"), (-129, "-129"), ("1", "'1'"), (1.5, "1.5")])
def test_a_value_that_does_not_fit_names_the_member(value: Any, shown: str) -> None:
    with pytest.raises(StructError, match=f"struct Mixed, member a: {shown} is no int8_t"):
        Mixed(value, 0, 0, Int64(0), False).pack(no_place)


def test_a_wrong_struct_and_a_wrong_annotation() -> None:
    with pytest.raises(StructError, match="struct Outer, member inner: wants a Inner, not int"):
        Outer(1, 2, 3).pack(no_place)  # type: ignore[arg-type]
    with pytest.raises(StructError, match="member s: str is no C type; there are: Bool, Int8"):

        class Bad(Struct):
            s: str


def test_layouts_of_the_cmsis_nn_interface() -> None:
    """Every struct of the interface, built from its C types, gets the offsets a compiler gave it."""
    path = FACTS / "abi.json"
    if not path.exists():
        pytest.skip("facts/abi.json is not here")
    types: dict[str, Any] = {"int32_t": Int32, "int": Int32, "bool": Bool, "int8_t": Int8, "int16_t": Int16}
    checked = 0
    for name, row in json.loads(path.read_text())["structs"].items():
        members = [(m[0], m[1].replace("const", "").strip(), m[2], m[3]) for m in row.get("fields", ())]
        if not members or not all("*" in kind or kind in types for _, kind, _, _ in members):
            continue
        hints = {member: Pointer if "*" in kind else types[kind] for member, kind, _, _ in members}
        built: Any = type(name, (Struct,), {"__annotations__": hints})
        assert built.layout() == tuple(Field(member, offset, size) for member, _, offset, size in members), name
        assert (built.sizeof(), built.alignment()) == (row["size"], row["align"]), name
        types[name] = built
        checked += 1
    assert checked >= 10
