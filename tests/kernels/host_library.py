"""The kernels as a shared library of the host, called through ctypes with the host's own struct layout."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.kernels.c_header import KERNELS, Declaration, Interface, Prototype, read_interface

FLAGS = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror")
_SCALARS = {"int": ctypes.c_int, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "bool": ctypes.c_bool}

Argument = int | None | NDArray[Any] | Mapping[str, Any]


def compiler() -> str | None:
    """The host's C compiler, if there is one."""
    return shutil.which("cc")


def compile_shared(sources: Sequence[Path], output: Path, flags: Sequence[str] = ()) -> Path:
    """Build a shared library; CalledProcessError with the compiler's words when it does not build."""
    command = [str(compiler()), *FLAGS, *flags, "-shared", "-fPIC", f"-I{KERNELS / 'include'}", "-o", str(output)]
    subprocess.run([*command, *map(str, sources)], check=True, capture_output=True, text=True)
    return output


@dataclass(frozen=True)
class HostLibrary:
    """Kernels that take integers, None, NumPy arrays (as pointers) and mappings (as structs, missing fields zero)."""

    interface: Interface
    classes: Mapping[str, type[ctypes.Structure]]
    handle: ctypes.CDLL

    def __contains__(self, name: str) -> bool:
        return name in self.interface.functions

    def call(self, name: str, **arguments: Argument) -> int | None:
        """Call `name` with its parameters by name; returns the status or size, None for void."""
        prototype = self.interface.functions[name]
        missing = {parameter.name for parameter in prototype.parameters} ^ arguments.keys()
        if missing:
            raise TypeError(f"{name}: missing or unknown parameters {', '.join(sorted(missing))}")
        function = self.handle[name]
        function.restype = None if prototype.returns == "void" else ctypes.c_int32
        result = function(*(self._passed(parameter, arguments[parameter.name]) for parameter in prototype.parameters))
        return None if result is None else int(result)

    def scratch_size(self, name: str, arguments: Mapping[str, Argument]) -> int:
        """Bytes that the kernel's own size function asks for; 0 when it has none."""
        size_function = f"{name}_get_buffer_size"
        if size_function not in self:
            return 0
        return self.call(size_function, **size_arguments(self.interface.functions[size_function], arguments)) or 0

    def output_of(self, name: str) -> str:
        """The parameter that the kernel writes its result through."""
        return next(parameter.name for parameter in self.interface.functions[name].parameters if parameter.is_output)

    def _passed(self, parameter: Declaration, value: Any) -> Any:
        if not parameter.is_pointer:
            return _SCALARS[parameter.base](value)
        if isinstance(value, Mapping):
            return ctypes.byref(self._struct(parameter.base, value))
        return ctypes.c_void_p(_address(value))

    def _struct(self, name: str, values: Mapping[str, Any]) -> ctypes.Structure:
        instance = self.classes[name]()
        for field in self.interface.structs[name]:
            value = values.get(field.name, 0)
            if isinstance(value, Mapping):
                value = self._struct(field.base, value)
            elif field.is_pointer:
                value = _address(value)
            elif field.base in self.interface.structs:
                continue
            setattr(instance, field.name, value)
        return instance


def size_arguments(prototype: Prototype, arguments: Mapping[str, Argument]) -> dict[str, Argument]:
    """What a size function wants, out of the arguments of the kernel it belongs to."""
    scalars = {"dim_dst_width": ("output_dims", "w"), "ch_src": ("input_dims", "c")}
    chosen: dict[str, Argument] = {}
    for parameter in prototype.parameters:
        if parameter.name in scalars:
            struct, field = scalars[parameter.name]
            dims = arguments[struct]
            assert isinstance(dims, Mapping)
            chosen[parameter.name] = dims[field]
        else:
            chosen[parameter.name] = arguments[parameter.name]
    return chosen


def struct_classes(interface: Interface) -> Mapping[str, type[ctypes.Structure]]:
    """The ctypes class of each struct, by name; the header declares a struct before its users."""
    classes: dict[str, type[ctypes.Structure]] = {}

    def field_class(field: Declaration) -> Any:
        return ctypes.c_void_p if field.is_pointer else classes.get(field.base) or _SCALARS[field.base]

    for name, fields in interface.structs.items():
        layout = [(field.name, field_class(field)) for field in fields]
        classes[name] = type(name, (ctypes.Structure,), {"_fields_": layout})
    return classes


def load_library(path: Path) -> HostLibrary:
    """Open a library that `compile_shared` built from the kernels."""
    interface = read_interface()
    return HostLibrary(interface, struct_classes(interface), ctypes.CDLL(str(path)))


def _address(value: Any) -> int | None:
    return value.ctypes.data if isinstance(value, np.ndarray) else value or None
