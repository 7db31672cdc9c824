"""C types as Arm's procedure call standard sees them: scalars, and structs declared as Python classes."""

from __future__ import annotations

import struct as _struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar, Self, dataclass_transform, get_args, get_origin, get_type_hints

from emulator.errors import StructError


@dataclass(frozen=True)
class Scalar:
    """A C scalar: its name, its code in the struct module and its size, which is also its alignment, in bytes."""

    name: str
    code: str
    size: int

    def pack(self, value: Any) -> bytes:
        """Little-endian bytes; raises struct.error for values out of range."""
        return _struct.pack("<" + self.code, value)

    def unpack(self, data: bytes) -> Any:
        """The value of the first `size` bytes."""
        return _struct.unpack_from("<" + self.code, data)[0]


SCALARS = {
    s.name: s
    for s in (
        Scalar("bool", "?", 1),
        Scalar("int8_t", "b", 1),
        Scalar("uint8_t", "B", 1),
        Scalar("int16_t", "h", 2),
        Scalar("uint16_t", "H", 2),
        Scalar("int32_t", "i", 4),
        Scalar("uint32_t", "I", 4),
        Scalar("int64_t", "q", 8),
        Scalar("uint64_t", "Q", 8),
        Scalar("float", "f", 4),
        Scalar("double", "d", 8),
        Scalar("void*", "I", 4),
    )
}

Bool = Annotated[bool, SCALARS["bool"]]
Int8 = Annotated[int, SCALARS["int8_t"]]
Uint8 = Annotated[int, SCALARS["uint8_t"]]
Int16 = Annotated[int, SCALARS["int16_t"]]
Uint16 = Annotated[int, SCALARS["uint16_t"]]
Int32 = Annotated[int, SCALARS["int32_t"]]
Uint32 = Annotated[int, SCALARS["uint32_t"]]
Pointer = Annotated[Any, SCALARS["void*"]]
"""An address: None, an int, a Buffer, or what gets placed in memory for the call: a NumPy array, bytes, a Struct."""


class Int64(int):
    """A 64-bit signed integer, as an argument (`Int64(x)`) or a field type."""

    scalar: ClassVar[Scalar] = SCALARS["int64_t"]


class Uint64(int):
    """A 64-bit unsigned integer, as an argument or a field type."""

    scalar: ClassVar[Scalar] = SCALARS["uint64_t"]


class Float32(float):
    """A C float, as an argument or a field type."""

    scalar: ClassVar[Scalar] = SCALARS["float"]


class Float64(float):
    """A C double, as an argument or a field type."""

    scalar: ClassVar[Scalar] = SCALARS["double"]


@dataclass(frozen=True)
class Field:
    """A struct member with its byte offset and size."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class _Member:
    name: str
    offset: int
    type: Scalar | type[Struct]

    @property
    def size(self) -> int:
        return self.type.size if isinstance(self.type, Scalar) else self.type.sizeof()


@dataclass_transform(frozen_default=True, eq_default=False)
class Struct:
    """Base of C structs: declare members as annotated class attributes.

        class cmsis_nn_dims(Struct):
            n: Int32
            h: Int32

    Members are Bool, Int8 to Uint32, Int64, Uint64, Float32, Float64, Pointer or another Struct, laid out with natural
    alignment. Instances are frozen dataclasses. Raises StructError for other annotations.
    """

    _members: ClassVar[tuple[_Member, ...]] = ()
    _alignment: ClassVar[int] = 1

    def __init_subclass__(cls) -> None:
        caller = sys._getframe(1)
        dataclass(frozen=True, eq=False)(cls)
        try:
            names = {**globals(), **caller.f_globals}
            hints = get_type_hints(cls, names, {**caller.f_locals}, include_extras=True)
        except (NameError, TypeError) as error:
            raise StructError(f"struct {cls.__name__}: {error}") from error
        members: list[_Member] = []
        end = 0
        for field in fields(cls):  # type: ignore[arg-type]
            kind = _member_type(cls.__name__, field.name, hints[field.name])
            align = _align_of(kind)
            members.append(_Member(field.name, -(-end // align) * align, kind))
            end = members[-1].offset + members[-1].size
        cls._members = tuple(members)
        cls._alignment = max((_align_of(m.type) for m in members), default=1)

    @classmethod
    def layout(cls) -> tuple[Field, ...]:
        """Members in order, padding left out."""
        return tuple(Field(m.name, m.offset, m.size) for m in cls._members)

    @classmethod
    def sizeof(cls) -> int:
        """Bytes, with padding at the end."""
        end = cls._members[-1].offset + cls._members[-1].size if cls._members else 0
        return -(-end // cls._alignment) * cls._alignment

    @classmethod
    def alignment(cls) -> int:
        """Bytes its address is a multiple of."""
        return cls._alignment

    def pack(self, place: Callable[[Any], int]) -> bytes:
        """The struct's bytes, padding zero; `place` turns what a Pointer member holds into an address.

        Raises StructError naming the member whose value does not fit.
        """
        data = bytearray(self.sizeof())
        for member in self._members:
            value = getattr(self, member.name)
            data[member.offset : member.offset + member.size] = self._packed(member, value, place)
        return bytes(data)

    def _packed(self, member: _Member, value: Any, place: Callable[[Any], int]) -> bytes:
        where = f"struct {type(self).__name__}, member {member.name}"
        if not isinstance(member.type, Scalar):
            if not isinstance(value, member.type):
                raise StructError(f"{where}: wants a {member.type.__name__}, not {type(value).__name__}")
            return value.pack(place)
        try:
            return member.type.pack(place(value) if member.type.name == "void*" else value)
        except _struct.error:
            raise StructError(f"{where}: {value!r} is no {member.type.name}") from None

    @classmethod
    def unpack(cls, data: bytes) -> Self:
        """A struct from its bytes; pointers come as addresses."""
        values = []
        for member in cls._members:
            part = data[member.offset : member.offset + member.size]
            values.append(member.type.unpack(part))
        return cls(*values)

    @classmethod
    def scalars(cls) -> Sequence[Scalar]:
        """All scalars in order, those of nested structs too."""
        found: list[Scalar] = []
        for member in cls._members:
            found.extend([member.type] if isinstance(member.type, Scalar) else member.type.scalars())
        return found


@dataclass(frozen=True)
class ByValue:
    """Passes a struct itself, not a pointer to it."""

    struct: Struct


def _align_of(kind: Scalar | type[Struct]) -> int:
    return kind.size if isinstance(kind, Scalar) else kind.alignment()


def _member_type(struct: str, name: str, hint: Any) -> Scalar | type[Struct]:
    if get_origin(hint) is Annotated:
        for extra in get_args(hint)[1:]:
            if isinstance(extra, Scalar):
                return extra
    if isinstance(hint, type):
        if issubclass(hint, Struct):
            return hint
        if isinstance(scalar := getattr(hint, "scalar", None), Scalar):
            return scalar
    shown = getattr(hint, "__name__", hint)
    known = "Bool, Int8 to Int64, Uint8 to Uint64, Float32, Float64, Pointer, a Struct"
    raise StructError(f"struct {struct}, member {name}: {shown} is no C type; there are: {known}")
