"""C prototypes as data: which argument is a value, a struct or a buffer, and how a call's bytes are laid out.

A path names what a call needs: `output_data`, `conv_params.stride.w`, `quant_params.multiplier`. All structs of a call
lie one after the other in one block.
"""

from __future__ import annotations

import re
import struct
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from microinfer.errors import UnknownName, VerifyError

_SCALARS = {
    "bool": "?",
    "int8_t": "b",
    "uint8_t": "B",
    "int16_t": "h",
    "uint16_t": "H",
    "int32_t": "i",
    "uint32_t": "I",
    "int": "i",
    "arm_nn_activation_type": "B",
    "arm_cmsis_nn_status": "b",
}
_POINTER = "I"
_PROTOTYPE = re.compile(r"\s*(\w+)\s*(?:\w+\s*)?\((.*)\)\s*;?\s*", re.DOTALL)
_DECLARATION = re.compile(r"(?:const\s+)?(\w+)\s*(\*?)\s*(?:const\s+)?(\w+)")


@dataclass(frozen=True)
class Member:
    """A C declaration: type name, whether a pointer to it, name."""

    ctype: str
    pointer: bool
    name: str


@dataclass(frozen=True)
class Argument:
    """An argument of the call; a struct's `offset` is that in the block."""

    name: str
    kind: Literal["value", "buffer", "struct"]
    offset: int = 0


@dataclass(frozen=True, eq=False)
class Signature:
    """How a function is called.

    `leaves` are the scalars and pointers of all its structs in the order of the block, `pointers` those among them and
    the arguments that are addresses of buffers; `declared` and `structs` are the C text, read.
    """

    function: str
    returns: str
    arguments: tuple[Argument, ...]
    leaves: tuple[str, ...]
    pointers: tuple[str, ...]
    block: struct.Struct
    declared: tuple[Member, ...] = ()
    structs: Mapping[str, Sequence[Member]] = field(default_factory=dict)

    def pack(self, values: Mapping[str, int]) -> bytes:
        """The block with all structs; paths that `values` lacks are zero, which makes pointers NULL."""
        get = values.get
        return self.block.pack(*[get(leaf, 0) for leaf in self.leaves])

    def words(self, values: Mapping[str, int], block: int, absent: frozenset[str] = frozenset()) -> list[int]:
        """Argument words, with the block at address `block` and the structs in `absent` passed as NULL."""
        return [
            values.get(a.name, 0) if a.kind != "struct" else 0 if a.name in absent else block + a.offset
            for a in self.arguments
        ]

    def result(self, r0: int) -> int | None:
        """What the function returned."""
        if self.returns == "void":
            return None
        code = _SCALARS[self.returns]
        return int(struct.unpack_from(f"<{code}", struct.pack("<I", r0))[0])


def parse_declaration(text: str) -> Member:
    """`const int8_t *input` as a Member."""
    match = _DECLARATION.fullmatch(text.strip())
    if match is None:
        raise VerifyError(f"cannot read the C declaration {text.strip()!r}; wanted: a type, perhaps *, a name")
    return Member(match[1], match[2] == "*", match[3])


def parse_structs(declarations: Mapping[str, str]) -> Mapping[str, tuple[Member, ...]]:
    """Structs by name from their members as C text."""
    return {name: tuple(map(parse_declaration, text.split(";"))) for name, text in declarations.items()}


def parse_signature(function: str, prototype: str, structs: Mapping[str, Sequence[Member]]) -> Signature:
    """A signature from C text, `int32_t (const int8_t *x, int32_t count)`; a name before the bracket is ignored."""
    match = _PROTOTYPE.fullmatch(prototype)
    if match is None or (match[1] != "void" and match[1] not in _SCALARS):
        raise VerifyError(f"{function}: cannot read the prototype {prototype!r}; returns: void, {', '.join(_SCALARS)}")
    layout = _Layout(structs)
    inner = match[2].strip()
    parts = inner.split(",") if inner not in ("", "void") else []
    declared = tuple(map(parse_declaration, parts))
    arguments = tuple(layout.argument(member) for member in declared)
    pointers = tuple(layout.pointers)
    block = struct.Struct("<" + layout.format)
    return Signature(function, match[1], arguments, tuple(layout.leaves), pointers, block, declared, structs)


class _Layout:
    """The block as it grows."""

    def __init__(self, structs: Mapping[str, Sequence[Member]]) -> None:
        self._structs = structs
        self.format = ""
        self.leaves: list[str] = []
        self.pointers: list[str] = []

    def argument(self, member: Member) -> Argument:
        if not member.pointer:
            self._code(member)
            return Argument(member.name, "value")
        if member.ctype in self._structs:
            offset = struct.calcsize("<" + self.format)
            self._add_struct(member.ctype, member.name)
            return Argument(member.name, "struct", offset)
        self.pointers.append(member.name)
        return Argument(member.name, "buffer")

    def _add_struct(self, name: str, path: str) -> None:
        for member in self._structs[name]:
            inner = f"{path}.{member.name}"
            if not member.pointer and member.ctype in self._structs:
                self._add_struct(member.ctype, inner)
                continue
            code = self._code(member)
            self._align(struct.calcsize(f"<{code}"))
            self.format += code
            self.leaves.append(inner)
            if member.pointer:
                self.pointers.append(inner)
        self._align(4)

    def _align(self, size: int) -> None:
        padding = -struct.calcsize("<" + self.format) % size
        self.format += "x" * padding

    @staticmethod
    def _code(member: Member) -> str:
        if member.pointer:
            return _POINTER
        if member.ctype not in _SCALARS:
            raise VerifyError(f"{member.name}: no C type {member.ctype}; known: {', '.join(_SCALARS)} and the structs")
        return _SCALARS[member.ctype]


@cache
def _interface() -> tuple[Mapping[str, tuple[Member, ...]], Mapping[str, str]]:
    with Path(__file__).with_name("cmsis_nn.toml").open("rb") as file:
        table = tomllib.load(file)
    return parse_structs(table["structs"]), table["functions"]


@cache
def cmsis_signature(function: str) -> Signature:
    """Signature of a CMSIS-NN function; UnknownName for another name."""
    structs, functions = _interface()
    if function not in functions:
        raise UnknownName(f"no CMSIS-NN function {function}")
    return parse_signature(function, functions[function], structs)


def cmsis_functions() -> tuple[str, ...]:
    """Names of all integer functions of the interface."""
    return tuple(_interface()[1])


def cmsis_structs() -> Mapping[str, tuple[Member, ...]]:
    """The interface's structs, for signatures of one's own."""
    return _interface()[0]
