"""`import emulator` is cheap: engines come with the first name that needs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import emulator

PACKAGE = Path(emulator.__file__).parent


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    return set(result.stdout.split())


def test_importing_the_package_loads_no_engine() -> None:
    loaded = modules_after("import emulator, emulator.errors")
    assert not loaded & {"unicorn", "capstone", "elftools", "numpy"}
    assert "unicorn" not in modules_after("from emulator import Struct, Int32, EmulatorError")


def test_every_public_name_is_there() -> None:
    assert [name for name in emulator.__all__ if getattr(emulator, name, None) is None] == []
    with pytest.raises(AttributeError, match="no attribute 'Cpu'"):
        _ = emulator.Cpu


HOMES = [("unicorn", "engine.py"), ("capstone", "decode.py"), ("elftools", "elf.py")]


@pytest.mark.parametrize(("engine", "home"), HOMES)
def test_one_module_imports_each_engine(engine: str, home: str) -> None:
    importers = {
        path.name
        for path in PACKAGE.rglob("*.py")
        for line in path.read_text().splitlines()
        if line.strip().startswith((f"import {engine}", f"from {engine}"))
    }
    assert importers == {home}
