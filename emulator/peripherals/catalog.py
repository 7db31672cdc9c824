"""Finds the kind of peripheral that a board file names: the user's folders first, then ours."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from importlib import import_module, resources, util
from pathlib import Path
from types import ModuleType
from typing import Any

from emulator.errors import BoardError, suggestion
from emulator.peripherals.base import Peripheral
from emulator.peripherals.port import Port
from emulator.peripherals.table import from_toml

Maker = Callable[[Port], Peripheral]
_SUPPORT = {"__init__", "atomic_aliases", "base", "catalog", "port", "table"}


def find_peripheral(kind: str, folders: Sequence[Path] = ()) -> Maker:
    """What makes a peripheral of that kind. Raises BoardError listing what there is."""
    for folder in folders:
        if (path := folder / f"{kind}.py").is_file():
            return _class_in(_module(path), path.name)
        if (path := folder / f"{kind}.toml").is_file():
            return from_toml(kind, path.read_text(encoding="utf-8"))
    ours = resources.files("emulator").joinpath("peripherals")
    if kind not in _SUPPORT:
        if ours.joinpath(f"{kind}.py").is_file():
            return _class_in(import_module(f"emulator.peripherals.{kind}"), f"{kind}.py")
        if (file := ours.joinpath(f"{kind}.toml")).is_file():
            return from_toml(kind, file.read_text(encoding="utf-8"))
    raise BoardError(f"no peripheral {kind}; {suggestion(kind, _names(ours), shown=20)}")


def _names(folder: Any) -> set[str]:
    stems = {file.name.rsplit(".", 1)[0] for file in folder.iterdir() if file.name.endswith((".py", ".toml"))}
    return stems - _SUPPORT


def _module(path: Path) -> ModuleType:
    spec = util.spec_from_file_location(f"_peripheral_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BoardError(f"{path.name} cannot be loaded")
    module = util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BoardError(f"{path.name}: {type(error).__name__}: {error}") from error
    return module


def _class_in(module: ModuleType, name: str) -> Maker:
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Peripheral) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise BoardError(f"{name} has {len(found)} Peripheral classes; it should have one")
    maker: Maker = found[0]
    return maker
