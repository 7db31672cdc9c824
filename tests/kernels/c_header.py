"""Reads the kernels' own headers: structs and prototypes as data, so that no test repeats them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

KERNELS = Path(__file__).resolve().parents[2] / "kernels"
_FUNCTION = re.compile(r"^(\w+) (arm_\w+)\(([^;]*)\);", re.MULTILINE)
_STRUCT = re.compile(r"typedef struct\s*\{(.*?)\}\s*(\w+);", re.DOTALL)


@dataclass(frozen=True)
class Declaration:
    """A parameter or a field: C type without spaces before `*`, and name."""

    ctype: str
    name: str

    @property
    def is_pointer(self) -> bool:
        return self.ctype.endswith("*")

    @property
    def is_output(self) -> bool:
        """Whether the callee writes through it."""
        return self.is_pointer and not self.ctype.startswith("const ")

    @property
    def base(self) -> str:
        """The type without const and pointer."""
        return self.ctype.removeprefix("const ").removesuffix("*")


@dataclass(frozen=True)
class Prototype:
    """A C function of the interface."""

    name: str
    returns: str
    parameters: tuple[Declaration, ...]


@dataclass(frozen=True)
class Interface:
    """Everything the two public headers declare."""

    structs: Mapping[str, tuple[Declaration, ...]]
    functions: Mapping[str, Prototype]


def declaration(text: str) -> Declaration:
    """`const int8_t *input` as its type and name."""
    type_text, name = re.fullmatch(r"(.*?)(\w+)", " ".join(text.split())).groups()  # type: ignore[union-attr]
    return Declaration(type_text.replace(" *", "*").strip(), name)


def read_interface() -> Interface:
    """Parse kernels/include/arm_nn_types.h and arm_nnfunctions.h."""
    types = _without_comments(KERNELS / "include" / "arm_nn_types.h")
    functions = _without_comments(KERNELS / "include" / "arm_nnfunctions.h")
    return Interface(
        structs=MappingProxyType({name: _fields(body) for body, name in _STRUCT.findall(types)}),
        functions=MappingProxyType(
            {
                name: Prototype(name, returns, tuple(declaration(item) for item in parameters.split(",")))
                for returns, name, parameters in _FUNCTION.findall(functions)
            }
        ),
    )


def _without_comments(header: Path) -> str:
    return re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)


def _fields(body: str) -> tuple[Declaration, ...]:
    return tuple(declaration(line) for line in body.split(";") if line.strip())
